"""The page at `/`: what it shows without a script, and what it refuses."""

import sqlite3
import time

import pytest
import requests

from tests.rows import WIND_COLUMNS, csv_of, noon_report, noon_reports, wind_reading
from tests.veracity import Veracity
from veracity_emulator.faults import FaultInput
from veracity_emulator.testing import run_emulator, spawn_emulator

PAGE = "/_emulator/page"


def kinds_of_effect():
    return sorted(FaultInput.model_json_schema()["properties"]["effect"]["discriminator"]["mapping"])


jinja2 = pytest.importorskip("jinja2", reason="jinja2 is not installed: make setup")


@pytest.fixture(scope="module")
def running():
    with run_emulator(job_seconds=0) as found:
        yield found


@pytest.fixture
def client(running):
    found = Veracity(running.url)
    yield found
    found.control("DELETE", "/faults")


def show(client, address, status=200, **query):
    answer = requests.get(client.url + address, params=query, timeout=30)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def test_it_shows_the_workspace_with_datasets_jobs_containers_requests_and_faults(client):
    client.ingest(client.demo["datasets"]["keyless"], "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    client.control("POST", "/faults", {"path": "*/nowhere", "effect": {"kind": "cutAfter"}})
    shown = show(client, "/")
    for words in ("Local workspace", "Wind turbine readings", "Completed", "Untitled container", "Cut after the work"):
        assert words in shown
    assert "/ingest/job/" in shown


def test_a_dataset_shows_its_rows_in_pages(client):
    dataset = client.new_dataset("keyless")
    client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, *[f"WT-{i},2026-01-01,1,1,1,1," for i in range(120)]))
    pages = [show(client, f"{PAGE}/datasets/{dataset}", page=page) for page in (1, 2, 3)]
    assert ["WT-0<" in page for page in pages] == [True, False, False]
    assert ["WT-99<" in page for page in pages] == [False, True, False]
    assert ["WT-119<" in page for page in pages] == [False, False, True]
    assert "Page 2 of 3" in pages[1]
    for beyond in ("0", "4", "x", "9" * 30):
        assert "WT-" in show(client, f"{PAGE}/datasets/{dataset}", page=beyond)


def test_a_job_shows_its_course_and_its_errors(client):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(1, "fast")))
    (job,) = [one for one in client.control("GET", "/state").json()["jobs"] if one["datasetId"] == dataset]
    shown = show(client, f"{PAGE}/jobs/{job['jobId']}")
    for words in ("Registered", "Uploaded", "Started", "Ended", "Failed", "&#39;fast&#39; is not a valid Decimal."):
        assert words in shown


def test_schemas_containers_and_files_are_shown(client):
    assert "wind_force_bft" in show(client, f"{PAGE}/schemas")
    owned = client.demo["containers"]["owned"]
    assert "#5594aa" in show(client, f"{PAGE}/containers/{owned}")
    body = {"readOrWritePermission": "Write", "expiresOn": "2999-01-01T00:00:00Z"}
    folder = client.gateway("POST", "/storages/sas", body).json()
    client.file_client(folder, "voyages/manual.pdf").upload_data(
        b"x" * 2048, overwrite=True, metadata={"Customer": "ABC"}
    )
    root = folder.partition("?")[0].rpartition("/")[2]
    assert f"{root}/" in show(client, f"{PAGE}/files")
    assert "Customer: ABC" in show(client, f"{PAGE}/files", path=f"{root}/voyages")
    assert "2.0 KiB" in show(client, f"{PAGE}/files", path=f"{root}/voyages/manual.pdf")


def test_requests_can_be_searched(client):
    client.gateway("GET", "/datasets/one-of-a-kind")
    assert "one-of-a-kind" in show(client, f"{PAGE}/requests", q="GET /veracity/dw")
    assert "No request yet." in show(client, f"{PAGE}/requests", q="no such words anywhere")


def test_looking_at_the_page_is_no_request_to_veracity(client):
    client.control("DELETE", "/requests")
    show(client, "/")
    show(client, f"{PAGE}/requests")
    assert client.control("GET", "/requests").json() == []


@pytest.mark.parametrize("kind", ["datasets", "jobs", "containers"])
def test_what_is_not_there_is_told(client, kind):
    assert f"There is no such {kind.removesuffix('s')}" in show(client, f"{PAGE}/{kind}/no-such", 404)


def test_whatever_is_stored_is_text(client):
    dataset = client.new_dataset("keyed")
    made = client.control("POST", "/datasets", {"like": dataset, "name": "<script>alert(1)</script>"}).json()["id"]
    for path in ("/", f"{PAGE}/datasets", f"{PAGE}/datasets/{made}"):
        shown = show(client, path)
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown


def test_nothing_is_loaded_from_elsewhere(client):
    answer = requests.get(client.url, timeout=30)
    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'"
    )
    for name, kind in (("page.css", "text/css"), ("page.js", "javascript")):
        assert kind in requests.get(f"{client.url}{PAGE}/static/{name}", timeout=30).headers["Content-Type"]
    assert requests.get(f"{client.url}{PAGE}/static/routes.py", timeout=30).status_code == 404


def post(client, address, headers=None, **form):
    return requests.post(client.url + address, data=form, headers=headers, timeout=30, allow_redirects=False)


def test_a_fault_can_be_set_and_lifted(client):
    answer = post(client, f"{PAGE}/faults", kind="status", status="500", path="*/ingest/*", count="")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}/faults")
    (fault,) = client.control("GET", "/faults").json()
    assert (fault["path"], fault["left"], fault["effect"]["status"]) == ("*/ingest/*", None, 500)
    assert "Answered with 500" in show(client, f"{PAGE}/faults")
    assert post(client, f"{PAGE}/faults/{fault['id']}/lift").status_code == 303
    assert client.control("GET", "/faults").json() == []


FORM = {"status": "500", "seconds": "2", "bytes": "1000", "message": "because"}


@pytest.mark.parametrize("kind", kinds_of_effect())
def test_every_kind_of_fault_can_be_set(client, kind):
    assert f'<option value="{kind}">' in show(client, f"{PAGE}/faults")
    assert post(client, f"{PAGE}/faults", kind=kind, **FORM).status_code == 303
    (fault,) = client.control("GET", "/faults").json()
    assert fault["effect"]["kind"] == kind
    show(client, f"{PAGE}/faults")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"kind": "status", "status": "200"}, "effect.status.status: Input should be greater than or equal to 300"),
        ({"kind": "earthquake"}, "effect: Input tag &#39;earthquake&#39;"),
        ({"kind": "delay", "seconds": "long"}, "effect.delay.seconds: Input should be a valid number"),
    ],
)
def test_a_fault_that_makes_no_sense_is_told(client, form, words):
    answer = post(client, f"{PAGE}/faults", **form)
    assert (answer.status_code, words in answer.text) == (400, True)


def test_the_clock_can_be_moved():
    with run_emulator() as running:
        client = Veracity(running.url)
        before = client.control("GET", "/clock").json()["now"]
        assert post(client, f"{PAGE}/clock", seconds="86400").status_code == 303
        assert client.control("GET", "/clock").json()["now"][:10] > before[:10]
        assert post(client, f"{PAGE}/clock", seconds="1e12").status_code == 400


@pytest.mark.parametrize("path", [f"{PAGE}/faults", "/_emulator/reset", "/_emulator/clock"])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://elsewhere.example"}, id="another origin"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, id="another port"),
        pytest.param({"Origin": "null"}, id="a page without an origin"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a form of another site"),
        pytest.param(
            {"Origin": "http://rebound.example:8780", "Host": "rebound.example:8780"}, id="a name made to point here"
        ),
    ],
)
def test_what_changes_something_is_refused_from_another_origin(client, path, headers):
    answer = post(client, path, headers, kind="cutAfter", seconds="1")
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("A page of another origin cannot change anything here.")
    assert client.control("GET", "/faults").json() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "veracity.example"])
def test_the_page_itself_may_change_things_by_address_localhost_or_its_public_name(host):
    with run_emulator(public_url="https://veracity.example") as running:
        port = running.url.rpartition(":")[2]
        headers = {"Origin": f"http://{host}:{port}", "Host": f"{host}:{port}"}
        assert post(Veracity(running.url), f"{PAGE}/faults", headers, kind="cutAfter").status_code == 303


@pytest.mark.slow
def test_a_million_rows_open_in_under_a_second(tmp_path):
    state = tmp_path / "state"
    with spawn_emulator(state=state) as emulator:
        dataset = emulator.demo["datasets"]["keyless"]
        emulator.stop()
        with sqlite3.connect(state / "veracity.db") as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(
                "WITH RECURSIVE count (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < 1000000) "
                "INSERT INTO rows SELECT number, printf('%010d:%010d', 0, i), 'WT-' || i || ? FROM count, datasets "
                "WHERE id = ?",
                ("\x1f2026-01-01T00:00:00Z\x1f1500.5\x1f9.1\x1f12.0\x1f31.5\x1fRUNNING", dataset),
            )
        connection.close()
        emulator.restart()
        client = Veracity(emulator.url)
        show(client, f"{PAGE}/schemas")  # so that what is measured is the rows
        for page, number in ((1, 1), (20_000, 1_000_000), (10_000, 500_000)):
            taken = []
            for _ in range(3):
                begun = time.monotonic()
                shown = show(client, f"{PAGE}/datasets/{dataset}", page=page)
                taken.append(time.monotonic() - begun)
                assert f"WT-{number}<" in shown
            assert min(taken) < 1, taken  # others may be at work on this machine
