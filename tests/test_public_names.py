"""What `import veracity_provider` offers: names, types and errors, as an editor, a REPL and a type checker see them."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import veracity_provider

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parents[1]
NAMES = [
    "ColumnArgs",
    "ColumnType",
    "ContainerMetadata",
    "Dataset",
    "DatasetIngest",
    "DatasetIngests",
    "GetDatasetResult",
    "GetSchemaResult",
    "GetWorkspaceResult",
    "IconArgs",
    "OnConflict",
    "OnDestroy",
    "OnDestroyFile",
    "OnDestroyFolder",
    "Operation",
    "OperationOfFiles",
    "Preflight",
    "Schema",
    "StorageFile",
    "StorageFolder",
    "declare_stack",
    "get_dataset",
    "get_schema",
    "get_workspace",
]
GOOD = """
from pathlib import Path
import pulumi
from veracity_provider import ContainerMetadata, DatasetIngest, IconArgs, Operation, StorageFile, StorageFolder
from veracity_provider import GetDatasetResult, get_dataset, get_schema, get_workspace

C = D = "22222222-0000-4000-8000-000000000001"
icon: IconArgs = {"id": "chart", "background_color": pulumi.Output.from_input("#5594aa")}
how: Operation = "Upsert"
metadata = ContainerMetadata("a", container_id=C, icon=icon, tags=["x"], on_destroy="restore", on_conflict="fail")
ContainerMetadata("b", container_id=metadata.container_id, icon={"id": "chart"}, title=pulumi.Output.secret("t"))
ingest = DatasetIngest("c", dataset_id=D, source=Path("a.csv"), operation=how, job_timeout_seconds=1.5)
DatasetIngest("d", dataset_id=D, source=pulumi.StringAsset("a"), operation=ingest.operation, preflight=ingest.preflight)
DatasetIngest("e", dataset_id=D, source=pulumi.FileAsset("a.csv"), operation="Append", triggers=[1, ingest.job_id])
DatasetIngest("f", dataset_id=D, source=pulumi.Output.from_input("a.csv"), operation="Delete")
folder = StorageFolder("g", path="a/b", metadata={"Customer": metadata.title.apply(str)}, on_destroy="delete")
StorageFile("h", path=folder.path, source=Path("a.pdf"), metadata={"Version": "2"}, on_conflict="fail")
workspace = get_workspace(workspace_name="Ships")
found: pulumi.Output[GetDatasetResult] = get_dataset(dataset_name="Noon", workspace_id=workspace.workspace_id)
version: pulumi.Output[str] = get_schema(schema_name=pulumi.Output.from_input("Noon")).apply(
    lambda schema: schema.schema_version_id
)
DatasetIngest("i", dataset_name=found.apply(lambda one: one.dataset_name), source="a.csv", operation="Upsert")
size: pulumi.Output[int] = ingest.size_bytes
name: pulumi.Output[str | None] = ingest.file_name
"""
BAD = {
    'DatasetIngest("a", dataset_id=D, source="a.csv", operation="Nope")': "operation",
    'DatasetIngest("a", dataset_id=D, source="a.csv", operation="Append", preflight="no")': "preflight",
    'DatasetIngest("a", dataset_id=D, source=7, operation="Append")': "source",
    'DatasetIngest("a", dataset_id=D, operation="Append")': "source",
    "get_dataset(dataset_name=7)": "dataset_name",
    'get_schema("Noon")': "argument",
    'ContainerMetadata("a", container_id=D, on_destroy="delete")': "on_destroy",
    'StorageFile("a", path="a", source="a", on_destroy="restore")': "on_destroy",
    'StorageFolder("a", path="a", metadata={"a": 7})': "metadata",
    'StorageFile("a", path="a")': "source",
    'ContainerMetadata("a", container_id=D, on_conflict="stop")': "on_conflict",
    'ContainerMetadata("a", container_id=D, icon={"backgroundColor": "#5594aa"})': "icon",
    'ContainerMetadata("a", container_id=D, tags=[7])': "tags",
    'ContainerMetadata("a", container_id=D, colour="blue")': "colour",
}


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_every_public_name_can_be_imported():
    assert veracity_provider.__all__ == NAMES
    assert [name for name in NAMES if getattr(veracity_provider, name) is None] == []


def test_public_names_are_listed_before_they_are_imported():
    listed = run_python(
        "import sys, veracity_provider; print(*dir(veracity_provider), 'pulumi' in sys.modules)"
    ).split()
    assert {*NAMES, "__version__"} <= set(listed)
    assert listed[-1] == "False"


def test_the_version_is_that_of_the_distribution():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "veracity_provider.__version__"}
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev0)?", veracity_provider.__version__)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "ContainerMetaData", "has no ContainerMetaData; did you mean ContainerMetadata?", id="nearly a name"
        ),
        pytest.param("Bucket", f"has no Bucket; it has {', '.join(NAMES)}, __version__", id="another name"),
    ],
)
def test_a_wrong_name_is_answered_by_a_sentence(name, message):
    with pytest.raises(AttributeError) as missing:
        getattr(veracity_provider, name)
    assert str(missing.value) == f"veracity_provider {message}"


def check_types(folder, program):
    """Lines of *program* that basedpyright refuses, each with what it says."""
    path = folder / "program.py"
    path.write_text(program)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "reportUnusedVariable": false}')
    command = [sys.executable, "-m", "basedpyright", "--project", folder, "--pythonpath", sys.executable]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environ)
    found = re.findall(r"program\.py:(\d+):\d+ - error: ((?:.|\n    )*)", checked.stdout)
    return {int(line): text for line, text in found}


def test_a_type_checker_takes_good_programs_and_refuses_bad_ones(tmp_path):
    head = GOOD.count("\n")
    found = check_types(tmp_path, GOOD + "\n".join(BAD) + "\n")
    assert {line: text for line, text in found.items() if line <= head} == {}
    refused = {line - head - 1: text for line, text in found.items()}
    assert [(call, name) for i, (call, name) in enumerate(BAD.items()) if name not in refused.get(i, "")] == []
