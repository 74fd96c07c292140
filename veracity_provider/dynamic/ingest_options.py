"""Options of a `DatasetIngest`, as its `IngestUpload` has them, and sources, as both have them."""

import copy
import os
from typing import Any, Final, cast

import pulumi
from pulumi import Alias, ResourceOptions

from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.run import UPLOAD_SUFFIX

MAX_TEXT_BYTES: Final = 1024 * 1024
INGESTS_TYPE: Final = "veracity:index:DatasetIngests"
"""The type of the component of that name, in the state of each stack that has one."""
_UPLOAD_TYPES: Final = {
    "dynamic/veracity:DatasetIngest::": "dynamic/veracity:IngestUpload::",
    "dynamic/veracity:Dataset::": "dynamic/veracity:DatasetUpload::",
}


def component_of(opts: ResourceOptions | None) -> str | None:
    """Name of the `DatasetIngests` that makes an ingest with *opts*; None for an ingest that is declared by itself."""
    parent = opts.parent if opts else None
    return parent.pulumi_resource_name if parent is not None and parent.pulumi_resource_type == INGESTS_TYPE else None


def upload_options(opts: ResourceOptions | None, predecessors: list[pulumi.Resource]) -> ResourceOptions:
    """*opts* for the upload: its aliases carry the upload's name, and it waits for *predecessors* too."""
    given = opts or ResourceOptions()
    merged = ResourceOptions.merge(given, ResourceOptions(depends_on=predecessors))
    if given.aliases is not None:
        merged.aliases = [_upload_alias(alias) for alias in given.aliases]
    return merged


def _upload_alias(alias: Any) -> Any:
    """The engine derives nothing for a resource made in another one's constructor, so each alias is renamed here."""
    if isinstance(alias, str):
        for type_, upload_type in _UPLOAD_TYPES.items():
            alias = alias.replace(type_, upload_type)
        return alias + UPLOAD_SUFFIX
    if isinstance(alias, Alias):
        return _renamed(alias)
    return pulumi.Output.from_input(alias).apply(_upload_alias)


def _renamed(alias: Alias) -> Alias:
    renamed = copy.copy(alias)
    if isinstance(alias.name, str):
        renamed.name = alias.name + UPLOAD_SUFFIX
    return renamed


def source_property(name: str, source: Any) -> Any:
    """
    *source* as both resources carry it: a path, or `{"text", "name"}` for a `StringAsset`.

    Assets never cross the engine: it would read the whole file itself, and fails on one at the second preview.
    Raises:
        InputError: A source of another kind, or a text that is too large to be kept in the state.
    """
    if isinstance(source, pulumi.FileAsset):
        return os.fsdecode(source.path)
    if isinstance(source, pulumi.StringAsset):
        return _text_source(name, source.text)
    if isinstance(source, pulumi.Output):
        return cast("pulumi.Output[Any]", source).apply(lambda value: source_property(name, value))
    if isinstance(source, os.PathLike):
        return os.fsdecode(cast("os.PathLike[str]", source))
    if isinstance(source, pulumi.Asset | pulumi.Archive | list | tuple):
        raise InputError([InputProblem(f"{name}.source", "must be one file: a path, a FileAsset or a StringAsset")])
    return source


def _text_source(name: str, text: str) -> dict[str, str]:
    # Characters that UTF-8 lacks are refused elsewhere, with those of the other arguments.
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_TEXT_BYTES:
        reason = f"must have at most 1 MiB as a StringAsset, which is in the state, not {size:,} bytes. Use a file."
        raise InputError([InputProblem(f"{name}.source", reason)])
    return {"text": text, "name": f"{name}.csv"}
