"""Files of file storage on the real engine: what a person sees, and what is there afterwards."""

import pytest

from tests.engine.killing import kill_request, kills_at, recover
from tests.engine.test_storage_folder import REQUESTS
from tests.file_storage import ALL_RIGHTS, USUAL_RIGHTS, FileStorage

OLD, NEW = b"the old manual", b"the new manual, which is longer"


@pytest.fixture
def storage(veracity):
    found = FileStorage(veracity)
    found.metadata("nothing")
    yield found
    found.set_rights(USUAL_RIGHTS)


@pytest.fixture
def declared(project, storage):
    """A project that declares one file, by a program."""
    project.path = f"{storage.new_path()}/manual.pdf"
    project.write("manual.pdf", OLD)

    def declare(**arguments):
        given = {"path": project.path, "source": "manual.pdf", **arguments}
        project.program(f"StorageFile('m', {', '.join(f'{name}={value!r}' for name, value in given.items())})")

    project.declared = declare
    declare(metadata={"Version": "1"})
    return project


def test_a_file_is_put_and_an_edit_puts_content_and_metadata_at_once(declared, storage):
    previewed = declared.preview()
    assert previewed.succeeded, previewed.text
    assert previewed.lines_with("uploads the file: 14 bytes, SHA-256"), previewed.text
    up = declared.up()
    assert up.succeeded, up.text
    assert (storage.content(declared.path), storage.metadata(declared.path)) == (OLD, {"Version": "1"})
    assert declared.is_unchanged()
    assert "sig=" not in declared.state_file().read_text()

    declared.write("manual.pdf", NEW)
    declared.declared(metadata={"Version": "2"})
    shown = declared.preview()
    assert shown.lines_with("content_hash", "=>"), shown.text
    assert shown.lines_with("edited in the program: content, Version"), shown.text
    assert declared.up().succeeded
    assert (storage.content(declared.path), storage.metadata(declared.path)) == (NEW, {"Version": "2"})
    assert declared.is_unchanged()


def test_what_somebody_else_has_put_shows_and_is_put_back(declared, storage):
    assert declared.up().succeeded
    storage.somebody_puts(declared.path, b"hers", Owner="she")
    shown = declared.preview()
    assert shown.lines_with("changed in Veracity since the last up: content"), shown.text
    refreshed = declared.refresh()
    assert refreshed.succeeded, refreshed.text
    assert "somebody else has changed the content" in refreshed
    up = declared.up()
    assert up.succeeded, up.text
    assert "overwrote what somebody else had written: content" in up
    assert (storage.content(declared.path), storage.metadata(declared.path)) == (OLD, {"Owner": "she", "Version": "1"})
    assert declared.is_unchanged()


def test_a_conflict_stops_with_a_table(declared, storage):
    declared.declared(on_conflict="fail")
    assert declared.up().succeeded
    storage.somebody_puts(declared.path, b"hers")
    declared.write("manual.pdf", NEW)
    assert "`pulumi up` will stop here" in declared.preview()
    stopped = declared.up()
    assert not stopped.succeeded
    assert stopped.lines_with("content", "31 bytes, SHA-256", "14 bytes, SHA-256", "4 bytes, changed"), stopped.text
    assert storage.content(declared.path) == b"hers"


def test_an_adopted_file_with_these_bytes_is_not_uploaded(declared, storage):
    storage.somebody_uploads(declared.path, OLD, Owner="she")
    adopts = declared.preview()
    assert adopts.lines_with("adopts the existing file, and changes: Version"), adopts.text
    assert declared.up().succeeded
    assert storage.metadata(declared.path) == {"Owner": "she", "Version": "1"}
    assert declared.is_unchanged()


def test_a_folder_and_the_files_in_it_are_declared_in_a_stack_file_and_destroyed_from_the_inside(project, storage):
    storage.set_rights(ALL_RIGHTS)
    path = storage.new_path()
    project.write("manual.pdf", OLD)
    project.declare(
        folders=[{"name": "voyages", "path": path, "metadata": {"Customer": "123"}, "onDestroy": "delete"}],
        files=[{"name": "manual", "path": f"{path}/manual.pdf", "source": "manual.pdf", "onDestroy": "delete"}],
    )
    storage.veracity.forget_requests()
    up = project.up()
    assert up.succeeded, up.text
    assert len(storage.sas_requests()) == 2  # one that reads and one that writes, for both
    assert storage.content(f"{path}/manual.pdf") == OLD
    assert project.is_unchanged()
    destroyed = project.destroy()
    assert destroyed.succeeded, destroyed.text
    assert storage.metadata(path) is None


def test_one_that_somebody_has_changed_is_not_removed(declared, storage):
    storage.set_rights(ALL_RIGHTS)
    declared.declared(on_destroy="delete")
    assert declared.up().succeeded
    storage.somebody_puts(declared.path, b"hers")
    destroyed = declared.destroy()
    assert destroyed.succeeded, destroyed.text
    assert "is not removed, since somebody else has changed its content" in destroyed
    assert storage.content(declared.path) == b"hers"


def test_bad_input_is_told_at_preview(declared):
    declared.declared(source="none.pdf")
    refused = declared.preview()
    assert not refused.succeeded
    assert refused.lines_with("source", "none.pdf does not exist"), refused.text
    assert "Traceback" not in refused


def test_assets_are_sources_too(project, storage):
    path = storage.new_path()
    project.write("manual.pdf", OLD)
    project.program(
        f"StorageFile('a', path='{path}/a', source=pulumi.FileAsset('manual.pdf'))\n"
        f"StorageFile('b', path='{path}/b', source=pulumi.StringAsset('text'))"
    )
    assert project.up().succeeded
    assert (storage.content(f"{path}/a"), storage.content(f"{path}/b")) == (OLD, b"text")
    assert project.is_unchanged()


@pytest.mark.parametrize(
    "is_there",
    [pytest.param(False, id="creating", marks=pytest.mark.extended), pytest.param(True, id="replacing")],
)
@pytest.mark.parametrize("kill", kills_at(REQUESTS, always="writing"))
def test_a_kill_at_any_request_leaves_the_old_or_the_new_file_and_is_mended_by_the_next_up(
    declared, storage, kill, is_there
):
    folder, _, name = declared.path.rpartition("/")
    if is_there:
        storage.somebody_puts(declared.path, NEW, Owner="she")
    kill_request(declared, storage.veracity, REQUESTS[kill.phase], kill.victim)
    again = recover(declared)
    assert again.succeeded, again.text
    assert storage.content(declared.path) == OLD
    assert storage.metadata(declared.path) == {"Version": "1", **({"Owner": "she"} if is_there else {})}
    assert storage.names(folder) == [name]
    assert declared.is_unchanged()
