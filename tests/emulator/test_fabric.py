"""Containers and their metadata: docs/platform.md."""

import contextlib
from xml.etree import ElementTree as ET

import pytest

from tests.veracity import DATA, PROVISIONING, Veracity
from veracity_emulator.app import make_backend
from veracity_emulator.config import Config
from veracity_emulator.fabric import containers
from veracity_emulator.testing import run_emulator


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
    container = client.new_container()
    answer = patch(client, container, body, **{"Content-Type": content_type})
    assert answer.status_code == 200
    assert answer.json()["metadata"]["title"] == "T2"
    assert answer.json() == client.fabric("GET", f"{DATA}/resources/{container}").json()


def test_tags_are_replaced_whole_and_keep_their_ids_by_title(client):
    container = client.new_container()
    patch(client, container, [{"op": "replace", "path": "/tags", "value": [{"title": "a"}, {"title": "b"}]}])
    before = client.fabric("GET", f"{DATA}/resources/{container}").json()["metadata"]["tags"]
    value = [{"title": "b"}, {"Title": "c"}]
    after = patch(client, container, [{"op": "replace", "path": "/tags", "value": value}]).json()["metadata"]["tags"]
    assert [tag["title"] for tag in after] == ["b", "c"]
    assert after[0] == before[1]
    assert after[1]["type"] == "userTag"


def test_the_golden_vector_of_tags(client):
    container = client.new_container()

    def tags(*titles):
        value = [{"title": title} for title in titles[:-1]] + [{"Title": titles[-1]}]
        answer = patch(client, container, [{"op": "replace", "path": "/tags", "value": value}])
        return {tag["title"]: tag["id"] for tag in answer.json()["metadata"]["tags"]}

    before, after = tags("a", "b"), tags("b", "c")
    assert set(after) == {"b", "c"}
    assert after["b"] == before["b"]


def test_a_tag_has_one_id_and_one_type_wherever_it_is(client):
    one, other = client.new_container(), client.new_container()
    system = {"op": "replace", "path": "/tags", "value": [{"title": "shared by two", "type": "systemtag"}]}
    plain = {"op": "replace", "path": "/tags", "value": [{"title": "shared by two"}]}
    found = [patch(client, *of).json()["metadata"]["tags"] for of in ((one, [system]), (other, [plain]))]
    assert found[0] == found[1]
    assert found[0][0]["type"] == "systemTag"


def test_a_change_is_dated(client):
    container = client.new_container()
    before = client.fabric("GET", f"{DATA}/resources/{container}").json()
    client.control("POST", "/clock", {"advanceSeconds": 1})
    after = patch(client, container, [{"op": "replace", "path": "/title", "value": "T2"}]).json()
    assert after["lastModifiedUTC"] > before["lastModifiedUTC"]
    assert after["creationDateTimeUTC"] == before["creationDateTimeUTC"]


def test_an_id_is_found_in_any_case(client):
    container = client.new_container()
    assert client.fabric("GET", f"{DATA}/resources/{container.upper()}").json()["id"] == container


def test_all_six_operations_of_the_standard_work(client):
    body = [
        {"op": "test", "path": "/title", "value": "Untitled container"},
        {"op": "copy", "from": "/title", "path": "/description"},
        {"op": "add", "path": "/tags/-", "value": {"title": "z"}},
        {"op": "remove", "path": "/tags/0"},
        {"op": "replace", "path": "/icon/backgroundcolor", "value": "#000000"},
        {"op": "move", "from": "/icon/id", "path": "/title"},
    ]
    metadata = patch(client, client.new_container(), body).json()["metadata"]
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
    container = client.new_container()
    before = client.fabric("GET", f"{DATA}/resources/{container}").json()
    first = {"op": "replace", "path": "/title", "value": "half a patch"}
    assert patch(client, container, [first, operation]).status_code == 400
    assert client.fabric("GET", f"{DATA}/resources/{container}").json() == before


def test_only_the_owner_may_patch(client, reader):
    refused = patch(client, client.demo["containers"]["foreign"], [{"op": "replace", "path": "/title", "value": "x"}])
    assert refused.status_code == 403
    assert refused.json() == {"message": "Not resource owner"}
    assert patch(reader, client.new_container(), []).status_code == 403


def test_access_levels_are_those_of_the_caller(client, reader):
    container = client.new_container()
    assert client.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "owner"
    assert reader.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "consumer"


def test_what_is_not_there_is_a_404(client):
    nothing = "99999999-0000-4000-8000-000000000000"
    assert client.fabric("GET", f"{DATA}/resources/{nothing}").status_code == 404
    assert patch(client, nothing, []).status_code == 404


def test_resources_and_tags_are_listed(client):
    container = client.new_container()
    patch(client, container, [{"op": "add", "path": "/tags/-", "value": {"title": "Lonely"}}])
    assert container in {one["id"] for one in client.fabric("GET", f"{DATA}/resources").json()}
    assert [one["id"] for one in client.fabric("GET", f"{DATA}/resources/tag/lonely").json()] == [container]
    assert "Lonely" in {tag["title"] for tag in client.fabric("GET", f"{DATA}/tags").json()}


@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("resources/{container}", "Resource"),
        ("resources", "ArrayOfResource"),
        ("resources/tag/draft", "ArrayOfResource"),
        ("tags", "ArrayOfTag"),
    ],
)
def test_xml_is_answered_to_who_asks_for_it_alone(client, path, root):
    answer = client.fabric("GET", f"{DATA}/{path.format(container=client.new_container())}", Accept="application/xml")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert ET.fromstring(answer.content).tag == root


def test_xml_has_an_element_for_each_tag(client):
    container = client.new_container()
    patch(client, container, [{"op": "replace", "path": "/title", "value": "<&\x01>"}])
    answer = client.fabric("GET", f"{DATA}/resources/{container}", Accept="application/xml")
    metadata = ET.fromstring(answer.content).find("metadata")
    assert [tag.findtext("title") for tag in metadata.findall("tags")] == ["draft", "veracity"]
    assert metadata.findtext("title") == "<&\ufffd>"


@pytest.mark.parametrize("accept", ["application/xml, application/json", "*/*", "text/html, */*"])
def test_json_is_answered_to_everybody_else(client, accept):
    answer = client.fabric("GET", f"{DATA}/resources/{client.new_container()}", Accept=accept)
    assert answer.headers["Content-Type"] == "application/json"


class TestRelations:
    """Relations that the demo has not got: the emulator on a state that was made by hand."""

    OWNER = "77777777-0000-4000-8000-000000000001"

    @pytest.fixture
    def related(self, tmp_path):
        """A container of somebody else's, and a client with the *level* that is asked for."""
        with contextlib.ExitStack() as stack:

            def make(level):
                backend = make_backend(Config(), tmp_path)
                account = (
                    backend.database.read().execute("SELECT id FROM accounts WHERE role = 'admin'").fetchone()["id"]
                )
                made = containers.add(
                    backend,
                    short_name="theirs",
                    owner_id=self.OWNER,
                    metadata={"title": "Theirs"},
                    relations={account: level} if level else {},
                )
                backend.database.close()
                return Veracity(stack.enter_context(run_emulator(state=tmp_path)).url), made

            yield make

    def test_a_steward_sees_and_does_not_patch(self, related):
        client, container = related("dataSteward")
        assert client.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "dataSteward"
        refused = patch(client, container, [{"op": "replace", "path": "/title", "value": "Mine"}])
        assert (refused.status_code, refused.json()) == (403, {"message": "Not resource owner"})

    def test_who_has_no_relation_has_no_access(self, related):
        client, container = related(None)
        assert client.fabric("GET", f"{DATA}/resources/{container}").status_code == 403
        assert patch(client, container, []).status_code == 403
        assert container not in {one["id"] for one in client.fabric("GET", f"{DATA}/resources").json()}


def test_a_steward_reads_and_does_not_patch(client, reader):
    container, user = client.new_container(), client.demo["readerClientId"]
    path = f"{DATA}/resources/{container}/datastewards"
    assert reader.fabric("POST", f"{path}/{user}", {}).status_code == 403
    assert client.fabric("POST", f"{path}/{user}", {"comment": "helps"}).json()["comment"] == "helps"
    assert [one["userId"] for one in client.fabric("GET", path).json()] == [user]
    assert reader.fabric("GET", f"{DATA}/resources/{container}").json()["accessLevel"] == "dataSteward"
    assert patch(reader, container, []).status_code == 403
    assert client.fabric("DELETE", f"{path}/{user}").status_code == 200
    assert reader.fabric("GET", f"{DATA}/resources/{container}").status_code == 403
