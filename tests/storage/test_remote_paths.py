"""The folders and files below a folder, opened by a SAS; what they do is in `test_data_lake_paths.py`."""

import socket

import pytest

from veracity_provider.storage.data_lake_paths import DataLakePaths
from veracity_provider.storage.remote_paths import open_remote_paths
from veracity_provider.storage.sas import parse_sas_uri


@pytest.fixture
def _no_name_is_looked_up(monkeypatch):
    def refuse(*_, **__):
        pytest.fail("a request was sent")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("_no_name_is_looked_up")
def test_a_folder_is_opened_without_a_request():
    paths = open_remote_paths(parse_sas_uri("https://acct.dfs.core.windows.net/fs/root?sig=x"))
    assert isinstance(paths, DataLakePaths)
    assert paths.address_of("a/b") == "https://acct.dfs.core.windows.net/fs/root/a/b"
