"""No command shows a secret, whatever goes wrong."""

import pytest

from tests.rows import noon_reports
from veracity_provider.cli.app import app

OWNED = "33333333-0000-4000-8000-000000000001"
NOON = "22222222-0000-4000-8000-000000000001"
JOB = "99999999-0000-4000-8000-000000000000"
COMMANDS = [
    ["doctor"],
    ["settings"],
    ["preflight", "a.csv", "--dataset", NOON],
    ["datasets"],
    ["dataset", "Noon reports"],
    ["rows", "Noon reports"],
    ["rows", "Noon reports", "--csv"],
    ["schemas"],
    ["schema", "show", "Noon reports"],
    ["schema", "infer", "a.csv"],
    ["containers"],
    ["container", OWNED],
    ["folders"],
    ["jobs"],
    ["job", JOB],
    ["journal", JOB],
    ["discover"],
]
SECRET, KEY, TOKEN = "hidden-secret-of-a-test", "hidden-key-of-a-test", "hidden-token-of-a-test"
REPEATED = f"the request had {SECRET}, {KEY} and {TOKEN}"
SITUATIONS = {
    "all is well": {},
    "the secret is wrong": {"VERACITY_CLIENT_SECRET": SECRET},
    "the key is wrong": {"VERACITY_SUBSCRIPTION_KEY": KEY},
    "the token is wrong": {"VERACITY_ACCESS_TOKEN": TOKEN},
    "nobody answers": {"VERACITY_ENDPOINT": "http://127.0.0.1:1"},
    "the secret has a line break": {"VERACITY_CLIENT_SECRET": f"{SECRET}\n"},
    "the key has a special character": {"VERACITY_SUBSCRIPTION_KEY": f"{KEY}水"},
}


def test_the_table_has_every_command():
    named = {one.name for one in app.registered_commands}
    groups = {
        f"{group.name} {one.name}"
        for group in app.registered_groups
        for one in group.typer_instance.registered_commands
    }
    assert named | groups == {
        " ".join(one[:2]) if one[0] in {group.name for group in app.registered_groups} else one[0] for one in COMMANDS
    }


@pytest.mark.slow  # seconds altogether
@pytest.mark.parametrize(
    ("environ", "as_json"),
    [
        *(pytest.param(environ, False, id=situation) for situation, environ in SITUATIONS.items()),
        pytest.param(SITUATIONS["the key is wrong"], True, id="the key is wrong, and JSON is asked for"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_secret_is_shown(veracity, platform, account, tmp_path, command, environ, as_json):
    (tmp_path / "a.csv").write_text(noon_reports())
    if environ and "127.0.0.1:1" not in str(environ):
        # Whatever refuses repeats what it was sent.
        platform.fault(path="*/veracity/*", effect={"kind": "status", "status": 400, "message": REPEATED}, count=None)
    options = ["--json"] if as_json and not {"--csv", "infer"} & set(command) else []
    found = veracity(*command, *options, **environ)
    platform.heal()
    platform.forget_violations()
    shown = found.out + found.err
    secrets = {account["VERACITY_CLIENT_SECRET"], account["VERACITY_SUBSCRIPTION_KEY"]}
    # Those that this call did not have are words of the platform like any other.
    secrets |= {one for one in (SECRET, KEY, TOKEN) if any(one in value for value in environ.values())}
    assert [one for one in secrets if one in shown] == []
    assert "sig=" not in shown
