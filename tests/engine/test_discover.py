"""What is on the platform, declared by `veracity discover`: the first `up` changes none of it."""

import json
import subprocess
import sys

import pytest
import yaml

from tests.engine.project import COMMAND_LIMIT_S, STACK, copy_template
from tests.veracity import held_to_the_rules
from veracity_emulator.testing import run_emulator

TITLES = [
    *("Emissions 2026", "2026", "1e3", "yes", "null", "2026-01-01", "a: b # c", "- a", "#5594aa", "'quoted' \"twice\""),
    *(
        "Måling 水 😀",
        "${a} %b",
        "[red]",
        "tab\there",
        "x" * 600,
        " blanks at the ends ",
        "{a: b}",
        "&a *b !c",
        "~",
        "0x1f",
    ),
]
ADMIN, OTHER = "44444444-0000-4000-8000-000000000001", "44444444-0000-4000-8000-000000000009"
COLUMNS = [{"name": "imo", "type": "Int32", "isKey": True}, {"name": "power", "type": "Decimal", "precision": 9}]
SEED = {
    "accounts": [{"clientId": ADMIN, "clientSecret": "hidden-word"}],
    "schemas": [
        {"name": name, "columns": COLUMNS, "description": name} for name in ("Noon reports", "noon: 2026", "x")
    ],
    "datasets": [{"name": "Noon reports", "schema": "Noon reports"}],
    "containers": [
        {
            "title": TITLES[i % len(TITLES)],
            "description": f"First line {i}\nsecond: line # {TITLES[i % len(TITLES)]}"[:500],
            "icon": {"id": "Automatic_Information_Display", "backgroundColor": "#5594AA"},
            "tags": [{"title": f"tag {i}"}, {"title": "yes"}, {"title": "veracity", "type": "systemTag"}],
            **({"owner": OTHER, "relations": {ADMIN: "consumer"}} if i == 49 else {}),
        }
        for i in range(50)
    ],
    "folders": [
        {"path": "voyages/2026", "metadata": {"Customer": "123", "note": "yes"}},
        {"path": "voyages/2025: winter #1"},
    ],
}
READS = ("/oauth2/token", "/query", "/storages/sas")


@pytest.fixture
def veracity(tmp_path):
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    with (
        run_emulator(seed=str(tmp_path / "seed.json"), strict=True) as running,
        held_to_the_rules(running.url) as found,
    ):
        yield found


@pytest.fixture
def project(template, tmp_path, veracity):
    made = copy_template(template, tmp_path / "project", veracity.config)
    yield made
    for process in made.processes():
        process.kill()


def test_what_is_there_is_declared_in_one_go_and_the_first_up_changes_nothing(project, veracity):
    project.declare()
    # A secret, which only `pulumi` can decrypt.
    assert project.pulumi("config", "set", "--secret", "veracity:clientSecret", "hidden-word").succeeded
    project.writes_config = False
    discovered = subprocess.run(
        [sys.executable, "-c", "from veracity_provider.cli import main; main()", "discover", "-s", STACK, "--write"],
        cwd=project.folder,
        env=project.environ,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )
    assert discovered.returncode == 0, discovered.stderr
    assert "hidden-word" not in discovered.stdout + discovered.stderr
    declared = yaml.safe_load((project.folder / f"stacks/Pulumi.{STACK}.yaml").read_text())["config"]
    assert [len(declared[f"veracity:{one}"]) for one in ("containers", "schemas", "folders")] == [49, 3, 3]

    before, _ = veracity.get("/_emulator/state"), veracity.forget_requests()
    up = project.up()
    assert up.succeeded, up.text
    writes = [one for one in veracity.requests_to("") if one["method"] not in {"GET", "HEAD"}]
    assert [one["path"] for one in writes if not one["path"].endswith(READS)] == []
    assert veracity.get("/_emulator/state") == before
    assert project.is_unchanged()
