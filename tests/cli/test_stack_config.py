"""Settings from a stack's file, without the Pulumi SDK; secrets by way of the command `pulumi config`."""

import json
import os
from pathlib import Path

import pytest

from veracity_provider.cli.stack_config import find_project, read_stack_config
from veracity_provider.errors import SettingsError

ID = "11111111-0000-4000-8000-000000000001"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\nstackConfigDir: stacks\n")
    return tmp_path


def write_stack(project: Path, text: str) -> None:
    (project / "stacks" / "Pulumi.dev.yaml").write_text(text)


def fake_pulumi(project: Path, *, answer: object = None, failure: str = "") -> dict[str, str]:
    """An environment whose `pulumi` notes how it is called, and answers so."""
    folder = project / "bin"
    folder.mkdir()
    (folder / "answer").write_text(answer if isinstance(answer, str) else json.dumps(answer))
    (folder / "failure").write_text(failure)
    script = (
        f'#!/bin/sh\necho "$@" >{folder}/called\npwd >>{folder}/called\ncat {folder}/answer\n'
        f"cat {folder}/failure >&2\ntest ! -s {folder}/failure\n"
    )
    (folder / "pulumi").write_text(script)
    (folder / "pulumi").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin"}


def test_plain_values_are_read_from_the_file_alone(project):
    write_stack(
        project,
        f"config:\n  veracity:workspaceId: {ID}\n  veracity:uploadWorkers: 2\n  veracity:answers: {{{ID}: applied}}\n"
        "  veracity:containers:\n    - {name: a}\n    - text\n  other:key: {secure: v1:abc}\n",
    )
    found = read_stack_config("dev", project / "stacks", {"PATH": ""})
    assert (found.get("workspaceId"), found.get("uploadWorkers"), found.get("endpoint")) == (ID, "2", None)
    assert json.loads(found.get("answers")) == {ID: "applied"}
    assert found.entries("containers") == [{"name": "a"}]
    assert found.secrets == frozenset()


def test_a_secret_is_decrypted_by_pulumi(project):
    write_stack(project, "config:\n  veracity:clientSecret:\n    secure: v1:abc\n")
    answer = {
        "veracity:clientSecret": {"value": "hidden", "secret": True},
        "veracity:containers": {"value": "[]", "objectValue": [{"name": "a"}], "secret": False},
        "aws:region": {"value": "eu", "secret": False},
    }
    found = read_stack_config("acme/emissions/dev", project, fake_pulumi(project, answer=answer))
    assert (found.get("clientSecret"), found.secrets) == ("hidden", {"clientSecret"})
    assert found.entries("containers") == [{"name": "a"}]
    called = (project / "bin/called").read_text().splitlines()
    assert called == [
        "config --stack acme/emissions/dev --show-secrets --json --non-interactive",
        str(project),
    ]


@pytest.mark.parametrize(
    ("project_text", "stack_text"),
    [
        pytest.param("config:\n  veracity:endpoint: emulator\n", "config: {}\n", id="config of the project"),
        pytest.param("", "environment:\n  - dev\nconfig: {}\n", id="an environment"),
    ],
)
def test_values_that_come_from_elsewhere_are_asked_of_pulumi(project, project_text, stack_text):
    with (project / "Pulumi.yaml").open("a") as file:
        file.write(project_text)
    write_stack(project, stack_text)
    environ = fake_pulumi(project, answer={"veracity:endpoint": {"value": "emulator"}})
    assert read_stack_config("dev", project, environ).get("endpoint") == "emulator"


SECURE = "config:\n  veracity:clientSecret: {secure: v1:abc}\n"
TAIL = "Fix that, or leave --stack out and set the variables that `veracity settings` lists"


@pytest.mark.parametrize(
    ("answer", "failure", "reason"),
    [
        pytest.param("", "error: incorrect passphrase.\nmore", "incorrect passphrase", id="it refuses"),
        pytest.param("no json", "", "its output is not JSON", id="no JSON"),
        pytest.param("[]", "", "its output is not JSON object", id="another document"),
    ],
)
def test_what_pulumi_cannot_do_is_told(project, answer, failure, reason):
    write_stack(project, SECURE)
    environ = fake_pulumi(project, answer=answer, failure=failure)
    with pytest.raises(SettingsError) as refused:
        read_stack_config("dev", project, environ)
    assert str(refused.value) == (
        "--stack: must be a stack whose config can be read, and `pulumi config --stack dev --show-secrets` failed: "
        f"{reason}. {TAIL}"
    )


def test_without_the_command_a_secret_cannot_be_read(project, monkeypatch):
    write_stack(project, SECURE)
    monkeypatch.setattr("sys.executable", str(project / "python"))
    with pytest.raises(SettingsError, match="failed: there is no `pulumi` on PATH"):
        read_stack_config("dev", project, {"PATH": str(project)})


def test_a_stack_that_is_not_there_is_told_with_those_that_are(project):
    write_stack(project, "")
    with pytest.raises(SettingsError) as refused:
        read_stack_config("prod", project, {})
    assert str(refused.value) == (
        f"--stack: must be a stack with a file, and there is no Pulumi.prod.yaml in {project}/stacks; there are: dev"
    )


def test_outside_of_a_project_no_stack_can_be_read(tmp_path):
    assert find_project(tmp_path) is None
    with pytest.raises(SettingsError) as refused:
        read_stack_config("dev", tmp_path, {})
    assert str(refused.value) == (
        f"--stack: must be used in a Pulumi project, and {tmp_path} is in none: there is no Pulumi.yaml"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"config:\n  a: [\n", "must be a stack whose files are YAML, and {file} is not in line 3"),
        (b"\xff", "must be a stack whose files can be read, and {file} cannot"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(project, content, reason):
    file = project / "stacks/Pulumi.dev.yaml"
    file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        read_stack_config("dev", project, {})
    assert str(refused.value).startswith(f"--stack: {reason.format(file=file)}")


def test_secrets_in_the_clear_are_known(project):
    write_stack(project, "config:\n  veracity:clientSecret: a\n  veracity:subscriptionKey: b\n")
    assert read_stack_config("dev", project, {}).clear_secrets == ("clientSecret", "subscriptionKey")
