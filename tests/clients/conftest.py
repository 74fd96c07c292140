import os

import pytest

# Those are many large packages: `make clients` gets them.
collect_ignore = [] if os.environ.get("VERACITY_ALL_CLIENTS") else ["test_more_clients.py"]


@pytest.fixture
def folder(client):
    """The SAS of an upload folder, as a job's registration gives it."""
    return client.register(client.new_dataset("keyless"), "Append").json()["sasToken"]


@pytest.fixture
def store(client):
    """The SAS of a folder of file storage, for clients that write and list as they like."""
    client.control("POST", "/settings", {"writeSas": "racwdlm"})
    body = {"readOrWritePermission": "Write", "expiresOn": "2999-01-01T00:00:00Z"}
    root = client.gateway("POST", "/storages/sas", body).json()
    client.file_client(root, "of-a-test/first").create_file()
    yield client.gateway("POST", "/storages/sas", {**body, "path": "of-a-test"}).json()
    client.control("POST", "/settings", {"writeSas": "racwl"})
