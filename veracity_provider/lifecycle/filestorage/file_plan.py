"""What to do about a file: what is live, what was last put, and what is declared, compared."""

from collections.abc import Callable
from dataclasses import dataclass

from veracity_provider.lifecycle.filestorage.metadata import plan_keys
from veracity_provider.lifecycle.filestorage.state import DeclaredFile, FileState
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import ChangeCause, FieldChange, MetadataPlan
from veracity_provider.lifecycle.units import size
from veracity_provider.storage.remote_paths import PathProperties

CONTENT = Field("content")


@dataclass(frozen=True, kw_only=True)
class FilePlan:
    """
    What is sent.

    Args:
        content: Why the content is uploaded, in place of which; None where it is there already.
        metadata: The change of the metadata, which goes with the content where that is uploaded.
    """

    content: FieldChange | None
    metadata: MetadataPlan

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """Everything that differs."""
        return (*([self.content] if self.content else []), *self.metadata.changes)

    @property
    def drifted(self) -> tuple[FieldChange, ...]:
        """What somebody else has changed, to neither what was put nor what is declared."""
        return tuple(one for one in self.changes if one.cause is ChangeCause.DRIFTED)


def plan_file(
    live: PathProperties, declared: DeclaredFile, state: FileState, declared_md5: Callable[[], str | None]
) -> FilePlan:
    """
    Compare.

    Args:
        declared_md5: The MD5 of what is declared, in Base64, or None where that is not known; reads the source.
    """
    return FilePlan(
        content=_content_change(live, declared, state, declared_md5),
        metadata=plan_keys(live.metadata, declared.metadata, state.outputs.applied),
    )


def is_as_put(live: PathProperties, state: FileState) -> bool:
    """
    Whether the live content is what was put last. Another ETag alone says nothing: other metadata gives one too.

    Where the storage knows no MD5, as for what was not put in one request, another ETag has to count as other content.
    """
    if live.etag == state.outputs.etag:
        return True
    put = state.outputs
    return bool(live.content_md5) and (live.size_bytes, live.content_md5) == (put.size_bytes, put.content_md5)


def _content_change(
    live: PathProperties, declared: DeclaredFile, state: FileState, declared_md5: Callable[[], str | None]
) -> FieldChange | None:
    was_put = bool(state.outputs.content_hash)
    is_ours = was_put and is_as_put(live, state)
    if is_ours and state.outputs.content_hash == declared.content_hash:
        return None
    may_be_the_same = bool(live.content_md5) and live.size_bytes == declared.size_bytes
    if may_be_the_same and live.content_md5 == declared_md5():
        return None
    return FieldChange(
        field=CONTENT,
        live=f"{size(live.size_bytes)}, changed {live.last_modified}",
        declared=content_text(declared.size_bytes, declared.content_hash),
        applied=content_text(state.outputs.size_bytes, state.outputs.content_hash) if was_put else None,
        cause=ChangeCause.DRIFTED if was_put and not is_ours else ChangeCause.EDITED,
    )


def content_text(size_bytes: int | None, content_hash: str | None) -> str:
    """`1.2 KiB, SHA-256 a763…`."""
    if size_bytes is None or content_hash is None:
        return "known after up"
    return f"{size(size_bytes)}, SHA-256 {content_hash[:12]}…"
