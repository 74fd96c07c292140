"""Containers and their metadata: fact sheet 3 and 6."""

import pytest

from tests.emulator.client import DATA, PROVISIONING


def patch(client, container, body, **headers):
    return client.fabric("PATCH", f"{PROVISIONING}/container/{container}/metadata", body, **headers)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([{"op": "replace", "path": "/title", "value": "T2"}], id="an array"),
        pytest.param([{"op": "replace", "path": "Title", "value": "T2"}], id="the page's spelling"),
        pytest.param({"operations": [{"op": "replace", "path": "Title", "value": "T2"}]}, id="the wrapper"),
        pytest.param({"op": "replace", "path": "title", "value": "T2"}, id="an operation alone"),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "application/json-patch+json", "text/json"])
def test_every_published_shape_of_a_patch_means_the_same(client, body, content_type):
    container = client.container()
    answer = patch(client, container, body, **{"Content-Type": content_type})
    assert answer.status_code == 200
    assert answer.json()["metadata"]["title"] == "T2"
    assert answer.json() == client.fabric("GET", f"{DATA}/resources/{container}").json()


def test_tags_are_replaced_whole_and_keep_their_ids_by_title(client):
    container = client.container()
    patch(client, container, [{"op": "replace", "path": "/tags", "value": [{"title": "a"}, {"title": "b"}]}])
    before = client.fabric("GET", f"{DATA}/resources/{container}").json()["metadata"]["tags"]
    value = [{"title": "b"}, {"Title": "c"}]
    after = patch(client, container, [{"op": "replace", "path": "/tags", "value": value}]).json()["metadata"]["tags"]
    assert [tag["title"] for tag in after] == ["b", "c"]
    assert after[0] == before[1]
    assert after[1]["type"] == "userTag"


def test_all_six_operations_of_the_standard_work(client):
    body = [
        {"op": "test", "path": "/title", "value": "Untitled container"},
        {"op": "copy", "from": "/title", "path": "/description"},
        {"op": "add", "path": "/tags/-", "value": {"title": "z"}},
        {"op": "remove", "path": "/tags/0"},
        {"op": "replace", "path": "/icon/backgroundcolor", "value": "#000000"},
        {"op": "move", "from": "/icon/id", "path": "/title"},
    ]
    metadata = patch(client, client.container(), body).json()["metadata"]
    assert metadata["title"] == "Automatic_Information_Display"
    assert metadata["description"] == "Untitled container"
    assert metadata["icon"] == {"backgroundColor": "#000000"}
    assert [tag["title"] for tag in metadata["tags"]] == ["veracity", "z"]


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "replace", "path": "/mayContainPersonalData", "value": True}, id="outside the metadata"),
        pytest.param({"op": "test", "path": "/title", "value": "other"}, id="a test that fails"),
        pytest.param({"op": "replace", "path": "/description", "value": "x" * 501}, id="a long description"),
        pytest.param({"op": "replace", "path": "/title", "value": 7}, id="a title that is no text"),
        pytest.param({"op": "replace", "path": "/tags", "value": ["a"]}, id="tags that are no objects"),
        pytest.param({"op": "replace", "path": "/icon", "value": {"size": "1"}}, id="an unknown icon member"),
        pytest.param({"op": "merge", "path": "/title", "value": "x"}, id="an unknown operation"),
        pytest.param({"op": "replace", "path": "/title"}, id="no value"),
        pytest.param({"op": "remove", "path": "/tags/9"}, id="a place that is not there"),
        pytest.param("replace", id="no object"),
    ],
)
def test_a_patch_that_is_refused_changes_nothing(client, operation):
    container = client.container()
    before = client.fabric("GET", f"{DATA}/resources/{container}").json()
    first = {"op": "replace", "path": "/title", "value": "half a patch"}
    assert patch(client, container, [first, operation]).status_code == 400
    assert client.fabric("GET", f"{DATA}/resources/{container}").json() == before


def test_only_the_owner_may_patch(client, reader):
    refused = patch(client, client.demo["containers"]["foreign"], [{"op": "replace", "path": "/title", "value": "x"}])
    assert refused.status_code == 403
    assert refused.json() == {"message": "Not resource owner"}
    assert patch(reader, client.container(), []).status_code == 403


def test_access_levels_are_those_of_the_caller(client, reader):
    container = client.container()
    assert client.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "owner"
    assert reader.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "consumer"


def test_what_is_not_there_is_a_404(client):
    nothing = "99999999-0000-4000-8000-000000000000"
    assert client.fabric("GET", f"{DATA}/resources/{nothing}").status_code == 404
    assert patch(client, nothing, []).status_code == 404


def test_resources_and_tags_are_listed(client):
    container = client.container()
    patch(client, container, [{"op": "add", "path": "/tags/-", "value": {"title": "Lonely"}}])
    assert container in {one["id"] for one in client.fabric("GET", f"{DATA}/resources").json()}
    assert [one["id"] for one in client.fabric("GET", f"{DATA}/resources/tag/lonely").json()] == [container]
    assert "Lonely" in {tag["title"] for tag in client.fabric("GET", f"{DATA}/tags").json()}


def test_xml_is_answered_to_who_asks_for_it_alone(client):
    answer = client.fabric("GET", f"{DATA}/resources/{client.container()}", Accept="application/xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<Resource>" in answer.text
    assert answer.text.count("<tags>") == 2
