"""Folders of file storage on the real engine: what a person sees, and what is there afterwards."""

import pytest

from tests.engine.killing import kill_request, kills_at, recover
from tests.file_storage import ALL_RIGHTS, USUAL_RIGHTS, FileStorage


@pytest.fixture
def storage(veracity):
    found = FileStorage(veracity)
    found.metadata("nothing")
    yield found
    found.set_rights(USUAL_RIGHTS)
    found.let_readers_read(True)


@pytest.fixture
def declared(project, storage):
    """A project that declares one folder, by a program."""
    project.path = storage.new_path()

    def declare(**arguments):
        given = {"path": project.path, **arguments}
        project.program(f"StorageFolder('f', {', '.join(f'{name}={value!r}' for name, value in given.items())})")

    project.declared = declare
    declare(metadata={"Customer": "123"})
    return project


def test_a_folder_is_made_and_then_nothing_is_to_do(declared, storage):
    previewed = declared.preview()
    assert previewed.succeeded, previewed.text
    assert previewed.lines_with("creates the folder"), previewed.text
    up = declared.up()
    assert up.succeeded, up.text
    assert storage.metadata(declared.path) == {"Customer": "123"}
    assert declared.outputs("f")["patch"] == [{"op": "add", "path": "/Customer", "value": "123"}]
    assert declared.is_unchanged()
    assert "sig=" not in declared.state_file().read_text()


def test_one_that_is_there_is_adopted_and_edits_and_drift_are_told_apart(declared, storage):
    storage.somebody_makes_folder(declared.path, customer="old", Owner="she")
    adopts = declared.preview()
    assert adopts.lines_with('Customer: "old" → "123"'), adopts.text
    assert declared.up().succeeded
    assert declared.outputs("f")["previous"] == {"Customer": "old"}

    storage.somebody_sets(declared.path, {"customer": "hers", "Owner": "she"})
    declared.declared(metadata={"Customer": "123", "Ship": "Asta"})
    shown = declared.preview()
    assert shown.lines_with("edited in the program: Ship"), shown.text
    assert shown.lines_with("changed in Veracity since the last up: Customer"), shown.text
    up = declared.up()
    assert "overwrote what somebody else had written: Customer" in up, up.text
    assert storage.metadata(declared.path) == {"customer": "123", "Owner": "she", "Ship": "Asta"}
    assert declared.is_unchanged()


def test_refresh_takes_drift_into_the_state_and_what_is_gone_out_of_it(declared, storage):
    assert declared.up().succeeded
    storage.somebody_sets(declared.path, {"Customer": "hers"})
    refreshed = declared.refresh()
    assert refreshed.succeeded, refreshed.text
    assert declared.outputs("f")["metadata"] == {"Customer": "hers"}
    assert declared.preview().lines_with('Customer: "hers" → "123"')
    storage.somebody_removes(declared.path)
    assert declared.refresh().succeeded
    assert "f" not in declared.resources()


def test_a_conflict_stops_with_a_table(declared, storage):
    declared.declared(metadata={"Customer": "1"}, on_conflict="fail")
    assert declared.up().succeeded
    storage.somebody_sets(declared.path, {"Customer": "hers"})
    declared.declared(metadata={"Customer": "2"}, on_conflict="fail")
    assert "`pulumi up` will stop here" in declared.preview()
    stopped = declared.up()
    assert not stopped.succeeded
    assert stopped.lines_with("Customer", '"2"', '"1"', '"hers"'), stopped.text
    assert storage.metadata(declared.path) == {"Customer": "hers"}


def test_folders_within_one_another_are_removed_from_the_inside(project, storage):
    storage.set_rights(ALL_RIGHTS)
    path = storage.new_path()
    folders = [
        {"name": "inner", "path": f"{path}/2026/q1", "onDestroy": "delete", "metadata": {"Quarter": "1"}},
        {"name": "outer", "path": path, "onDestroy": "delete"},
        {"name": "middle", "path": f"{path}/2026", "onDestroy": "delete"},
    ]
    project.declare(folders=folders)
    up = project.up()
    assert up.succeeded, up.text
    assert storage.metadata(f"{path}/2026/q1") == {"Quarter": "1"}
    assert project.state()["resources"][0]["outputs"]["folders"]["inner"]["path"] == f"{path}/2026/q1"
    assert project.is_unchanged()
    destroyed = project.destroy()
    assert destroyed.succeeded, destroyed.text
    assert storage.metadata(path) is None


def test_a_folder_that_holds_something_stays_and_says_so(declared, storage):
    storage.set_rights(ALL_RIGHTS)
    declared.declared(on_destroy="delete")
    assert declared.up().succeeded
    storage.somebody_puts(f"{declared.path}/hers.txt", b"hers")
    destroyed = declared.destroy()
    assert destroyed.succeeded, destroyed.text
    assert "is not removed, since it contains what is not managed here" in destroyed
    assert storage.content(f"{declared.path}/hers.txt") == b"hers"


def test_a_right_that_the_sas_lacks_is_named_and_the_state_keeps_the_folder(declared, storage):
    declared.declared(on_destroy="delete")
    assert declared.up().succeeded
    failed = declared.destroy()
    assert not failed.succeeded
    assert failed.lines_with("must include the permission d (delete), and does not"), failed.text
    assert "Traceback" not in failed
    assert "f" in declared.resources()


def test_a_rename_leaves_the_folder(declared, storage):
    storage.set_rights(ALL_RIGHTS)
    declared.declared(on_destroy="delete", metadata={"Customer": "1"})
    assert declared.up().succeeded
    declared.program(f"StorageFolder('g', path={declared.path!r}, on_destroy='delete', metadata={{'Customer': '1'}})")
    renamed = declared.up()
    assert renamed.succeeded, renamed.text
    assert 'left as it is, since "g" manages the folder now' in renamed
    assert storage.metadata(declared.path) == {"Customer": "1"}


def test_another_path_is_another_folder_and_the_old_one_is_removed(declared, storage):
    storage.set_rights(ALL_RIGHTS)
    declared.declared(on_destroy="delete")
    assert declared.up().succeeded
    old, declared.path = declared.path, storage.new_path()
    declared.declared(on_destroy="delete")
    assert "1 to replace" in declared.preview()
    assert declared.up().succeeded
    assert storage.metadata(old) is None
    assert storage.metadata(declared.path) == {}


def test_bad_input_is_told_at_preview_and_nothing_is_sent(declared, storage):
    declared.declared(metadata={"a-b": "x", "Ship": "Måløy"}, on_destroy="wipe")
    storage.veracity.forget_requests()
    refused = declared.preview()
    assert not refused.succeeded
    for words in (("metadata.a-b", "must be a name"), ("metadata.Ship", "U+00E5"), ("on_destroy", "retain, restore")):
        assert refused.lines_with(*words), (words, refused.text)
    assert storage.sas_requests() == []


def test_two_resources_for_one_path_are_refused_by_both_names(declared):
    declared.program(f"StorageFolder('one', path={declared.path!r})\nStorageFolder('two', path={declared.path!r})")
    refused = declared.preview()
    assert not refused.succeeded
    assert refused.lines_with("two.path", '"one"'), refused.text


def test_unknown_metadata_and_paths_preview_and_work(project, storage):
    path = storage.new_path()
    project.program(
        f"one = StorageFolder('one', path={path!r}, metadata={{'Customer': '1'}})\n"
        "StorageFolder('two', path=one.url.apply(lambda url: url.rsplit('/', 1)[1] + '-two'), "
        "metadata={'Url': one.url})"
    )
    previewed = project.preview()
    assert previewed.succeeded, previewed.text
    up = project.up()
    assert up.succeeded, up.text
    assert storage.metadata(f"{path}-two")["Url"] == project.outputs("one")["url"]
    assert project.is_unchanged()


@pytest.mark.parametrize(("reads", "text"), [(True, "creates the folder"), (False, "the portal's page")])
def test_a_reader_previews_where_readers_get_a_sas(declared, storage, reads, text):
    storage.let_readers_read(reads)
    declared.config |= storage.veracity.reader_config
    previewed = declared.preview()
    assert previewed.succeeded is reads
    assert text in previewed, previewed.text


REQUESTS = {
    "asking for the SAS": {"method": "POST", "path": "*/storages/sas"},
    "looking": {"method": "HEAD", "path": "/veracitylocal/*"},
    "writing": {"method": "PUT", "path": "/veracitylocal/*"},
    "looking again": {"method": "HEAD", "path": "/veracitylocal/*", "after": 2},
}


@pytest.mark.parametrize(
    "is_there", [pytest.param(False, id="creating"), pytest.param(True, id="adopting", marks=pytest.mark.extended)]
)
@pytest.mark.parametrize("kill", kills_at(REQUESTS, always="writing"))
def test_a_kill_at_any_request_is_mended_by_the_next_up(declared, storage, kill, is_there):
    if is_there:
        storage.somebody_makes_folder(declared.path, Owner="she")
    kill_request(declared, storage.veracity, REQUESTS[kill.phase], kill.victim)
    again = recover(declared)
    assert again.succeeded, again.text
    assert storage.metadata(declared.path) == {"Customer": "123", **({"Owner": "she"} if is_there else {})}
    assert declared.is_unchanged()
