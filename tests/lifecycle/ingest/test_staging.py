"""Registering a job and uploading the file for it."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.lifecycle.ingest.machine import Machine, rows, starts
from tests.rows import wind_readings
from veracity_provider.errors import (
    AnswerLost,
    PermissionDenied,
    PlatformFailed,
    RateLimited,
    RequestRefused,
    SasRejected,
    SourceChanged,
    StorageError,
)


class TestTheUpload:
    @pytest.fixture
    def dying_uploads(self, make_services, told, clock):
        """A machine whose uploads end, each with one of *errors*, 125 s after their job was registered."""

        def make(*errors, sent=1536):
            left = list(errors)

            def upload(_source, *, on_progress, **_options):
                clock.sleep(125)
                on_progress(sent)
                if error := left.pop(0):
                    raise error

            services = replace(make_services(clock=clock), uploader=SimpleNamespace(upload=upload))
            machine = Machine(services, told)
            machine.up_upload = lambda news: machine.upload.create(machine.checked(news), told)
            return machine

        return make

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda text: text.replace("1500.5", "1500.6"), id="another byte"),
            pytest.param(lambda text: text[:-5], id="truncated"),
            pytest.param(lambda text: text * 2, id="longer"),
        ],
    )
    def test_bytes_that_are_not_those_planned_start_no_job(self, machine, veracity, append, source, change):
        planned = machine.checked(append)
        source(change(wind_readings()))
        with pytest.raises(SourceChanged):
            machine.upload.create(planned, machine.told)
        assert starts(veracity, append) == [0]

    def test_a_sas_that_dies_in_the_middle_is_replaced_by_a_fresh_jobs(self, machine, veracity, append):
        veracity.fault(method="PATCH", path="/veracitylocal/*", effect={"kind": "expireSas"})
        machine.up({}, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [0, 1]

    def test_where_a_dead_sas_makes_it_start_again_is_said(self, dying_uploads, append, told):
        dying_uploads(SasRejected("x"), None).up_upload(append)
        assert next(text for text in told.infos if "SAS" in text) == (
            "the upload's SAS was refused after 2 min 05 s, with 1.5 KiB of 188 bytes sent; the platform gives one "
            "SAS per ingest job, so the upload starts again from the first byte, with a new job"
        )

    @pytest.mark.parametrize(
        ("sent", "text"),
        [
            pytest.param(
                1536,
                "uploading data.csv failed: the SAS of a second ingest job was refused as well, after 2 min 05 s, with "
                "1.5 KiB of 188 bytes sent. Use a faster connection or a smaller file, and run again (trace id: t2)",
                id="in the middle",
            ),
            pytest.param(0, "the storage's own words (trace id: t2)", id="at once"),
        ],
    )
    def test_a_second_sas_that_is_refused_is_an_error(self, dying_uploads, append, sent, text):
        first, second = SasRejected("x", trace_id="t1"), SasRejected("the storage's own words", trace_id="t2")
        with pytest.raises(SasRejected) as failed:
            dying_uploads(first, second, sent=sent).up_upload(append)
        assert str(failed.value) == text

    @pytest.mark.slow
    def test_a_chunk_that_fails_is_sent_again(self, make_services, told, veracity, append, source):
        source(wind_readings(30_000))
        veracity.fault(method="PATCH", path="/veracitylocal/*", effect={"kind": "status", "status": 503}, after=1)
        machine = Machine(make_services(uploadChunkMib="1", uploadWorkers="2"), told)
        machine.up({}, append)
        assert rows(veracity, append) == 30_000
        assert starts(veracity, append) == [1]

    def test_a_storage_that_stays_away_is_told(self, machine, veracity, append):
        veracity.fault(method="PUT", path="/veracitylocal/*", count=None, effect={"kind": "status", "status": 403})
        with pytest.raises(StorageError) as failed:
            machine.up({}, append)
        assert "sig=" not in str(failed.value)

    def test_a_register_whose_answer_is_lost_is_asked_once_more(self, machine, veracity, append):
        veracity.fault(method="PUT", path="*/ingest/dataset/*", effect={"kind": "cutAfter"})
        machine.up({}, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [0, 1]

    def test_progress_is_said_with_what_changes_in_front(self, machine, append):
        machine.up({}, append)
        size = len(wind_readings())
        *_, done = [text for text in machine.told.lives if f"{size} bytes of {size} bytes" in text]
        assert re.fullmatch(rf"100 %, 0 s left, {size} bytes of {size} bytes, [\d,.]+ (bytes|KiB|MiB)/s", done)


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"kind": "status", "status": 400}, RequestRefused),
        ({"kind": "status", "status": 429, "retryAfter": 0}, RateLimited),
        ({"kind": "status", "status": 500}, PlatformFailed),
        ({"kind": "cutAfter"}, AnswerLost),
    ],
)
def test_a_register_that_is_refused_is_one_error(machine, veracity, append, effect, error):
    veracity.fault(method="PUT", path="*/ingest/dataset/*", count=None, effect=effect)
    with pytest.raises(error) as failed:
        machine.up({}, append)
    assert append["dataset_id"] in str(failed.value)
    assert set(starts(veracity, append)) <= {0}


def test_a_quota_that_is_used_up_is_no_matter_of_roles(machine, veracity, append):
    used_up = {"kind": "status", "status": 403, "message": "Out of call volume quota. Replenished in 01:00:00."}
    veracity.fault(method="PUT", path="*/ingest/dataset/*", effect=used_up)
    with pytest.raises(RateLimited, match="quota") as refused:
        machine.up({}, append)
    assert "Admin" not in str(refused.value)


def test_a_reader_is_told_how_to_become_admin(make_services, told, veracity, append):
    reader = {key.removeprefix("veracity:"): value for key, value in veracity.reader_config.items()}
    with pytest.raises(PermissionDenied, match="Admin") as refused:
        Machine(make_services(**reader), told).up({}, append)
    assert "service account id" in str(refused.value)
