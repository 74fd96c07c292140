"""What an emulator holds at first: nothing, the demo, or what a file says (docs/guide/local-veracity.md)."""

import json
import re
from pathlib import Path

import pytest
import requests

from tests.veracity import DATA, Veracity
from veracity_emulator.control.seed import SeedRefused, read_seed
from veracity_emulator.testing import run_emulator, spawn_emulator

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/local-veracity.md"
COLUMNS = [{"name": "imo", "type": "Int32", "isKey": True, "isRequired": True}, {"name": "flag"}]
SEED = {
    "workspace": {"name": "Fleet"},
    "accounts": [
        {"clientId": "writer", "clientSecret": "writer-secret"},
        {"clientId": "looker", "clientSecret": "looker-secret", "role": "reader"},
        {"clientId": "narrow", "clientSecret": "narrow-secret", "datasets": ["Ships"]},
    ],
    "schemas": [{"name": "Ship", "columns": COLUMNS}],
    "datasets": [{"name": "Ships", "schema": "Ship", "tags": {"Site": ["1"]}, "rows": "ships.csv"}],
    "containers": [{"title": "Plans", "tags": [{"title": "draft"}]}],
    "folders": [{"path": "voyages/2026", "metadata": {"Customer": "123"}}],
    "files": [{"path": "voyages/2026/notes.txt", "text": "calm", "metadata": {"By": "me"}}],
}


@pytest.fixture
def write(tmp_path):
    (tmp_path / "ships.csv").write_text("imo,flag\n9300001,NO\n9300002,\n")

    def written(seed):
        path = tmp_path / "seed.json"
        path.write_text(seed if isinstance(seed, str) else json.dumps(seed))
        return str(path)

    return written


def test_a_file_says_all_of_it(write):
    with run_emulator(seed=write(SEED)) as running:
        client = Veracity(running.url)
        assert client.gateway("GET", "").json()["name"] == "Fleet"
        ships = client.demo["datasets"]["Ships"]
        assert client.rows(ships) == [{"imo": 9300001, "flag": "NO"}, {"imo": 9300002, "flag": None}]
        assert client.gateway("GET", f"/datasets/{ships}").json()["tags"] == {"Site": ["1"]}
        plans = client.fabric("GET", f"{DATA}/resources/{client.demo['containers']['Plans']}").json()
        assert (plans["metadata"]["title"], plans["accessLevel"]) == ("Plans", "owner")
        assert Veracity(running.url, "reader").gateway("GET", "").status_code == 200
        assert Veracity(running.url, "scoped").gateway("GET", "").status_code == 403
        body = {"path": "voyages/2026", "readOrWritePermission": "Read", "expiresOn": "2999-01-01T00:00:00Z"}
        folder, _, sas = client.gateway("POST", "/storages/sas", body).json().partition("?")
        notes = requests.get(f"{folder}/notes.txt?{sas}", timeout=30)
        assert (notes.text, notes.headers["x-ms-meta-By"]) == ("calm", "me")
        assert requests.head(f"{folder}?{sas}", timeout=30).headers["x-ms-meta-Customer"] == "123"


def test_reset_goes_back_to_the_file_as_it_is_now(write):
    with run_emulator(seed=write(SEED)) as running:
        client = Veracity(running.url)
        write({**SEED, "datasets": [], "accounts": SEED["accounts"][:2]})
        assert client.control("POST", "/reset").status_code == 200
        assert client.control("GET", "/demo").json()["datasets"] == {}
        write("{")
        answer = client.control("POST", "/reset")
        assert (answer.status_code, "is not JSON" in answer.json()["detail"]) == (400, True)
        assert client.control("GET", "/demo").json()["workspaceId"] == client.workspace


def test_none_is_a_workspace_with_its_accounts_and_nothing_in_it():
    with run_emulator(seed="none") as running:
        client = Veracity(running.url)
        assert client.gateway("GET", "").status_code == 200
        assert client.gateway("GET", "/datasets").json()["totalCount"] == 0
        assert client.fabric("GET", f"{DATA}/resources").json() == []
        assert [one["isPredefined"] for one in client.gateway("GET", "/schemas").json()["result"]] == [True]


@pytest.mark.slow
def test_a_state_that_is_there_stays_as_it_is(write, tmp_path):
    for seed in (write(SEED), "demo"):
        with spawn_emulator(seed=seed, state=tmp_path / "state") as running:
            assert list(running.demo["datasets"]) == ["Ships"]


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        pytest.param("{", "is not JSON: ", id="no JSON"),
        pytest.param(
            {"dataset": []}, "is not in the form: dataset: Extra inputs are not permitted.", id="a wrong name"
        ),
        pytest.param(
            {"datasets": [{"name": "a", "schema": "b"}]},
            "is not in the form: $: Value error, the dataset 'a' names the schema 'b', which is not among schemas.",
            id="a schema that is not there",
        ),
        pytest.param(
            {"accounts": [{"clientId": "a", "clientSecret": "12345678", "datasets": ["b"]}]},
            "is not in the form: $: Value error, the account 'a' names the dataset 'b', which is not among datasets.",
            id="a dataset that is not there",
        ),
        pytest.param(
            {"schemas": [{"name": "a", "columns": COLUMNS}] * 2},
            "is not in the form: $: Value error, schemas has 'a' 2 times.",
            id="two of one name",
        ),
        pytest.param(
            {"schemas": [{"name": "a", "columns": [*COLUMNS, COLUMNS[0]]}]},
            "is not in the form: $: Value error, the schema 'a' has 'imo' 2 times.",
            id="two columns of one name",
        ),
        pytest.param(
            {"folders": [{"path": "a", "metadata": {"no identifier": "x"}}]},
            "is not in the form: folders.0.metadata.no identifier.[key]: String should match pattern",
            id="metadata that the storage refuses",
        ),
        pytest.param(
            {"containers": [{"title": "a", "tags": [{"type": "userTag"}], "icon": {"id": "x"}}]},
            "is not in the form: containers.0.icon.backgroundColor: Field required; containers.0.tags.0.title: Field",
            id="a tag without a title, and half an icon",
        ),
        pytest.param(
            {"files": [{"path": "a", "source": "no.pdf"}], "workspace": {"id": "x"}},
            "is not in the form: workspace.id: Value error, badly formed hexadecimal UUID string; "
            "files.0.source: Value error, there is no file no.pdf.",
            id="all at once",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_once(write, seed, text):
    path = write(seed)
    with pytest.raises(SeedRefused, match=re.escape(f"the seed {path} {text}")):
        read_seed(path)


def test_rows_that_do_not_fit_are_told_and_nothing_is_made(write, tmp_path):
    path = write(SEED)
    (tmp_path / "ships.csv").write_text("imo,flag\nx,NO\n")
    message = r"ships\.csv does not fit the schema: row 1: 'x' is not a valid Int32\."
    with pytest.raises(SeedRefused, match=message), run_emulator(seed=path):
        pass


def test_a_file_and_a_folder_of_one_name_are_told(write):
    path = write({"folders": [{"path": "a/b"}], "files": [{"path": "a", "text": "x"}]})
    message = r"the seed's path a cannot be made: ResourceTypeMismatch\."
    with pytest.raises(SeedRefused, match=message), run_emulator(seed=path):
        pass


def test_the_seed_in_the_guide_is_in_the_form(write, tmp_path):
    (seed,) = re.findall(r"```json\n(\{\n  \"workspace\".*?)```", GUIDE.read_text(), re.DOTALL)
    for name in re.findall(r'"(?:rows|source)": "([^"]+)"', seed):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("imo_number,flag\n9300001,NO\n")
    with run_emulator(seed=write(seed)) as running:
        assert list(running.demo["datasets"]) == ["Ships"]
