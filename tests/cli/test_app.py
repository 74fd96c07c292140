"""All commands of `veracity` together: help, version, exit codes, and what an error looks like."""

import json

import pytest
from typer.main import get_command

import veracity_provider
from veracity_provider.cli import app as module
from veracity_provider.cli.app import app, exit_code_of
from veracity_provider.errors import (
    ContainerNotFound,
    InputError,
    InputProblem,
    NotFound,
    PermissionDenied,
    PlatformUnreachable,
    SettingsError,
    SourceError,
)

NOTHING = "99999999-0000-4000-8000-000000000000"
WORKSPACE = "11111111-0000-4000-8000-000000000001"
PROBLEM = InputProblem("veracity:workspaceId", "is missing; see veracity:endpoint")
HINT = "Or name a stack that has the settings, with --stack or PULUMI_STACK."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(SettingsError([PROBLEM]), 2, id="a setting"),
        pytest.param(InputError([PROBLEM]), 2, id="an argument"),
        pytest.param(NotFound("no", status=404), 3, id="not found"),
        pytest.param(ContainerNotFound("no", status=404), 3, id="a container that is not found"),
        pytest.param(PermissionDenied("no", status=403), 1, id="a refusal"),
        pytest.param(PlatformUnreachable("no"), 1, id="no answer"),
        pytest.param(SourceError("no"), 1, id="a file"),
    ],
)
def test_the_exit_code_says_what_kind_of_error_it_is(error, code):
    assert exit_code_of(error) == code


@pytest.fixture
def fail(alone, monkeypatch):
    """Call `veracity settings` with these options, which fails with *error*."""

    def call(error, *arguments):
        def settings(stack: module.settings.Stack = None, *, as_json: module.settings.AsJson = False):
            raise error

        [registered] = [one for one in app.registered_commands if one.name == "settings"]
        monkeypatch.setattr(registered, "callback", settings)
        monkeypatch.setattr("typer.testing._get_command", get_command)
        return alone("settings", *arguments)

    return call


@pytest.mark.parametrize(
    ("error", "arguments", "code", "text"),
    [
        pytest.param(
            SettingsError([PROBLEM]),
            [],
            2,
            f"error: VERACITY_WORKSPACE_ID: is missing; see VERACITY_ENDPOINT\n{HINT}\n",
            id="a setting, without a stack",
        ),
        pytest.param(
            SettingsError([PROBLEM]),
            ["--stack", "dev"],
            2,
            "error: veracity:workspaceId: is missing; see veracity:endpoint\n",
            id="a setting, with a stack",
        ),
        pytest.param(
            SettingsError([InputProblem("--stack", "must be a stack")]),
            [],
            2,
            "error: --stack: must be a stack\n",
            id="an option",
        ),
        pytest.param(
            InputError([PROBLEM]),
            [],
            2,
            "error: VERACITY_WORKSPACE_ID: is missing; see VERACITY_ENDPOINT\n",
            id="another input",
        ),
        pytest.param(
            PermissionDenied("no", status=403, trace_id="t"), [], 1, "error: no (trace id: t)\n", id="a refusal"
        ),
    ],
)
def test_an_error_is_told_on_stderr(fail, error, arguments, code, text):
    found = fail(error, *arguments)
    assert (found.code, found.out, found.err) == (code, "", text)


@pytest.mark.parametrize(
    ("error", "arguments", "document"),
    [
        pytest.param(
            SettingsError([PROBLEM]),
            [],
            {
                "type": "SettingsError",
                "message": f"VERACITY_WORKSPACE_ID: is missing; see VERACITY_ENDPOINT\n{HINT}",
                "trace_id": None,
            },
            id="with what helps",
        ),
        pytest.param(
            PermissionDenied("no", status=403, trace_id="t"),
            ["-s", "dev"],
            {"type": "PermissionDenied", "message": "no (trace id: t)", "trace_id": "t"},
            id="with its trace id",
        ),
    ],
)
def test_an_error_is_one_line_of_json_where_json_is_asked_for(fail, error, arguments, document):
    found = fail(error, "--json", *arguments)
    assert found.out == ""
    assert [json.loads(line) for line in found.err.splitlines()] == [{"error": document}]


def test_an_error_of_the_program_itself_is_none_of_ours(fail):
    with pytest.raises(ZeroDivisionError):
        fail(ZeroDivisionError("bug"))


def test_an_error_is_json_where_json_is_asked_for(veracity):
    found = veracity("dataset", NOTHING, "--json")
    error = json.loads(found.err)["error"]
    assert (found.code, found.out, error["type"]) == (3, "", "DatasetNotFound")
    assert error["message"].startswith(f"there is no dataset {NOTHING} in workspace {WORKSPACE} (trace id: ")
    assert error["trace_id"] in error["message"]


@pytest.mark.parametrize("arguments", [[], ["schema"], ["-h"], ["--help"], ["rows", "-h"]], ids=" ".join)
def test_help_is_no_error_and_fits(alone, arguments):
    found = alone(*arguments)
    assert (found.code, found.err) == (0, "")
    assert "Usage: veracity" in found.out
    assert max(map(len, found.lines)) <= 80


def test_the_commands_are_told_by_what_they_are_for(alone):
    words = alone("--help").out
    panels = {
        "Check": ["doctor", "settings", "preflight"],
        "Look at the platform": [
            "datasets",
            "dataset",
            "rows",
            "schemas",
            "containers",
            "container",
            "folders",
            "schema",
        ],
        "Ingest jobs": ["jobs", "job", "journal"],
        "Declare": ["discover"],
    }
    found = {}
    for line in words.splitlines():
        if line.startswith("╭─ "):
            found[line.strip("╭─╮ ")] = names = []
        elif line.startswith("│ ") and line[2] != " ":
            names.append(line[2:].split()[0])
    assert {name: found.get(name) for name in panels} == panels
    assert " ".join(words.split()).endswith(" ".join(module._EPILOG.split()))


def test_the_version_is_said_whatever_else_is_asked_for(alone):
    found = alone("--version", "datasets")
    assert (found.code, found.out, found.err) == (0, f"veracity {veracity_provider.__version__}\n", "")


def test_the_entry_point_is_called_veracity_and_no_retry_is_told(monkeypatch):
    calls, hooks = [], []
    monkeypatch.setattr(module, "app", lambda **options: calls.append(options))
    monkeypatch.setattr("stamina.instrumentation.set_on_retry_hooks", hooks.append)
    module.main()
    assert (calls, hooks) == ([{"prog_name": "veracity"}], [[]])
