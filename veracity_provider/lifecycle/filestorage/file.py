"""The life of a `StorageFile`: content and metadata are put in place at once, kept as declared, and let go."""

import base64
import hashlib
import mimetypes
from collections.abc import Callable
from typing import Any, Final, final

from veracity_provider.description.storage_file import MAX_FILE_BYTES, StorageFileInputs, StorageFileOutputs
from veracity_provider.errors import (
    InputError,
    InputProblem,
    MetadataConflict,
    MetadataNotApplied,
    SourceChanged,
    SourceError,
    StoragePathError,
)
from veracity_provider.lifecycle.filestorage.file_plan import FilePlan, content_text, is_as_put, plan_file
from veracity_provider.lifecycle.filestorage.metadata import (
    changed_metadata,
    first_values,
    observed_values,
    plan_keys,
)
from veracity_provider.lifecycle.filestorage.state import DeclaredFile, FileState, Place
from veracity_provider.lifecycle.filestorage.workspace_storage import WorkspaceStorage, repeat_while_changed
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.metadata import texts
from veracity_provider.lifecycle.metadata.plan import ChangeCause
from veracity_provider.lifecycle.naming import with_workspace, workspace_problems
from veracity_provider.lifecycle.progress import upload_text
from veracity_provider.lifecycle.protocols import UNKNOWN, Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.run import IS_PREVIEW, Manager
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.lifecycle.units import size
from veracity_provider.storage.fingerprint import Fingerprint, Fingerprints
from veracity_provider.storage.remote_paths import Content, PathProperties
from veracity_provider.storage.sources import Source
from veracity_provider.unknown import require_known

_BLOCK_BYTES: Final = 1024 * 1024
# The types of this library alone: what a machine adds to them would make a file differ by where it was put.
_TYPES: Final = mimetypes.MimeTypes()


@final
class StorageFileLifecycle:
    """A file of file storage, its content and its metadata; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._run = services.run
        self._fingerprints = Fingerprints(services.home / "fingerprints")

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs and find the content's hash; of a file that no `diff` will look at, say what `up` does."""
        inputs = dict(news)
        self._run.is_preview = bool(inputs.pop(IS_PREVIEW, False))
        problems = self._problems(inputs)
        if problems:
            return Checked(inputs=inputs, problems=problems)
        try:
            inputs = with_workspace(inputs, self._services, reporter)
            inputs |= self._content_of(DeclaredFile.from_properties(olds), DeclaredFile.from_properties(inputs))
        except InputError as error:
            return Checked(inputs=inputs, problems=error.problems)
        except SourceError as error:
            return Checked(inputs=inputs, problems=(InputProblem("source", str(error)),))
        declared = DeclaredFile.from_properties(inputs)
        if declared.content_hash is not None:
            previewed, is_preview = self._services.previewed, self._run.is_preview
            problems = previewed.hold_to(reporter.urn, declared.content_hash, is_preview=is_preview)
            if problems:
                return Checked(inputs=inputs, problems=problems)
        place = declared.place
        if place is None:
            return Checked(inputs=inputs)
        self._run.declare(place.id, Manager(urn=reporter.urn, values=declared.metadata))
        if place == DeclaredFile.from_properties(olds).place:
            return Checked(inputs=inputs)
        try:
            self._say_what_create_does(place, declared, reporter)
        except StoragePathError as error:
            return Checked(inputs=inputs, problems=(InputProblem("path", str(error)),))
        return Checked(inputs=inputs)

    def _problems(self, inputs: JsonObject) -> tuple[InputProblem, ...]:
        problems: tuple[InputProblem, ...] = ()
        try:
            StorageFileInputs.from_properties(inputs)
        except InputError as error:
            problems = error.problems
        return (*problems, *workspace_problems(inputs, self._services.settings))

    def _content_of(self, before: DeclaredFile, declared: DeclaredFile) -> dict[str, Any]:
        """Hash and size of the source; a hash that is there already was put there by `ignore_changes`, and counts."""
        if declared.content_hash is not None and declared.content_hash == before.content_hash:
            return {"content_hash": before.content_hash, "size_bytes": before.size_bytes}
        if has_unknown(declared.inputs.source):
            return {"content_hash": UNKNOWN, "size_bytes": UNKNOWN}
        source = self._source(declared.inputs.source)
        found = self._fingerprints.of(source)
        if found.size_bytes > MAX_FILE_BYTES:
            raise SourceError(
                f"{source.name} must have at most 5,000 MiB, the limit of one request, and has "
                f"{size(found.size_bytes)}. Split it, or upload it with other tools"
            )
        return {"content_hash": found.content_hash, "size_bytes": found.size_bytes}

    def _say_what_create_does(self, place: Place, declared: DeclaredFile, reporter: Reporter) -> None:
        live = self._find(place)
        if live is None:
            reporter.info(f"uploads the file: {content_text(declared.size_bytes, declared.content_hash)}")
            return
        plan = self._plan(live, declared, FileState.from_properties({}))
        changed_metadata(live.metadata, plan.metadata, _what(place))
        if plan.changes:
            what = "replaces the existing file" if plan.content else "adopts the existing file"
            reporter.info(texts.changes_text(f"{what}, and changes", plan.changes))

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """One request; a change when content or metadata is to be written, or the file is gone."""
        state, declared = FileState.from_properties(olds), DeclaredFile.from_properties(news)
        place = declared.place
        if place is None or place != state.declared.place:
            return Difference(changes=True, replaces=StorageFileInputs.replacing())
        if declared.content_hash is None:
            return Difference(changes=True)
        live = self._find(place)
        if live is None:
            reporter.info("the file was deleted, and is uploaded again")
            return Difference(changes=True)
        plan = self._plan(live, declared, state)
        changed_metadata(live.metadata, plan.metadata, _what(place))
        self._say_changes(place, plan, declared, reporter)
        return Difference(
            changes=bool(plan.changes)
            or declared.is_metadata_unknown
            or state.declared.settings != declared.settings
            or dict(state.outputs.applied) != dict(declared.metadata)
            or state.outputs.content_hash != declared.content_hash
        )

    def _say_changes(self, place: Place, plan: FilePlan, declared: DeclaredFile, reporter: Reporter) -> None:
        will_stop = self._run.is_preview and bool(plan.drifted) and declared.is_guarded
        if will_stop:
            reporter.warning(texts.will_stop_text(_what(place), plan.drifted))
        for cause in ChangeCause:
            changes = [one for one in plan.changes if one.cause is cause]
            if changes and not (will_stop and cause is ChangeCause.DRIFTED):
                reporter.info(texts.changes_text(cause.value, changes))

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Put the file, or adopt one that is there and has these bytes."""
        declared = DeclaredFile.from_properties(news)
        outputs = self._apply(declared, FileState.from_properties({}), reporter)
        return Created(id=declared.known_place.id, outputs={**news, **outputs.given()})

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Make it what is declared, from what it is now."""
        outputs = self._apply(DeclaredFile.from_properties(news), FileState.from_properties(olds), reporter)
        return {**news, **outputs.given()}

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up, without a download; what was declared of the metadata shows as the storage has it."""
        state = FileState.from_properties(olds)
        place = state.declared.known_place
        live = self._find(place)
        if live is None:
            reporter.info(f"{_what(place)} no longer exists")
            return None
        if not is_as_put(live, state):
            reporter.info(f"somebody else has changed the content of {_what(place)}; the next `pulumi up` puts it back")
        inputs = {**state.declared.inputs.given(), "content_hash": state.outputs.content_hash}
        inputs["size_bytes"] = state.outputs.size_bytes
        if "metadata" in inputs:
            inputs["metadata"] = observed_values(live.metadata, state.declared.metadata)
        # The ETag and the content stay those that were put: they tell drift.
        outputs = {**state.outputs.given(), **self._live_outputs(place, live)}
        return Found(id=id_, outputs={**inputs, **outputs}, inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go; with `delete`, remove it, unless somebody else has changed it or manages it now."""
        state = FileState.from_properties(olds)
        if state.declared.inputs.on_destroy != "delete":
            return
        place = state.declared.known_place
        if successor := self._run.manager_of(place.id):
            reporter.info(texts.left_to_text("file", successor.urn, reporter.urn))
            return
        repeat_while_changed(lambda: self._remove(place, state, reporter))

    def _remove(self, place: Place, state: FileState, reporter: Reporter) -> None:
        live = self._find(place)
        if live is None:
            reporter.info(f"{_what(place)} no longer exists")
        elif not is_as_put(live, state):
            reporter.warning(f"{_what(place)} is not removed, since somebody else has changed its content")
        else:
            self._storage(place).remove(place.path, etag=live.etag)

    def _plan(self, live: PathProperties, declared: DeclaredFile, state: FileState) -> FilePlan:
        return plan_file(live, declared, state, lambda: self._content(declared).md5 if declared.content_hash else None)

    def _apply(self, declared: DeclaredFile, state: FileState, reporter: Reporter) -> StorageFileOutputs:
        place = declared.known_place
        content: Content | None = None

        def declared_content() -> Content:
            nonlocal content
            content = content or self._content(declared)
            return content

        found: list[PathProperties | None] = []

        def write() -> FilePlan:
            found.append(self._find(place))
            return self._write(place, found[-1], declared, state, declared_content, reporter)

        plan = repeat_while_changed(write)
        if plan.drifted:
            reporter.warning(texts.changes_text("overwrote what somebody else had written", plan.drifted))
        there = found[0].metadata if found[0] else dict[str, str]()
        previous = first_values(there, declared.metadata, state.outputs.previous)
        md5 = content.md5 if content else state.outputs.content_md5
        return self._outputs(place, plan, declared, previous, state, md5)

    def _write(
        self,
        place: Place,
        live: PathProperties | None,
        declared: DeclaredFile,
        state: FileState,
        content: Callable[[], Content],
        reporter: Reporter,
    ) -> FilePlan:
        """
        Send what is missing, in one request; nothing where nothing is.

        Raises:
            StoragePathChanged: Somebody else was faster.
            MetadataConflict: Somebody has changed the content or a managed key, and *on_conflict* is `fail`.
            SourceChanged: The source has other bytes than were planned.
        """
        if live is None:
            plan = FilePlan(content=None, metadata=plan_keys({}, declared.metadata, {}))
            self._put(place, content(), changed_metadata({}, plan.metadata, _what(place)), None, reporter)
            return plan
        plan = plan_file(live, declared, state, lambda: content().md5)
        if plan.drifted and declared.is_guarded:
            raise MetadataConflict(texts.conflict_text(_what(place), plan.drifted))
        metadata = changed_metadata(live.metadata, plan.metadata, _what(place))
        if plan.content:
            self._put(place, content(), metadata, live.etag, reporter)
        elif plan.metadata.operations:
            self._storage(place).set_metadata(place.path, metadata, etag=live.etag)
        return plan

    def _put(
        self, place: Place, content: Content, metadata: dict[str, str], etag: str | None, reporter: Reporter
    ) -> None:
        on_sent = upload_text(content.size_bytes, say=reporter.live, monotonic=self._services.monotonic)
        self._storage(place).put_file(place.path, content, metadata, etag=etag, on_sent=on_sent)

    def _outputs(
        self,
        place: Place,
        plan: FilePlan,
        declared: DeclaredFile,
        previous: dict[str, Any],
        state: FileState,
        md5: str,
    ) -> StorageFileOutputs:
        now = self._find(place)
        if now is None or now.size_bytes != declared.size_bytes or now.content_md5 not in {"", md5}:
            raise StoragePathError(f"{_what(place)} was changed again right after it was put; run `pulumi up` again")
        if left := plan_keys(now.metadata, declared.metadata, {}).changes:
            raise MetadataNotApplied(texts.not_applied_text(_what(place), left))
        outputs = {
            **self._live_outputs(place, now),
            "content_hash": declared.content_hash,
            "size_bytes": declared.size_bytes,
            "content_md5": md5,
            "etag": now.etag,
            "patch": list(plan.metadata.operations) or list(state.outputs.patch),
            "previous": previous,
            "applied": dict(declared.metadata),
        }
        return StorageFileOutputs.from_state(outputs)

    def _live_outputs(self, place: Place, live: PathProperties) -> dict[str, Any]:
        return {
            "url": self._storage(place).address_of(place.path),
            "last_modified": live.last_modified,
            "live_metadata": dict(live.metadata),
        }

    def _content(self, declared: DeclaredFile) -> Content:
        """
        What is to be put; reads the source, to be sure that it is what was planned, and for its MD5.

        Raises:
            SourceChanged: It has other bytes than were planned.
        """
        source = self._source(declared.inputs.source)
        planned = Fingerprint(declared.content_hash or "", declared.size_bytes or 0)
        found, md5 = _hashes(source)
        if found.content_hash != planned.content_hash:
            raise SourceChanged(
                f"{source.name} changed after it was planned: {_bytes_text(planned)} were planned, "
                f"{_bytes_text(found)} were read. Nothing was sent; run `pulumi preview` again"
            )
        kind, encoding = _TYPES.guess_type(require_known(declared.inputs.path))
        content_type = kind if kind and not encoding else "application/octet-stream"
        return Content(open=source.open, size_bytes=found.size_bytes, md5=md5, content_type=content_type)

    def _source(self, source: Any) -> Source:
        return resolve_source(source, self._services.project, is_ingested=False)

    def _find(self, place: Place) -> PathProperties | None:
        live = self._storage(place).find(place.path)
        if live is not None and live.is_folder:
            raise StoragePathError(f"{place.path} must be a file, and is a folder; choose another path, or remove it")
        return live

    def _storage(self, place: Place) -> WorkspaceStorage:
        return WorkspaceStorage(self._services, place.workspace_id)


def _bytes_text(content: Fingerprint) -> str:
    return f"{content.size_bytes:,} bytes with SHA-256 {content.content_hash[:12]}…"


def _hashes(source: Source) -> tuple[Fingerprint, str]:
    """SHA-256 and size, and the MD5 in Base64."""
    sha256, md5, count = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with source.open() as file:
        while block := file.read(_BLOCK_BYTES):
            sha256.update(block)
            md5.update(block)
            count += len(block)
    return Fingerprint(sha256.hexdigest(), count), base64.b64encode(md5.digest()).decode()


def _what(place: Place) -> str:
    return f"file {place.path}"
