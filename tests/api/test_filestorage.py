"""SAS of a workspace's file storage."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from veracity_provider.api.filestorage import FileStorageClient
from veracity_provider.errors import PermissionDenied, UnexpectedAnswer

EXPIRES = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def answering(asked):
    """A client of a platform that answers *body*."""

    def make(body):
        def read(method, path, action, *, body):
            asked.append((method, path, action.label, body))
            return make.body

        make.body = body
        return FileStorageClient(SimpleNamespace(read=read))

    return make


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"resourceUri": "https://a/fs/d", "sasToken": "sv=1&sig=x"}, id="an object"),
        pytest.param({"resourceUri": "https://a/fs/d", "sasToken": "?sv=1&sig=x"}, id="a query with its mark"),
        pytest.param("https://a/fs/d?sv=1&sig=x", id="an address"),
    ],
)
def test_a_sas_is_an_address_however_it_is_given(answering, asked, body):
    expires = EXPIRES.astimezone(timezone(timedelta(hours=2)))
    assert answering(body).get_sas("w", "Write", expires) == "https://a/fs/d?sv=1&sig=x"
    assert asked == [
        (
            "POST",
            "/workspaces/w/storages/sas?format=object",
            "getting a SAS that writes file storage of workspace w",
            {"readOrWritePermission": "Write", "expiresOn": "2026-01-02T03:04:05Z"},
        )
    ]


@pytest.mark.parametrize(
    "body",
    [None, "no address", {}, {"resourceUri": "", "sasToken": "sig=x"}, {"resourceUri": "https://a", "sasToken": 7}],
)
def test_anything_else_is_told_without_being_repeated(answering, body):
    with pytest.raises(UnexpectedAnswer) as failed:
        answering(body).get_sas("w", "Read", EXPIRES)
    assert str(failed.value) == (
        "getting a SAS that reads file storage of workspace w failed: the response must have resourceUri and sasToken, "
        "and has not"
    )


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        pytest.param("Read", "the portal's page that only administrators do", id="one that reads"),
        pytest.param("Write", "Writing needs the Admin role in the workspace", id="one that writes"),
    ],
)
def test_a_refusal_says_what_may_be_missing(client, clients, fault, kind, hint):
    fault("*/storages/sas", {"kind": "status", "status": 403}, count=None)
    with pytest.raises(PermissionDenied) as refused:
        clients.filestorage.get_sas(client.workspace, kind, datetime.now(UTC) + timedelta(hours=1))
    assert hint in str(refused.value)
    assert "subscription to File storage; Veracity support knows whether it has one" in str(refused.value)
