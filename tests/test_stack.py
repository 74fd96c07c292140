"""From stack config to resources, without an engine."""

import contextlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest

from veracity_provider import existence, stack
from veracity_provider.dynamic import sdk
from veracity_provider.dynamic.ingest_options import upload_options
from veracity_provider.errors import InputError, InputProblem

CONTAINER = {"name": "emissions", "containerId": "33333333-0000-4000-8000-000000000001"}
DATASET = {
    "name": "noon",
    "datasetId": "22222222-0000-4000-8000-000000000001",
    "source": "noon.csv",
    "operation": "Upsert",
}
ACCOUNT = {
    "endpoint": "emulator",
    "clientId": "me",
    "clientSecret": "of a test",
    "subscriptionKey": "of a test",
    "workspaceId": "11111111-0000-4000-8000-000000000001",
}


IN_ENVIRONMENT = "or in the environment as VERACITY_CLIENT_ID."


class Outputs:
    job_id, status, content_hash = "j", "Completed", "h"
    container_id, url = "c", "https://c"
    schema_id, schema_version_id = "s", "v"
    path = "p"
    dataset_id = "made"


class Ingests:
    ingests = ("a.csv", "b.csv")


@dataclass
class Declared:
    """What the program declared, in order."""

    resources: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    options: dict[str, Any] = field(default_factory=dict)

    def resource(self, kind, outputs=Outputs):
        class Made(outputs):
            def __init__(made, name, *, opts, **arguments):  # noqa: N805 — the test's own object is `self`
                self.resources.append((kind, name, arguments))
                self.options[name] = opts

        return Made


@pytest.fixture
def declare(monkeypatch, tmp_path):
    """Runs the program with the given stack config."""
    (tmp_path / "noon.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    for name in ("VERACITY_WORKSPACE_ID", "PULUMI_SKIP_CHECKPOINTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    declared, exported = Declared(), {}
    monkeypatch.setattr(stack, "ContainerMetadata", declared.resource("container"))
    monkeypatch.setattr(stack, "DatasetIngest", declared.resource("ingest"))
    monkeypatch.setattr(stack, "DatasetIngests", declared.resource("ingests", Ingests))
    monkeypatch.setattr(stack, "Schema", declared.resource("schema"))
    monkeypatch.setattr(stack, "StorageFolder", declared.resource("folder"))
    monkeypatch.setattr(stack, "StorageFile", declared.resource("file"))
    monkeypatch.setattr(stack, "Dataset", declared.resource("dataset"))
    monkeypatch.setattr(pulumi, "export", exported.__setitem__)

    @pulumi.runtime.test
    def program():
        stack.declare_stack()
        return pulumi.Output.from_input(exported).apply(declared.exports.update)

    def run(secrets=(), **config):
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
        given = {f"veracity:{key}": text for key, text in {**ACCOUNT, **texts}.items()}
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(given))
        pulumi.runtime.set_all_config(given, [f"veracity:{key}" for key in secrets])
        program()
        return declared

    yield run
    pulumi.runtime.set_all_config({}, [])


def test_each_entry_of_a_list_becomes_a_resource_with_its_arguments(declare):
    schema = {"name": "noon-schema", "schemaName": "Noon", "columns": [{"name": "a", "type": "Int32", "isKey": True}]}
    declared = declare(
        containers=[{**CONTAINER, "onDestroy": "restore"}],
        schemas=[{**schema, "lock": True}],
        datasets=[DATASET],
        folders=[{"name": "voyages", "path": "voyages/2026", "metadata": {"Customer": "123"}}],
        files=[{"name": "manual", "path": "voyages/2026/manual.csv", "source": "noon.csv"}],
    )
    columns = [{"name": "a", "type": "Int32", "is_key": True}]
    assert declared.resources == [
        ("container", "emissions", {"container_id": CONTAINER["containerId"], "on_destroy": "restore"}),
        ("schema", "noon-schema", {"schema_name": "Noon", "columns": columns, "lock": True}),
        ("ingest", "noon", {"dataset_id": DATASET["datasetId"], "source": "noon.csv", "operation": "Upsert"}),
        ("folder", "voyages", {"path": "voyages/2026", "metadata": {"Customer": "123"}}),
        ("file", "manual", {"path": "voyages/2026/manual.csv", "source": "noon.csv"}),
    ]
    assert declared.options == {"emissions": None, "noon-schema": None, "noon": None, "voyages": None, "manual": None}
    assert declared.exports == {
        "containers": {"emissions": {"container_id": "c", "url": "https://c"}},
        "schemas": {"noon-schema": {"schema_id": "s", "schema_version_id": "v"}},
        "datasets": {"noon": {"job_id": "j", "status": "Completed", "content_hash": "h"}},
        "folders": {"voyages": {"path": "p", "url": "https://c"}},
        "files": {"manual": {"path": "p", "url": "https://c", "content_hash": "h"}},
    }


def test_an_entry_with_a_pattern_becomes_a_component_and_exports_the_number_of_its_files(declare):
    declared = declare(datasets=[{**DATASET, "source": "*.csv", "aliases": ["old"]}])
    arguments = {"dataset_id": DATASET["datasetId"], "source": "*.csv", "operation": "Upsert"}
    assert declared.resources == [("ingests", "noon", arguments)]
    assert [alias.name for alias in declared.options["noon"].aliases] == ["old"]
    assert declared.exports["datasets"] == {"noon": {"files": 2}}


def test_a_dataset_that_entries_name_is_made_once_with_the_schema_of_the_stack(declare):
    schema = {"name": "noon-schema", "schemaName": "Noon", "columns": [{"name": "a", "type": "Int32"}]}
    named = {"datasetName": "Noon", "schemaName": "Noon", "source": "noon.csv", "operation": "Upsert"}
    declared = declare(
        schemas=[schema],
        datasets=[
            {**named, "name": "first", "aliases": ["old"], "protect": True},
            {**named, "name": "second", "operation": "Delete"},
            {
                **named,
                "name": "third",
                "datasetName": "Wind",
                "schemaName": "Of the platform",
                "datasetSource": "noon.csv",
            },
        ],
    )
    ingest = {"source": "noon.csv", "dataset_id": "made"}
    assert declared.resources[1:] == [
        ("dataset", "first-dataset", {"dataset_name": "Noon", "schema_version_id": "v"}),
        (
            "dataset",
            "third-dataset",
            {"dataset_name": "Wind", "schema_name": "Of the platform", "source": "noon.csv"},
        ),
        ("ingest", "first", {**ingest, "operation": "Upsert"}),
        ("ingest", "second", {**ingest, "operation": "Delete"}),
        ("ingest", "third", {**ingest, "operation": "Upsert"}),
    ]
    made = declared.options["first-dataset"]
    assert ([alias.name for alias in made.aliases], made.protect) == (["old-dataset"], True)


def test_the_files_of_a_pattern_go_into_a_dataset_by_its_name(declare):
    pattern = {"datasetName": "Noon", "source": "*.csv", "operation": "Upsert"}
    declared = declare(
        datasets=[
            {**pattern, "name": "made", "schemaName": "Noon"},
            {**pattern, "name": "same", "operation": "Delete"},
            {**pattern, "name": "there", "datasetName": "Wind", "workspaceName": "Ships"},
        ]
    )
    arguments = {"source": "*.csv", "operation": "Upsert"}
    assert declared.resources == [
        ("dataset", "made-dataset", {"dataset_name": "Noon", "schema_name": "Noon"}),
        ("ingests", "made", {**arguments, "dataset_id": "made"}),
        # The component finds the dataset that the program makes.
        ("ingests", "same", {**arguments, "dataset_name": "Noon", "operation": "Delete"}),
        ("ingests", "there", {**arguments, "dataset_name": "Wind", "workspace_name": "Ships"}),
    ]


def test_aliases_and_protect_of_an_entry_become_options_of_its_resource(declare):
    declared = declare(
        containers=[{**CONTAINER, "aliases": ["old", "older"]}],
        datasets=[{**DATASET, "aliases": ["c"], "protect": True}],
    )
    container, ingest = declared.options["emissions"], declared.options["noon"]
    assert ([alias.name for alias in container.aliases], container.protect) == (["old", "older"], None)
    assert ([alias.name for alias in ingest.aliases], ingest.protect) == (["c"], True)
    assert [alias.name for alias in upload_options(ingest, []).aliases] == ["c-upload"]


def test_the_collector_passes_over_all_that_is_declared(declare, monkeypatch):
    steps = []
    monkeypatch.setattr(stack, "_declare", lambda _: steps.append("declared"))
    monkeypatch.setattr(stack.program, "keep_declared", lambda: steps.append("kept"))
    declare(containers=[CONTAINER])
    assert steps == ["declared", "kept"]


def test_a_stack_without_lists_declares_nothing(declare):
    declared = declare()
    assert (declared.resources, declared.exports) == (
        [],
        {"containers": {}, "schemas": {}, "datasets": {}, "folders": {}, "files": {}},
    )


def test_everything_wrong_is_reported_at_once_and_nothing_is_declared(declare):
    with pytest.raises(InputError) as refused:
        declare(
            endpiont="x",
            workspaceId="<workspace id>",
            clientId="<account>",
            containers=[{**CONTAINER, "title": 7}],
            datasets=[DATASET],
        )
    set_key = "pulumi config set --stack dev veracity:"
    assert str(refused.value).splitlines() == [
        "stack config of `dev` cannot be used; nothing was changed:",
        f"  - veracity:clientId: is missing. Set it with `{set_key}clientId VALUE`, {IN_ENVIRONMENT}",
        "  - veracity:endpiont: is not a key; did you mean endpoint?",
        '  - veracity:containers[0] "emissions".title: must be a string, not 7: put it in quotes',
        f"  - veracity:workspaceId: is missing, and datasets need it. Set it with `{set_key}workspaceId UUID`.",
    ]


@pytest.mark.parametrize("nothing", ["", "null", "[]", " "])
def test_a_list_whose_entries_are_all_commented_out_declares_nothing(declare, nothing):
    assert declare(containers=nothing, datasets=nothing).resources == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hello", "'hello'"),
        ("[unended", "'[unended'"),
        ("5", "5"),
        ("true", "true"),
        ("{}", "a mapping"),
        ("\x1b[2J", r"'\x1b[2J'"),
        ("[" * 100_000, "'" + "[" * 59 + "…'"),
    ],
)
def test_a_text_where_a_list_belongs_is_told_with_everything_else(declare, text, found):
    with pytest.raises(InputError) as refused:
        declare(containers=text, datasets=[{**DATASET, "name": 0}])
    assert str(refused.value).splitlines()[1:] == [
        f"  - veracity:containers: must be a list of mappings, each with a name, not {found}",
        "  - veracity:datasets[0].name: must be a string, not 0: put it in quotes",
    ]


def test_a_list_that_holds_a_secret_is_refused_and_nothing_of_it_is_shown(declare):
    with pytest.raises(InputError) as refused:
        declare(
            secrets=["datasets"],
            containers=[{**CONTAINER, "title": 7}],
            datasets=[{**DATASET, "operation": "hidden-word", "triggers": ["hidden-word"]}],
        )
    reason = (
        "must hold no secret, and a value in it was set with --secret: what is declared here is kept in the "
        "state in plain text. Set the value without --secret, or remove it"
    )
    assert str(refused.value).splitlines()[1:] == [
        f"  - veracity:datasets: {reason}",
        '  - veracity:containers[0] "emissions".title: must be a string, not 7: put it in quotes',
    ]


def test_an_entry_that_manages_nothing_is_warned_of(declare, capsys):
    declare(containers=[CONTAINER])
    assert "manages nothing: it has no title, description, icon or tags" in capsys.readouterr().err


ABSENT = InputProblem('veracity:containers[0] "emissions".containerId', "reading it failed")


@pytest.fixture
def asked(monkeypatch):
    """Stands in for the platform, which does not have the container; gives what was asked."""
    questions = []

    def find(declaration, _clients):
        questions.append([one.value for one in (*declaration.named_containers, *declaration.named_datasets)])
        return [ABSENT]

    monkeypatch.setattr(existence, "find_absent", find)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    return questions


def test_a_preview_asks_for_all_ids_and_warns_of_what_is_not_there(declare, asked, capsys):
    assert len(declare(containers=[{**CONTAINER, "title": "A"}], datasets=[DATASET]).resources) == 2
    assert asked == [[CONTAINER["containerId"], DATASET["datasetId"]]]
    assert capsys.readouterr().err.splitlines() == [
        "warning: the platform does not have what these entries name:",
        f"  - {ABSENT}",
    ]


def test_what_is_not_there_is_told_with_everything_else_that_is_wrong(declare, asked):
    with pytest.raises(InputError) as refused:
        declare(containers=[{**CONTAINER, "title": 7}])
    assert asked == [[CONTAINER["containerId"]]]
    assert str(refused.value).splitlines()[1:] == [
        '  - veracity:containers[0] "emissions".title: must be a string, not 7: put it in quotes',
        f"  - {ABSENT}",
    ]


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"containers": [CONTAINER], "clientId": ""}, id="an account that is not complete"),
        pytest.param({}, id="a stack without lists"),
        pytest.param({"containers": [{**CONTAINER, "containerId": "<id>"}]}, id="no id to ask for"),
    ],
)
def test_nothing_is_asked_of_the_platform_without_a_reason(declare, asked, config):
    with contextlib.suppress(InputError):
        declare(**config)
    assert asked == []


def test_an_up_asks_nothing_since_its_preview_has(declare, asked, monkeypatch):
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    declare(containers=[CONTAINER])
    assert asked == []


def test_nothing_is_asked_under_mocks(declare, asked, monkeypatch):
    monkeypatch.setattr(sdk, "is_mocked", lambda: True)
    declare(containers=[CONTAINER])
    assert asked == []


@pytest.mark.slow
def test_a_stack_without_lists_imports_no_http_library():
    code = (
        "import sys, pulumi; from veracity_provider import stack; pulumi.get_stack = lambda: 'dev'; "
        "pulumi.runtime.is_dry_run = lambda: True; pulumi.export = print; stack.declare_stack(); "
        "assert 'requests' not in sys.modules"
    )
    config = {f"veracity:{key}": value for key, value in ACCOUNT.items()}
    environ = {**os.environ, "PULUMI_CONFIG": json.dumps(config)}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True, capture_output=True)


def test_the_workspace_of_the_environment_is_used_where_the_config_has_none(declare, monkeypatch):
    monkeypatch.setenv("VERACITY_WORKSPACE_ID", ACCOUNT["workspaceId"])
    assert len(declare(workspaceId="", datasets=[DATASET]).resources) == 1
