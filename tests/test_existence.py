"""Which ids of a stack's config the platform does not have, asked of the local Veracity."""

import threading
import time

import pytest

from veracity_provider.api.clients import Clients
from veracity_provider.declaration import read_declaration
from veracity_provider.existence import find_absent
from veracity_provider.settings import Settings

NOTHING = "99999999-0000-4000-8000-00000000000"


@pytest.fixture
def clients(emulator):
    keys = {name: emulator.demo[name] for name in ("clientId", "clientSecret", "subscriptionKey")}
    return Clients(Settings.resolve({"endpoint": emulator.url, **keys}.get, {}))


@pytest.fixture
def absent(client, clients, tmp_path):
    """The places of the ids that are not found; each id is declared as an entry of its own."""
    (tmp_path / "a.csv").write_text("a\n")

    def find(containers=(), datasets=(), *, workspace_name=None, **options):
        read = read_declaration(
            {
                "containers": [{"name": f"c{i}", "containerId": one} for i, one in enumerate(containers)],
                "datasets": [
                    {"name": f"d{i}", "source": "a.csv", "operation": "Upsert"}
                    | (one if isinstance(one, dict) else {"datasetId": one})
                    for i, one in enumerate(datasets)
                ],
            },
            workspace_id=None if workspace_name else client.workspace,
            workspace_name=workspace_name,
            project=tmp_path,
            set_command="",
        )
        return find_absent(read, clients, **options)

    return find


def places(problems):
    return [problem.property for problem in problems]


def test_all_ids_that_are_not_there_are_found_at_once(client, absent):
    containers = [NOTHING + "1", client.new_container(), NOTHING + "2"]
    found = absent(containers, [client.new_dataset().upper(), NOTHING + "3"])
    assert places(found) == [
        'veracity:containers[0] "c0".containerId',
        'veracity:containers[2] "c2".containerId',
        'veracity:datasets[1] "d1".datasetId',
    ]
    assert found[0].reason.startswith(f"reading container {NOTHING}1 failed: the platform answered 404")


def test_all_names_that_are_not_there_are_found_with_the_ids(absent):
    found = absent(
        datasets=[
            {"datasetName": "Noon report"},
            NOTHING + "1",
            {"datasetName": "Noon reports"},
            {"datasetName": "noon reports", "workspaceName": "Local workspace"},
            {"datasetName": "Noon reports", "workspaceName": "Another"},
            {"datasetName": "To be made", "schemaName": "Noon reports"},
            {"datasetName": "To be made"},
        ]
    )
    assert places(found) == [
        'veracity:datasets[0] "d0".datasetName',
        'veracity:datasets[1] "d1".datasetId',
        'veracity:datasets[3] "d3".datasetName',
        'veracity:datasets[4] "d4".workspaceName',
    ]
    assert 'none is called "Noon report"; did you mean Noon reports? There are: ' in found[0].reason


def test_the_workspace_of_the_stack_is_told_once(absent):
    found = absent(datasets=[NOTHING + "1", {"datasetName": "Noon"}], workspace_name="Nowhere")
    assert places(found) == ["veracity:workspaceName"]
    assert found[0].reason.startswith('must be the name of a workspace of the account, and none is called "Nowhere"')


def test_one_list_request_a_service_is_enough_where_nothing_is_wrong(client, absent):
    containers, datasets = [client.new_container() for _ in range(3)], [client.new_dataset("keyed") for _ in range(3)]
    datasets += [{"datasetName": "Noon reports"}, {"datasetName": "Wind turbine readings"}]
    client.control("DELETE", "/requests")
    assert absent(containers, datasets) == []
    sent = [f"{one['method']} {one['path']}" for one in client.control("GET", "/requests").json()]
    assert sorted(one.partition("/datafabric")[2] or one.rpartition("/")[2] for one in sent if "oauth2" not in one) == [
        "/data/api/1/resources",
        "query",
    ]


@pytest.mark.parametrize(
    "status",
    [pytest.param(403, id="refused"), pytest.param(404, id="not there"), pytest.param(400, id="of another form")],
)
def test_a_service_whose_list_cannot_be_had_is_no_reason_for_anything(client, absent, status):
    for path in ("*/resources", "*/datasets/query"):
        effect = {"kind": "status", "status": status}
        client.control("POST", "/faults", {"path": path, "effect": effect, "count": None})
    assert absent([NOTHING + "1"], [NOTHING + "2"]) == []


@pytest.mark.parametrize("status", [403, 500])
def test_a_read_that_fails_is_no_absence(client, absent, status):
    effect = {"kind": "status", "status": status}
    client.control("POST", "/faults", {"path": "*/resources/*", "effect": effect, "count": None})
    assert absent([NOTHING + "1"], max_wait_s=1.0) == []


def test_what_no_list_has_and_can_be_read_all_the_same_is_there(client, clients, absent, monkeypatch):
    monkeypatch.setattr(clients.data, "list_containers", dict)
    assert places(absent([client.new_container(), NOTHING + "1"])) == ['veracity:containers[1] "c1".containerId']


def test_of_very_many_that_no_list_has_the_first_are_asked_for(absent):
    assert len(absent([f"99999999-0000-4000-8000-0000000000{i:02}" for i in range(30)])) == 20


def test_a_service_that_does_not_answer_is_not_waited_for(client, clients, absent, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(clients.data, "list_containers", lambda: released.wait(60) and {})
    began = time.monotonic()
    found = absent([client.new_container()], [NOTHING + "1"], max_wait_s=1.0)
    released.set()
    assert places(found) == ['veracity:datasets[0] "d0".datasetId']
    assert time.monotonic() - began < 10
