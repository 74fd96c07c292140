"""What `veracity doctor` checks: what each check finds, and what it says to do."""

import importlib.metadata
import platform as python_platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import veracity_provider
from veracity_provider.api.workspaces import Workspace
from veracity_provider.cli import checks
from veracity_provider.cli.checks import (
    NEED_SETTINGS,
    Check,
    Verdict,
    check_journal,
    check_platform,
    check_settings,
    check_versions,
    settings_failed,
)
from veracity_provider.cli.stack_config import Project, StackConfig
from veracity_provider.errors import (
    AuthenticationFailed,
    ContainerNotFound,
    InputProblem,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RequestRefused,
    SettingsError,
    UnexpectedAnswer,
    WorkspaceNotFound,
)
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal
from veracity_provider.settings import Settings

NOTHING = "00000000-0000-4000-8000-000000000000"
WORKSPACE = "11111111-0000-4000-8000-00000000000A"
OK, WARNING, FAILED, SKIPPED = Verdict.OK, Verdict.WARNING, Verdict.FAILED, Verdict.SKIPPED
NO_ADMIN = "An administrator of the workspace gives the role Admin in the portal, under API management; ingests need it"
URL = "https://veracity.test"
SETTINGS = {"endpoint": URL, "subscriptionKey": "key", "accessToken": "token"}
BY_GATEWAY = {"status": 403, "is_from_gateway": True}


def told(check):
    return check.verdict, check.found, check.remedy


def test_a_check_is_worded_and_written_as_json():
    check = Check(name="a", verdict=WARNING, found="x", remedy="y")
    assert check.worded(str.upper) == Check(name="a", verdict=WARNING, found="X", remedy="Y")
    assert check.document() == {"check": "a", "verdict": "warning", "found": "x", "remedy": "y"}
    assert Check(name="a", verdict=OK, found="x").document()["remedy"] == ""


class TestVersions:
    @pytest.fixture
    def versions(self, monkeypatch):
        """The checks of versions where SDK and CLI are these."""

        def find(*, sdk="3.260.0", cli="v3.259.0"):
            monkeypatch.setattr(checks, "_sdk_version", lambda: sdk)
            monkeypatch.setattr(
                checks, "_cli_version", {"PATH": "p"} and (lambda environ: cli if environ else "not asked")
            )
            return list(check_versions({"PATH": "p"}))

        return find

    def test_where_all_are_new_enough(self, versions):
        python = python_platform.python_version()
        assert versions() == [
            Check(
                name="version",
                verdict=OK,
                found=f"veracity-provider {veracity_provider.__version__}, Python {python}",
            ),
            Check(name="pulumi SDK", verdict=OK, found="3.260.0"),
            Check(name="pulumi CLI", verdict=OK, found="v3.259.0"),
        ]

    @pytest.mark.parametrize(
        ("sdk", "expected"),
        [
            ("3.259.99", (FAILED, "3.259.99", "3.260 or newer is needed")),
            ("2.999.0", (FAILED, "2.999.0", "3.260 or newer is needed")),
            ("4.0.0", (OK, "4.0.0", "")),
            ("a build of our own", (OK, "a build of our own", "")),
            (None, (WARNING, "not found", "Install it: pip install pulumi")),
        ],
    )
    def test_the_sdk(self, versions, sdk, expected):
        assert told(versions(sdk=sdk)[1]) == expected

    @pytest.mark.parametrize(
        ("cli", "expected"),
        [
            ("v3.258.9", (FAILED, "v3.258.9", "3.259 or newer is needed")),
            ("3.260.1-alpha", (OK, "3.260.1-alpha", "")),
            ("v4.0.0", (OK, "v4.0.0", "")),
            (
                None,
                (WARNING, "not found", "Install it, or put it on PATH: only this command works without it"),
            ),
        ],
    )
    def test_the_cli(self, versions, cli, expected):
        assert told(versions(cli=cli)[2]) == expected

    def test_the_sdk_is_the_installed_one(self, monkeypatch):
        assert checks._sdk_version() == importlib.metadata.version("pulumi")

        def find_none(name):
            raise importlib.metadata.PackageNotFoundError(name)

        monkeypatch.setattr(importlib.metadata, "version", find_none)
        assert checks._sdk_version() is None

    @pytest.mark.parametrize(
        ("answer", "version"),
        [
            pytest.param("v3.259.0\n", "v3.259.0", id="a version"),
            pytest.param("v3\x1b[2J", r"v3\x1b[2J", id="what is not printable"),
            pytest.param("", None, id="nothing"),
            pytest.param(FileNotFoundError(), None, id="no such command"),
            pytest.param(subprocess.TimeoutExpired("pulumi", 30), None, id="no end"),
        ],
    )
    def test_the_cli_is_asked_for_its_version(self, monkeypatch, answer, version):
        calls = []

        def run(command, **options):
            calls.append((command, options))
            if isinstance(answer, Exception):
                raise answer
            return SimpleNamespace(stdout=answer)

        monkeypatch.setattr(subprocess, "run", run)
        assert checks._cli_version({"PATH": "/bin", "HOME": "h"}) == version
        [(command, options)] = calls
        assert command == ["pulumi", "version"]
        assert options == {
            "env": {"PATH": f"/bin:{Path(sys.executable).parent}", "HOME": "h", "PULUMI_SKIP_UPDATE_CHECK": "true"},
            "stdin": subprocess.DEVNULL,
            "capture_output": True,
            "text": True,
            "timeout": 30,
            "check": False,
        }


class TestJournal:
    @pytest.fixture
    def write(self, tmp_path):
        def write(job_id, *states, at=1.0):
            journal = Journal(tmp_path / "jobs", time=lambda: at)
            for state in states:
                journal.write(JobReference(job_id=job_id, workspace_id="w", dataset_id="d", operation="Append"), state)

        return write

    def test_one_in_which_every_job_has_ended(self, write, tmp_path):
        write("a", JobState.STARTING, JobState.COMPLETED)
        write("b", JobState.STARTING, JobState.FAILED)
        found = check_journal(tmp_path, time=lambda: 2.0)
        assert (found.name, *told(found)) == ("journal", OK, f"2 jobs in {tmp_path / 'jobs'}", "")

    def test_one_with_jobs_that_were_not_seen_to_end_or_are_in_doubt(self, write, tmp_path):
        write("ended", JobState.STARTING, JobState.COMPLETED, at=3.0)
        write("doubtful", JobState.STARTING, JobState.IN_DOUBT, at=1.0)
        write("open", JobState.STARTING, JobState.STARTED, at=2.0)
        found = check_journal(tmp_path, time=lambda: 4.0)
        assert (found.name, *told(found)) == (
            "journal",
            WARNING,
            f"3 jobs in {tmp_path / 'jobs'}; not seen to end, or in doubt: 2",
            "Look at the latest with `veracity journal open`",
        )

    def test_a_job_that_was_answered_is_not_in_doubt(self, write, tmp_path):
        write("DOUBTFUL", JobState.STARTING, JobState.IN_DOUBT)
        found = check_journal(tmp_path, time=lambda: 2.0, answered=["doubtful"])
        assert (found.name, *told(found)) == ("journal", OK, f"1 jobs in {tmp_path / 'jobs'}", "")

    def test_one_that_cannot_be_written(self, tmp_path):
        (tmp_path / "jobs").write_text("a file")
        found = check_journal(tmp_path, time=lambda: 1.0)
        assert (found.name, found.verdict) == ("journal", FAILED)
        assert found.found.startswith(f"the journal of ingest jobs in {tmp_path / 'jobs'} cannot be written")


def config(*, secrets=(), **values):
    folder = Path("/project")
    return StackConfig(
        stack="dev",
        project=Project(folder=folder, stack_files=folder, has_own_config=False),
        file=folder / "Pulumi.dev.yaml",
        values=values,
        secrets=frozenset(secrets),
    )


def resolve(**given):
    return Settings.resolve({**SETTINGS, **given}.get, {})


class TestSettings:
    def test_what_is_missing_is_one_line(self):
        problems = [InputProblem("veracity:clientId", "is missing."), InputProblem("veracity:endpoint", "is wrong")]
        found = settings_failed(SettingsError(problems))
        assert (found.name, *told(found)) == (
            "settings",
            FAILED,
            "veracity:clientId: is missing; veracity:endpoint: is wrong",
            "`veracity settings` lists all",
        )

    @pytest.mark.parametrize(
        ("given", "stack", "expected"),
        [
            pytest.param(
                {},
                None,
                f"environment variables: {URL}/veracity/dw/gateway/api/v2, a supplied token",
                id="of the environment",
            ),
            pytest.param(
                {"accessToken": None, "clientId": "me", "clientSecret": "s"},
                config(clientSecret="s", secrets=["clientSecret"]),
                f"stack dev (Pulumi.dev.yaml): {URL}/veracity/dw/gateway/api/v2, service account me",
                id="of a stack, whose secrets are such",
            ),
            pytest.param(
                {"endpoint": "http://127.0.0.1:1"},
                config(clientSecret="s"),
                "stack dev (Pulumi.dev.yaml): http://127.0.0.1:1/veracity/dw/gateway/api/v2, a supplied token",
                id="of a stack with secrets of a local Veracity",
            ),
        ],
    )
    def test_where_they_come_from(self, given, stack, expected):
        found = check_settings(SimpleNamespace(settings=resolve(**given), config=stack))
        assert (found.name, *told(found)) == ("settings", OK, expected, "")

    def test_secrets_in_the_clear_fail_where_the_platform_is_not_on_this_machine(self):
        stack = config(clientSecret="s", subscriptionKey="k", accessToken="t", secrets=["accessToken"])
        found = check_settings(SimpleNamespace(settings=resolve(), config=stack))
        assert (found.name, *told(found)) == (
            "settings",
            FAILED,
            "stack dev (Pulumi.dev.yaml) has in plain text: veracity:clientSecret, veracity:subscriptionKey",
            "Set each with `pulumi config set --stack dev --secret KEY`",
        )


class Services:
    """Stands for the clients: gives each answer, or raises it; *asked* is what was asked for."""

    def __init__(self, answers):
        self.asked = []
        self._answers = answers

    def get_workspace(self, workspace_id):
        return self._answer("workspace", workspace_id)

    def list_workspaces(self):
        return self._answer("workspaces")

    def list_datasets(self, workspace_id):
        yield from self._answer("datasets", workspace_id)

    def list_containers(self):
        return self._answer("containers")

    def update_metadata(self, container_id, operations):
        return self._answer("metadata", container_id, operations)

    def find(self, path):
        return self._answer("path", path)

    def address_of(self, path):
        return f"https://acct.test/fs/root/{path}"

    def _answer(self, name, *arguments):
        self.asked.append((name, *arguments))
        found = self._answers[name]
        if isinstance(found, Exception):
            raise found
        return found


def workspace(id_="11111111-0000-4000-8000-00000000000a", *, role="Admin", name="Noon\x1b"):
    return Workspace(id=id_, name=name, description="", region="", role=role, tenant_id="")


ANSWERS = {
    "workspace": workspace(),
    "workspaces": [workspace("another", role="Reader"), workspace()],
    "datasets": [],
    "containers": {str(i): i for i in range(1234)},
    "metadata": ContainerNotFound("no such container", status=404),
    "path": None,
}


@pytest.fixture
def check(monkeypatch):
    """What each check says of a platform that gives these answers, by its name."""

    def run(*, workspace_id=WORKSPACE, stack=None, ahead_s=0.0, settings=None, **answers):
        services = Services({**ANSWERS, **answers})
        run.services = services

        class Connection(SimpleNamespace):
            @property
            def named_workspace_id(self):
                if isinstance(workspace_id, Exception):
                    raise workspace_id
                return workspace_id

        def find_clock_difference(asked, *, time):
            assert (asked.data_workbench_url, time()) == (f"{URL}/veracity/dw/gateway/api/v2", 7.0)
            if isinstance(ahead_s, Exception):
                raise ahead_s
            return ahead_s

        monkeypatch.setattr("veracity_provider.api.clock.find_clock_difference", find_clock_difference)
        monkeypatch.setattr(checks, "open_storage", lambda _: services)
        clients = SimpleNamespace(workspaces=services, datasets=services, data=services, provisioning=services)
        connection = Connection(settings=settings or resolve(), clients=clients, config=stack)
        found = list(check_platform(connection, time=lambda: 7.0))
        assert [one.name for one in found] == ["settings", *NEED_SETTINGS]
        return {one.name: told(one) for one in found}

    return run


def test_where_all_is_well(check):
    assert check() == {
        "settings": (OK, f"environment variables: {URL}/veracity/dw/gateway/api/v2, a supplied token", ""),
        "clock": (OK, "agrees with the platform's to a minute", ""),
        "token": (OK, "one is supplied, and is used for all services", ""),
        "workbench": (OK, f"{URL}/veracity/dw/gateway/api/v2 answers", ""),
        "workspace": (OK, rf"Noon\x1b ({WORKSPACE.lower()})", ""),
        "role": (OK, "Admin: may preview and ingest", ""),
        "file storage": (OK, "the workspace's file storage at acct.test can be read", ""),
        "containers": (OK, f"{URL}/veracity/datafabric/data/api/1 answers; the account sees 1,234 containers", ""),
        "metadata": (OK, f"{URL}/veracity/datafabric/provisioning/api/1 answers", ""),
    }
    assert check.services.asked == [
        ("workspace", WORKSPACE),
        ("workspaces",),
        ("path", NOTHING),
        ("containers",),
        ("metadata", NOTHING, []),
    ]


IN_TIME = (OK, "agrees with the platform's to a minute", "")
SET_IT = "Set it (NTP): tokens and SAS URLs are valid for a time"


@pytest.mark.parametrize(
    ("ahead_s", "expected"),
    [
        (60.0, IN_TIME),
        (-60.0, IN_TIME),
        (61.0, (FAILED, "this machine's is 1 min 01 s ahead of the platform's", SET_IT)),
        (300.0, (FAILED, "this machine's is 5 min 00 s ahead of the platform's", SET_IT)),
        (-90.0, (FAILED, "this machine's is 1 min 30 s behind the platform's", SET_IT)),
        (None, (SKIPPED, "the platform does not report its time", "")),
        (PlatformUnreachable("no response"), (SKIPPED, "no response", "")),
    ],
    ids=str,
)
def test_the_clock(check, ahead_s, expected):
    assert check(ahead_s=ahead_s)["clock"] == expected


class TestToken:
    @pytest.fixture
    def account(self):
        return resolve(accessToken=None, clientId="me", clientSecret="s", tokenUrl="https://login.test/token")

    def test_one_is_got_for_the_account(self, check, monkeypatch, account):
        audiences = []
        monkeypatch.setattr("veracity_provider.api.auth.Tokens.get", lambda _, audience: audiences.append(audience))
        expected = (OK, f"the service account gets one from {account.token_url}", "")
        assert check(settings=account)["token"] == expected
        assert audiences == ["data workbench"]

    def test_without_one_nothing_else_is_asked(self, check, monkeypatch, account):
        def refuse(*_):
            message = "the secret is wrong"
            raise AuthenticationFailed(message, status=401)

        monkeypatch.setattr("veracity_provider.api.auth.Tokens.get", refuse)
        found = check(settings=account)
        assert found["token"] == (FAILED, "the secret is wrong", "")
        rest = {name: one for name, one in found.items() if name not in {"settings", "clock", "token"}}
        assert rest == dict.fromkeys(NEED_SETTINGS[2:], (SKIPPED, "there is no token", ""))
        assert check.services.asked == []


SILENT = (SKIPPED, "Data Workbench does not answer", "")
ANSWERS_TEXT = (OK, f"{URL}/veracity/dw/gateway/api/v2 answers", "")
TO_NAME_ONE = "Set veracity:workspaceId, or name one with --workspace; it is in the portal's address, after `ws/`"
NO_WORKSPACE = (SKIPPED, "there is no workspace", "")


class TestWorkspace:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            pytest.param(PlatformFailed("it failed.", status=500), "refused by the service: it failed", id="a failure"),
            pytest.param(
                PermissionDenied("quota.", **BY_GATEWAY),
                "refused by API Management; the service was not asked: quota",
                id="the gateway",
            ),
            pytest.param(
                UnexpectedAnswer("HTML"), "does not answer as the service would: HTML", id="somebody else's response"
            ),
        ],
    )
    def test_a_service_that_does_not_answer_is_asked_once(self, check, answer, said):
        found = check(workspace=answer)
        assert found["workbench"] == (FAILED, said, "")
        assert (found["workspace"], found["role"]) == (SILENT, SILENT)
        assert [one[0] for one in check.services.asked] == ["workspace", "path", "containers", "metadata"]

    def test_one_that_cannot_be_looked_up_by_its_name(self, check):
        found = check(workspace_id=PlatformUnreachable("no response"))
        assert found["workbench"] == (FAILED, "does not answer as the service would: no response", "")
        assert (found["workspace"], found["role"]) == (SILENT, SILENT)

    def test_a_name_that_is_none_of_the_accounts(self, check):
        found = check(workspace_id=SettingsError([InputProblem("veracity:workspaceName", "is none")]))
        assert found["workbench"] == ANSWERS_TEXT
        assert found["workspace"] == (FAILED, "veracity:workspaceName: is none", "")
        assert found["role"] == NO_WORKSPACE
        assert found["file storage"] == (
            WARNING,
            "does not answer as the service would: veracity:workspaceName: is none",
            "Needed only to manage folders and files",
        )

    @pytest.mark.parametrize(
        ("workspace_id", "expected"),
        [
            pytest.param(
                WORKSPACE,
                (
                    FAILED,
                    f"there is no workspace {WORKSPACE} for this account",
                    "Check veracity:workspaceId; it is in the portal's address, after `ws/`",
                ),
                id="one that is not there",
            ),
            pytest.param(
                None,
                (
                    WARNING,
                    "none is named",
                    TO_NAME_ONE,
                ),
                id="none",
            ),
        ],
    )
    def test_a_workspace_that_is_missing(self, check, workspace_id, expected):
        found = check(workspace_id=workspace_id, workspace=WorkspaceNotFound("no", status=404))
        assert found["workbench"] == ANSWERS_TEXT
        assert found["workspace"] == expected
        assert found["role"] == NO_WORKSPACE
        assert check.services.asked[0] == ("workspace", workspace_id or NOTHING)

    def test_an_account_that_may_not_read_it_may_read_its_datasets(self, check):
        found = check(workspace=PermissionDenied("no", status=403))
        assert found["workbench"] == ANSWERS_TEXT
        assert found["workspace"] == (
            OK,
            f"{WORKSPACE}: the account may read its datasets, and not the workspace itself",
            "",
        )
        assert found["role"][0] is OK
        assert check.services.asked[1] == ("datasets", WORKSPACE)

    def test_an_account_that_may_read_no_workspace_but_its_own_has_to_name_it(self, check):
        found = check(workspace_id=None, workspace=PermissionDenied("no", status=403))
        assert found["workbench"] == ANSWERS_TEXT
        assert found["workspace"] == (WARNING, "none is named", TO_NAME_ONE)
        assert found["role"] == NO_WORKSPACE
        assert "datasets" not in [one[0] for one in check.services.asked]

    def test_an_account_that_may_read_neither(self, check):
        found = check(workspace=PermissionDenied("no", status=403), datasets=PermissionDenied("no list.", status=403))
        assert found["workbench"] == ANSWERS_TEXT
        assert found["workspace"] == (FAILED, "no list", "")


NOT_TOLD = "not known: the platform's list of the account's workspaces does not say"


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        pytest.param(
            [workspace(role="Reader\x1b")],
            (WARNING, r"Reader\x1b: may preview, and not ingest", NO_ADMIN),
            id="one that may not ingest",
        ),
        pytest.param([workspace(WORKSPACE)], (OK, "Admin: may preview and ingest", ""), id="an id in capitals"),
        pytest.param([workspace(role="")], (WARNING, NOT_TOLD, NO_ADMIN), id="none"),
        pytest.param([workspace("another")], (WARNING, NOT_TOLD, NO_ADMIN), id="of another workspace"),
        pytest.param(
            RequestRefused("no list.", status=400),
            (WARNING, "not known, since the platform does not say (no list)", NO_ADMIN),
            id="no list",
        ),
    ],
)
def test_the_role(check, listed, expected):
    assert check(workspaces=listed)["role"] == expected


@pytest.mark.parametrize(
    ("answers", "name", "lists", "said", "manages"),
    [
        pytest.param(
            {"path": PlatformUnreachable("no response.")},
            "file storage",
            ("folders", "files"),
            "does not answer as the service would: no response",
            "folders and files",
            id="file storage",
        ),
        pytest.param(
            {"containers": RequestRefused("no.", status=400)},
            "containers",
            ("containers",),
            "refused by the service: no",
            "containers",
            id="containers",
        ),
        *(
            pytest.param(
                {"metadata": answer}, "metadata", ("containers",), said, "containers", id=f"metadata, by {answer!r}"
            )
            for answer, said in (
                (PlatformFailed("it failed", status=500), "refused by the service: it failed"),
                (PermissionDenied("no", **BY_GATEWAY), "refused by API Management; the service was not asked: no"),
                (UnexpectedAnswer("HTML"), "does not answer as the service would: HTML"),
            )
        ),
    ],
)
def test_a_service_that_the_stack_needs_fails_and_another_is_a_warning(check, answers, name, lists, said, manages):
    unneeded = (WARNING, said, f"Needed only to manage {manages}")
    assert check(**answers)[name] == unneeded
    assert check(**answers, stack=config())[name] == unneeded
    assert check(**answers, stack=config(datasets=[{"name": "a"}]))[name] == unneeded
    for one in lists:
        assert check(**answers, stack=config(**{one: [{"name": "a"}]}))[name] == (FAILED, said, "")


@pytest.mark.parametrize(
    "answer",
    [
        PermissionDenied("no", status=403),
        RequestRefused("no", status=400),
        ContainerNotFound("no", status=404),
        None,
    ],
    ids=repr,
)
def test_a_service_that_refuses_to_change_nothing_answers(check, answer):
    assert check(metadata=answer)["metadata"] == (OK, f"{URL}/veracity/datafabric/provisioning/api/1 answers", "")


def test_without_a_workspace_no_file_storage_is_opened(check):
    found = check(workspace_id=None, workspace=WorkspaceNotFound("no", status=404))
    assert found["file storage"] == (SKIPPED, "no workspace is named", "")
    assert "path" not in [one[0] for one in check.services.asked]
