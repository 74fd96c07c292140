"""Writes the tables of docs/reference.md from the code's own definitions; `--check` only compares."""

import inspect
import sys
from pathlib import Path

from veracity_provider import ContainerMetadata, DatasetIngest
from veracity_provider.description.model import Inputs
from veracity_provider.description.stack_file import CONTAINERS, DATASETS, alias_of
from veracity_provider.settings import KEYS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Reference",
            "",
            "Made by `python -m tools.make_reference`; a test compares it with the code.",
            "",
            *_resource(ContainerMetadata, CONTAINERS.inputs, "veracity:containers"),
            *_resource(DatasetIngest, DATASETS.inputs, "veracity:datasets"),
            "## Connection settings",
            "",
            "Stack config wins over the environment. Secrets are set with `pulumi config set --secret`.",
            "",
            "| key | environment | meaning |",
            "| --- | --- | --- |",
            *(
                f"| `veracity:{key.name}` | `{key.environment_variable}` | {key.doc.replace('|', '/')}"
                f"{' Secret.' if key.is_secret else ''} |"
                for key in KEYS
            ),
            "",
            "`VERACITY_DEBUG=1` brings tracebacks back.",
            "",
        ]
    )


def _resource(resource: type, described: type[Inputs], list_name: str) -> list[str]:
    parameters = inspect.signature(resource.__init__).parameters
    inputs = [name for name in parameters if name not in {"self", "resource_name", "opts"}]
    camel = {name: alias_of(described, name) for name in described.model_fields}
    outputs = [name for name in resource.__annotations__ if name not in inputs and not name.startswith("_")]
    return [
        f"## {resource.__name__}",
        "",
        "```text",
        inspect.getdoc(resource) or "",
        "```",
        "",
        f"In stack config, an entry of `{list_name}`: `name`, "
        + ", ".join(f"`{camel[name]}`" for name in inputs if name in camel)
        + ".",
        "",
        f"Outputs besides the inputs: {', '.join(f'`{name}`' for name in outputs)}.",
        "",
    ]


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv:
        return int(PAGE.read_text() != page())
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
