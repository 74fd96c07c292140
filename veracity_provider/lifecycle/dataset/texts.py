"""What a dataset's life says to people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from veracity_provider.api.models import Dataset
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.texts import shown

_MAX_TEXT: Final = 100


def difference_text(live: Dataset, declared: DeclaredDataset, schema_version_id: str | None) -> str:
    """
    How a dataset that is there differs from what is declared; empty where it does not.

    Args:
        schema_version_id: The declared one, in lower case; None where it is not known, or not compared.
    """
    lines = list(_differences(live, declared, schema_version_id))
    if not lines:
        return ""
    first = (
        f'dataset "{shown(live.name)}" differs from what is declared, and the API cannot change an existing dataset:'
    )
    return "\n".join([first, *lines, "Change it in the portal, or declare what the platform has."])


def _differences(live: Dataset, declared: DeclaredDataset, schema_version_id: str | None) -> Iterator[str]:
    if declared.name is not None and declared.name != live.name:
        yield _line("dataset_name", f'"{shown(live.name)}"', f'"{shown(declared.name)}"')
    if declared.description is not None and declared.description != live.description:
        described = (f'"{shown(one, _MAX_TEXT)}"' for one in (live.description, declared.description))
        yield _line("description", *described)
    if declared.tags is not None and _in_any_order(declared.tags) != _in_any_order(live.tags):
        yield _line("tags", _tags(live.tags), _tags(declared.tags))
    live_version = live.schema_version_id
    if schema_version_id is not None and live_version is not None and live_version.lower() != schema_version_id:
        yield _line("schema_version_id", live_version, schema_version_id)


def _line(name: str, live: str, declared: str) -> str:
    return f"  {name}: {live} on the platform, {declared} declared"


def _in_any_order(tags: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {name: sorted(values) for name, values in tags.items()}


def _tags(tags: Mapping[str, Sequence[str]]) -> str:
    text = ", ".join(f"{name} {', '.join(values)}" for name, values in tags.items())
    return shown(text, _MAX_TEXT) if text else "none"


def header_alone_text(job_id: str, reason: str) -> str:
    """Why a dataset without a first file was not made."""
    return (
        f"ingest job {job_id} {reason}. The dataset was to be created from its header only, which the platform "
        f"may refuse: give it a first file as source (in stack config: datasetSource), and run `pulumi up` again, "
        f"which registers a new job"
    )
