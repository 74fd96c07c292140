"""`veracity discover`: what is there as entries of a stack file, and what is left out with a reason."""

import json

import pytest
import yaml


@pytest.fixture
def project(tmp_path, account):
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    settings = {
        "endpoint": account["VERACITY_ENDPOINT"],
        "clientId": account["VERACITY_CLIENT_ID"],
        "clientSecret": account["VERACITY_CLIENT_SECRET"],
        "subscriptionKey": account["VERACITY_SUBSCRIPTION_KEY"],
        "workspaceId": account["VERACITY_WORKSPACE_ID"],
    }
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config: # of a test\n".replace(" # of a test", "")
        + "".join(f"  veracity:{name}: {value}\n" for name, value in settings.items())
    )
    return tmp_path


def test_what_is_printed_is_a_stack_file(alone, project):
    found = alone("discover", "-s", "dev")
    assert (found.code, found.err) == (0, "wrote schemas/noon_reports.json\nwrote schemas/wind_turbine_readings.json\n")
    config = yaml.safe_load(found.out)["config"]
    assert [one["name"] for one in config["veracity:containers"]] == ["untitled-container"]
    assert [one["definition"] for one in config["veracity:schemas"]] == [
        "schemas/noon_reports.json",
        "schemas/wind_turbine_readings.json",
    ]
    definition = json.loads((project / "schemas/noon_reports.json").read_text())
    assert definition["columns"][0]["name"] == "imo_number"


def test_what_was_written_is_not_discovered_again(alone, project):
    assert alone("discover", "-s", "dev", "--write").code == 0
    declared = yaml.safe_load((project / "Pulumi.dev.yaml").read_text())["config"]
    assert len(declared["veracity:schemas"]) == 2
    again = alone("discover", "-s", "dev", "--json")
    assert again.json["lists"] == {"containers": [], "schemas": [], "folders": [], "datasets": []}


def test_some_parts_alone(alone, project):
    found = alone("discover", "-s", "dev", "--only", "containers", "--json")
    assert list(found.json["lists"]) == ["containers"]
    assert not (project / "schemas").exists()


def test_a_definition_that_is_there_is_not_overwritten(alone, project):
    (project / "schemas").mkdir()
    (project / "schemas/noon_reports.json").write_text("mine")
    refused = alone("discover", "-s", "dev")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "error: --definitions: must be a folder without noon_reports.json, or with the same in it; name another one\n"
    )
    assert [path.name for path in (project / "schemas").iterdir()] == ["noon_reports.json"]
    assert alone("discover", "-s", "dev", "--definitions", "others").code == 0


def test_a_part_that_cannot_be_read_is_left_out_and_the_others_are_there(alone, project, platform):
    platform.fault(path="*/datafabric/*", effect={"kind": "status", "status": 404, "gateway": True}, count=None)
    found = alone("discover", "-s", "dev")
    platform.heal()
    assert found.code == 1
    assert found.err.startswith("containers are left out: listing the containers failed")
    assert "veracity:schemas" in yaml.safe_load(found.out)["config"]
