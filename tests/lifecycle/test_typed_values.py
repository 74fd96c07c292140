"""Inside the lifecycle, properties are read once, at the edge; everything else deals in typed values."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ENVIRONMENT = "services.py"  # reads PULUMI_HOME, which is no property
LIFECYCLE = Path(__file__).resolve().parents[2] / "veracity_provider" / "lifecycle"
EDGES = {
    "jobs/job.py": "a job in a state",
    "jobs/journal.py": "the journal's files",
    "ingest/inputs.py": "the inputs of an ingest",
    "ingest/history.py": "the jobs that a state remembers",
    "schema/definition.py": "a definition file",
    "container/notes.py": "the notes about containers on this machine",
    "filestorage/state.py": "the content that `check` has found of a file",
    "sources.py": "the text in place of a file",
}
"""The modules that turn properties or JSON into typed values, and which."""


def string_look_ups(tree: ast.Module) -> Iterator[int]:
    """Lines that read `x["name"]` or `x.get("name")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=ast.Constant(value=str()), ctx=ast.Load()):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str()), *_]):
                yield node.lineno
            case _:
                pass


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(LIFECYCLE.rglob("*.py")) if str(path.relative_to(LIFECYCLE)) not in {*EDGES, ENVIRONMENT}],
    ids=lambda path: str(path.relative_to(LIFECYCLE)),
)
def test_a_module_behind_the_edge_looks_nothing_up_by_its_name(path):
    assert list(string_look_ups(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_reads_properties(name):
    assert list(string_look_ups(ast.parse((LIFECYCLE / name).read_text()))) != []
