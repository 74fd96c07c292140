"""Faults of the line: slow, or standing still, for all connections together."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from veracity_emulator.faults import FaultInput, Faults, SlowEffect, StallEffect

STORAGE = "/veracitylocal/*"


def put(client, effect, **options):
    given = {"path": STORAGE, "count": None, "effect": effect, **options}
    assert client.control("POST", "/faults", given).status_code == 201


def test_a_slow_line_passes_bytes_at_its_rate_whoever_sends_them():
    line = SlowEffect(kind="slow", bytesPerSecond=1000)
    assert line.wait_s(500, now=10.0) == 0.5
    assert line.wait_s(500, now=10.0) == 1.0
    assert line.wait_s(100, now=20.0) == pytest.approx(0.05)


def test_a_slow_line_goes_on_for_an_instant_while_the_server_is_busy():
    line = SlowEffect(kind="slow", bytesPerSecond=1000)
    assert line.wait_s(100, now=10.0) == pytest.approx(0.1)
    assert line.wait_s(100, now=10.13) == pytest.approx(0.07)
    assert line.wait_s(10, now=20.0) == 0.0


def test_a_line_stands_still_once_when_so_many_bytes_have_passed():
    line = StallEffect(kind="stall", seconds=60, afterBytes=1000)
    assert line.wait_s(1000, now=10.0) == 0.0
    assert line.wait_s(1, now=10.0) == 60.0
    assert line.wait_s(500, now=30.0) == 40.0
    assert line.wait_s(500, now=71.0) == 0.0


def test_a_line_is_there_beside_another_effect():
    faults = Faults()
    slow = {"kind": "slow", "bytesPerSecond": 1000}
    for effect in (slow, {"kind": "expireSas"}):
        faults.add(FaultInput.model_validate({"path": "/a", "effect": effect}))
    assert [line.kind for line in faults.take_lines("PUT", "/a")] == ["slow"]
    effect = faults.take("PUT", "/a", of_jobs=False)
    assert effect is not None
    assert effect.kind == "expireSas"
    assert faults.take_lines("PUT", "/a") == []


def test_uploads_share_a_slow_line(client):
    sas = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    files = [client.file_client(sas, f"{number}.csv") for number in range(2)]
    for file in files:
        file.create_file()
    put(client, {"kind": "slow", "bytesPerSecond": 400_000})
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda file: file.append_data(bytes(50_000), 0, 50_000), files))
    assert time.monotonic() - begun >= 0.25


def test_a_download_is_slow_too(client):
    sas = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    client.upload(sas, "a" * 50_000)
    put(client, {"kind": "slow", "bytesPerSecond": 250_000}, method="GET")
    begun = time.monotonic()
    assert len(client.file_client(sas).download_file().readall()) == 50_000
    assert time.monotonic() - begun >= 0.2


def test_a_line_that_stands_still_goes_on(client):
    sas = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    put(client, {"kind": "stall", "seconds": 0.3, "afterBytes": 100})
    begun = time.monotonic()
    client.upload(sas, "a" * 1000)
    assert time.monotonic() - begun >= 0.3
    assert client.file_client(sas).get_file_properties().size == 1000


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param({"kind": "slow"}, id="a rate is missing"),
        pytest.param({"kind": "slow", "bytesPerSecond": 0}, id="no rate"),
        pytest.param({"kind": "stall"}, id="a duration is missing"),
        pytest.param({"kind": "stall", "seconds": 601}, id="longer than ten minutes"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused(client, effect):
    assert client.control("POST", "/faults", {"effect": effect}).status_code == 400


def test_the_description_has_the_faults_of_the_line(client):
    schemas = client.control("GET", "/openapi.json").json()["components"]["schemas"]
    assert set(schemas["SlowEffect"]["properties"]) == {"kind", "bytesPerSecond"}
    assert set(schemas["StallEffect"]["properties"]) == {"kind", "seconds", "afterBytes"}
