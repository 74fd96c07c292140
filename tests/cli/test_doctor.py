"""`veracity doctor`: one line each, the service told apart from the gateway in front of it, and what to do."""

import pytest

import veracity_provider.cli.checks as checks
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

WORKSPACE = "11111111-0000-4000-8000-000000000001"
NOTHING = "99999999-0000-4000-8000-000000000000"
NAMES = ["version", "pulumi SDK", "pulumi CLI", "journal", "settings", *checks.NEED_SETTINGS]


@pytest.fixture(autouse=True)
def _a_cli(monkeypatch):
    monkeypatch.setattr(checks, "_cli_version", lambda _: "v3.259.0")


@pytest.fixture
def doctor(veracity):
    """What each check says, by its name."""

    def run(*arguments, **environ):
        found = veracity("doctor", "--json", *arguments, **environ)
        by_name = {one["check"]: one for one in found.json}
        failed = any(one["verdict"] == "failed" for one in found.json)
        assert (found.code, list(by_name)) == (4 if failed else 0, NAMES)
        return by_name

    return run


def verdicts(found, *names):
    return [found[name]["verdict"] for name in names]


def test_where_all_is_well(veracity, doctor, platform):
    assert set(verdicts(doctor(), *NAMES)) == {"ok"}
    found = veracity("doctor")
    assert found.lines[-1] == "13 ok"
    assert f"ok      workspace      Local workspace ({WORKSPACE})" in found.lines
    assert "ok      role           Admin: may preview and ingest" in found.lines
    assert max(map(len, found.lines)) <= 80


def test_nothing_is_changed(doctor, platform):
    before = platform.get("/_emulator/state")
    doctor()
    assert platform.get("/_emulator/state") == before


def test_a_workspace_by_name(doctor):
    by_name = {"VERACITY_WORKSPACE_ID": "", "VERACITY_WORKSPACE_NAME": "Local workspace"}
    assert doctor(**by_name)["workspace"]["found"] == f"Local workspace ({WORKSPACE})"
    found = doctor(**{**by_name, "VERACITY_WORKSPACE_NAME": "Local workspaces"})
    assert verdicts(found, "workbench", "workspace", "role", "file storage") == ["ok", "failed", "skipped", "warning"]
    assert "must be the name of a workspace of the account" in found["workspace"]["found"]


def test_a_reader(doctor, platform):
    found = doctor(
        VERACITY_CLIENT_ID=platform.demo["readerClientId"], VERACITY_CLIENT_SECRET=platform.demo["readerClientSecret"]
    )
    assert found["role"] == {
        "check": "role",
        "verdict": "warning",
        "found": "Reader: may preview, and not ingest",
        "remedy": "An administrator of the workspace gives the role Admin in the portal, under API management; ingests "
        "need it",
    }


def test_an_account_that_is_limited_to_selected_datasets(doctor, platform):
    found = doctor(
        VERACITY_CLIENT_ID=platform.demo["scopedClientId"], VERACITY_CLIENT_SECRET=platform.demo["scopedClientSecret"]
    )
    assert found["workspace"]["verdict"] == "ok"
    assert found["workspace"]["found"] == (
        f"{WORKSPACE}: the account may read its datasets, and not the workspace itself"
    )


def test_a_wrong_secret_is_told_once(doctor):
    found = doctor(VERACITY_CLIENT_SECRET="another")
    assert "the service account's secret is wrong. Check VERACITY_CLIENT_SECRET" in found["token"]["found"]
    assert set(verdicts(found, *checks.NEED_SETTINGS[2:])) == {"skipped"}


def test_a_key_that_the_gateway_refuses(doctor):
    found = doctor(VERACITY_SUBSCRIPTION_KEY="another-key-of-nobody")
    assert found["workbench"]["found"].startswith(
        "refused by API Management; the service was not asked: reading workspace"
    )
    assert verdicts(found, "workbench", "workspace", "role") == ["failed", "skipped", "skipped"]
    assert verdicts(found, "containers", "metadata", "file storage") == ["warning"] * 3


FAULTS = {
    "the gateway does not know the address": (
        {"status": 404, "gateway": True},
        "failed",
        "does not answer as the service would: reading workspace",
    ),
    "the quota is used up": ({"status": 403, "gateway": True}, "failed", "refused by API Management; the service was"),
    "the service itself says no": ({"status": 400}, "failed", "refused by the service: reading"),
    "the page of a proxy": ({"status": 404, "html": True}, "failed", "does not answer as the service would"),
}


@pytest.mark.parametrize(("fault", "verdict", "said"), FAULTS.values(), ids=FAULTS)
def test_a_service_is_told_apart_from_what_stands_before_it(doctor, platform, fault, verdict, said):
    platform.fault(path=f"*/workspaces/{WORKSPACE}", effect={"kind": "status", **fault}, count=None)
    found = doctor()["workbench"]
    platform.heal()
    assert found["verdict"] == verdict
    assert found["found"].startswith(said)


def test_a_service_that_the_stack_needs_fails_and_another_is_a_warning(alone, account, platform, tmp_path):
    platform.fault(path="*/datafabric/*", effect={"kind": "status", "status": 404, "gateway": True}, count=None)
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    for stack, text in (("with", "config:\n  veracity:containers:\n    - {name: a}\n"), ("without", "config: {}\n")):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(text)
    with_containers = alone("doctor", "-s", "with", "--json", **account)
    without = alone("doctor", "-s", "without", "--json", **account)
    platform.heal()
    by_name = [{one["check"]: one for one in found.json} for found in (with_containers, without)]
    assert [one["containers"]["verdict"] for one in by_name] == ["failed", "warning"]
    assert by_name[1]["metadata"]["remedy"] == "Needed only to manage containers"
    assert (with_containers.code, without.code) == (4, 0)


@pytest.mark.parametrize(
    ("workspace_id", "verdict", "said"),
    [
        (NOTHING, "failed", f"there is no workspace {NOTHING} for this account"),
        ("", "warning", "none is named"),
    ],
)
def test_a_workspace_that_is_not_there(doctor, workspace_id, verdict, said):
    found = doctor(VERACITY_WORKSPACE_ID=workspace_id)
    assert (found["workspace"]["verdict"], found["workspace"]["found"]) == (verdict, said)
    assert verdicts(found, "workbench", "role") == ["ok", "skipped"]


def test_settings_that_are_missing_are_told_and_what_needs_none_is_checked(alone):
    found = alone("doctor", "--json")
    by_name = {one["check"]: one for one in found.json}
    assert (found.code, list(by_name)) == (4, NAMES)
    assert by_name["settings"]["found"].startswith("VERACITY_SUBSCRIPTION_KEY: is missing")
    assert by_name["journal"]["verdict"] == "ok"
    assert by_name["role"]["verdict"] == "skipped"


def test_a_journal_that_cannot_be_written(doctor, tmp_path):
    (tmp_path / "home").write_text("a file")
    found = doctor()["journal"]
    assert found["verdict"] == "failed"
    assert found["found"].startswith(f"the journal of ingest jobs in {tmp_path}/home/veracity/jobs cannot be written")


def test_a_journal_with_a_job_in_doubt(doctor, tmp_path):
    job = JobReference(job_id=NOTHING, workspace_id=WORKSPACE, dataset_id="d", operation="Append")
    journal = Journal(tmp_path / "home/veracity/jobs", time=lambda: 1.0)
    for state in (JobState.STARTING, JobState.IN_DOUBT):
        journal.write(job, state)
    found = doctor()["journal"]
    assert found["verdict"] == "warning"
    assert found["found"].endswith("; not seen to end, or in doubt: 1")
    assert found["remedy"] == f"Look at the latest with `veracity journal {NOTHING}`"
