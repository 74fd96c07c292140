"""The workspace of a resource: the one that it names, else that of the stack's config or the environment."""

import os

import pulumi
import pytest
from pulumi.runtime import config

from tests.dynamic.mocks import mocked
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.errors import InputProblem


@pytest.fixture
def configure(monkeypatch):
    """The stack's config and the environment, as far as they are about the workspace."""
    for name in [one for one in os.environ if one.startswith(("VERACITY_", "PULUMI_CONFIG"))]:
        monkeypatch.delenv(name)
    token = config.CONFIG.set({})

    def set_both(*, stack=None, environ=None):
        for name, value in (stack or {}).items():
            config.CONFIG.get()[f"veracity:{name}"] = value
        for name, value in (environ or {}).items():
            monkeypatch.setenv(name, value)

    yield set_both
    config.CONFIG.reset(token)


@pytest.mark.parametrize(
    ("stack", "environ", "found"),
    [
        pytest.param({}, {}, InWorkspace(None, None), id="none"),
        pytest.param({"workspaceId": "W"}, {"VERACITY_WORKSPACE_ID": "e"}, InWorkspace("W", None), id="the config's"),
        pytest.param({"workspaceName": "Ships"}, {}, InWorkspace(None, "Ships"), id="the config's, by its name"),
        pytest.param({}, {"VERACITY_WORKSPACE_ID": "e"}, InWorkspace("e", None), id="the environment's"),
    ],
)
def test_a_resource_that_names_no_workspace_is_in_the_default_one(configure, stack, environ, found):
    configure(stack=stack, environ=environ)
    assert InWorkspace.of("r", None, None) == found


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        pytest.param(("w", None), (), id="by its id"),
        pytest.param((None, "Ships"), (), id="by its name"),
        pytest.param(
            ("w", "Ships"),
            (InputProblem("r.workspace_name", "must be left out where workspace_id is given"),),
            id="by both",
        ),
    ],
)
def test_a_resource_that_names_its_workspace_is_in_no_other(configure, given, problems):
    configure(stack={"workspaceId": "default", "workspaceName": "Default"})
    found = InWorkspace.of("r", *given)
    assert found == InWorkspace(*given, problems)
    assert found.inputs == {"workspace_id": given[0], "workspace_name": given[1]}


@pytest.mark.parametrize(
    ("workspace", "key"),
    [
        pytest.param(InWorkspace(None, None), "", id="the default one, where no program can see which"),
        pytest.param(InWorkspace("AB", None), "ab", id="an id in any case"),
        pytest.param(InWorkspace(None, "Ships"), '"Ships"', id="a name as it is written"),
        pytest.param(InWorkspace("AB", "Ships"), '"Ships"', id="both"),
    ],
)
def test_what_tells_a_workspace_from_another(workspace, key):
    assert workspace.key == key


@pytest.mark.parametrize("how", ["id", "name"])
def test_a_workspace_that_is_an_output_may_be_any(how):
    with mocked():
        output = pulumi.Output.from_input("w")
        given = (output, None) if how == "id" else (None, output)
        assert InWorkspace(*given).key is None
        assert InWorkspace.of("r", *given) == InWorkspace(*given)
