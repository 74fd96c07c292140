"""A file of the storage written with the real Azure library, against the local Veracity."""

import os
import re
import socket

import pytest
import stamina
from azure.storage.filedatalake import FileProperties

from veracity_provider import connections
from veracity_provider.connections import NeverSent
from veracity_provider.errors import SasRejected, StorageError, StorageUnavailable
from veracity_provider.storage import data_lake
from veracity_provider.storage.data_lake import DataLakeFile
from veracity_provider.storage.sas import parse_sas_uri
from veracity_provider.storage.sending import SILENCE_S, WRITE_BYTES

MIB = 1024 * 1024


@pytest.fixture
def sas_uri(client):
    return client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]


@pytest.fixture
def folder(sas_uri):
    return parse_sas_uri(sas_uri)


@pytest.fixture
def host(folder):
    return folder.account_url.removeprefix("http://")


@pytest.fixture
def stored(client, sas_uri):
    """The bytes that the storage holds."""
    return lambda: client.file_client(sas_uri, "a.csv").download_file().readall()


@pytest.fixture
def fault(client):
    def put(effect, *, method="*", **options):
        given = {"method": method, "path": "/veracitylocal/*", "count": None, "effect": effect, **options}
        assert client.control("POST", "/faults", given).status_code == 201

    return put


def write(folder, data, *, silence_s=SILENCE_S, on_sent=lambda _: None):
    with DataLakeFile(folder, "a.csv", silence_s=silence_s) as file:
        file.create()
        file.append(data, 0, on_sent)
        file.flush(len(data))
        return file.length()


def test_a_file_is_made_filled_committed_and_measured(folder, stored):
    data = os.urandom(3 * WRITE_BYTES + 1)
    assert write(folder, data) == len(data)
    assert stored() == data


def test_a_chunk_is_written_in_small_pieces_and_each_is_told(folder):
    told = []
    write(folder, bytes(2 * WRITE_BYTES + 5), on_sent=told.append)
    assert told == [0, WRITE_BYTES, 2 * WRITE_BYTES, 2 * WRITE_BYTES + 5]


def test_what_the_listener_raises_ends_the_append_and_is_raised(folder):
    class Enough(Exception):
        pass

    def fail(sent):
        if sent:
            raise Enough

    with pytest.raises(Enough):
        write(folder, bytes(MIB), on_sent=fail)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("fs/folder%20one", "a%20b.csv", id="a blank"),
        pytest.param("fs/m%C3%A5l", "m%C3%A5l.csv", id="a letter beyond ASCII"),
        pytest.param("fs/100%25", "50%25.csv", id="a per cent sign"),
    ],
)
def test_requests_go_to_the_path_of_the_address(path, name):
    from urllib.parse import unquote

    folder = parse_sas_uri(f"https://acct.dfs.core.windows.net/{path}?sig=x")
    file = DataLakeFile(folder, unquote(name))
    assert file._client.url == f"https://acct.dfs.core.windows.net/{path}/{name}?sig=x"


class TestTheLine:
    @pytest.mark.slow
    def test_a_slow_line_is_no_failure(self, folder, fault, stored):
        """The whole takes twice as long as the line may be silent; what the systems buffer is passed much sooner."""
        fault({"kind": "slow", "bytesPerSecond": 12 * MIB})
        data = os.urandom(32 * MIB)
        with stamina.set_testing(True, attempts=1):
            assert write(folder, data, silence_s=1.3) == len(data)
        assert stored() == data

    def test_a_stall_that_is_shorter_than_the_limit_is_no_failure(self, folder, fault, stored, client):
        client.control("DELETE", "/requests")
        fault({"kind": "stall", "seconds": 0.4, "afterBytes": MIB // 2})
        data = os.urandom(MIB)
        write(folder, data, silence_s=5.0)
        assert stored() == data
        appends = [one for one in client.control("GET", "/requests").json() if one["method"] == "PATCH"]
        assert len(appends) == 2  # the append and the flush, each sent once

    def test_a_connection_that_stays_silent_is_given_up_for_another(self, folder, fault, stored):
        fault({"kind": "stall", "seconds": 0.6, "afterBytes": MIB // 2})
        data = os.urandom(MIB)
        write(folder, data, silence_s=0.4)
        assert stored() == data

    def test_silence_is_an_error_that_says_so(self, folder, host, fault):
        fault({"kind": "delay", "seconds": 3}, method="PATCH", count=2)
        with stamina.set_testing(True, attempts=2), pytest.raises(StorageUnavailable) as failed:
            write(folder, b"abc", silence_s=0.2)
        assert str(failed.value) == (
            f"uploading a.csv failed: the storage at {host} does not answer (no byte was sent or received for 0.2 s). "
            "Check the network and whether Azure Storage reports an outage, and run again"
        )

    def test_a_line_that_takes_no_more_bytes_is_an_error_that_says_so(self, folder, host, fault, monkeypatch):
        monkeypatch.setattr("veracity_provider.storage.failures.SLOW_S", 0.2)
        fault({"kind": "delay", "seconds": 3}, method="PATCH", count=2)
        with stamina.set_testing(True, attempts=2), pytest.raises(StorageUnavailable) as failed:
            write(folder, bytes(64 * MIB), silence_s=0.3)
        text = re.sub(r"[\d,]+ of (.*) in \d s,", r"N of \1 in N s,", str(failed.value))
        assert text == (
            f"uploading a.csv failed: the connection to the storage at {host} is too slow: N of 67,108,864 bytes "
            "were sent "
            "in N s, and then no byte was sent or received for 0.3 s. Send less at a time "
            "(`pulumi config set veracity:uploadWorkers 1`) or use a faster connection, and run again"
        )

    def test_without_a_connection_it_is_tried_again_for_as_long_as_a_line_may_be_silent(self, monkeypatch):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{unused.getsockname()[1]}"
            folder = parse_sas_uri(f"http://{host}/fs/d?sig=x")
            times, waited = iter(range(1000)), []
            monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
            file = DataLakeFile(folder, "a.csv", silence_s=9, monotonic=lambda: float(next(times)))
            with file, pytest.raises(StorageUnavailable) as failed:
                file.create()
        assert len(waited) == 8
        assert str(failed.value) == (
            f"uploading a.csv failed: there is no connection to the storage at {host} (connection refused). "
            "Check the network, its firewall and proxy, and run again"
        )

    def test_a_cut_connection_is_an_error_that_says_so(self, folder, host, fault):
        fault({"kind": "cutBefore"})
        with pytest.raises(StorageUnavailable) as failed:
            write(folder, b"abc")
        assert str(failed.value) == (
            f"uploading a.csv failed: the storage at {host} does not answer (the connection was cut). "
            "Check the network and whether Azure Storage reports an outage, and run again"
        )


class TestRetries:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD"])
    @pytest.mark.parametrize("effect", [{"kind": "status", "status": 503}, {"kind": "cutAfter"}])
    def test_every_request_is_tried_again(self, folder, fault, stored, waits, method, effect):
        fault(effect, method=method, count=3)
        data = os.urandom(200_000)
        told = []
        assert write(folder, data, on_sent=told.append) == len(data)
        assert stored() == data
        assert len(waits) == 3
        assert told.count(0) == (4 if method == "PATCH" else 1)

    def test_the_fourth_failure_is_raised(self, folder, fault, waits):
        fault({"kind": "status", "status": 503}, method="PATCH")
        with pytest.raises(StorageUnavailable):
            write(folder, b"abc")
        assert len(waits) == 3

    @pytest.mark.parametrize(
        ("asked_s", "expected"),
        [pytest.param(7, [7.0], id="as long as it asks"), pytest.param(91, [], id="not beyond the limit of silence")],
    )
    def test_it_waits_as_long_as_the_storage_asks(self, folder, fault, waits, asked_s, expected):
        fault({"kind": "status", "status": 503, "retryAfter": asked_s}, method="PATCH", count=1)
        if expected:
            write(folder, b"abc")
        else:
            with pytest.raises(StorageUnavailable):
                write(folder, b"abc")
        assert waits == expected

    def test_a_refusal_is_raised_at_once(self, folder, fault, waits):
        fault({"kind": "status", "status": 409})
        with pytest.raises(StorageError) as failed:
            write(folder, b"abc")
        assert str(failed.value).startswith("uploading a.csv failed: the storage answered 409 PathConflict.")
        assert waits == []

    def test_a_refused_certificate_is_no_matter_of_time(self, folder, waits, monkeypatch):
        import ssl

        failure = NeverSent("its certificate is refused: self-signed certificate")
        failure.__cause__ = ssl.SSLCertVerificationError()

        def refuse(*_arguments, **_options):
            raise failure

        monkeypatch.setattr(connections.Session, "request", refuse)
        with pytest.raises(StorageUnavailable, match="its certificate is refused: self-signed certificate"):
            write(folder, b"abc")
        assert waits == []


class TestLength:
    def test_a_sas_without_the_right_to_read_cannot_tell(self, folder, fault):
        fault({"kind": "status", "status": 403}, method="HEAD", count=1)
        assert write(folder, b"abc") is None

    def test_one_that_the_storage_does_not_tell_is_an_error(self, folder, monkeypatch):
        """As behind a proxy that takes `Content-Length` out of responses to HEAD."""
        monkeypatch.setattr(data_lake.DataLakeFileClient, "get_file_properties", lambda _: FileProperties())
        with pytest.raises(StorageError) as failed:
            write(folder, b"abc")
        assert str(failed.value) == (
            "uploading a.csv failed: the storage's answer to HEAD has no Content-Length, so it cannot be verified that "
            "all bytes arrived. Check whether a proxy removes it, and run again"
        )


class TestRefusals:
    def test_no_text_repeats_the_signature(self, folder, fault):
        fault({"kind": "expireSas"})
        with pytest.raises(SasRejected) as failed:
            write(folder, b"abc")
        assert "sig" not in str(failed.value).replace("signature", "")

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD"])
    def test_a_page_of_a_proxy_is_one_error_and_no_warning_of_the_library(self, folder, fault, method, caplog):
        fault({"kind": "status", "status": 400, "html": True}, method=method, count=1)
        with pytest.raises(StorageError) as failed:
            write(folder, b"abc")
        assert str(failed.value) == "uploading a.csv failed: the storage answered 400."
        assert [record for record in caplog.records if record.name.startswith("azure")] == []
