"""What an ingest reads: a file of this machine, or a text of the program."""

import os

import pytest

from veracity_provider.errors import SourceError
from veracity_provider.storage.sources import FileSource, TextSource


@pytest.fixture
def refused(tmp_path):
    """The texts with which reading, asking for the size and asking whether it is readable are refused."""

    def texts(path):
        found = []
        for act in (FileSource.open, FileSource.stat, FileSource.require_readable):
            with pytest.raises(SourceError) as failed:
                act(FileSource(path))
            found.append(str(failed.value))
        return found

    return texts


def test_a_file_is_read_from_its_start(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    source = FileSource(path)
    assert source.name == "a.csv"
    assert source.stat().st_size == 8
    source.require_readable()
    with source.open() as file:
        assert file.read() == b"a,b\n1,2\n"


def test_a_link_is_the_file_that_it_leads_to(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a\n")
    link = tmp_path / "link.csv"
    link.symlink_to("a.csv")
    with FileSource(link).open() as file:
        assert file.read() == b"a\n"


def make_nothing(path):
    return None


def make_empty(path):
    path.touch()


def make_folder(path):
    path.mkdir()


def make_pipe(path):
    os.mkfifo(path)


def make_circle(path):
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(make_nothing, "does not exist", id="missing"),
        pytest.param(make_empty, "is empty; a CSV file has at least a header line", id="empty"),
        pytest.param(
            make_folder,
            "is a folder; an ingest takes one CSV file, and a pattern such as folder/*.csv several",
            id="a folder",
        ),
        pytest.param(make_pipe, "is not a regular file", id="a pipe"),
        pytest.param(make_circle, "cannot be looked at: Too many levels of symbolic links", id="a link to itself"),
    ],
)
def test_what_is_no_file_with_bytes_in_it_is_refused(tmp_path, refused, make, reason):
    path = tmp_path / "a.csv"
    make(path)
    assert set(refused(path)) == {f"{path} {reason}"}


def test_a_pattern_in_place_of_a_file_is_told_where_it_belongs(tmp_path, refused):
    assert set(refused(tmp_path / "*.csv")) == {f"{tmp_path}/*.csv does not exist; a pattern is for DatasetIngests"}


def test_a_path_that_no_file_can_have_is_refused(tmp_path, refused):
    path = tmp_path / "a\0b"
    assert set(refused(path)) == {f"{str(path)!r} is not a path: it has a character that no path can have"}


def test_a_path_that_this_locale_cannot_have_names_the_locale(tmp_path, refused):
    """Half of a surrogate pair is to UTF-8 what `å` is to ASCII, the encoding of the locale `C`."""
    path = tmp_path / "a\ud800b"
    assert set(refused(path)) == {
        (
            rf"'{tmp_path}/a\ud800b' has the character '\ud800', which no file name can have in this locale (utf-8); "
            "run with LC_ALL=C.UTF-8, or rename the file"
        )
    }


def test_a_file_that_may_not_be_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n")

    def refuse(*_arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    for act in (FileSource.open, FileSource.require_readable):
        with pytest.raises(SourceError) as failed:
            act(FileSource(path))
        assert str(failed.value) == f"{path} cannot be read: Permission denied"


def test_a_text_is_its_bytes_in_utf_8():
    source = TextSource("mål\n", "a.csv")
    source.require_readable()
    assert source.open().read() == "mål\n".encode()


@pytest.mark.parametrize("act", [TextSource.open, TextSource.require_readable])
def test_an_empty_text_is_refused(act):
    with pytest.raises(SourceError) as failed:
        act(TextSource("", "a.csv"))
    assert str(failed.value) == "the text is empty; a CSV file has at least a header line"


def test_a_path_is_shown_without_escape_sequences(refused, tmp_path):
    assert set(refused(tmp_path / "a\x1b[2J.csv")) == {rf"{tmp_path}/a\x1b[2J.csv does not exist"}
