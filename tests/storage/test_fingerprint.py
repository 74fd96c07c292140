import hashlib
import os
import time

import pytest

from veracity_provider.errors import SourceChanged, SourceError
from veracity_provider.storage.fingerprint import CLOCK_GRAIN_NS, Fingerprints
from veracity_provider.storage.sources import FileSource, TextSource

OLD_NS = 10 * CLOCK_GRAIN_NS


def later():
    """A clock on which a file made just now is old."""
    return time.time_ns() + OLD_NS


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    return FileSource(path)


def reads(source, monkeypatch):
    """Counts how often the source is opened."""
    opened = []
    original = FileSource.open
    monkeypatch.setattr(FileSource, "open", lambda self: opened.append(self) or original(self))
    return opened


def test_it_is_the_sha256_of_the_bytes_and_their_number(source, tmp_path):
    found = Fingerprints(tmp_path / "cache").of(source)
    assert (found.content_hash, found.size_bytes) == (hashlib.sha256(b"a\n1\n").hexdigest(), 4)
    assert Fingerprints(tmp_path / "cache").of(TextSource("a\n1\n", "x")) == found


def test_an_unchanged_file_is_not_read_again_by_another_process(source, tmp_path, monkeypatch):
    first = Fingerprints(tmp_path / "cache", now_ns=later).of(source)
    opened = reads(source, monkeypatch)
    assert Fingerprints(tmp_path / "cache").of(source) == first
    assert opened == []


def test_a_file_younger_than_the_clocks_grain_is_read_again(source, tmp_path, monkeypatch):
    Fingerprints(tmp_path / "cache").of(source)
    opened = reads(source, monkeypatch)
    Fingerprints(tmp_path / "cache").of(source)
    assert len(opened) == 1


def test_a_file_of_the_future_is_read_again(source, tmp_path, monkeypatch):
    ahead_ns = time.time_ns() + 2 * OLD_NS
    os.utime(source.path, ns=(ahead_ns, ahead_ns))
    Fingerprints(tmp_path / "cache", now_ns=later).of(source)
    opened = reads(source, monkeypatch)
    Fingerprints(tmp_path / "cache", now_ns=later).of(source)
    assert len(opened) == 1


def test_a_cache_serves_many_files_and_its_folder_is_made(source, tmp_path, monkeypatch):
    other = FileSource(tmp_path / "b.csv")
    other.path.write_text("b\n")
    fingerprints = Fingerprints(tmp_path / "home" / "cache", now_ns=later)
    before = [fingerprints.of(one) for one in (source, other)]
    opened = reads(source, monkeypatch)
    assert [fingerprints.of(one) for one in (source, other)] == before
    assert opened == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.write_text("a\n2\n"), id="written to"),
        pytest.param(lambda path: (path.write_text("a\n2\n"), os.utime(path, ns=(1, 1))), id="its time put back"),
        pytest.param(
            lambda path: ((new := path.with_name("b")).write_text("a\n2\n"), new.replace(path)), id="replaced"
        ),
    ],
)
def test_a_changed_file_is_seen_as_changed(source, tmp_path, change):
    os.utime(source.path, ns=(1, 1))
    before = Fingerprints(tmp_path / "cache", now_ns=later).of(source)
    change(source.path)
    assert Fingerprints(tmp_path / "cache", now_ns=later).of(source) != before


def test_a_cache_that_is_damaged_or_deleted_is_no_cache(source, tmp_path):
    fingerprints = Fingerprints(tmp_path / "cache", now_ns=later)
    before = fingerprints.of(source)
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_text("{")
    assert fingerprints.of(source) == before
    entry.unlink()
    assert fingerprints.of(source) == before


def test_a_cache_that_cannot_be_written_does_no_harm(source, tmp_path):
    (tmp_path / "cache").write_text("in the way")
    assert Fingerprints(tmp_path / "cache", now_ns=later).of(source).size_bytes == 4


def test_a_file_that_is_written_to_while_it_is_read_is_refused(source, tmp_path, monkeypatch):
    original = FileSource.open

    def open_and_write(self):
        opened = original(self)
        with self.path.open("a") as file:
            file.write("2\n")
        return opened

    monkeypatch.setattr(FileSource, "open", open_and_write)
    with pytest.raises(SourceChanged) as failed:
        Fingerprints(tmp_path / "cache").of(source)
    assert str(failed.value) == f"{source.path} was written to while it was read; run again when it is complete"


def test_a_text_that_is_empty_is_refused(tmp_path):
    with pytest.raises(SourceError) as failed:
        Fingerprints(tmp_path / "cache").of(TextSource("", "x"))
    assert str(failed.value) == "the text is empty; a CSV file has at least a header line"


def test_a_file_that_cannot_be_ingested_is_refused(tmp_path):
    with pytest.raises(SourceError) as failed:
        Fingerprints(tmp_path / "cache").of(FileSource(tmp_path / "x.csv"))
    assert str(failed.value) == f"{tmp_path / 'x.csv'} does not exist"
