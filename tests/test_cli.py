import json
import subprocess
import sys

import pytest

from veracity_provider.settings import KEYS

pytestmark = pytest.mark.slow  # processes of their own


def veracity(emulator, *arguments, **environ):
    account = {
        "VERACITY_ENDPOINT": emulator.url,
        "VERACITY_CLIENT_ID": emulator.demo["clientId"],
        "VERACITY_CLIENT_SECRET": emulator.demo["clientSecret"],
        "VERACITY_SUBSCRIPTION_KEY": emulator.demo["subscriptionKey"],
        "VERACITY_WORKSPACE_ID": emulator.demo["workspaceId"],
    }
    return subprocess.run(
        [sys.executable, "-c", "from veracity_provider.cli import main; main()", *arguments],
        env={**account, "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_container_and_a_dataset_are_shown_as_json(emulator):
    container = veracity(emulator, "container", emulator.demo["containers"]["owned"])
    assert json.loads(container.stdout)["metadata"]["title"] == "Untitled container"
    dataset = veracity(emulator, "dataset", emulator.demo["datasets"]["keyed"])
    assert json.loads(dataset.stdout)["rows"] == 0


def test_each_service_is_asked_once(emulator):
    checked = veracity(emulator, "check")
    assert checked.stdout.count("answers") == 2


def test_a_wrong_secret_is_one_line_without_the_secret(emulator):
    refused = veracity(emulator, "check", VERACITY_CLIENT_SECRET="not-this-one")
    assert refused.returncode == 1
    assert "veracity:clientSecret" in refused.stderr
    assert "not-this-one" not in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_what_is_missing_is_told_at_once(emulator):
    refused = veracity(emulator, "check", VERACITY_CLIENT_ID="", VERACITY_SUBSCRIPTION_KEY="")
    assert refused.returncode == 1
    assert "VERACITY_CLIENT_ID" in refused.stderr
    assert "VERACITY_SUBSCRIPTION_KEY" in refused.stderr


def test_every_setting_is_listed(emulator):
    listed = veracity(emulator, "settings").stdout
    assert all(f"veracity:{key.name}" in listed for key in KEYS)


def test_a_job_that_is_not_there_is_told(emulator):
    missing = veracity(emulator, "job", "99999999-0000-4000-8000-000000000000")
    assert missing.returncode == 1
    assert "404" in missing.stderr


def test_an_address_where_no_service_is_does_not_count_as_an_answer(emulator):
    checked = veracity(emulator, "check", VERACITY_DATA_WORKBENCH_URL=f"{emulator.url}/veracity/dw/gateway/api/v3")
    assert (checked.returncode, checked.stdout) == (1, "")
    assert "Check veracity:dataWorkbenchUrl" in checked.stderr


def test_a_retry_shows_only_in_its_result(client, emulator):
    fault = {"path": "*/datasets/*", "effect": {"kind": "status", "status": 503}}
    client.control("POST", "/faults", fault)
    shown = veracity(emulator, "dataset", emulator.demo["datasets"]["keyed"])
    assert (shown.returncode, shown.stderr) == (0, "")


class TestInferringASchema:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("id,power\n1,2.5\n2,3.5\n")
        return path

    def test_the_definition_is_written_and_the_guess_is_told_beside_it(self, emulator, file):
        shown = veracity(emulator, "schema", "infer", str(file))
        assert (shown.returncode, shown.stderr) == (0, "2 columns from 2 rows; keys: id (a guess)\n")
        assert [column["type"] for column in json.loads(shown.stdout)["columns"]] == ["Int32", "Decimal"]
        output = file.parent / "a.json"
        written = veracity(emulator, "schema", "infer", str(file), "--output", str(output))
        assert (written.returncode, written.stdout) == (0, "")
        assert output.read_text() == shown.stdout

    def test_a_file_that_is_there_is_not_written_over(self, emulator, file):
        refused = veracity(emulator, "schema", "infer", str(file), "--output", str(file))
        assert (refused.returncode, refused.stderr) == (1, f"error: {file} cannot be written: File exists\n")
        assert file.read_text().startswith("id,power\n")

    def test_a_file_that_has_no_schema_is_an_error_of_one_line(self, emulator, file):
        file.write_text("id;power\n1;2\n")
        refused = veracity(emulator, "schema", "infer", str(file))
        reason = "a.csv seems to be separated by semicolons; it must be by commas"
        assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"error: {reason}\n")
