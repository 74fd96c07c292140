"""The life of a file of file storage, on the local Veracity."""

import base64
import hashlib

import pytest

from tests.file_storage import ALL_RIGHTS
from tests.lifecycle.filestorage.helpers import follow, overtake, urn
from veracity_provider.description import storage_file
from veracity_provider.errors import (
    MetadataConflict,
    MetadataNotApplied,
    SasRightMissing,
    SourceChanged,
    StoragePathChanged,
    StoragePathError,
    StorageUnavailable,
)
from veracity_provider.lifecycle.filestorage import file as module
from veracity_provider.lifecycle.filestorage.file import StorageFileLifecycle
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.lifecycle.run import IS_PREVIEW

DEFAULTS = {"on_destroy": "retain", "on_conflict": "overwrite"}
OLD, NEW = b"the old manual", b"the new manual, which is longer"


def md5(content):
    return base64.b64encode(hashlib.md5(content).digest()).decode()


@pytest.fixture
def life(services):
    return StorageFileLifecycle(services)


@pytest.fixture
def path(storage):
    return f"{storage.new_path()}/manual.pdf"


@pytest.fixture
def source(tmp_path):
    found = tmp_path / "manual.pdf"
    found.write_bytes(OLD)
    return found


@pytest.fixture
def declare(life, told, path, source):
    """The inputs as `check` completes them."""

    def inputs(*, olds=None, **fields):
        checked = life.check(olds or {}, {"path": path, "source": source.name, **DEFAULTS, **fields}, told)
        assert checked.problems == ()
        return checked.inputs

    return inputs


@pytest.fixture
def destroy(make_services, told):
    """Delete it in a process of its own, as `pulumi destroy` does; nothing is checked there."""
    return lambda state: StorageFileLifecycle(make_services()).delete("", state, told)


def problems(life, told, **fields):
    return [str(one) for one in life.check({}, {**DEFAULTS, **fields}, told).problems]


def writes(storage, path):
    return [one["method"] for one in storage.requests(path) if one["method"] not in {"GET", "HEAD"}]


class TestCreate:
    def test_a_file_is_put_whole_with_its_metadata_in_one_request(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "123"})
        assert told.infos == [f"uploads the file: 14 bytes, SHA-256 {hashlib.sha256(OLD).hexdigest()[:12]}…"]
        storage.veracity.forget_requests()
        made = life.create(inputs, told)
        assert storage.content(path) == OLD
        assert storage.metadata(path) == {"Customer": "123"}
        assert writes(storage, path) == ["PUT"]
        assert made.id == f"{storage.veracity.demo['workspaceId']}/{path}"
        assert made.outputs["content_hash"] == hashlib.sha256(OLD).hexdigest()
        assert made.outputs["content_md5"] == md5(OLD)
        assert made.outputs["size_bytes"] == len(OLD)
        assert made.outputs["previous"] == {"Customer": None}
        assert made.outputs["patch"] == [{"op": "add", "path": "/Customer", "value": "123"}]
        assert "?" not in made.outputs["url"]
        assert told.lives[-1].startswith("100 %, ")

    @pytest.mark.parametrize("content", [b"", b"\x00\xff" * 200_000], ids=["an empty file", "400 kB of any bytes"])
    def test_any_content_arrives(self, life, told, storage, path, source, declare, content):
        source.write_bytes(content)
        life.create(declare(), told)
        assert storage.content(path) == content

    @pytest.mark.parametrize(
        ("name", "kind"),
        [("a.pdf", "application/pdf"), ("a.csv.gz", "application/octet-stream"), ("a", "application/octet-stream")],
    )
    def test_its_type_follows_from_its_name(self, life, told, storage, declare, name, kind):
        path = f"{storage.new_path()}/{name}"
        life.create(declare(path=path), told)
        assert storage.content_type(path) == kind

    def test_a_text_of_the_program_is_a_source_too(self, life, told, storage, path, declare):
        life.create(declare(source={"text": "måling", "name": "x.csv"}), told)
        assert storage.content(path) == "måling".encode()

    @pytest.mark.parametrize("put", ["somebody_puts", "somebody_uploads"], ids=["by appends", "in one request"])
    def test_one_that_is_there_is_replaced_and_keeps_metadata_that_is_not_declared(
        self, life, told, storage, path, declare, put
    ):
        getattr(storage, put)(path, NEW, Customer="old", Owner="she")
        inputs = declare(metadata={"Customer": "123"})
        headline, content, metadata = told.infos[-1].splitlines()
        assert headline == "replaces the existing file, and changes: content, Customer"
        assert content.startswith('  content: "31 bytes, changed 20')
        assert metadata == '  Customer: "old" → "123"'
        made = life.create(inputs, told)
        assert storage.content(path) == OLD
        assert storage.metadata(path) == {"Customer": "123", "Owner": "she"}
        assert made.outputs["previous"] == {"Customer": "old"}

    def test_one_that_has_these_bytes_is_adopted_without_an_upload(self, life, told, storage, path, declare):
        storage.somebody_uploads(path, OLD, Owner="she")
        inputs = declare(metadata={"Customer": "123"})
        assert told.infos == ['adopts the existing file, and changes: Customer\n  Customer: (not there) → "123"']
        storage.veracity.forget_requests()
        state = life.create(inputs, told).outputs
        assert writes(storage, path) == ["PUT"]  # its metadata
        assert storage.metadata(path) == {"Customer": "123", "Owner": "she"}
        assert not life.diff("", state, inputs, told).changes

    def test_one_that_is_as_declared_is_adopted_without_a_word(self, life, told, storage, path, declare):
        storage.somebody_uploads(path, OLD, Customer="123")
        inputs = declare(metadata={"Customer": "123"})
        storage.veracity.forget_requests()
        assert life.create(inputs, told).outputs["content_md5"] == md5(OLD)
        assert (told.infos, writes(storage, path)) == ([], [])

    @pytest.mark.parametrize("is_there", [False, True])
    def test_a_content_that_is_not_known_yet_is_told_as_that(self, told, storage, path, declare, is_there):
        if is_there:
            storage.somebody_uploads(path, NEW)
        declare(source=UNKNOWN)
        if is_there:
            headline, content = told.infos[-1].splitlines()
            assert headline == "replaces the existing file, and changes: content"
            assert content.endswith('→ "known after up"')
        else:
            assert told.infos == ["uploads the file: known after up"]

    def test_a_put_whose_answer_is_lost_is_found(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "123"})
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=1, effect={"kind": "cutAfter"})
        state = life.create(inputs, told).outputs
        assert (storage.content(path), state["previous"]) == (OLD, {"Customer": None})

    def test_a_line_that_is_cut_begins_anew(self, life, told, storage, path, source, declare):
        source.write_bytes(bytes(3_000_000))
        inputs = declare()
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=2, effect={"kind": "cutBefore"})
        life.create(inputs, told)
        assert storage.content(path) == bytes(3_000_000)

    def test_without_an_answer_the_old_file_stays(self, life, told, storage, path, source, declare):
        state = life.create(declare(metadata={"Version": "1"}), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state, metadata={"Version": "2"})
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=None, effect={"kind": "status", "status": 503})
        with pytest.raises(StorageUnavailable, match=f"uploading {path} failed: the storage answered 503 ServerBusy"):
            life.update("", state, inputs, told)
        storage.veracity.heal()
        assert (storage.content(path), storage.metadata(path)) == (OLD, {"Version": "1"})


class TestNoChange:
    def test_an_unchanged_file_costs_one_request(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "123"})
        state = life.create(inputs, told).outputs
        storage.veracity.forget_requests()
        told.infos.clear()
        assert declare(olds=inputs, metadata={"Customer": "123"}) == inputs
        assert not life.diff("", state, inputs, told).changes
        assert [one["method"] for one in storage.requests(path)] == ["HEAD"]
        assert told.infos == []

    def test_metadata_of_somebody_else_is_no_change_though_the_etag_is_another(
        self, life, told, storage, path, declare
    ):
        inputs = declare()
        state = life.create(inputs, told).outputs
        storage.somebody_sets(path, {"Owner": "she"})
        assert not life.diff("", state, inputs, told).changes
        assert life.read("", state, told) is not None
        assert "changed" not in str(told.infos[1:])


class TestChange:
    def test_content_and_metadata_change_in_one_request(self, life, told, storage, path, source, declare):
        state = life.create(declare(metadata={"Version": "1"}), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state, metadata={"Version": "2"})
        storage.veracity.forget_requests()
        told.infos.clear()
        assert life.diff("", state, inputs, told).changes
        headline, content, metadata = told.infos[0].splitlines()
        assert headline == "edited in the program: content, Version"
        assert content.endswith(f'→ "31 bytes, SHA-256 {hashlib.sha256(NEW).hexdigest()[:12]}…"')
        assert metadata == '  Version: "1" → "2"'
        state = life.update("", state, inputs, told)
        assert (storage.content(path), storage.metadata(path)) == (NEW, {"Version": "2"})
        assert writes(storage, path) == ["PUT"]
        assert not life.diff("", state, inputs, told).changes

    def test_metadata_alone_changes_without_an_upload(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Version": "1"}), told).outputs
        inputs = declare(olds=state, metadata={"Version": "2"})
        told.lives.clear()
        state = life.update("", state, inputs, told)
        assert (storage.content(path), storage.metadata(path), told.lives) == (OLD, {"Version": "2"}, [])
        assert not life.diff("", state, inputs, told).changes

    @pytest.mark.parametrize("put", ["somebody_puts", "somebody_uploads"], ids=["by appends", "in one request"])
    @pytest.mark.parametrize("content", [NEW, OLD[::-1]], ids=["another size", "the same size"])
    def test_content_of_somebody_else_is_put_back_and_told(self, life, told, storage, path, declare, put, content):
        inputs = declare()
        state = life.create(inputs, told).outputs
        getattr(storage, put)(path, content, Owner="she")
        told.infos.clear()
        assert life.diff("", state, inputs, told).changes
        assert told.infos[0].startswith("changed in Veracity since the last up: content\n  content: ")
        life.update("", state, inputs, told)
        assert told.warnings[0].startswith("overwrote what somebody else had written: content\n")
        assert (storage.content(path), storage.metadata(path)) == (OLD, {"Owner": "she"})

    @pytest.mark.parametrize(
        "news",
        [
            pytest.param({"on_destroy": "delete"}, id="another on_destroy"),
            pytest.param({"on_conflict": "fail"}, id="another on_conflict"),
            pytest.param({"metadata": {"Customer": "1"}}, id="a key that is managed no longer"),
        ],
    )
    def test_what_only_the_state_has_to_learn_is_a_change_without_a_request_that_writes(
        self, life, told, storage, path, declare, news
    ):
        given = {"metadata": {"Customer": "1", "Ship": "Asta"}}
        state = life.create(declare(**given), told).outputs
        storage.veracity.forget_requests()
        inputs = declare(olds=state, **{**given, **news})
        assert life.diff("", state, inputs, told).changes
        assert not life.diff("", life.update("", state, inputs, told), inputs, told).changes
        assert writes(storage, path) == []

    def test_an_empty_file_that_is_filled_after_it_was_planned_is_not_sent(self, life, told, source, declare):
        source.write_bytes(b"")
        inputs = declare()
        source.write_bytes(NEW)
        with pytest.raises(SourceChanged) as failed:
            life.create(inputs, told)
        hashes = [hashlib.sha256(content).hexdigest()[:12] for content in (b"", NEW)]
        assert str(failed.value) == (
            f"manual.pdf changed after it was planned: 0 bytes with SHA-256 {hashes[0]}… were planned, 31 bytes with "
            f"SHA-256 {hashes[1]}… were read. Nothing was sent; run `pulumi preview` again"
        )

    def test_a_file_that_is_gone_is_uploaded_again(self, life, told, storage, path, declare):
        inputs = declare(metadata={"Customer": "1"})
        state = life.create(inputs, told).outputs
        storage.somebody_removes(path)
        assert life.diff("", state, inputs, told).changes
        assert told.infos[-1] == "the file was deleted, and is uploaded again"
        life.update("", state, inputs, told)
        assert (storage.content(path), storage.metadata(path)) == (OLD, {"Customer": "1"})

    def test_another_path_is_another_file(self, life, told, declare):
        inputs = declare()
        state = life.create(inputs, told).outputs
        found = life.diff("", state, {**inputs, "path": "other"}, told)
        assert (found.changes, found.replaces) == (True, ("path", "workspace_id"))

    def test_another_source_with_the_same_bytes_is_no_change(self, life, told, tmp_path, declare):
        state = life.create(declare(), told).outputs
        (tmp_path / "copy.pdf").write_bytes(OLD)
        assert not life.diff("", state, declare(olds=state, source="copy.pdf"), told).changes

    def test_what_is_not_known_yet_is_a_change_and_asks_nobody(self, life, told, storage, path, declare):
        state = life.create(declare(), told).outputs
        storage.veracity.forget_requests()
        assert life.diff("", state, declare(olds=state, source=UNKNOWN), told).changes
        assert life.diff("", state, declare(path=UNKNOWN), told).replaces
        assert storage.requests(path) == []

    def test_a_hash_that_ignore_changes_keeps_is_what_is_declared(self, life, told, storage, path, source, declare):
        state = life.create(declare(metadata={"Version": "1"}), told).outputs
        source.write_bytes(NEW)
        kept = {"content_hash": state["content_hash"]}
        inputs = declare(olds=state, metadata={"Version": "1"}, **kept)
        assert not life.diff("", state, inputs, told).changes
        state = life.update("", state, declare(olds=state, metadata={"Version": "2"}, **kept), told)
        assert (storage.content(path), storage.metadata(path)) == (OLD, {"Version": "2"})
        storage.somebody_removes(path)
        with pytest.raises(SourceChanged, match=r"14 bytes with SHA-256 .* were planned, 31 bytes"):
            life.update("", state, declare(olds=state, **kept), told)

    def test_a_source_that_changes_after_it_was_planned_is_not_sent(self, life, told, storage, path, source, declare):
        inputs = declare()
        source.write_bytes(NEW)
        with pytest.raises(SourceChanged, match=r"14 bytes with SHA-256 .* were planned, 31 bytes with SHA-256 .*"):
            life.create(inputs, told)
        assert storage.metadata(path) is None

    def test_a_source_that_changes_while_it_is_sent_is_refused_by_the_storage(
        self, life, told, storage, path, source, declare, monkeypatch
    ):
        inputs = declare()
        hashes = module._hashes

        def then_changed(found):
            hashed = hashes(found)
            source.write_bytes(OLD[::-1])
            return hashed

        monkeypatch.setattr(module, "_hashes", then_changed)
        with pytest.raises(Exception, match="400 Md5Mismatch"):
            life.create(inputs, told)
        assert storage.metadata(path) is None

    def test_an_up_uploads_what_its_own_preview_saw(self, make_services, told, path, source):
        given, told.urn = {"path": path, "source": source.name, **DEFAULTS}, "urn"
        life = StorageFileLifecycle(make_services(cli_run="1"))
        assert life.check({}, {**given, IS_PREVIEW: True}, told).problems == ()
        source.write_bytes(NEW)
        (problem,) = life.check({}, {**given, IS_PREVIEW: False}, told).problems
        assert problem.property == "source"
        assert "the source changed after the preview of this `pulumi up`" in problem.reason


class TestConflict:
    def test_content_of_somebody_else_stops_it(self, life, told, storage, path, source, declare):
        state = life.create(declare(on_conflict="fail"), told).outputs
        storage.somebody_uploads(path, OLD[::-1])
        source.write_bytes(NEW)
        inputs = declare(olds=state, on_conflict="fail")
        with pytest.raises(MetadataConflict) as conflict:
            life.update("", state, inputs, told)
        headline, head, row = str(conflict.value).splitlines()
        assert headline.startswith(f"file {path}: somebody else has changed what is declared here since the last up")
        assert head.split() == ["field", "declared", "last", "applied", "live"]
        assert row.split('"')[1:4:2] == [
            f"31 bytes, SHA-256 {hashlib.sha256(NEW).hexdigest()[:12]}…",
            f"14 bytes, SHA-256 {hashlib.sha256(OLD).hexdigest()[:12]}…",
        ]
        assert storage.content(path) == OLD[::-1]

    def test_metadata_of_somebody_else_between_our_read_and_our_write_survives(
        self, life, told, storage, path, source, services, declare
    ):
        state = life.create(declare(on_conflict="fail"), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state, on_conflict="fail")
        overtake(services, "put_file", lambda: storage.somebody_sets(path, {"Owner": "she"}))
        life.update("", state, inputs, told)
        assert (storage.content(path), storage.metadata(path)) == (NEW, {"Owner": "she"})

    def test_content_of_somebody_else_between_our_read_and_our_write_is_a_conflict(
        self, life, told, storage, path, source, services, declare
    ):
        state = life.create(declare(on_conflict="fail"), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state, on_conflict="fail")
        overtake(services, "put_file", lambda: storage.somebody_puts(path, b"hers"))
        with pytest.raises(MetadataConflict):
            life.update("", state, inputs, told)
        assert storage.content(path) == b"hers"

    @pytest.mark.parametrize("times", [4, 5])
    def test_somebody_who_is_always_faster_is_an_error_in_the_end(
        self, life, told, storage, path, source, services, declare, times
    ):
        state = life.create(declare(), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state)
        overtake(services, "put_file", lambda: storage.somebody_sets(path, {"Owner": "she"}), times=times)
        if times == 5:
            with pytest.raises(StoragePathChanged):
                life.update("", state, inputs, told)
        else:
            life.update("", state, inputs, told)
        assert storage.content(path) == (OLD if times == 5 else NEW)

    def test_what_was_there_before_somebody_was_faster_is_what_was_there_first(
        self, life, told, storage, path, services, declare
    ):
        storage.somebody_uploads(path, NEW, Customer="old")
        inputs = declare(metadata={"Customer": "1"})
        overtake(services, "put_file", lambda: storage.somebody_sets(path, {"Customer": "older"}))
        assert life.create(inputs, told).outputs["previous"] == {"Customer": "old"}

    @pytest.mark.parametrize(
        "what",
        [
            pytest.param(lambda storage, path: storage.somebody_removes(path), id="gone"),
            pytest.param(lambda storage, path: storage.somebody_uploads(path, NEW), id="another size"),
            pytest.param(lambda storage, path: storage.somebody_uploads(path, OLD[::-1]), id="other bytes"),
        ],
    )
    def test_one_that_is_changed_right_after_it_was_put_is_an_error(
        self, life, told, storage, path, services, declare, what
    ):
        inputs = declare()
        follow(services, "put_file", lambda: what(storage, path))
        with pytest.raises(StoragePathError) as failed:
            life.create(inputs, told)
        assert str(failed.value) == (f"file {path} was changed again right after it was put; run `pulumi up` again")

    def test_metadata_that_is_changed_right_after_it_was_put_is_an_error(
        self, life, told, storage, path, services, declare
    ):
        inputs = declare(metadata={"Customer": "1"})
        follow(services, "put_file", lambda: storage.somebody_sets(path, {"Customer": "hers"}))
        with pytest.raises(MetadataNotApplied) as failed:
            life.create(inputs, told)
        assert str(failed.value) == (
            f'file {path} is not as declared after the patch (Customer: "hers" → "1"); run `pulumi up` again'
        )

    def test_a_preview_says_that_an_up_will_stop(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        storage.somebody_sets(path, {"Customer": "hers"})
        inputs = declare(olds=state, metadata={"Customer": "2"}, on_conflict="fail", is_preview=True)
        told.infos.clear()
        assert life.diff("", state, inputs, told).changes
        assert told.warnings[0].startswith(f"`pulumi up` will stop here and write nothing to file {path}: ")
        assert told.infos == []

    @pytest.mark.parametrize("on_conflict", ["overwrite", "fail"])
    def test_a_put_whose_answer_is_lost_is_no_conflict(self, life, told, storage, path, source, declare, on_conflict):
        state = life.create(declare(on_conflict=on_conflict), told).outputs
        source.write_bytes(NEW)
        inputs = declare(olds=state, on_conflict=on_conflict)
        storage.veracity.fault(method="PUT", path=f"*{path}*", count=1, effect={"kind": "cutAfter"})
        state = life.update("", state, inputs, told)
        assert (storage.content(path), told.warnings) == (NEW, [])
        assert not life.diff("", state, inputs, told).changes


class TestRead:
    def test_drift_of_content_is_told_without_a_download(self, life, told, storage, path, declare):
        inputs = declare()
        state = life.create(inputs, told).outputs
        storage.somebody_uploads(path, NEW)
        storage.veracity.forget_requests()
        found = life.read("an id", state, told)
        assert told.infos[-1] == (
            f"somebody else has changed the content of file {path}; the next `pulumi up` puts it back"
        )
        assert [one["method"] for one in storage.requests(path)] == ["HEAD"]
        assert life.diff("", found.outputs, inputs, told).changes

    def test_an_unchanged_file_reads_as_its_state(self, life, told, declare):
        state = life.create(declare(metadata={"Customer": "1"}), told).outputs
        found = life.read("an id", state, told)
        assert (found.id, found.outputs) == ("an id", state)

    def test_a_file_that_is_gone_is_gone(self, life, told, storage, path, declare):
        state = life.create(declare(), told).outputs
        storage.somebody_removes(path)
        assert life.read("", state, told) is None
        assert told.infos[-1] == f"file {path} no longer exists"

    def test_drift_of_metadata_shows_in_the_declared_keys_alone(self, life, told, storage, path, declare):
        state = life.create(declare(metadata={"Customer": "1", "Ship": "Asta"}), told).outputs
        storage.somebody_sets(path, {"customer": "2", "Owner": "she"})
        assert life.read("", state, told).inputs["metadata"] == {"Customer": "2"}

    def test_one_without_declared_metadata_reads_as_its_state(self, life, told, declare):
        state = life.create(declare(), told).outputs
        found = life.read("", state, told)
        assert found.outputs == state
        assert "metadata" not in found.inputs


class TestDestroy:
    def test_retain_asks_nobody(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(), told).outputs
        storage.veracity.forget_requests()
        destroy(state)
        assert storage.requests(path) == []
        assert storage.content(path) == OLD

    def test_delete_removes_it(self, life, told, storage, path, declare, destroy):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        storage.somebody_sets(path, {"Owner": "she"})
        destroy(state)
        assert storage.metadata(path) is None

    def test_delete_leaves_what_somebody_else_has_put(self, life, told, storage, path, declare, destroy):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        storage.somebody_puts(path, b"hers")
        destroy(state)
        assert storage.content(path) == b"hers"
        assert told.warnings == [f"file {path} is not removed, since somebody else has changed its content"]

    def test_delete_looks_again_where_somebody_writes_at_the_same_time(
        self, life, told, storage, path, make_services, declare
    ):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        services = make_services()
        overtake(services, "remove", lambda: storage.somebody_puts(path, b"hers"))
        StorageFileLifecycle(services).delete("", state, told)
        assert storage.content(path) == b"hers"
        assert told.warnings == [f"file {path} is not removed, since somebody else has changed its content"]

    def test_one_that_is_gone_already_is_a_success(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(on_destroy="delete"), told).outputs
        storage.somebody_removes(path)
        destroy(state)
        assert told.infos[-1] == f"file {path} no longer exists"

    def test_a_file_that_another_resource_manages_now_stays(self, life, told, storage, path, declare):
        storage.set_rights(ALL_RIGHTS)
        state = life.create(declare(on_destroy="delete"), told).outputs
        told.urn = urn("new")
        declare()
        told.urn = urn("old")
        life.delete("", state, told)
        assert storage.content(path) == OLD
        assert told.infos[-1] == 'left as it is, since "new" manages the file now'

    def test_a_right_that_the_sas_lacks_is_named(self, life, told, storage, path, declare, destroy):
        state = life.create(declare(on_destroy="delete"), told).outputs
        with pytest.raises(SasRightMissing, match=r"must include the permission d \(delete\)"):
            destroy(state)
        assert storage.content(path) == OLD


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            pytest.param(
                {"source": "", "on_destroy": "restore"},
                [
                    "path: is missing; it begins at the root of file storage",
                    "source: must be the path of a file, not empty",
                    "on_destroy: must be retain or delete, not 'restore'",
                ],
                id="all at once",
            ),
            pytest.param({"path": "a"}, ["source: is missing; it is the path of a file"], id="no source"),
            pytest.param(
                {"path": "a", "source": ["x", "y"]}, ["source: must be the path of a file, not a list"], id="a list"
            ),
            pytest.param(
                {"path": "a", "source": "m.pdf", "metadata": {"Ship": "ø"}},
                [
                    (
                        "metadata.Ship: must be printable ASCII characters, which are all that the storage keeps, and "
                        "has 'ø' (U+00F8)"
                    )
                ],
                id="metadata",
            ),
        ],
    )
    def test_bad_inputs_are_refused_at_preview(self, life, told, storage, fields, expected):
        storage.veracity.forget_requests()
        assert problems(life, told, **fields) == expected
        assert storage.sas_requests() == []

    def test_no_workspace_is_refused_at_preview(self, make_services, told, source):
        life = StorageFileLifecycle(make_services(workspaceId=None))
        assert problems(life, told, path="a", source=source.name) == [
            "workspace_id: is missing; set it, or veracity:workspaceId"
        ]

    def test_a_source_that_is_not_there_is_refused_at_preview(self, life, told, tmp_path):
        assert problems(life, told, path="a", source="none.pdf") == [f"source: {tmp_path}/none.pdf does not exist"]
        assert problems(life, told, path="a", source=".") == [
            f"source: {tmp_path} is a folder; a StorageFile takes one file"
        ]

    def test_a_file_that_is_too_large_is_refused_at_preview(self, life, told, path, source, monkeypatch):
        monkeypatch.setattr(module, "MAX_FILE_BYTES", 13)
        assert storage_file.MAX_FILE_BYTES == 5000 * 1024 * 1024
        assert problems(life, told, path=path, source=source.name) == [
            (
                "source: manual.pdf must have at most 5,000 MiB, the limit of one request, and has "
                "14 bytes. Split it, or upload it with other tools"
            )
        ]

    def test_a_folder_in_place_of_the_file_is_refused_at_preview(self, life, told, storage, path, source):
        storage.somebody_makes_folder(path)
        assert problems(life, told, path=path, source=source.name) == [
            f"path: {path} must be a file, and is a folder; choose another path, or remove it"
        ]
