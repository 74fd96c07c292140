"""Options and arguments that commands share."""

from types import SimpleNamespace

import pytest
import typer

from veracity_provider.cli import options
from veracity_provider.cli.options import JSON, STACK, print_help_if_alone, require_uuid

WORKSPACE = "11111111-0000-4000-8000-000000000001"
NOON = "22222222-0000-4000-8000-000000000001"
OWNED = "33333333-0000-4000-8000-000000000001"
ID = "2F000000-0000-4000-8000-00000000000A"


def test_an_id_is_brought_into_lower_case():
    assert require_uuid(ID) == ID.lower()


@pytest.mark.parametrize(
    ("text", "told"),
    [("3333", "3333"), ("", ""), (f"{ID}\n", rf"{ID}\n"), (f"{{{ID}}}", f"{{{ID}}}"), ("\x1b[31m", r"\x1b[31m")],
    ids=["too short", "nothing", "a line end", "in braces", "an escape sequence"],
)
def test_what_is_no_id_is_a_usage_error(text, told):
    with pytest.raises(typer.BadParameter) as refused:
        require_uuid(text)
    assert refused.value.message == f"must be a UUID such as 33333333-0000-4000-8000-000000000001, not '{told}'"


NO_IDS = ["../../x?y=1", "", "3333", f"{OWNED}/..", f"{OWNED}?a=b", f"{OWNED}\n"]


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize(
    "command",
    [["container"], ["job"], ["journal"], ["datasets", "--workspace"], ["jobs", "--dataset"], ["rows", NOON, "-w"]],
    ids=" ".join,
)
def test_what_is_no_id_never_becomes_part_of_an_address(veracity, platform, command, text):
    platform.forget_requests()
    found = veracity(*command, text)
    assert found.code == 2
    assert "must be a UUID" in found.err
    assert platform.requests_to("") == []


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize("command", [["dataset"], ["rows"], ["schema", "show"]], ids=" ".join)
def test_what_is_no_id_is_a_name_where_names_are_taken(veracity, platform, command, text):
    platform.forget_requests()
    assert veracity(*command, text).code == 3
    assert {one["path"].rpartition("/")[2] for one in platform.requests_to("/workspaces/")} <= {"query", "schemas"}


@pytest.mark.parametrize(("command", "is_said"), [(None, True), ("show", False)], ids=["no command", "a command"])
def test_a_group_without_a_command_says_its_help(capsys, command, is_said):
    print_help_if_alone(SimpleNamespace(invoked_subcommand=command, get_help=lambda: "the help"))
    assert capsys.readouterr().out == "the help\n" * is_said


@pytest.mark.parametrize("name", [STACK, JSON])
def test_the_context_notes_an_option_for_whoever_reports_an_error(name):
    context = SimpleNamespace(meta={})
    assert options._noted_as(name)(context, "dev") == "dev"
    assert context.meta == {name: "dev"}


def test_a_shell_can_complete_the_names_of_stacks(alone, stack):
    words = {"_VERACITY_COMPLETE": "complete_bash", "COMP_WORDS": "veracity datasets --stack d", "COMP_CWORD": "3"}
    assert alone(**words).out.split() == ["dev"]


@pytest.mark.parametrize(
    ("incomplete", "found"), [("", ["dev", "prod"]), ("d", ["dev"]), ("x", [])], ids=["nothing", "a letter", "another"]
)
def test_stacks_are_those_that_have_a_file(tmp_path, monkeypatch, incomplete, found):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    for name in ("prod", "dev"):
        (tmp_path / f"Pulumi.{name}.yaml").write_text("")
    assert options._stacks(incomplete) == found


@pytest.mark.parametrize("project", [None, "name: [\n"], ids=["no project", "a project that cannot be read"])
def test_without_a_project_there_are_no_stacks_to_complete(tmp_path, monkeypatch, project):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text("")
    if project:
        (tmp_path / "Pulumi.yaml").write_text(project)
    assert options._stacks("") == []


def test_a_limit_is_not_negative(veracity):
    found = veracity("datasets", "--limit", "-1")
    assert found.code == 2
    assert "--limit" in found.err
