"""The file storage of a workspace: a SAS for each right, and another one where the storage refuses it."""

from types import SimpleNamespace

import pytest

from veracity_provider.errors import SasRejected, SasRightMissing, StoragePathChanged
from veracity_provider.lifecycle.filestorage.workspace_storage import WorkspaceStorage, repeat_while_changed

NOON = 1_767_268_800.0
FOUND = object()


def not_sent(_):
    pytest.fail("nothing was sent")


class Paths:
    """What is opened with one SAS: notes the calls, and refuses them with *errors*, in turn."""

    def __init__(self, errors):
        self.calls = []
        self._errors = errors

    def __getattr__(self, name):
        def call(*arguments, **options):
            self.calls.append((name, arguments, options))
            if self._errors:
                raise self._errors.pop(0)
            return FOUND

        return call


class OpenStorages:
    """Opens the storage anew after each that was forgotten; notes both."""

    def __init__(self, *errors):
        self.log = []
        self.current = None
        self._errors = list(errors)

    def get(self, workspace_id, kind, *, ask, now):
        self.log.append(("get", workspace_id, kind, ask, now))
        self.current = self.current or Paths(self._errors)
        return self.current

    def forget(self, workspace_id, kind, refused):
        assert refused is self.current
        self.log.append(("forget", workspace_id, kind))
        self.current = None


def get_sas():
    """Stands for the client's method; nothing here calls it."""


@pytest.fixture
def open_with():
    """The storage of workspace `w`, where the storage refuses with these errors, in turn."""

    def make(*errors):
        opened = OpenStorages(*errors)
        clients = SimpleNamespace(filestorage=SimpleNamespace(get_sas=get_sas))
        return WorkspaceStorage(SimpleNamespace(clients=clients, open_storages=opened, time=lambda: NOON), "w"), opened

    return make


CONTENT = object()
CALLS = [
    pytest.param("Read", "address_of", ("a",), {}, FOUND, id="an address"),
    pytest.param("Read", "find", ("a",), {}, FOUND, id="finding"),
    pytest.param("Write", "make_folder", ("a", {"A": "1"}), {}, None, id="making a folder"),
    pytest.param("Write", "set_metadata", ("a", {"A": "1"}), {"etag": "e"}, None, id="setting metadata"),
    pytest.param(
        "Write", "put_file", ("a", CONTENT, {"A": "1"}), {"etag": "e", "on_sent": not_sent}, None, id="putting a file"
    ),
    pytest.param(
        "Write", "put_file", ("a", CONTENT, {}), {"etag": None, "on_sent": not_sent}, None, id="putting a new file"
    ),
    pytest.param("Write", "remove", ("a",), {"etag": "e"}, None, id="removing what was read"),
]


@pytest.mark.parametrize(("kind", "name", "arguments", "options", "result"), CALLS)
def test_a_call_is_passed_on_with_a_sas_of_its_right(open_with, kind, name, arguments, options, result):
    storage, opened = open_with()
    assert getattr(storage, name)(*arguments, **options) is result
    assert opened.log == [("get", "w", kind, get_sas, NOON)]
    assert opened.current.calls == [(name, arguments, options)]


def test_what_is_there_is_removed_whatever_it_was_before(open_with):
    storage, opened = open_with()
    storage.remove("a")
    assert opened.current.calls == [("remove", ("a",), {"etag": None})]


@pytest.mark.parametrize(("kind", "name", "arguments", "options", "result"), CALLS)
def test_a_sas_that_is_refused_is_replaced_and_the_call_made_again(open_with, kind, name, arguments, options, result):
    storage, opened = open_with(SasRejected("expired"))
    assert getattr(storage, name)(*arguments, **options) is result
    get = ("get", "w", kind, get_sas, NOON)
    assert opened.log == [get, ("forget", "w", kind), get]
    assert opened.current.calls == [(name, arguments, options)]


def test_a_second_sas_that_is_refused_is_an_error(open_with):
    first, second = SasRejected("expired"), SasRejected("expired as well")
    storage, opened = open_with(first, second)
    with pytest.raises(SasRejected) as refused:
        storage.find("a")
    assert refused.value is second
    assert [one[0] for one in opened.log] == ["get", "forget", "get"]


@pytest.mark.parametrize("error", [SasRightMissing("no right"), StoragePathChanged("changed")], ids=type)
def test_another_error_is_told_at_once(open_with, error):
    storage, opened = open_with(error)
    with pytest.raises(type(error)) as refused:
        storage.remove("a")
    assert refused.value is error
    assert [one[0] for one in opened.log] == ["get"]


def test_a_real_one_asks_the_platform_for_a_sas_of_two_hours(services, veracity):
    storage = WorkspaceStorage(services, veracity.workspace)
    veracity.forget_requests()
    assert storage.find("nothing of that name") is None
    [asked] = veracity.requests_to("/storages/sas")
    assert storage.address_of("a b").endswith("/a%20b")
    assert len(veracity.requests_to("/storages/sas")) == 1
    assert asked["method"] == "POST"


class TestRepeating:
    @pytest.fixture
    def attempt(self):
        """Somebody else is faster the first *times*."""

        def make(times):
            def attempt():
                attempt.count += 1
                if attempt.count <= times:
                    message = f"changed {attempt.count}"
                    raise StoragePathChanged(message)
                return FOUND

            attempt.count = 0
            return attempt

        return make

    @pytest.mark.parametrize("times", [0, 1, 4])
    def test_an_attempt_is_made_again_where_somebody_else_was_faster(self, attempt, times):
        made = attempt(times)
        assert repeat_while_changed(made) is FOUND
        assert made.count == times + 1

    def test_five_times_are_enough(self, attempt):
        made = attempt(5)
        with pytest.raises(StoragePathChanged) as changed:
            repeat_while_changed(made)
        assert str(changed.value) == "changed 5"
        assert made.count == 5

    def test_another_error_ends_it_at_once(self):
        def fail():
            fail.count += 1
            raise SasRejected("expired")

        fail.count = 0
        with pytest.raises(SasRejected):
            repeat_while_changed(fail)
        assert fail.count == 1
