"""Small files that outlive a run: whole or not there, and locked against other processes."""

import json
import os

import pytest

from veracity_provider.lifecycle.files import open_lock, try_lock, wait_for_lock, write_json


def test_a_document_takes_the_place_of_what_is_there(tmp_path):
    path = tmp_path / "a" / "b.json"
    for document in ({"n": 1}, {"n": 2}):
        write_json(path, document)
        assert json.loads(path.read_text()) == document
    assert [one.name for one in path.parent.iterdir()] == ["b.json"]


def test_a_document_is_on_disk_before_it_takes_the_place(tmp_path, monkeypatch):
    done = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (done.append("fsync"), sync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names)))
    write_json(tmp_path / "b.json", {})
    assert done == ["fsync", "replace", "fsync"]


def test_what_was_there_stays_where_a_document_cannot_be_written(tmp_path):
    path = tmp_path / "b.json"
    write_json(path, {"n": 1})
    with pytest.raises(TypeError):
        write_json(path, {"n": object()})
    assert json.loads(path.read_text()) == {"n": 1}


def test_a_lock_is_had_by_one_until_it_is_closed(tmp_path):
    with open_lock(tmp_path / "a" / "one.lock") as first:
        wait_for_lock(first)
        with open_lock(tmp_path / "a" / "one.lock") as second:
            assert not try_lock(second)
            first.close()
            assert try_lock(second)
