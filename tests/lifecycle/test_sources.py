"""What an input `source` stands for."""

from pathlib import Path

import pytest

from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.storage.sources import FileSource, TextSource

PROJECT = Path("/project")


@pytest.mark.parametrize("is_ingested", [True, False])
@pytest.mark.parametrize(
    ("source", "path"),
    [
        pytest.param("data/a.csv", "/project/data/a.csv", id="a relative path starts at the project's folder"),
        pytest.param("/data/a.csv", "/data/a.csv", id="an absolute path"),
        pytest.param("~/a.csv", "/home/me/a.csv", id="a path in the home folder"),
        pytest.param("~nobody-of-that-name/a.csv", "/project/~nobody-of-that-name/a.csv", id="an unknown user's home"),
    ],
)
def test_a_path_is_a_file(monkeypatch, source, path, is_ingested):
    monkeypatch.setenv("HOME", "/home/me")
    assert resolve_source(source, PROJECT, is_ingested=is_ingested) == FileSource(Path(path), is_ingested=is_ingested)


@pytest.mark.parametrize("is_ingested", [True, False])
def test_a_text_of_the_program_is_the_text_with_its_name(is_ingested):
    found = resolve_source({"text": "a,b", "name": "a.csv"}, PROJECT, is_ingested=is_ingested)
    assert found == TextSource("a,b", "a.csv", is_ingested=is_ingested)


def test_a_source_is_ingested_unless_something_else_is_said():
    assert resolve_source("a.csv", PROJECT) == FileSource(PROJECT / "a.csv", is_ingested=True)
