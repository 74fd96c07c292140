import json
from pathlib import Path

import pytest

from veracity_provider.errors import SettingsError
from veracity_provider.settings import KEYS, Settings, default_workspace, home_folder

JOB, OTHER = "11111111-2222-4333-8444-55555555555a", "11111111-2222-4333-8444-555555555556"
ACCOUNT = {"clientId": "me", "clientSecret": "hidden-word", "subscriptionKey": "hidden-key"}


def resolve(config, environ=None):
    return Settings.resolve({**ACCOUNT, **config}.get, environ or {})


def problems(config, environ=None):
    with pytest.raises(SettingsError) as refused:
        resolve(config, environ)
    return {problem.property: problem.reason for problem in refused.value.problems}


def test_production_is_the_default():
    settings = resolve({})
    assert settings.token_url == "https://login.microsoftonline.com/dnvglb2cprod.onmicrosoft.com/oauth2/token"
    assert settings.data_workbench_url == "https://api.veracity.com/veracity/dw/gateway/api/v2"
    assert settings.provisioning_url == "https://api.veracity.com/veracity/datafabric/provisioning/api/1"
    assert settings.data_api_url == "https://api.veracity.com/veracity/datafabric/data/api/1"
    assert not settings.is_loopback


def test_one_endpoint_stands_for_all_services_and_a_single_url_wins_over_it():
    settings = resolve({"endpoint": "http://127.0.0.1:9/", "dataApiUrl": "http://localhost:7/data"})
    assert settings.token_url == "http://127.0.0.1:9/dnvglb2cprod.onmicrosoft.com/oauth2/token"
    assert settings.data_api_url == "http://localhost:7/data"
    assert settings.is_loopback


def test_the_word_emulator_means_the_local_one_at_its_port():
    assert resolve({"endpoint": "emulator"}).data_api_url.startswith("http://127.0.0.1:8780/")
    elsewhere = resolve({"endpoint": "emulator"}, {"VERACITY_EMULATOR_PORT": "9999"})
    assert elsewhere.data_api_url.startswith("http://127.0.0.1:9999/")


def test_a_scope_asks_the_v2_token_endpoint():
    settings = resolve({"scope": "api/.default"})
    assert settings.token_url.endswith("/oauth2/v2.0/token")
    assert settings.resource is None
    assert settings.data_fabric_scope.endswith("/.default")


def test_the_environment_is_used_where_the_config_has_nothing():
    settings = resolve({"clientId": None}, {"VERACITY_CLIENT_ID": "from the environment", "VERACITY_SCOPE": ""})
    assert settings.client_id == "from the environment"


def test_everything_missing_is_named_at_once_with_the_command_that_sets_it():
    found = problems({"clientId": None, "clientSecret": "<secret>", "subscriptionKey": None})
    assert set(found) == {"veracity:clientId", "veracity:clientSecret", "veracity:subscriptionKey"}
    assert "pulumi config set --secret veracity:clientSecret" in found["veracity:clientSecret"]
    assert "VERACITY_CLIENT_ID" in found["veracity:clientId"]


@pytest.mark.parametrize("value", ["abc<def>ghi", "<a><b>", "<>", "<unended"])
def test_a_secret_with_angle_brackets_in_it_is_no_placeholder(value):
    assert resolve({"clientSecret": value}).client_secret == value


@pytest.mark.parametrize(
    ("config", "environ", "problem"),
    [
        pytest.param(
            {"subscriptionKey": "hidden-key\n"},
            {},
            "veracity:subscriptionKey: must not end in a line break (U+000A); set it again without that",
            id="a key with a line break, as from a file",
        ),
        pytest.param(
            {"subscriptionKey": None},
            {"VERACITY_SUBSCRIPTION_KEY": "hidden-key\r"},
            "veracity:subscriptionKey: must not end in a line break (U+000D) (it is in the environment variable "
            "VERACITY_SUBSCRIPTION_KEY); set it again without that",
            id="a key from a file with Windows line ends",
        ),
        pytest.param(
            {"clientSecret": "\ufeffhidden-word"},
            {},
            "veracity:clientSecret: must not begin with a byte order mark (U+FEFF); set it again without that",
            id="a secret behind a byte order mark",
        ),
        pytest.param(
            {"accessToken": "hidden\u200btoken"},
            {},
            "veracity:accessToken: must not have a zero-width space (U+200B) in it; set it again without that",
            id="a token with something invisible in it",
        ),
        pytest.param(
            {"clientId": "me\xa0"},
            {},
            "veracity:clientId: must not end in a no-break space (U+00A0); set it again without that",
            id="an id with a blank behind it",
        ),
        pytest.param(
            {"endpoint": "https://api.veracity.com\n"},
            {},
            "veracity:endpoint: must not end in a line break (U+000A); set it again without that",
            id="an address with a line break",
        ),
        pytest.param(
            {"uploadWorkers": "4\n"},
            {},
            "veracity:uploadWorkers: must not end in a line break (U+000A); set it again without that",
            id="a number with a line break",
        ),
        pytest.param(
            {"clientId": "2026-01-01 00:00:00 +0000 UTC"},
            {},
            "veracity:clientId: must be a string, not the date 2026-01-01: put it in quotes",
            id="a date",
        ),
        pytest.param(
            {"clientSecret": "2026-01-01 00:00:00 +0000 UTC"},
            {},
            "veracity:clientSecret: must be a string, not a date: put it in quotes",
            id="a secret that YAML takes for a date",
        ),
    ],
)
def test_a_text_that_cannot_be_meant_is_refused_without_a_word_of_a_secret(config, environ, problem):
    with pytest.raises(SettingsError) as refused:
        resolve(config, environ)
    assert [str(one) for one in refused.value.problems] == [problem]


def test_limits_and_default_of_a_number_stand_in_its_description():
    (doc,) = (key.doc for key in KEYS if key.name == "uploadWorkers")
    assert doc == "Parallel appends of all uploads of a process together, 1 to 16. Default 3."


def test_a_supplied_token_needs_no_account():
    assert resolve({"clientId": None, "clientSecret": None, "accessToken": "t"}).client_id is None


@pytest.mark.parametrize(
    ("config", "words"),
    [
        pytest.param(
            {"endpoint": "ftp://host"}, "must be an HTTP address such as https://api.veracity.com, not", id="not http"
        ),
        pytest.param(
            {"endpoint": "api.veracity.com"},
            "must be an HTTP address such as https://api.veracity.com, not",
            id="no scheme",
        ),
        pytest.param({"tokenUrl": "http://api.veracity.com"}, "must begin with https", id="plain http elsewhere"),
        pytest.param(
            {"workspaceId": "ws-1"},
            "must be a UUID, not 'ws-1'; it is in the portal's address, after `ws/`",
            id="a workspace that is no UUID",
        ),
        pytest.param(
            {"workspaceName": "Ships", "workspaceId": OTHER},
            "must be left out where workspaceId is given",
            id="a workspace in two ways",
        ),
        pytest.param({"workspaceName": "Ships "}, "must not end in a space", id="a name with a blank at its end"),
        pytest.param(
            {"patchStyle": "x" * 80}, f"must be rfc6902 or documented, not '{'x' * 59}…'", id="a long value is cut"
        ),
        pytest.param({"patchStyle": "json"}, "must be rfc6902 or documented, not 'json'", id="an unknown patch style"),
        pytest.param({"uploadWorkers": "99"}, "must be a number from 1 to 16, not '99'", id="too many workers"),
        pytest.param(
            {"uploadChunkMib": "many"}, "must be a number from 1 to 1024, not 'many'", id="a chunk that is no number"
        ),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(config, words):
    assert words in problems(config)[f"veracity:{next(iter(config))}"]


def test_answers_about_jobs_are_read_from_config_and_environment_together():
    config = {"answers": json.dumps({JOB.upper(): "applied"})}
    environ = {"VERACITY_ANSWERS": json.dumps({OTHER: "ended", JOB: "not-applied"})}
    assert resolve(config, environ).answers == {JOB: "applied", OTHER: "ended"}


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        pytest.param(
            "applied",
            "answers",
            "must be a JSON object of job id to applied, not-applied or ended, not 'applied'",
            id="no object",
        ),
        pytest.param(
            '{"job": "applied"}', "answers", "must name each job by its id, a UUID, not 'job'", id="no id of a job"
        ),
        pytest.param(
            json.dumps({JOB: "start"}),
            f"answers.{JOB}",
            "must be applied, not-applied or ended, not 'start'",
            id="a word of an earlier release",
        ),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused(text, key, reason):
    assert problems({"answers": text})[f"veracity:{key}"] == reason


@pytest.mark.parametrize(
    ("config", "environ", "workspace"),
    [
        pytest.param({}, {}, (None, None), id="none"),
        pytest.param({"workspaceName": "Ships"}, {}, (None, "Ships"), id="a name"),
        pytest.param({}, {"VERACITY_WORKSPACE_NAME": "Ships"}, (None, "Ships"), id="a name in the environment"),
        pytest.param(
            {"workspaceName": "Ships"}, {"VERACITY_WORKSPACE_ID": OTHER}, (None, "Ships"), id="the config's name"
        ),
        pytest.param({"workspaceId": OTHER}, {"VERACITY_WORKSPACE_NAME": "Ships"}, (OTHER, None), id="the config's id"),
        pytest.param(
            {"workspaceId": "<workspace id>"},
            {"VERACITY_WORKSPACE_NAME": "Ships"},
            (None, "Ships"),
            id="a placeholder is none",
        ),
    ],
)
def test_a_workspace_is_given_by_its_id_or_its_name_and_the_config_goes_before_the_environment(
    config, environ, workspace
):
    settings = resolve(config, environ)
    assert (settings.workspace_id, settings.workspace_name) == workspace
    assert default_workspace(config.get, environ) == workspace


@pytest.mark.parametrize(
    "config",
    [
        {"endpoint": "ftp://user:hidden@host"},
        {"endpoint": "http://hidden.example"},
        {"workspaceId": "hidden"},
        {"patchStyle": "hidden"},
        {"uploadWorkers": "hidden"},
        {"answers": "hidden"},
        {"answers": '{"hidden": "applied"}'},
        {"answers": json.dumps({JOB: "hidden"})},
        {"clientId": "2026-01-01 00:00:00 +0000 UTC"},
    ],
    ids=str,
)
def test_what_a_person_has_made_a_secret_is_shown_by_no_problem(config):
    with pytest.raises(SettingsError) as refused:
        Settings.resolve({**ACCOUNT, **config}.get, {}, is_secret=lambda _: True)
    assert "hidden" not in str(refused.value)
    assert "2026" not in str(refused.value)


def test_no_secret_is_in_the_repr():
    shown = repr(resolve({"accessToken": "hidden-token"}))
    assert "hidden" not in shown


def test_every_key_has_an_environment_variable_and_a_sentence():
    assert [key.environment_variable for key in KEYS if key.name == "uploadChunkMib"] == ["VERACITY_UPLOAD_CHUNK_MIB"]
    assert all(key.doc.endswith(".") for key in KEYS)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        pytest.param({"PULUMI_HOME": "/srv/pulumi"}, "/srv/pulumi/veracity", id="beside the Pulumi home that is named"),
        pytest.param({"PULUMI_HOME": "~/pulumi"}, "/home/me/pulumi/veracity", id="within the user's home"),
        pytest.param({"PULUMI_HOME": ""}, "/home/me/.pulumi/veracity", id="beside the default for an empty name"),
        pytest.param({}, "/home/me/.pulumi/veracity", id="beside the default"),
    ],
)
def test_what_outlives_a_run_is_kept(monkeypatch, environ, folder):
    monkeypatch.setenv("HOME", "/home/me")
    assert home_folder(environ) == Path(folder)
