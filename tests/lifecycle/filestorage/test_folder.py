"""The life of a folder of file storage, on the local Veracity."""

import pytest

from tests.file_storage import ALL_RIGHTS, USUAL_RIGHTS
from tests.lifecycle.filestorage.helpers import follow, overtake, reader, urn
from veracity_provider.errors import (
    MetadataConflict,
    MetadataNotApplied,
    PermissionDenied,
    SasRightMissing,
    StoragePathChanged,
    StoragePathError,
    StorageUnavailable,
)
from veracity_provider.lifecycle.filestorage.folder import StorageFolderLifecycle
from veracity_provider.lifecycle.protocols import UNKNOWN

DEFAULTS = {"on_destroy": "retain", "on_conflict": "overwrite"}


@pytest.fixture
def life(services):
    return StorageFolderLifecycle(services)


@pytest.fixture
def path(storage):
    return storage.new_path()


@pytest.fixture
def declare(life, told, path):
    """The inputs as `check` completes them."""

    def inputs(*, olds=None, **fields):
        checked = life.check(olds or {}, {"path": path, **DEFAULTS, **fields}, told)
        assert checked.problems == ()
        return checked.inputs

    return inputs


@pytest.fixture
def destroy(make_services, told):
    """Delete it in a process of its own, as `pulumi destroy` does; nothing is checked there."""
    return lambda state: StorageFolderLifecycle(make_services()).delete("", state, told)


def problems(life, told, **fields):
    return [str(one) for one in life.check({}, {**DEFAULTS, **fields}, told).problems]


class TestCreate:
    def test_a_folder_that_is_not_there_is_made_with_those_above_it(self, life, told, storage, path):
        inputs = life.check({}, {"path": f"{path}/2026", **DEFAULTS, "metadata": {"Customer": "123"}}, told).inputs
        made = life.create(inputs, told)
        assert told.infos == ["creates the folder"]
        assert storage.metadata(f"{path}/2026") == {"Customer": "123"}
        assert storage.metadata(path) == {}
        assert made.id == f"{storage.veracity.demo['workspaceId']}/{path}/2026"
        assert made.outputs["patch"] == [{"op": "add", "path": "/Customer", "value": "123"}]
        assert made.outputs["previous"] == {"Customer": None}
        assert made.outputs["applied"] == {"Customer": "123"}
        assert made.outputs["live_metadata"] == {"Customer": "123"}
        assert made.outputs["url"].endswith(f"/{path}/2026")
        assert "?" not in made.outputs["url"]

    def test_one_that_is_there_is_adopted_and_keeps_what_is_not_declared(self, life, told, storage, path, declare):
        storage.somebody_makes_folder(path, Customer="old", Owner="somebody")
        made = life.create(declare(metadata={"Customer": "123", "Ship": "Asta"}), told)
        assert told.infos == [
            'adopts the folder, and changes: Customer, Ship\n  Customer: "old" → "123"\n  Ship: (not there) → "Asta"'
        ]
        assert storage.metadata(path) == {"Customer": "123", "Owner": "somebody", "Ship": "Asta"}
        assert made.outputs["previous"] == {"Customer": "old", "Ship": None}
        assert made.outputs["patch"] == [
            {"op": "replace", "path": "/Customer", "value": "123"},
            {"op": "add", "path": "/Ship", "value": "Asta"},
        ]

    def test_one_that_is_as_declared_is_adopted_without_a_request_that_writes(self, life, told, storage, path, declare):
        storage.somebody_makes_folder(path, Customer="123")
        inputs = declare(metadata={"Customer": "123"})
        storage.veracity.forget_requests()
        assert life.create(inputs, told).outputs["patch"] == []
        assert {one["method"] for one in storage.requests(path)} == {"HEAD"}

    def test_one_without_metadata_is_a_folder_all_the_same(self, life, told, storage, path, declare):
        assert life.create(declare(), told).outputs["applied"] == {}
        assert storage.metadata(path) == {}

    def test_keys_are_the_same_without_case_and_keep_their_spelling(self, life, told, storage, path, declare):
        storage.somebody_makes_folder(path, customer="old", SHIP="Asta")
        inputs = declare(metadata={"Customer": "123", "Ship": "Asta"})
        state = life.create(inputs, told).outputs
        assert storage.metadata(path) == {"customer": "123", "SHIP": "Asta"}
        assert state["patch"] == [{"op": "replace", "path": "/customer", "value": "123"}]
        assert state["previous"] == {"Customer": "old", "Ship": "Asta"}
        assert not life.diff("", state, inputs, told).changes

    def test_somebody_who_makes_it_at_the_same_time_is_no_conflict(self, life, told, storage, path, services, declare):
        inputs = declare(metadata={"Customer": "123"})
        overtake(services, "make_folder", lambda: storage.somebody_makes_folder(path, Owner="somebody"))
        life.create(inputs, told)
        assert storage.metadata(path) == {"Customer": "123", "Owner": "somebody"}

    def test_a_made_folder_whose_answer_is_lost_is_found(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "123"})
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=1, effect={"kind": "cutAfter"})
        state = life.create(inputs, told).outputs
        assert storage.metadata(path) == {"Customer": "123"}
        assert state["previous"] == {"Customer": None}


class TestNoChange:
    def test_an_unchanged_folder_costs_one_request_and_no_new_sas(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "123"})
        state = life.create(inputs, told).outputs
        storage.veracity.forget_requests()
        told.infos.clear()
        assert declare(olds=inputs, metadata={"Customer": "123"}) == inputs
        assert not life.diff("", state, inputs, told).changes
        assert [one["method"] for one in storage.requests(path)] == ["HEAD"]
        assert storage.sas_requests() == []
        assert told.infos == []

    def test_one_sas_of_each_kind_serves_all_folders_of_a_process(self, life, told, storage):
        for _ in range(3):
            inputs = life.check({}, {"path": storage.new_path(), **DEFAULTS}, told).inputs
            life.create(inputs, told)
        assert len(storage.sas_requests()) == 2

    def test_a_sas_near_its_end_is_asked_for_anew(self, make_services, told, storage, clock):
        clock.now = 1_767_268_800.0
        life = StorageFolderLifecycle(make_services(clock=ShiftedClock(clock)))
        inputs = {"path": storage.new_path(), **DEFAULTS, "workspace_id": storage.veracity.demo["workspaceId"]}
        for _ in range(2):
            assert life.read("", inputs, told) is None
        assert len(storage.sas_requests()) == 1
        clock.now += 2 * 3600 - 599
        assert life.read("", inputs, told) is None
        assert len(storage.sas_requests()) == 2

    def test_one_that_is_refused_is_asked_for_anew_once(self, life, told, storage, path, declare):
        inputs = declare()
        storage.veracity.fault(path="/veracitylocal/*", count=1, effect={"kind": "expireSas"})
        life.create(inputs, told)
        assert storage.metadata(path) == {}


class ShiftedClock:
    """The time of day, moved on by what a fake clock says."""

    def __init__(self, clock):
        self._clock, self._begun = clock, clock.now

    def time(self):
        import time

        return time.time() + self._clock.now - self._begun

    sleep = staticmethod(lambda _: None)
    monotonic = time


class TestChange:
    def test_an_edit_and_somebody_elses_change_are_told_apart(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}), told).outputs
        storage.somebody_sets(path, {"Customer": "somebody's", "Ship": "Asta"})
        told.infos.clear()
        inputs = declare(olds=state, metadata={"Customer": "1", "Ship": "Berta"})
        assert life.diff("", state, inputs, told).changes
        assert told.infos == [
            'edited in the program: Ship\n  Ship: "Asta" → "Berta"',
            'changed in Veracity since the last up: Customer\n  Customer: "somebody\'s" → "1"',
        ]
        updated = life.update("", state, inputs, told)
        assert told.warnings == ['overwrote what somebody else had written: Customer\n  Customer: "somebody\'s" → "1"']
        assert storage.metadata(path) == {"Customer": "1", "Ship": "Berta"}
        assert not life.diff("", updated, inputs, told).changes

    @pytest.mark.parametrize("is_preview", [True, False])
    def test_somebody_elses_change_alone_is_a_change_and_told_without_a_warning_where_it_will_be_overwritten(
        self, life, told, storage, path, declare, is_preview
    ):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.somebody_sets(path, {"Customer": "hers"})
        told.infos.clear()
        inputs = declare(olds=state, metadata={"Customer": "1"}, is_preview=is_preview)
        assert life.diff("", state, inputs, told).changes
        assert told.infos == ['changed in Veracity since the last up: Customer\n  Customer: "hers" → "1"']
        assert told.warnings == []

    def test_an_edit_is_told_without_a_warning_where_somebody_elses_change_would_stop_it(self, life, told, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        told.infos.clear()
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail", is_preview=True)
        assert life.diff("", state, inputs, told).changes
        assert (told.infos, told.warnings) == (['edited in the program: Customer\n  Customer: "1" → "2"'], [])

    def test_a_key_that_nobody_declares_is_no_drift_and_stays(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "1"})
        state = life.create(inputs, told).outputs
        storage.somebody_sets(path, {"Customer": "1", "Owner": "somebody"})
        assert not life.diff("", state, inputs, told).changes
        state = life.update("", state, declare(olds=state, metadata={"Customer": "2"}), told)
        assert storage.metadata(path) == {"Customer": "2", "Owner": "somebody"}

    def test_a_key_that_is_managed_no_longer_is_left_as_it_is(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}), told).outputs
        inputs = declare(olds=state, metadata={"Customer": "1"})
        assert life.diff("", state, inputs, told).changes
        state = life.update("", state, inputs, told)
        assert state["applied"] == {"Customer": "1"}
        assert storage.metadata(path) == {"Customer": "1", "Ship": "Asta"}
        assert not life.diff("", state, inputs, told).changes

    @pytest.mark.parametrize("news", [{"on_destroy": "delete"}, {"on_conflict": "fail"}])
    def test_what_only_the_state_has_to_learn_is_a_change_without_a_request_that_writes(
        self, life, told, storage, path, declare, news
    ):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.veracity.forget_requests()
        inputs = declare(olds=state, metadata={"Customer": "1"}, **news)
        assert life.diff("", state, inputs, told).changes
        assert not life.diff("", life.update("", state, inputs, told), inputs, told).changes
        assert {one["method"] for one in storage.requests(path)} == {"HEAD"}

    @pytest.mark.parametrize("changed", ["path", "workspace_id"])
    def test_another_place_is_another_folder(self, life, told, declare, changed):
        inputs = declare()
        state = life.create(inputs, told).outputs
        other = {"path": "another", "workspace_id": "99999999-0000-4000-8000-000000000001"}[changed]
        found = life.diff("", state, {**inputs, changed: other}, told)
        assert found.replaces == ("path", "workspace_id")

    def test_capitals_in_the_workspaces_id_are_no_change(self, life, told, declare):
        inputs = declare()
        state = life.create(inputs, told).outputs
        assert not life.diff("", state, {**inputs, "workspace_id": inputs["workspace_id"].upper()}, told).changes

    def test_what_is_not_known_yet_is_a_change_and_asks_nobody(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        assert life.diff("", state, declare(olds=state, metadata={"Customer": UNKNOWN}), told).changes
        assert life.diff("", state, declare(olds=state, metadata=UNKNOWN), told).changes
        storage.veracity.forget_requests()
        assert life.check({}, {"path": UNKNOWN, **DEFAULTS}, told).problems == ()
        assert life.diff("", state, {"path": UNKNOWN, **DEFAULTS}, told).replaces == ("path", "workspace_id")
        assert storage.requests(path) == []

    def test_a_folder_that_is_gone_is_made_again(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "1"})
        state = life.create(inputs, told).outputs
        storage.somebody_removes(path)
        assert life.diff("", state, inputs, told).changes
        assert told.infos[-1] == "the folder was deleted, and is created again"
        life.update("", state, inputs, told)
        assert storage.metadata(path) == {"Customer": "1"}


class TestConflict:
    def test_it_stops_and_shows_three_values(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.somebody_sets(path, {"Customer": "somebody's"})
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail")
        with pytest.raises(MetadataConflict) as conflict:
            life.update("", state, inputs, told)
        assert str(conflict.value) == (
            f"folder {path}: somebody else has changed what is declared here since the last up, and on_conflict is "
            "fail; nothing was written. Take their value into the program, or set on_conflict to overwrite.\n"
            "  field     declared  last applied  live\n"
            '  Customer  "2"       "1"           "somebody\'s"'
        )
        assert storage.metadata(path) == {"Customer": "somebody's"}

    @pytest.mark.parametrize("on_conflict", ["overwrite", "fail"])
    def test_a_key_of_somebody_else_between_our_read_and_our_write_survives(
        self, life, told, storage, path, services, declare, on_conflict
    ):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict=on_conflict)
        overtake(services, "set_metadata", lambda: storage.somebody_sets(path, {"Customer": "1", "Owner": "she"}))
        life.update("", state, inputs, told)
        assert storage.metadata(path) == {"Customer": "2", "Owner": "she"}

    def test_our_key_changed_between_our_read_and_our_write_is_a_conflict(
        self, life, told, storage, path, services, declare
    ):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail")
        overtake(services, "set_metadata", lambda: storage.somebody_sets(path, {"Customer": "somebody's"}))
        with pytest.raises(MetadataConflict):
            life.update("", state, inputs, told)
        assert storage.metadata(path) == {"Customer": "somebody's"}

    @pytest.mark.parametrize("times", [4, 5])
    def test_somebody_who_is_always_faster_is_an_error_in_the_end(
        self, life, told, storage, path, services, declare, times
    ):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        inputs = declare(olds=state, metadata={"Customer": "2"})
        overtake(services, "set_metadata", lambda: storage.somebody_sets(path, {"Customer": "1"}), times=times)
        if times == 5:
            with pytest.raises(StoragePathChanged):
                life.update("", state, inputs, told)
        else:
            life.update("", state, inputs, told)
        assert storage.metadata(path) == {"Customer": "1" if times == 5 else "2"}

    def test_what_was_there_before_somebody_was_faster_is_what_was_there_first(
        self, life, told, storage, path, services, declare
    ):
        storage.somebody_makes_folder(path, Customer="old")
        inputs = declare(metadata={"Customer": "1"})
        overtake(services, "set_metadata", lambda: storage.somebody_sets(path, {"Customer": "older"}))
        assert life.create(inputs, told).outputs["previous"] == {"Customer": "old"}

    def test_one_that_is_gone_right_after_it_was_written_is_an_error(
        self, life, told, storage, path, services, declare
    ):
        inputs = declare()
        follow(services, "make_folder", lambda: storage.somebody_removes(path))
        with pytest.raises(StoragePathError) as failed:
            life.create(inputs, told)
        assert str(failed.value) == f"folder {path} was deleted right after it was created; run `pulumi up` again"

    def test_what_is_not_as_declared_right_after_it_was_written_is_an_error(
        self, life, told, storage, path, services, declare
    ):
        inputs = declare(metadata={"Customer": "1"})
        follow(services, "make_folder", lambda: storage.somebody_sets(path, {"Customer": "hers"}))
        with pytest.raises(MetadataNotApplied) as failed:
            life.create(inputs, told)
        assert str(failed.value) == (
            f'folder {path} is not as declared after the patch (Customer: "hers" → "1"); run `pulumi up` again'
        )

    def test_a_write_whose_answer_is_lost_is_no_conflict(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail")
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=1, effect={"kind": "cutAfter"})
        assert life.update("", state, inputs, told)["applied"] == {"Customer": "2"}
        assert storage.metadata(path) == {"Customer": "2"}


class TestRead:
    def test_drift_shows_in_the_declared_keys_alone(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}), told).outputs
        storage.somebody_sets(path, {"customer": "2", "Owner": "she"})
        found = life.read("an id", state, told)
        assert found.id == "an id"
        assert found.inputs["metadata"] == {"Customer": "2"}
        assert found.outputs["live_metadata"] == {"customer": "2", "Owner": "she"}
        assert found.outputs["applied"] == {"Customer": "1", "Ship": "Asta"}

    def test_one_without_declared_metadata_reads_as_its_state(self, life, told, declare):
        state = life.create(declare(), told).outputs
        found = life.read("an id", state, told)
        assert found.outputs == state
        assert "metadata" not in found.inputs

    def test_a_folder_that_is_gone_is_gone(self, life, told, storage, path, declare):
        state = life.create(declare(), told).outputs
        storage.somebody_removes(path)
        assert life.read("", state, told) is None
        assert told.infos[-1] == f"folder {path} no longer exists"

    @pytest.mark.parametrize("status", [404, 500])
    def test_an_answer_that_is_not_the_storages_own_says_nothing(self, life, told, storage, path, declare, status):
        state = life.create(declare(), told).outputs
        effect = {"kind": "status", "status": status, "html": True}
        storage.veracity.fault(method="HEAD", path=f"*{path}*", count=None, effect=effect)
        with pytest.raises(Exception, match=f"reading {path} failed: the storage answered {status}"):
            life.read("", state, told)


class TestDestroy:
    def test_retain_asks_nobody(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.veracity.forget_requests()
        destroy(state)
        assert storage.requests(path) == []
        assert storage.metadata(path) == {"Customer": "1"}

    def test_restore_puts_back_what_was_there_and_removes_what_was_not(
        self, life, told, storage, path, declare, destroy
    ):
        storage.somebody_makes_folder(path, customer="old", Owner="she")
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}, on_destroy="restore"), told).outputs
        destroy(state)
        assert storage.metadata(path) == {"customer": "old", "Owner": "she"}
        assert told.infos[-1] == 'restored Customer: "1" → "old"; Ship: "Asta" → (not there)'

    def test_restore_leaves_what_somebody_has_changed(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}, on_destroy="restore"), told).outputs
        storage.somebody_sets(path, {"Customer": "hers", "Ship": "Asta"})
        destroy(state)
        assert storage.metadata(path) == {"Customer": "hers"}
        assert told.warnings == ["not restored, since somebody has changed it meanwhile: Customer"]

    def test_restore_puts_back_beside_what_somebody_writes_at_the_same_time(
        self, life, told, storage, path, make_services, declare
    ):
        state = life.create(declare(metadata={"Customer": "1"}, on_destroy="restore"), told).outputs
        services = make_services()
        overtake(services, "set_metadata", lambda: storage.somebody_sets(path, {"Customer": "1", "Owner": "she"}))
        StorageFolderLifecycle(services).delete("", state, told)
        assert storage.metadata(path) == {"Owner": "she"}

    def test_restore_of_nothing_says_so(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(on_destroy="restore"), told).outputs
        storage.veracity.forget_requests()
        destroy(state)
        assert told.infos[-1] == "nothing to restore"
        assert {one["method"] for one in storage.requests(path)} == {"HEAD"}

    @pytest.mark.parametrize("on_destroy", ["restore", "delete"])
    def test_one_that_is_gone_already_is_a_success(self, life, told, storage, path, declare, destroy, on_destroy):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(metadata={"Customer": "1"}, on_destroy=on_destroy), told).outputs
        storage.somebody_removes(path)
        destroy(state)

    def test_delete_removes_an_empty_folder(self, life, told, storage, path, declare, destroy):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        destroy(state)
        assert storage.metadata(path) is None

    def test_delete_leaves_a_folder_that_holds_something_and_says_so(self, life, told, storage, path, declare, destroy):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        storage.somebody_puts(f"{path}/hers.txt", b"hers")
        destroy(state)
        assert storage.content(f"{path}/hers.txt") == b"hers"
        assert told.warnings == [f"folder {path} is not removed, since it contains what is not managed here"]
        assert not [one for one in storage.requests(path) if "recursive" in str(one)]


class TestOneManager:
    def test_a_folder_that_another_resource_manages_now_stays(self, life, told, storage, path, declare):
        storage.set_rights(ALL_RIGHTS)
        told.urn = urn("old")
        state = life.create(declare(on_destroy="delete"), told).outputs
        told.urn = urn("new")
        declare(on_destroy="delete")
        told.urn = urn("old")
        life.delete("", state, told)
        assert storage.metadata(path) == {}
        assert told.infos[-1] == 'left as it is, since "new" manages the folder now'

    def test_keys_that_the_other_does_not_declare_are_restored(self, life, told, storage, path, declare):
        storage.somebody_makes_folder(path, Customer="old", Ship="old")
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}, on_destroy="restore"), told).outputs
        told.urn = urn("new")
        declare(metadata={"customer": "1"})
        life.delete("", state, told)
        assert storage.metadata(path) == {"Customer": "1", "Ship": "old"}

    def test_a_rename_without_an_alias_says_what_no_restore_will_put_back(self, life, told, storage, path, declare):
        storage.somebody_makes_folder(path, customer="old", Ship="Asta")
        fields = {"metadata": {"Customer": "1", "Ship": "Asta", "Port": "Oslo"}, "on_destroy": "restore"}
        state = life.create(declare(**fields), told).outputs
        told.urn, told.infos[:] = urn("new"), []
        inputs = declare(**fields)
        already = (
            "already as declared, so a restore will leave as it is: Customer, Ship, Port. If another resource of this "
            "stack has written it, and this is a rename or a move, declare an alias, which keeps the original values"
        )
        assert told.infos == [already]
        life.create(inputs, told)
        life.delete("", state, told)
        lost = (
            'these original values can no longer be restored: Customer: "old"; Port: null. An alias of the old '
            "name would have kept it"
        )
        assert told.warnings == [lost]
        assert storage.metadata(path) == {"customer": "1", "Ship": "Asta", "Port": "Oslo"}

    def test_a_preview_says_that_an_up_will_stop(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.somebody_sets(path, {"Customer": "hers"})
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail", is_preview=True)
        assert "is_preview" not in inputs
        told.infos.clear()
        assert life.diff("", state, inputs, told).changes
        assert told.infos == []
        assert told.warnings[0].startswith(f"`pulumi up` will stop here and write nothing to folder {path}: ")


class TestRights:
    def test_a_right_that_the_sas_lacks_is_named(self, life, told, storage, path, declare, destroy):
        storage.set_rights(USUAL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        with pytest.raises(SasRightMissing) as missing:
            destroy(state)
        text, _, trace = str(missing.value).partition(" (trace id")
        assert text == (
            f"removing {path} failed: the storage answered 403 AuthorizationPermissionMismatch. The SAS that the "
            "platform gave must include the permission d (delete), and does not; it has the permissions racwl. Ask an "
            "administrator of the workspace or Veracity support for it"
        )
        assert trace

    @pytest.mark.parametrize("rights", ["racwl", "racwdlm"])
    def test_with_each_set_of_rights_a_folder_is_made_and_described(self, life, told, storage, path, declare, rights):
        storage.set_rights(rights)
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        life.update("", state, declare(olds=state, metadata={"Customer": "2"}), told)
        assert storage.metadata(path) == {"Customer": "2"}

    def test_a_reader_reads_where_readers_get_a_sas(self, make_services, told, storage, path):
        life = StorageFolderLifecycle(make_services(**reader(storage)))
        assert life.check({}, {"path": path, **DEFAULTS}, told).problems == ()
        assert told.infos == ["creates the folder"]

    def test_a_reader_is_refused_at_preview_where_readers_get_none(self, make_services, told, storage, path):
        storage.let_readers_read(False)
        life = StorageFolderLifecycle(make_services(**reader(storage)))
        with pytest.raises(PermissionDenied, match="the portal's page that only administrators do"):
            life.check({}, {"path": path, **DEFAULTS}, told)

    def test_a_reader_cannot_write(self, make_services, told, storage, path):
        life = StorageFolderLifecycle(make_services(**reader(storage)))
        inputs = life.check({}, {"path": path, **DEFAULTS}, told).inputs
        with pytest.raises(PermissionDenied, match="Writing needs the Admin role"):
            life.create(inputs, told)
        assert storage.metadata(path) is None


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            pytest.param({}, ["path: is missing; it begins at the root of file storage"], id="no path"),
            pytest.param(
                {"path": "/a/"},
                [
                    (
                        "path: must be names with one slash between them and none at the ends, not '/a/'; it begins at "
                        "the root of file storage"
                    )
                ],
                id="slashes at the ends",
            ),
            pytest.param(
                {"path": "a/..", "metadata": {"a-b": "x", "Ship": "Måløy", "Owner": " she", "Port": ""}},
                [
                    (
                        "path: must have no control character, no backslash, and no name that ends in a dot, which the "
                        "storage drops, not 'a/..'; it begins at the root of file storage"
                    ),
                    (
                        "metadata.a-b: must be a name of letters (A to Z), digits and underscores that begins with no "
                        "digit, not 'a-b'"
                    ),
                    (
                        "metadata.Ship: must be printable ASCII characters, which are all that the storage keeps, and "
                        "has 'å' (U+00E5)"
                    ),
                    "metadata.Owner: must have no leading or trailing space, which the storage removes, not ' she'",
                    "metadata.Port: must not be empty; leave the key out if it is not to be managed",
                ],
                id="all at once",
            ),
            pytest.param(
                {"path": "a", "metadata": {"Ship": "a\nb"}},
                [
                    (
                        "metadata.Ship: must be printable ASCII characters, which are all that the storage keeps, and "
                        "has (U+000A)"
                    )
                ],
                id="a line break",
            ),
            pytest.param(
                {"path": "a", "metadata": {"Ship": "a", "ship": "b"}},
                ["metadata.ship: differs from the key Ship only by case, which the storage does not distinguish"],
                id="keys that differ by case",
            ),
            pytest.param(
                {"path": "a", "metadata": {"HDI_isfolder": "true"}},
                ["metadata.HDI_isfolder: cannot be declared: the storage gives hdi_isfolder to each folder itself"],
                id="the storage's own key",
            ),
            pytest.param(
                {"path": "a", "metadata": {"Ship": "x" * 8189}},
                ["metadata: must have at most 8,192 bytes in all, names and values, not 8,193"],
                id="too much",
            ),
            pytest.param({"path": "a", "metadata": []}, ["metadata: must be a mapping, not a list"], id="a list"),
            pytest.param(
                {"path": "a", "on_destroy": "wipe"},
                ["on_destroy: must be retain, restore or delete, not 'wipe'"],
                id="another word",
            ),
        ],
    )
    def test_what_the_storage_cannot_hold_is_refused_at_preview(self, life, told, storage, fields, expected):
        storage.veracity.forget_requests()
        assert problems(life, told, **fields) == expected
        assert storage.sas_requests() == []

    @pytest.mark.parametrize("size", [8183, 8184])
    def test_what_does_not_fit_beside_other_keys_is_refused_at_preview(self, life, told, storage, path, size):
        storage.somebody_makes_folder(path, Owner="she")
        text = (
            f"path: the metadata of folder {path} must have at most 8,192 bytes in all, and would have 8,193 together "
            "with the keys that are not declared here. Declare less, or remove some of those"
        )
        found = problems(life, told, path=path, metadata={"A": "x" * size})
        assert found == ([text] if size > 8183 else [])

    def test_a_file_in_place_of_the_folder_is_refused_at_preview(self, life, told, storage, path):
        storage.somebody_puts(path, b"x")
        assert problems(life, told, path=path) == [
            f"path: {path} must be a folder, and is a file; choose another path, or remove it"
        ]

    def test_no_workspace_is_refused_at_preview(self, make_services, told):
        life = StorageFolderLifecycle(make_services(workspaceId=None))
        assert problems(life, told, path="a") == ["workspace_id: is missing; set it, or veracity:workspaceId"]

    def test_a_file_that_took_its_place_is_an_error(self, life, told, storage, path, declare):
        inputs = declare()
        state = life.create(inputs, told).outputs
        storage.somebody_removes(path)
        storage.somebody_puts(path, b"x")
        with pytest.raises(StoragePathError, match="must be a folder, and is a file"):
            life.diff("", state, inputs, told)

    def test_a_storage_that_does_not_answer_fails_the_preview(self, life, told, storage, path):
        storage.veracity.fault(path=f"*{path}*", count=None, effect={"kind": "status", "status": 503})
        with pytest.raises(StorageUnavailable, match=f"reading {path} failed: the storage answered 503"):
            life.check({}, {"path": path, **DEFAULTS}, told)
