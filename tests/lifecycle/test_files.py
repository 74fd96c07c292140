"""Small files that outlive a run: whole or not there, and locked against other processes."""

import json
import os
from pathlib import Path

import pytest

from veracity_provider.lifecycle.files import open_lock, try_lock, wait_for_lock, write_json


def test_a_document_takes_the_place_of_what_is_there(tmp_path):
    path = tmp_path / "home" / "a" / "b.json"
    for document in ({"n": 1}, {"n": 2}):
        write_json(path, document)
        assert json.loads(path.read_text()) == document
    assert [one.name for one in path.parent.iterdir()] == ["b.json"]


def test_a_document_is_on_disk_before_it_takes_the_place(tmp_path, monkeypatch):
    done, folders = [], []
    sync, replace = os.fsync, os.replace

    def note(name, new):
        done.append("replace")
        folders.extend(Path(one).parent for one in (name, new))
        replace(name, new)

    monkeypatch.setattr(os, "fsync", lambda descriptor: (done.append("fsync"), sync(descriptor)))
    monkeypatch.setattr(os, "replace", note)
    write_json(tmp_path / "b.json", {})
    assert done == ["fsync", "replace", "fsync"]
    assert folders == [tmp_path] * 2  # on one file system, so that it is replaced at once


def test_what_was_there_stays_where_a_document_cannot_be_written(tmp_path):
    path = tmp_path / "b.json"
    write_json(path, {"n": 1})
    with pytest.raises(TypeError):
        write_json(path, {"n": object()})
    assert json.loads(path.read_text()) == {"n": 1}


def test_a_lock_is_had_by_one_until_it_is_closed(tmp_path):
    path = tmp_path / "home" / "a" / "one.lock"
    with open_lock(path) as first:
        wait_for_lock(first)
        with open_lock(path) as second:
            assert not try_lock(second)
            first.close()
            assert try_lock(second)
