"""The settings that a command works with: of a stack's config, or of the environment."""

from types import SimpleNamespace

import pytest

from veracity_provider.cli.connection import (
    Connection,
    connect_to,
    fitting,
    read_config,
    resolve_settings,
    where_else,
)
from veracity_provider.cli.stack_config import Project, StackConfig
from veracity_provider.errors import InputProblem, SettingsError

NOON, WIND, SHIP = (f"22222222-0000-4000-8000-00000000000{i}" for i in (1, 2, 3))
WORKSPACE = "11111111-0000-4000-8000-000000000001"
OTHER = "11111111-0000-4000-8000-00000000000b"
ENVIRON = {"VERACITY_CLIENT_ID": "id", "VERACITY_CLIENT_SECRET": "secret", "VERACITY_SUBSCRIPTION_KEY": "key"}


def ids(outcome):
    return {one["id"] for one in outcome.json}


def config(tmp_path, *, secrets=(), **values):
    project = Project(folder=tmp_path, stack_files=tmp_path, has_own_config=False)
    return StackConfig(
        stack="dev", project=project, file=tmp_path / "Pulumi.dev.yaml", values=values, secrets=frozenset(secrets)
    )


def test_settings_of_the_environment():
    found = resolve_settings(None, {**ENVIRON, "VERACITY_WORKSPACE_ID": OTHER})
    assert (found.client_id, found.workspace_id) == ("id", OTHER)


def test_a_stack_goes_before_the_environment(tmp_path):
    found = resolve_settings(config(tmp_path, clientId="stack"), ENVIRON)
    assert (found.client_id, found.client_secret) == ("stack", "secret")


def test_a_setting_that_is_missing_is_told_by_the_command_of_the_stack(tmp_path):
    with pytest.raises(SettingsError) as refused:
        resolve_settings(config(tmp_path, clientId="a", subscriptionKey="b"), {})
    assert str(refused.value).splitlines()[1:] == [
        (
            "  - veracity:clientSecret: is missing. Set it with `pulumi config set --stack dev --secret "
            "veracity:clientSecret`, or in the environment as VERACITY_CLIENT_SECRET."
        )
    ]


@pytest.mark.parametrize("is_secret", [True, False])
def test_a_secret_that_is_wrong_is_not_shown(tmp_path, is_secret):
    secrets = ["endpoint"] if is_secret else []
    with pytest.raises(SettingsError) as refused:
        resolve_settings(config(tmp_path, endpoint="hidden-word", secrets=secrets), ENVIRON)
    assert ("hidden-word" in str(refused.value)) is not is_secret


def test_without_a_stack_there_is_no_config():
    assert read_config(None) is None
    assert read_config("") is None


def connection(*, named=None, workspace_id=None, workspace_name=None, listed=()):
    def list_workspaces():
        return [SimpleNamespace(id=id_, name=name) for id_, name in listed]

    return Connection(
        settings=SimpleNamespace(workspace_id=workspace_id, workspace_name=workspace_name),
        clients=SimpleNamespace(workspaces=SimpleNamespace(list_workspaces=list_workspaces)),
        config=None,
        workspace=named,
    )


SHIPS = [("v", "Cars"), ("w", "Ships")]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param({"workspace_id": "s"}, "s", id="that of the settings"),
        pytest.param({"workspace_name": "Ships", "listed": SHIPS}, "w", id="that of the settings, by its name"),
        pytest.param({"named": "n", "workspace_id": "s"}, "n", id="one that is named"),
        pytest.param({"named": "n", "workspace_name": "Ships"}, "n", id="one that is named beside a name"),
    ],
)
def test_a_workspace_is_looked_at(given, found):
    assert connection(**given).workspace_id == connection(**given).named_workspace_id == found


def test_no_workspace_may_be_named():
    assert connection().named_workspace_id is None
    with pytest.raises(SettingsError) as refused:
        _ = connection().workspace_id
    assert str(refused.value) == "veracity:workspaceId: is missing; set it, or name one with --workspace"


def test_a_name_that_is_none_of_the_accounts_is_a_setting_that_is_wrong():
    found = connection(workspace_name="Shipz", listed=SHIPS)
    for name in ("workspace_id", "named_workspace_id"):
        with pytest.raises(SettingsError) as refused:
            getattr(found, name)
        assert str(refused.value) == (
            'veracity:workspaceName: must be the name of a workspace of the account, and none is called "Shipz"; did '
            "you mean Ships? There are: Cars, Ships"
        )


def test_to_connect_sends_nothing(stack, alone, platform, monkeypatch):
    platform.forget_requests()
    monkeypatch.chdir(stack.parent)
    found = connect_to("dev", "w")
    assert (found.workspace, found.config.stack, found.settings.workspace_id) == ("w", "dev", WORKSPACE)
    assert found.clients.data is not None
    assert platform.requests_to("") == []


@pytest.mark.parametrize(
    ("property_", "hint"),
    [
        pytest.param("veracity:clientId", True, id="a setting"),
        pytest.param("--stack", False, id="an option"),
        pytest.param("veracity:containers", False, id="a list of the stack"),
    ],
)
def test_where_settings_are_missing_a_stack_may_have_them(alone, property_, hint):
    error = SettingsError([InputProblem("--stack", "is wrong"), InputProblem(property_, "is missing")])
    expected = "Or name a stack that has the settings, with --stack or PULUMI_STACK." if hint else ""
    assert where_else(error) == expected


@pytest.mark.parametrize(("stacks", "known"), [([], ""), (["prod", "dev"], " (here: dev, prod)")], ids=["none", "two"])
def test_the_stacks_that_are_here_are_named(tmp_path, monkeypatch, stacks, known):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    for one in stacks:
        (tmp_path / f"Pulumi.{one}.yaml").write_text("")
    error = SettingsError([InputProblem("veracity:clientId", "is missing")])
    assert where_else(error) == f"Or name a stack that has the settings, with --stack or PULUMI_STACK{known}."


@pytest.mark.parametrize(
    ("text", "fitted"),
    [
        pytest.param(
            "veracity:clientId and veracity:endpoint.", "VERACITY_CLIENT_ID and VERACITY_ENDPOINT.", id="settings"
        ),
        pytest.param("veracity:containers", "veracity:containers", id="what is no setting"),
        pytest.param("a veracity: b", "a veracity: b", id="no key"),
    ],
)
def test_without_a_stack_settings_are_called_by_their_variables(text, fitted):
    assert fitting(text, has_stack=False) == fitted
    assert fitting(text, has_stack=True) == text


def test_without_settings_all_that_is_missing_is_told_by_the_names_of_variables(alone):
    found = alone("datasets")
    assert (found.code, found.err) == (
        2,
        (
            "error: the connection settings cannot be used:\n"
            "  - VERACITY_SUBSCRIPTION_KEY: is missing. Set it in the environment as VERACITY_SUBSCRIPTION_KEY.\n"
            "  - VERACITY_CLIENT_ID: is missing. Set it in the environment as VERACITY_CLIENT_ID.\n"
            "  - VERACITY_CLIENT_SECRET: is missing. Set it in the environment as VERACITY_CLIENT_SECRET.\n"
            "Or name a stack that has the settings, with --stack or PULUMI_STACK.\n"
        ),
    )


@pytest.mark.parametrize("named", [{"arguments": ["--stack", "dev"]}, {"environ": {"PULUMI_STACK": "dev"}}])
def test_settings_of_a_stack(alone, stack, named):
    found = alone("datasets", "--json", *named.get("arguments", []), **named.get("environ", {}))
    assert ids(found) == {NOON, WIND, SHIP}


def test_with_a_stack_errors_name_its_keys(alone, stack):
    stack.write_text(stack.read_text().replace("local-admin-secret", "another"))
    found = alone("datasets", "-s", "dev")
    assert found.code == 1
    assert "Check veracity:clientSecret" in found.err


def test_without_a_stack_errors_name_variables_and_the_stacks_there_are(alone, veracity, stack):
    assert "Check VERACITY_CLIENT_SECRET" in veracity("datasets", VERACITY_CLIENT_SECRET="another").err
    assert alone("datasets").err.endswith("with --stack or PULUMI_STACK (here: dev).\n")


def test_a_workspace_that_is_set_by_name(veracity):
    by_name = {"VERACITY_WORKSPACE_ID": "", "VERACITY_WORKSPACE_NAME": "Local workspace"}
    assert ids(veracity("datasets", "--json", **by_name)) == {NOON, WIND, SHIP}
    found = veracity("datasets", **{**by_name, "VERACITY_WORKSPACE_NAME": "Local workspaces"})
    assert (found.code, found.err.splitlines()[0]) == (
        2,
        (
            "error: VERACITY_WORKSPACE_NAME: must be the name of a workspace of the account, and none is called "
            '"Local workspaces"; did you mean Local workspace? There are: Local workspace'
        ),
    )


def test_a_workspace_that_is_not_set_can_be_named(veracity):
    missing = veracity("datasets", VERACITY_WORKSPACE_ID="")
    assert (missing.code, missing.err) == (
        2,
        (
            "error: VERACITY_WORKSPACE_ID: is missing; set it, or name one with --workspace\n"
            "Or name a stack that has the settings, with --stack or PULUMI_STACK.\n"
        ),
    )
    assert ids(veracity("datasets", "-w", WORKSPACE, "--json", VERACITY_WORKSPACE_ID="")) == {NOON, WIND, SHIP}
