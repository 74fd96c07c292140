"""The page about the command line shows what the command prints; no command is without a word on it."""

import re
import shlex
from dataclasses import replace

import pytest

from tests.guide import ROOT
from tests.veracity import Veracity
from veracity_provider.cli.app import app
from veracity_provider.cli.output import ExitCode
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

pytestmark = pytest.mark.slow  # seconds altogether

PAGE = (ROOT / "docs/guide/command-line.md").read_text()
WORKSPACE = "11111111-0000-4000-8000-000000000001"
NOON, WIND = (f"22222222-0000-4000-8000-00000000000{i}" for i in (1, 2))
IN_DOUBT, DONE = "5b2c3f1e-7a64-4c0d-9d2b-3f0a6c1e8b47", "9786156c-4755-4f0e-8a11-6f2c1d9b7e03"
EXAMPLES = [
    (command, printed)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command, printed in re.findall(r"^\$ veracity (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
DOCUMENTS = dict(re.findall(r"^\| `([a-z ]+)` \| (.*) \|$", PAGE.partition("## In scripts")[2], re.MULTILINE))


@pytest.fixture
def shell(veracity, platform, tmp_path):
    """The command where noon reports are ingested, a file has a wrong header, and the journal knows two jobs."""
    text = (ROOT / "data/noon_reports.csv").read_text()
    (tmp_path / "wrong.csv").write_text(text.replace("latitude", "Latitude", 1))
    Veracity(platform.url).ingest(NOON, "Upsert", text)
    times = iter(range(1_795_000_000, 1_796_000_000, 60))
    journal = Journal(tmp_path / "home/veracity/jobs", time=lambda: float(next(times)))
    append = JobReference(job_id=IN_DOUBT, workspace_id=WORKSPACE, dataset_id=WIND, operation="Append")
    upsert = JobReference(job_id=DONE, workspace_id=WORKSPACE, dataset_id=NOON, operation="Upsert")
    for job, state in ((append, JobState.STARTING), (append, JobState.IN_DOUBT), (upsert, JobState.STARTING)):
        journal.write(job, state)
    journal.write(upsert, JobState.COMPLETED, dataset_name="Noon reports")
    return veracity


def test_the_page_has_examples():
    assert len(EXAMPLES) == 8


@pytest.mark.parametrize(("command", "printed"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_is_what_the_command_prints(shell, monkeypatch, command, printed):
    monkeypatch.setattr("veracity_provider.cli.checks._cli_version", lambda _: "v3.259.0")
    # Some examples are wider than 80 columns, as on a wider terminal.
    found = shell(*shlex.split(command), COLUMNS=str(max(80, *map(len, printed.splitlines()))))
    if command == "doctor":  # whose lines are wrapped where this machine's addresses end
        found, printed = replace(found, out=" ".join(found.out.split())), " ".join(printed.split())
    pattern = ".*?".join(re.escape(part) for part in printed.split("…"))
    whole = f"{found.err}{found.out}" if command == "discover" else f"{found.out}{found.err}"
    assert re.fullmatch(pattern, whole, re.DOTALL), whole


ARGUMENTS = {
    "dataset": [NOON],
    "schema show": ["Noon reports"],
    "container": ["33333333-0000-4000-8000-000000000001"],
    "journal": [IN_DOUBT],
    "preflight": ["wrong.csv", "-d", NOON],
}
VALUES = {"ok", "warning", "failed", "skipped", "stack", "environment", "default"}


def members(name):
    """The members that the page names for a command; `the same` and `one of these` are those of the list."""
    text = DOCUMENTS[name]
    listed = {"dataset": "datasets", "schema show": "schemas", "container": "containers", "journal": "jobs"}.get(name)
    own = set(re.findall(r"`([a-z_]+)`", re.sub(r", where .*?;", ",", text))) - VALUES - {listed}
    return own | (members(listed) if listed else set())


def test_every_command_is_on_the_page():
    groups = {group.name: group.typer_instance.registered_commands for group in app.registered_groups}
    commands = {one.name for one in app.registered_commands}
    commands |= {f"{name} {one.name}" for name, named in groups.items() for one in named}
    assert {one for one in commands if one not in DOCUMENTS and f"`veracity {one}" not in PAGE} == set()
    assert set(DOCUMENTS) - {"exit code"} <= commands


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "rows"])
def test_a_document_has_the_members_that_the_page_names(shell, platform, name):
    job_id = platform.get("/_emulator/state")["jobs"][0]["jobId"]
    found = shell(*name.split(), *ARGUMENTS.get(name, [job_id] if name == "job" else []), "--json").json
    one = found[0] if isinstance(found, list) and found else found
    assert not one or set(one) == members(name)


def test_every_exit_code_is_on_the_page():
    assert re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE) == [str(code.value) for code in ExitCode]
