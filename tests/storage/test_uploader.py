"""The uploader with the real Azure library, against the local Veracity."""

import hashlib
import os
import threading

import pytest
from azure.storage.filedatalake import FileProperties

from veracity_provider.errors import SasRejected, SourceChanged, StorageError, StorageUnavailable
from veracity_provider.storage.fingerprint import Fingerprint
from veracity_provider.storage.sas import parse_sas_uri
from veracity_provider.storage.sources import FileSource
from veracity_provider.storage.uploader import MIB, MOST_APPENDS, UploadOptions, upload

SMALL = UploadOptions(chunk_size_bytes=64 * 1024, workers=3)


@pytest.fixture
def sas_uri(client):
    return client.register(client.dataset("keyed"), "Upsert").json()["sasToken"]


def send(source, sas_uri, *, expected=None, options=SMALL, on_progress=lambda _: None):
    data = source.path.read_bytes()
    planned = expected or Fingerprint(hashlib.sha256(data).hexdigest(), len(data))
    upload(source, sas_uri=sas_uri, file_name="a.csv", expected=planned, options=options, on_progress=on_progress)


def made(tmp_path, size):
    path = tmp_path / "a.csv"
    path.write_bytes(os.urandom(size))
    return FileSource(path)


@pytest.mark.parametrize("size", [1, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])
def test_every_byte_arrives_whatever_the_chunks(client, tmp_path, sas_uri, size):
    source, seen = made(tmp_path, size), []
    send(source, sas_uri, on_progress=seen.append)
    assert client.file_client(sas_uri, "a.csv").download_file().readall() == source.path.read_bytes()
    assert max(seen) == size


@pytest.mark.parametrize("gib", [0.001, 1, 781, 1024, 5 * 1024])
def test_a_file_of_any_size_fits_into_as_many_appends_as_azure_keeps(gib):
    size = int(gib * 1024 * MIB)
    chunk = UploadOptions().chunk_size_for(size)
    assert -(-size // chunk) <= MOST_APPENDS
    assert chunk == 16 * MIB or size > 781 * 1024 * MIB


def test_no_more_is_held_than_the_formula_says(client, tmp_path, sas_uri):
    held, most, lock = [0], [0], threading.Lock()
    source = made(tmp_path, 40 * SMALL.chunk_size_bytes)
    opened = source.path.open("rb")

    class Counting:
        """A file that counts the chunks that were read and not yet acknowledged."""

        name = "a.csv"
        path = source.path

        def open(self):
            return self

        def __enter__(self):
            return self

        def __exit__(self, *_):
            opened.close()

        def read(self, size):
            with lock:
                held[0] += 1
                most[0] = max(most[0], held[0])
            return opened.read(size)

    def acknowledged(_):
        with lock:
            held[0] -= 1

    send(Counting(), sas_uri, on_progress=acknowledged)
    assert most[0] <= SMALL.workers + 2  # one more for the empty read at the end


def test_other_bytes_than_planned_are_not_committed(client, tmp_path, sas_uri):
    source = made(tmp_path, 1000)
    with pytest.raises(SourceChanged, match="changed after it was planned"):
        send(source, sas_uri, expected=Fingerprint("0" * 64, 1000))
    assert client.file_client(sas_uri, "a.csv").get_file_properties().size == 0


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"kind": "expireSas"}, SasRejected),
        ({"kind": "status", "status": 409}, StorageError),
        ({"kind": "status", "status": 503}, StorageUnavailable),
        ({"kind": "cutBefore"}, StorageUnavailable),
    ],
)
def test_a_storage_that_refuses_is_one_error_without_the_signature(
    client, tmp_path, sas_uri, effect, error, monkeypatch
):
    import stamina

    client.control("POST", "/faults", {"path": "/veracitylocal/*", "count": None, "effect": effect})
    with stamina.set_testing(True, attempts=2), pytest.raises(error) as failed:
        send(made(tmp_path, 1000), sas_uri)
    assert "sig=" not in str(failed.value)
    assert "a.csv" in str(failed.value)


def test_a_chunk_whose_answer_is_lost_is_sent_again(client, tmp_path, sas_uri):
    fault = {"method": "PATCH", "path": "/veracitylocal/*", "count": 2, "effect": {"kind": "cutAfter"}}
    client.control("POST", "/faults", fault)
    source = made(tmp_path, 500_000)
    send(source, sas_uri)
    assert client.file_client(sas_uri, "a.csv").download_file().readall() == source.path.read_bytes()


def test_a_sas_without_the_right_to_read_is_enough(client, tmp_path, sas_uri):
    fault = {"method": "HEAD", "path": "/veracitylocal/*", "effect": {"kind": "status", "status": 403}}
    client.control("POST", "/faults", fault)
    send(made(tmp_path, 1000), sas_uri)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD"])
def test_a_page_of_a_proxy_is_one_error_and_no_warning_of_the_library(client, tmp_path, sas_uri, method, caplog):
    page = {"kind": "status", "status": 400, "html": True}
    client.control("POST", "/faults", {"method": method, "path": "/veracitylocal/*", "effect": page})
    with pytest.raises(StorageError) as failed:
        send(made(tmp_path, 1000), sas_uri)
    assert str(failed.value) == "uploading a.csv failed: the storage answered 400."
    assert [record for record in caplog.records if record.name.startswith("azure")] == []


def test_a_length_that_the_storage_does_not_tell_is_an_error(client, tmp_path, sas_uri, monkeypatch):
    """As behind a proxy that takes `Content-Length` out of responses to HEAD."""
    found = client.file_client(sas_uri, "a.csv")
    monkeypatch.setattr(type(found), "get_file_properties", lambda _: FileProperties())
    with pytest.raises(StorageError) as failed:
        send(made(tmp_path, 1000), sas_uri)
    assert str(failed.value) == (
        "uploading a.csv failed: the storage's answer to HEAD has no Content-Length, so it cannot be verified that all "
        "1,000 bytes arrived. Check whether a proxy takes it away, and run again"
    )


@pytest.mark.parametrize(
    "uri",
    ["not a uri", "https://host/fs/dir", "ftp://host/fs/dir?sig=x", "https://host?sig=x", "http://host/fs/d?sig=x"],
)
def test_an_upload_address_that_is_none_is_refused_without_repeating_it(uri):
    with pytest.raises(StorageError) as refused:
        parse_sas_uri(uri)
    assert uri not in str(refused.value)


def test_the_signature_is_in_no_repr(sas_uri):
    assert "sig" not in repr(parse_sas_uri(sas_uri))
