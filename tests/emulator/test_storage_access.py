"""Who may do what in the Data Lake, and when: signatures, folders, conditional headers. docs/platform.md."""

import contextlib
import sqlite3
import uuid
from types import SimpleNamespace

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from tests.veracity import list_names
from veracity_emulator.clock import Clock
from veracity_emulator.storage.sas import folder_uri
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def emulator(state):
    """One of this module's own, so that its key can be read and its clock moved."""
    with run_emulator(state=state) as running:
        yield running


@pytest.fixture(scope="module")
def issue(state, emulator):
    """Folders of a neighbour who signs as the emulator does, with the permissions that he chooses."""
    with contextlib.closing(sqlite3.connect(state / "veracity.db")) as connection:
        (key,) = connection.execute("SELECT value FROM facts WHERE name = 'signing key'").fetchone()

    def issued(permissions="racwdlm", ahead_s=0.0):
        clock = Clock()
        clock.advance(ahead_s)
        signer = SimpleNamespace(signing_key=key, base_url=emulator.url, clock=clock)
        return folder_uri(signer, "neighbour", str(uuid.uuid4()), permissions=permissions, seconds=1_000_000)

    return issued


@pytest.fixture
def roomy_uri(issue):
    return issue()


@pytest.fixture
def sas_uri(client):
    return client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]


@pytest.fixture
def file(client, sas_uri):
    return client.file_client(sas_uri, "a.csv")


def within(sas_uri, folder):
    return sas_uri.replace("?", f"/{folder}?", 1)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda file, **when: file.get_file_properties(**when), id="properties"),
        pytest.param(lambda file, **when: file.download_file(**when), id="download"),
        pytest.param(lambda file, **when: file.set_metadata({"a": "b"}, **when), id="metadata"),
        pytest.param(lambda file, **when: file.delete_file(**when), id="delete"),
        pytest.param(lambda file, **when: file.create_file(**when), id="create"),
    ],
)
@pytest.mark.parametrize("condition", [MatchConditions.IfNotModified, MatchConditions.IfModified])
def test_every_operation_honours_conditions(client, roomy_uri, call, condition):
    file = client.file_client(roomy_uri, f"{uuid.uuid4()}.csv")
    file.upload_data(b"abc", overwrite=True)
    now, other = file.get_file_properties().etag, '"0x8D0000000000000"'
    wrong, right = (other, now) if condition is MatchConditions.IfNotModified else (now, other)
    with pytest.raises(ResourceModifiedError):
        call(file, etag=wrong, match_condition=condition)
    assert file.download_file().readall() == b"abc"
    call(file, etag=right, match_condition=condition)


class TestFolders:
    def test_bytes_do_not_go_into_a_folder(self, client, roomy_uri):
        client.file_client(roomy_uri, "folder/a.csv").create_file()
        with pytest.raises(ResourceExistsError, match="ResourceTypeMismatch"):
            client.file_client(roomy_uri, "folder").append_data(b"a", 0, 1)

    def test_a_folder_is_listed_with_all_in_it_or_without(self, client, roomy_uri):
        for name in ("list/one.csv", "list/€/two.csv"):
            client.file_client(roomy_uri, name).create_file()
        assert list_names(within(roomy_uri, "list"), recursive=False) == ["one.csv", "€"]
        assert list_names(within(roomy_uri, "list"), max_results=1) == ["one.csv", "€", "two.csv"]

    def test_a_folder_that_is_not_there_is_a_404(self, roomy_uri):
        with pytest.raises(ResourceNotFoundError, match="PathNotFound"):
            list_names(within(roomy_uri, "nowhere"))

    def test_the_folder_that_was_issued_is_there_before_its_first_file(self, sas_uri):
        assert list_names(sas_uri) == []

    def test_a_file_is_renamed_whatever_its_name(self, client, roomy_uri):
        file = client.file_client(roomy_uri, "a b#+å.csv")
        file.upload_data(b"abc", overwrite=True)
        assert renamed(file).download_file().readall() == b"abc"
        assert not file.exists()


def renamed(file):
    return file.rename_file(f"{file.file_system_name}/{file.path_name}.new")


class TestSas:
    def test_without_one_it_is_a_401(self, sas_uri):
        answer = requests.put(f"{sas_uri.partition('?')[0]}/a.csv?resource=file", timeout=30)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "NoAuthenticationInformation"

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda uri: uri.replace("sp=racwl", "sp=racwdl"), id="more permissions"),
            pytest.param(lambda uri: uri.replace("se=20", "se=21"), id="a longer life"),
            pytest.param(lambda uri: uri.replace("?", "0?"), id="another folder"),
            pytest.param(lambda uri: uri.replace("sdd=1", "sdd=0"), id="a wider folder"),
            pytest.param(lambda uri: uri.replace("sig=", "sig=x"), id="another signature"),
        ],
    )
    def test_what_was_signed_cannot_be_changed(self, client, sas_uri, spoil):
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            client.file_client(spoil(sas_uri)).create_file()

    def test_it_expires(self, client):
        uri = client.register(client.new_dataset("keyed", sasSeconds=0.001), "Upsert").json()["sasToken"]
        client.control("POST", "/clock", {"advanceSeconds": 2})
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            client.file_client(uri).create_file()

    def test_it_allows_what_it_names(self, file):
        file.create_file()
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            file.delete_file()

    def test_it_takes_nothing_out_of_another_folder(self, client, sas_uri, roomy_uri):
        theirs = client.file_client(sas_uri, "theirs.csv")
        theirs.upload_data(b"abc", overwrite=True)
        mine = client.file_client(roomy_uri, "mine.csv")
        url, _, sas = roomy_uri.partition("?")
        source = f"/{theirs.file_system_name}/{theirs.path_name}"
        answer = requests.put(f"{url}/mine.csv?mode=legacy&{sas}", headers={"x-ms-rename-source": source}, timeout=30)
        assert answer.status_code == 403
        assert theirs.exists()
        assert not mine.exists()

    def test_it_expires_when_the_clock_says_so(self, client, file):
        file.create_file()
        client.control("POST", "/clock", {"advanceSeconds": 3601})
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            file.create_file()

    def test_it_is_not_valid_before_its_time(self, client, issue):
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            client.file_client(issue(ahead_s=10_000_000)).create_file()

    @pytest.mark.parametrize(
        ("permissions", "call"),
        [
            pytest.param("racdlm", lambda file: file.set_metadata({"a": "b"}), id="metadata needs w"),
            pytest.param("radlm", lambda file: file.create_file(), id="create needs c or w"),
            pytest.param("rcdlm", lambda file: file.append_data(b"a", 0, 1), id="append needs w or a"),
            pytest.param("rcdlm", lambda file: file.flush_data(0), id="flush needs w or a"),
            pytest.param("acwdlm", lambda file: file.download_file(), id="download needs r"),
            pytest.param("acwdlm", lambda file: file.exists(), id="properties need r"),
            pytest.param("racwlm", lambda file: file.delete_file(), id="delete needs d"),
            pytest.param("racwdl", renamed, id="rename needs m"),
        ],
    )
    def test_each_operation_needs_its_permission(self, client, issue, permissions, call):
        with pytest.raises(HttpResponseError) as refused:
            call(client.file_client(issue(permissions=permissions)))
        assert refused.value.status_code == 403
        assert refused.value.error_code == "AuthorizationPermissionMismatch"

    def test_a_list_needs_its_permission(self, issue):
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            list_names(issue(permissions="racwdm"))

    def test_it_opens_nothing_outside_of_its_folder(self, sas_uri):
        url, _, sas = sas_uri.partition("?")
        answer = requests.put(f"{url.rpartition('/')[0]}/a.csv?resource=file&{sas}", timeout=30)
        assert answer.status_code == 403
