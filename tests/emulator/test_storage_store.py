"""The store below the Data Lake endpoint: what an append, a cut or a kill may do to bytes that are there."""

import asyncio
import os

import pytest

from veracity_emulator.clock import Clock
from veracity_emulator.database import Database
from veracity_emulator.storage.store import TABLES, FileStore, StoreRefused


class Disk:
    """A store on a state folder, that can be opened again as after a kill."""

    def __init__(self, folder):
        self.folder = folder
        self.open()

    def open(self):
        self.database = Database(self.folder, [TABLES])
        self.files = FileStore(self.folder / "files", self.database, Clock())

    def reopen(self):
        self.database.close()
        self.open()

    def create(self, path="a.csv"):
        return self.files.create("fs", path, is_directory=False, metadata={})

    def append(self, file, start, data):
        async def appending():
            async with self.files.append_target(file, start, start + len(data)) as target:
                target.write(data)
                self.files.appended(file, target)

        asyncio.run(appending())

    def cut(self, file, start, data, announced):
        """An append of which only *data* arrives."""

        async def appending():
            async with self.files.append_target(file, start, start + announced) as target:
                target.write(data)
                raise ConnectionError

        with pytest.raises(ConnectionError):
            asyncio.run(appending())

    def flush(self, file, position, *, retain=False):
        return self.files.flush(file, position, retain=retain)

    def content(self, path="a.csv"):
        found, length = self.files.committed("fs", path)
        return found.read_bytes()[:length]

    def blobs(self):
        return sorted(path.name for path in (self.folder / "files").iterdir())


@pytest.fixture
def disk(tmp_path):
    made = Disk(tmp_path / "state")
    yield made
    made.database.close()


@pytest.mark.parametrize(
    ("appends", "expected"),
    [
        pytest.param([(0, b"ABC"), (3, b"DEF")], b"ABCDEF", id="in order"),
        pytest.param([(3, b"DEF"), (0, b"ABC")], b"ABCDEF", id="out of order"),
        pytest.param([(0, b"xyz"), (0, b"ABC")], b"ABC", id="repeated, the later one counts"),
        pytest.param([(0, b"ABCx"), (3, b"DEF")], b"ABCDEF", id="overlapping at the end"),
        pytest.param([(3, b"DEF"), (0, b"ABCX")], b"ABCXEF", id="overlapping at the start"),
        pytest.param([(0, b"ABCDEF"), (2, b"xx")], b"ABxxEF", id="within another"),
        pytest.param([(0, b"A"), (2, b"C"), (4, b"E"), (1, b"BCD")], b"ABCDE", id="across gaps"),
    ],
)
def test_appends_make_one_run_of_bytes(disk, appends, expected):
    file = disk.create()
    for start, data in appends:
        disk.append(file, start, data)
    disk.flush(file, len(expected))
    assert disk.content() == expected


def test_a_flush_does_not_pass_a_gap(disk):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    disk.append(file, 4, b"E")
    with pytest.raises(StoreRefused, match="InvalidFlushPosition"):
        disk.flush(file, 5)
    disk.flush(file, 3)
    assert disk.content() == b"ABC"


@pytest.mark.parametrize(("retain", "end"), [(False, 4), (True, 5)])
def test_what_lies_beyond_a_gap_is_kept_only_if_asked(disk, retain, end):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    disk.append(file, 4, b"E")
    disk.flush(file, 3, retain=retain)
    disk.append(file, 3, b"D")
    disk.flush(file, end)
    assert disk.content() == b"ABCDE"[:end]


def test_an_append_that_is_cut_leaves_alone_what_was_answered(disk):
    file = disk.create()
    disk.append(file, 0, b"good")
    disk.cut(file, 0, b"ev", announced=4)
    disk.flush(file, 4)
    assert disk.content() == b"good"


def test_an_append_that_is_cut_does_not_count(disk):
    file = disk.create()
    disk.cut(file, 0, b"half", announced=8)
    with pytest.raises(StoreRefused, match="InvalidFlushPosition"):
        disk.flush(file, 4)
    disk.append(file, 0, b"complete")
    disk.flush(file, 8)
    assert disk.content() == b"complete"


@pytest.mark.parametrize("start", [0, 2])
def test_committed_bytes_are_never_written_over(disk, start):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    file = disk.flush(file, 3)
    disk.append(file, start, b"xxxx")
    for position in (3, start + 4):
        with pytest.raises(StoreRefused, match="InvalidFlushPosition"):
            disk.flush(file, position)
    assert disk.content() == b"ABC"


def test_a_committed_file_grows_at_its_end(disk):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    file = disk.flush(file, 3)
    disk.append(file, 3, b"DEF")
    assert disk.content() == b"ABC"
    disk.flush(file, 6)
    assert disk.content() == b"ABCDEF"


def test_a_repeated_flush_changes_nothing(disk):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    disk.flush(file, 3)
    disk.flush(file, 3)
    assert disk.content() == b"ABC"


def test_appends_to_one_place_take_turns_and_others_do_not_wait(disk):
    file = disk.create()
    told = []

    async def append(name, start, data, may_end):
        async with disk.files.append_target(file, start, start + len(data)) as target:
            told.append(name)
            await may_end.wait()
            target.write(data)
            disk.files.appended(file, target)

    async def appending():
        gate, opened = asyncio.Event(), asyncio.Event()
        opened.set()
        first = asyncio.create_task(append("first", 0, b"1111", gate))
        await asyncio.sleep(0)
        second = asyncio.create_task(append("second", 2, b"22", opened))
        await append("elsewhere", 4, b"33", opened)
        assert told == ["first", "elsewhere"]
        gate.set()
        await asyncio.gather(first, second)

    asyncio.run(appending())
    disk.flush(file, 6)
    assert disk.content() == b"112233"


def test_uncommitted_bytes_outlive_the_process(disk):
    file = disk.create()
    disk.append(file, 0, b"ABC")
    disk.reopen()
    disk.append(file, 3, b"DEF")
    disk.flush(file, 6)
    disk.reopen()
    assert disk.content() == b"ABCDEF"


def test_bytes_that_a_killed_process_left_behind_are_given_back(disk):
    file = disk.create()
    (disk.folder / "files" / "left").write_bytes(b"behind")
    disk.reopen()
    assert disk.blobs() == [file.blob]


def test_a_file_made_again_gives_its_bytes_back(disk):
    disk.create()
    again = disk.create()
    assert disk.blobs() == [again.blob]


def test_an_append_to_a_file_made_again_meanwhile_is_not_part_of_it(disk):
    file = disk.create()

    async def appending():
        async with disk.files.append_target(file, 0, 3) as target:
            target.write(b"old")
            disk.create()
            disk.files.appended(file, target)

    asyncio.run(appending())
    with pytest.raises(StoreRefused, match="InvalidFlushPosition"):
        disk.flush(file, 3)


def test_making_a_folder_again_keeps_what_is_in_it(disk):
    file = disk.create("folder/a.csv")
    disk.append(file, 0, b"ABC")
    disk.flush(file, 3)
    disk.files.create("fs", "folder", is_directory=True, metadata={})
    assert disk.content("folder/a.csv") == b"ABC"
    assert disk.files.get("fs", "folder").length == 0


@pytest.mark.parametrize(
    ("path", "is_directory"),
    [
        pytest.param("folder", False, id="a file where a folder is"),
        pytest.param("folder/a.csv", True, id="a folder where a file is"),
        pytest.param("folder/a.csv/b.csv", False, id="a file below a file"),
    ],
)
def test_a_path_is_a_file_or_a_folder(disk, path, is_directory):
    disk.create("folder/a.csv")
    before = disk.blobs()
    with pytest.raises(StoreRefused, match="PathConflict"):
        disk.files.create("fs", path, is_directory=is_directory, metadata={})
    assert disk.blobs() == before


def test_a_folder_moves_with_all_in_it(disk):
    disk.append(file := disk.create("one/deep/a.csv"), 0, b"ABC")
    disk.flush(file, 3)
    disk.files.rename(disk.files.get("fs", "one"), "fs", "two")
    assert disk.content("two/deep/a.csv") == b"ABC"
    assert [one.path for one in disk.files.listed("fs", "", recursive=True)] == ["two", "two/deep", "two/deep/a.csv"]


def test_a_file_that_is_replaced_by_another_gives_its_bytes_back(disk):
    moved, _ = disk.create("a.csv"), disk.create("b.csv")
    disk.files.rename(moved, "fs", "b.csv")
    assert disk.blobs() == [moved.blob]


@pytest.mark.parametrize(
    ("source", "destination", "code"),
    [
        ("a.csv", "a.csv", "InvalidRenameSourcePath"),
        ("one", "one/two", "InvalidRenameSourcePath"),
        ("a.csv", "one", "PathAlreadyExists"),
        ("a.csv", "nowhere/a.csv", "RenameDestinationParentPathNotFound"),
    ],
)
def test_a_rename_that_is_refused_moves_nothing(disk, source, destination, code):
    disk.create("one/b.csv")
    disk.create("a.csv")
    before = disk.files.listed("fs", "", recursive=True)
    with pytest.raises(StoreRefused, match=code):
        disk.files.rename(disk.files.get("fs", source), "fs", destination)
    assert disk.files.listed("fs", "", recursive=True) == before


def test_a_folder_is_deleted_with_what_is_in_it_only_if_asked(disk):
    disk.create("folder/a.csv")
    folder = disk.files.get("fs", "folder")
    with pytest.raises(StoreRefused, match="DirectoryNotEmpty"):
        disk.files.delete(folder, recursive=False)
    disk.files.delete(folder, recursive=True)
    assert disk.blobs() == []
    assert disk.files.listed("fs", "", recursive=True) == []


def test_bytes_stay_readable_for_a_reader_when_the_file_goes(disk):
    disk.append(file := disk.create(), 0, b"ABC")
    with disk.files.open(file) as stream:
        disk.files.delete(file)
        assert os.fstat(stream.fileno()).st_nlink == 0
        assert stream.read() == b"ABC"
    with pytest.raises(StoreRefused, match="PathNotFound"):
        disk.files.open(file)


def test_a_check_that_refuses_leaves_everything_as_it_is(disk):
    file = disk.create()
    disk.append(file, 0, b"ABC")

    def refuse(_):
        raise LookupError

    for change in (
        lambda: disk.files.create("fs", "a.csv", is_directory=False, metadata={}, check=refuse),
        lambda: disk.files.flush(file, 3, retain=False, check=refuse),
        lambda: disk.files.delete(file, check=refuse),
        lambda: disk.files.rename(file, "fs", "b.csv", check=refuse),
        lambda: disk.files.describe(file, metadata={"a": "b"}, check=refuse),
    ):
        with pytest.raises(LookupError):
            change()
    assert disk.files.get("fs", "a.csv") == file
    disk.flush(file, 3)
    assert disk.content() == b"ABC"
