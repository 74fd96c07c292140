"""Datasets: when one is surely gone, and how many rows it has."""

import uuid

import pytest

from tests.api.recorder import Recorder, page
from tests.rows import WIND_COLUMNS, csv_of, wind_reading
from veracity_provider.api.answers import DatasetPresence, Presence
from veracity_provider.api.clients import Clients
from veracity_provider.api.datasets import DatasetsClient
from veracity_provider.api.ingest import NewDataset
from veracity_provider.errors import (
    DatasetNotFound,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RequestRefused,
    UnexpectedAnswer,
)

NOTHING = "99999999-0000-4000-8000-000000000000"
NO_WORKSPACE = "88888888-0000-4000-8000-000000000000"
GONE = DatasetPresence(presence=Presence.GONE)
PRESENT = DatasetPresence(presence=Presence.PRESENT)


class TestPresence:
    @pytest.fixture
    def dataset(self, client):
        return client.new_dataset("keyed")

    @pytest.fixture
    def check(self, client, clients):
        return lambda dataset: clients.datasets.check_presence(client.workspace, dataset)

    @pytest.fixture
    def refuse(self, client, fault):
        """Faults for the workspace, and for the list of its datasets."""

        def put(workspace=None, listing=None):
            if workspace:
                fault(f"*/workspaces/{client.workspace}", {"kind": "status", **workspace}, count=None)
            if listing:
                fault(f"*/{client.workspace}/datasets/query", {"kind": "status", **listing}, count=None)

        return put

    def test_a_dataset_that_is_read_is_present_and_needs_no_witness(self, check, dataset, sent):
        assert check(dataset) == PRESENT
        assert sent("/workspaces/") == 1

    def test_two_404s_and_the_workspace_between_them_prove_that_it_is_gone(self, client, check, sent):
        assert check(NOTHING) == GONE
        assert (sent(f"GET /veracity/dw/gateway/api/v2/workspaces/{client.workspace}/datasets/"), sent("GET ")) == (
            2,
            3,
        )

    def test_the_list_of_datasets_is_the_witness_of_an_account_that_may_not_read_the_workspace(
        self, check, refuse, sent
    ):
        refuse(workspace={"status": 403})
        assert check(NOTHING) == GONE
        assert sent("/datasets/query") == 1

    def test_one_stray_404_is_not_gone(self, check, dataset, fault):
        fault(f"*/datasets/{dataset}", {"kind": "status", "status": 404})
        assert check(dataset) == PRESENT

    def test_without_any_witness_it_is_unproven(self, client, check, refuse):
        refuse(workspace={"status": 403}, listing={"status": 403})
        assert check(NOTHING) == DatasetPresence(
            presence=Presence.UNPROVEN,
            reason=f"the account may read neither workspace {client.workspace} nor the list of its datasets (403)",
        )

    def test_in_a_workspace_that_is_not_there_it_is_unproven(self, clients):
        assert clients.datasets.check_presence(NO_WORKSPACE, NOTHING) == DatasetPresence(
            presence=Presence.UNPROVEN,
            reason=(
                f"workspace {NO_WORKSPACE} is not found either; check which workspace and environment this stack names"
            ),
        )

    def test_a_stray_404_without_a_witness_is_not_gone_either(self, check, refuse, dataset, fault):
        refuse(workspace={"status": 403}, listing={"status": 403})
        fault(f"*/datasets/{dataset}", {"kind": "status", "status": 404})
        assert check(dataset) == PRESENT

    @pytest.mark.parametrize("how", [{"gateway": True}, {"html": True}, {"message": "Fault"}])
    def test_a_404_of_somebody_else_is_an_error(self, check, dataset, fault, how):
        fault(f"*/datasets/{dataset}", {"kind": "status", "status": 404, **how})
        with pytest.raises(UnexpectedAnswer, match="veracity:dataWorkbenchUrl"):
            check(dataset)

    def test_a_second_404_of_somebody_else_is_an_error(self, check, dataset, fault):
        fault(f"*/datasets/{dataset}", {"kind": "status", "status": 404})
        fault(f"*/datasets/{dataset}", {"kind": "status", "status": 404, "gateway": True})
        with pytest.raises(UnexpectedAnswer, match="veracity:dataWorkbenchUrl"):
            check(dataset)

    @pytest.mark.parametrize(
        ("workspace", "listing", "error"),
        [
            pytest.param({"status": 404, "gateway": True}, None, UnexpectedAnswer, id="no such operation"),
            pytest.param({"status": 400}, None, RequestRefused, id="a refusal"),
            pytest.param({"status": 403}, {"status": 404, "gateway": True}, UnexpectedAnswer, id="nor the list"),
        ],
    )
    def test_a_witness_that_cannot_be_asked_is_an_error(self, check, refuse, workspace, listing, error):
        refuse(workspace=workspace, listing=listing)
        with pytest.raises(error):
            check(NOTHING)

    @pytest.mark.usefixtures("one_attempt")
    @pytest.mark.parametrize(
        ("effect", "error"),
        [({"kind": "status", "status": 500}, PlatformFailed), ({"kind": "cutBefore"}, PlatformUnreachable)],
    )
    @pytest.mark.parametrize("path", ["*/datasets/*", "*/workspaces/11111111-0000-4000-8000-000000000001"])
    def test_any_other_failure_to_read_is_an_error(self, check, fault, path, effect, error):
        fault(path, effect, count=None)
        with pytest.raises(error):
            check(NOTHING)


class TestCounting:
    def test_rows_are_counted_without_being_read(self, client, clients):
        dataset = client.new_dataset("keyless")
        assert clients.datasets.count_rows(client.workspace, dataset) == 0
        client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1), wind_reading(2), wind_reading(3)))
        assert clients.datasets.count_rows(client.workspace, dataset) == 3

    def test_a_dataset_that_is_not_there_has_no_count(self, client, clients):
        with pytest.raises(DatasetNotFound, match=NOTHING):
            clients.datasets.count_rows(client.workspace, NOTHING)


class TestFinding:
    """Datasets by their name."""

    @pytest.fixture
    def make(self, client):
        def named(name):
            like = client.demo["datasets"]["keyed"]
            return client.control("POST", "/datasets", {"like": like, "name": name}).json()["id"]

        return named

    def test_only_names_that_are_the_same_but_for_their_case_are_found(self, client, clients, make):
        name = f"Finding {uuid.uuid4()}"
        exact, shouted = make(name), make(name.upper())
        make(f"{name} more")
        found = clients.datasets.find_datasets(client.workspace, name)
        assert {one.id: one.name for one in found} == {exact: name, shouted: name.upper()}

    def test_all_pages_are_looked_at(self, client, clients, make, monkeypatch):
        monkeypatch.setattr("veracity_provider.api.paging.PAGE_SIZE", 2)
        name = f"Finding {uuid.uuid4()}"
        wanted = make(name)
        for i in range(4):
            make(f"{name} {i}")
        assert [one.id for one in clients.datasets.find_datasets(client.workspace, name)] == [wanted]


class TestMaking:
    """Registering the job that makes a dataset."""

    def test_a_name_that_is_taken_says_what_a_dataset_needs(self, client, clients):
        taken = clients.datasets.get_dataset(client.workspace, client.demo["datasets"]["keyed"])
        new = NewDataset(name=taken.name, schema_version_id=taken.schema_version_id, tags={})
        with pytest.raises(RequestRefused) as refused:
            clients.ingest.register_create_job(client.workspace, new, file_name="a.csv")
        assert str(refused.value).partition(" (trace id")[0] == (
            f'registering an ingest job that creates dataset "{taken.name}" failed: the platform answered 400: Ensure '
            "DatasetName is unique in the workspace. A dataset needs a name that no other one of the workspace has, "
            "and a schema version of the workspace. The portal takes a schema only if its active version is locked: "
            "lock it in the portal, or with `lock` of a `Schema`."
        )

    def test_a_reader_is_told_what_is_needed(self, client, make_settings):
        reader = {"clientId": client.demo["readerClientId"], "clientSecret": client.demo["readerClientSecret"]}
        clients = Clients(make_settings(**reader))
        new = NewDataset(name="x", schema_version_id=NOTHING, tags={})
        with pytest.raises(PermissionDenied, match="Writing needs the Admin role in the workspace"):
            clients.ingest.register_create_job(client.workspace, new, file_name="a.csv")


class TestLists:
    def test_datasets_are_listed_with_the_names_of_their_schemas(self, client, clients):
        made = client.new_dataset("keyless")
        listed = {one.id: one for one in clients.datasets.list_datasets(client.workspace)}
        assert listed[made].schema_name == "Wind turbine readings V1"
        named = clients.datasets.list_datasets(client.workspace, name="no such", tags={"Site": ["1"]})
        assert list(named) == []

    @pytest.mark.parametrize(
        ("given", "asked"),
        [
            pytest.param({}, {}, id="all of them"),
            pytest.param({"name": "Noon"}, {"datasetName": "Noon"}, id="by name"),
            pytest.param({"tags": {"Site": ["1"]}}, {"tags": {"Site": ["1"]}}, id="by tags"),
        ],
    )
    def test_only_what_is_given_is_asked_for(self, given, asked):
        transport = Recorder([page()])
        assert list(DatasetsClient(transport).list_datasets("w", **given)) == []
        [(*_, body)] = transport.sent
        assert body == {**asked, "pageIndex": 1, "pageSize": 100}

    @pytest.mark.parametrize("page_size", [1, 2, 3, 100])
    def test_all_rows_are_read_page_by_page(self, client, clients, page_size):
        dataset = client.new_dataset("keyless")
        client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, *map(wind_reading, range(3))))
        rows = clients.datasets.read_rows(client.workspace, dataset, page_size=page_size, columns=["measured_at"])
        assert [list(row) for row in rows] == [["measured_at"]] * 3
