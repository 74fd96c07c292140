"""The layers of docs/architecture.md: which package may import which."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROVIDER = ROOT / "veracity_provider"
EMULATOR = ROOT / "veracity_emulator"

MAY_IMPORT = {
    "errors": set(),
    "unknown": set(),
    "nearest": set(),
    "loopback": set(),
    "texts": set(),
    "connections": set(),
    "retrying": set(),
    "collector": set(),
    "validation": {"collector"},
    "config_text": {"texts"},
    "description": {"settings", "config_text", "errors", "unknown", "nearest", "texts", "validation"},
    "settings": {"errors", "loopback", "texts", "config_text"},
    "api": {"settings", "errors", "loopback", "texts", "connections", "retrying", "validation"},
    "storage": {"errors", "loopback", "texts", "connections", "retrying"},
    "lifecycle": {"api", "storage", "description", "settings", "errors", "unknown", "nearest", "texts"},
    "display": {"texts"},
    "dynamic": {"lifecycle", "display", "settings", "errors", "api", "texts", "retrying", "collector"},
    "declaration": {"lifecycle", "description", "settings", "errors", "unknown", "texts", "config_text"},
    "existence": {"api", "declaration", "lifecycle", "errors", "retrying"},
    "stack": {
        "declaration",
        "existence",
        "api",
        "description",
        "dynamic",
        "settings",
        "errors",
        "texts",
        "config_text",
    },
    "cli": {
        "__version__",
        "api",
        "storage",
        "lifecycle",
        "description",
        "settings",
        "errors",
        "nearest",
        "texts",
    },
    "__init__": {"collector", "dynamic", "nearest", "stack"},
}
HTTP, PULUMI = {"requests", "azure"}, {"pulumi"}
NEVER = {
    "errors": HTTP | PULUMI,
    "settings": HTTP | PULUMI,
    "description": HTTP | PULUMI,
    "lifecycle": HTTP | PULUMI,
    "declaration": HTTP | PULUMI,
    "display": HTTP,
    "dynamic": HTTP,
    "existence": HTTP | PULUMI,
    "stack": HTTP,
    "api": PULUMI,
    "storage": PULUMI,
    "cli": PULUMI,
}


def package_of(path: Path) -> str:
    return path.relative_to(PROVIDER).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def modules(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


@pytest.mark.parametrize("path", modules(PROVIDER), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_imports_only_what_is_below_it(path):
    package = package_of(path)
    used = {name.split(".")[1] for name in imported(path) if name.startswith("veracity_provider.")}
    assert used - {package} <= MAY_IMPORT[package]


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        ("jobs", {"ingest", "container", "schema", "filestorage", "metadata"}),
        ("metadata", {"ingest", "jobs", "container", "schema", "filestorage"}),
        ("ingest", {"container", "schema", "filestorage", "metadata"}),
        ("container", {"ingest", "jobs", "schema", "filestorage"}),
        ("filestorage", {"ingest", "jobs", "container", "schema"}),
    ],
)
def test_a_folder_of_the_lifecycle_knows_nothing_of_those_beside_or_above_it(folder, others):
    lifecycle = "veracity_provider.lifecycle."
    used = {name for path in modules(PROVIDER / "lifecycle" / folder) for name in imported(path)}
    assert not {name.removeprefix(lifecycle).split(".")[0] for name in used if name.startswith(lifecycle)} & others


@pytest.mark.parametrize("path", modules(PROVIDER), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_is_used_only_where_it_belongs(path):
    assert not {name.split(".")[0] for name in imported(path)} & NEVER.get(package_of(path), set())


@pytest.mark.parametrize("path", modules(EMULATOR), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_emulator_imports_nothing_of_the_provider(path):
    assert not [name for name in imported(path) if name.startswith("veracity_provider")]


@pytest.mark.parametrize("path", modules(PROVIDER), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_provider_imports_nothing_of_the_emulator(path):
    assert not [name for name in imported(path) if name.startswith("veracity_emulator")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("veracity_provider.dynamic.resources", ["azure", "pydantic", "requests", "stamina", "veracity_emulator"]),
        ("veracity_provider.stack", ["azure", "requests", "veracity_emulator"]),
        ("veracity_provider.lifecycle.container.lifecycle", ["azure", "pulumi", "requests"]),
        ("veracity_provider.lifecycle.ingest.ingest", ["azure", "pulumi", "requests"]),
        ("veracity_provider.lifecycle.ingest.upload", ["azure", "pulumi", "requests"]),
        ("veracity_provider.cli", ["azure", "pulumi"]),
        ("veracity_provider.description.stack_file", ["azure", "pulumi", "requests"]),
    ],
)
def test_what_an_unchanged_stack_does_not_need_is_not_imported(module, spared):
    code = f"import sys, {module}; print(*[name for name in {spared} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


DECLARED = """
import os, sys
from tests.dynamic.mocks import CONTAINER, DATASET, mocked
from veracity_provider import ContainerMetadata, DatasetIngest
from veracity_provider.dynamic import program

with mocked():
    ContainerMetadata("a", container_id=CONTAINER, icon={"id": "chart"})
    DatasetIngest("b", dataset_id=DATASET, source="a.csv", operation="Overwrite")
    program.connection_problems(os.environ)
print(*sorted({"azure", "pydantic", "requests", "stamina"} & set(sys.modules)))
"""


@pytest.mark.slow
def test_declaring_resources_needs_neither_pydantic_nor_what_sends_requests():
    found = subprocess.run([sys.executable, "-c", DECLARED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
