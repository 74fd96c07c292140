"""From stack config to resources, without an engine."""

import json
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest

from veracity_provider import stack

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


@dataclass
class Declared:
    """What the program declared, in order."""

    resources: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    def resource(self, kind):
        def declare(name, **arguments):
            self.resources.append((kind, name, arguments))
            return IngestOutputs()

        return declare


class IngestOutputs:
    job_id, status, content_hash = "j", "Completed", "h"


@pytest.fixture
def declare(monkeypatch, tmp_path):
    """Runs the program with the given stack config."""
    (tmp_path / "noon.csv").write_text("a\n1\n")
    monkeypatch.chdir(tmp_path)
    for name in ("VERACITY_WORKSPACE_ID", "PULUMI_SKIP_CHECKPOINTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    declared = Declared()
    monkeypatch.setattr(stack, "ContainerMetadata", declared.resource("container"))
    monkeypatch.setattr(stack, "DatasetIngest", declared.resource("ingest"))
    monkeypatch.setattr(pulumi, "export", declared.exports.__setitem__)

    def run(**config):
        texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
        given = {f"veracity:{key}": text for key, text in {**ACCOUNT, **texts}.items()}
        monkeypatch.setenv("PULUMI_CONFIG", json.dumps(given))
        pulumi.runtime.set_all_config(given, [])
        stack.declare_stack()
        return declared

    yield run
    pulumi.runtime.set_all_config({}, [])


def test_each_entry_of_a_list_becomes_a_resource_with_its_arguments(declare):
    declared = declare(containers=[{**CONTAINER, "onDestroy": "restore"}], datasets=[DATASET])
    assert declared.resources == [
        ("container", "emissions", {"container_id": CONTAINER["containerId"], "on_destroy": "restore"}),
        ("ingest", "noon", {"dataset_id": DATASET["datasetId"], "source": "noon.csv", "operation": "Upsert"}),
    ]
    assert declared.exports == {"datasets": {"noon": {"job_id": "j", "status": "Completed", "content_hash": "h"}}}


def test_a_stack_without_lists_declares_nothing(declare):
    declared = declare()
    assert (declared.resources, declared.exports) == ([], {"datasets": {}})


def test_everything_wrong_is_reported_at_once_and_nothing_is_declared(declare, capsys):
    with pytest.raises(SystemExit):
        declare(
            endpiont="x",
            workspaceId="<workspace id>",
            clientId="<account>",
            containers=[{**CONTAINER, "title": 7}],
            datasets=[DATASET],
        )
    set_key = "pulumi config set --stack dev veracity:"
    reported = capsys.readouterr().err
    assert [line.removeprefix("error: ") for line in reported.splitlines()] == [
        "stack config of `dev` cannot be used; nothing was sent:",
        f"  - veracity:clientId: is missing. Set it with `{set_key}clientId VALUE`, {IN_ENVIRONMENT}",
        "  - veracity:endpiont: is not a key; did you mean endpoint?",
        "  - veracity:containers[0].title: must be a string, not 7",
        f"  - veracity:workspaceId: is missing, and datasets need it. Set it with `{set_key}workspaceId UUID`.",
    ]


def test_the_workspace_of_the_environment_is_used_where_the_config_has_none(declare, monkeypatch):
    monkeypatch.setenv("VERACITY_WORKSPACE_ID", ACCOUNT["workspaceId"])
    assert len(declare(workspaceId="", datasets=[DATASET]).resources) == 1
