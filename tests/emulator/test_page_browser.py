"""The page in a browser: live, by keyboard, in any width, light and dark."""

from functools import partial

import pytest

from tests.emulator.browser import open_browser
from tests.rows import WIND_COLUMNS, csv_of, noon_report, noon_reports, wind_reading
from tests.veracity import Veracity
from veracity_emulator.testing import run_emulator

pytestmark = pytest.mark.slow  # processes, or seconds

pytest.importorskip("jinja2", reason="jinja2 is not installed: make setup")
PAGE = "/_emulator/page"
PAGES = [
    "/",
    *(f"{PAGE}/{part}" for part in ("datasets", "schemas", "jobs", "containers", "files", "requests", "faults")),
]


@pytest.fixture(scope="module")
def shared():
    with open_browser() as browser, run_emulator(job_seconds=0) as running:
        yield browser, Veracity(running.url)


@pytest.fixture
def client(shared):
    yield shared[1]
    shared[1].control("DELETE", "/faults")


@pytest.fixture
def browser(shared):
    """Fails the test for whatever is written to the console."""
    found = shared[0]
    found.resize(1280)
    yield found
    assert found.console() == []


def test_rows_appear_after_an_ingest(browser, client):
    dataset = client.new_dataset("keyless")
    browser.open(f"{client.url}{PAGE}/datasets/{dataset}")
    assert "No row yet." in browser.text()
    client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(7)))
    browser.wait_for("2026-01-01T00:07:00Z")
    browser.wait_for("Completed")
    assert "No row yet." not in browser.text()


def test_a_job_is_seen_to_fail(browser, client):
    dataset = client.new_dataset("keyed")
    job = client.stage(dataset, "Upsert", noon_reports(noon_report(1, "fast")))
    browser.open(f"{client.url}{PAGE}/jobs/{job}")
    assert "Not started" in browser.text()
    client.start(job)
    browser.wait_for("'fast' is not a valid Decimal.")


def test_a_fault_is_set_and_lifted_by_a_click(browser, client):
    browser.open(f"{client.url}{PAGE}/faults")
    browser.type("#path", "*/ingest/job/*/start")
    browser.click("form[action$='/faults'] button")
    browser.wait_for("Answered with 503")
    (fault,) = client.control("GET", "/faults").json()
    assert (fault["path"], fault["effect"]["kind"]) == ("*/ingest/job/*/start", "status")
    browser.click("#faults button")
    browser.wait_for("No fault is in force.")
    assert client.control("GET", "/faults").json() == []


def test_a_fault_that_happens_goes_from_the_list_by_itself(browser, client):
    client.control("POST", "/faults", {"path": "*/datasets/gone", "effect": {"kind": "cutBefore"}})
    browser.open(f"{client.url}{PAGE}/faults")
    browser.wait_for("Cut before the work is done")
    client.control("POST", "/faults", {"path": "*/datasets/late", "effect": {"kind": "html"}})
    browser.wait_for("Answered with a page of HTML")


def test_what_is_being_typed_stays(browser, client):
    browser.open(f"{client.url}{PAGE}/faults")
    browser.type("#message", "half a sen")
    client.control("POST", "/faults", {"path": "*/x", "effect": {"kind": "html"}})
    browser.wait_for("Answered with a page of HTML")
    assert browser.run("return [document.activeElement.id, document.activeElement.value]") == ["message", "half a sen"]


@pytest.mark.parametrize("path", PAGES)
def test_every_control_is_reached_by_tab_and_seen_to_be(browser, client, path):
    client.control("POST", "/faults", {"path": "*/x", "effect": {"kind": "html"}})
    browser.open(client.url + path)
    controls = browser.run(
        "const all = document.querySelectorAll('a[href], button, input, select, summary, [tabindex=\"0\"]');"
        "all.forEach((one, i) => one.dataset.place = i); return all.length"
    )
    look = partial(
        browser.run,
        "const at = document.activeElement, style = getComputedStyle(at);"
        "return [at.dataset.place ?? null, style.outlineStyle, at.getBoundingClientRect().width]",
    )
    reached = set()
    for _ in range(controls + 1):
        browser.press_tab()
        place, outline, width = look()
        if place is not None:
            reached.add(int(place))
            told = browser.run("return document.activeElement.outerHTML")
            assert (outline != "none", width > 0) == (True, True), told
    assert reached == set(range(controls))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_each_page_fits_its_width_and_loads_from_here_alone(browser, client, width, scheme):
    client.ingest(client.demo["datasets"]["keyless"], "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    browser.resize(width)
    browser.emulate(prefers_color_scheme=scheme)
    for path in (*PAGES, f"{PAGE}/datasets/{client.demo['datasets']['keyless']}"):
        browser.open(client.url + path)
        assert browser.run("return document.documentElement.scrollWidth - innerWidth") <= 0, path
        loaded = browser.run("return performance.getEntriesByType('resource').map((one) => one.name)")
        assert [one for one in loaded if not one.startswith((f"{client.url}/", "data:"))] == []
        dark = browser.run("return getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, dark.removeprefix("rgb(").removesuffix(")").split(","))) < 300) is (scheme == "dark")
