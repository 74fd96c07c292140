"""What the functions of a program give, asked of the local Veracity with a Reader's rights."""

import pytest

from veracity_provider.errors import DatasetNotFound, InputError, SchemaNotFound
from veracity_provider.lifecycle.functions import Functions

NOTHING = "99999999-0000-4000-8000-000000000001"


@pytest.fixture
def workspace(veracity):
    return veracity.demo["workspaceId"]


@pytest.fixture
def functions(make_services, veracity):
    def make(**settings):
        reader = {"clientId": veracity.demo["readerClientId"], "clientSecret": veracity.demo["readerClientSecret"]}
        services = make_services(**reader, **settings)
        return Functions(services.clients, services.settings)

    return make


def refusal(call):
    with pytest.raises(InputError) as refused:
        call()
    return [str(problem) for problem in refused.value.problems]


class TestDataset:
    @pytest.mark.parametrize("way", ["dataset_name", "dataset_id"])
    @pytest.mark.parametrize("place", [{}, {"workspace_name": "Local workspace"}])
    def test_it_is_found_by_its_name_or_id_in_any_workspace(self, functions, veracity, workspace, way, place):
        dataset_id = veracity.demo["datasets"]["keyed"]
        given = {"dataset_name": "Noon reports", "dataset_id": dataset_id.upper()}[way]
        found = functions().get_dataset({way: given, **place})
        assert found["columns"][:2] == ["imo_number", "report_time"]
        assert {key: one for key, one in found.items() if key not in {"columns", "schema_version_id"}} == {
            "dataset_id": dataset_id,
            "dataset_name": "Noon reports",
            "description": "",
            "tags": {},
            "workspace_id": workspace,
        }

    def test_everything_wrong_with_the_arguments_is_told_at_once(self, functions):
        asked = functions(workspaceId=None)
        assert refusal(lambda: asked.get_dataset({"dataset_id": "7", "dataset_name": " Noon"})) == [
            "dataset_name: must be one line without invisible characters or leading or trailing spaces, not ' Noon'",
            "dataset_id: must be a UUID, not '7'",
            "dataset_name: must be left out where dataset_id is given",
            "workspace_id: is missing; set it, or veracity:workspaceId",
        ]
        assert refusal(lambda: functions().get_dataset({})) == ["dataset_id: must be given, or dataset_name"]

    def test_one_that_is_not_there_is_an_error(self, functions):
        with pytest.raises(DatasetNotFound):
            functions().get_dataset({"dataset_id": NOTHING})
        assert 'none is called "Noon"' in refusal(lambda: functions().get_dataset({"dataset_name": "Noon"}))[0]

    def test_a_name_that_is_asked_for_again_is_no_other_question(self, functions, veracity):
        asked = functions()
        veracity.forget_requests()
        for _ in range(3):
            asked.get_dataset({"dataset_name": "Noon reports"})
        assert len(veracity.requests_to("/datasets/query")) == 1


class TestSchema:
    @pytest.fixture
    def schema(self, veracity):
        path = f"/veracity/dw/gateway/api/v2/workspaces/{veracity.demo['workspaceId']}/schemas"
        listed = veracity.get(path, headers=veracity.headers())["result"]
        return next(one for one in listed if one["name"] == "Noon reports")

    @pytest.mark.parametrize("way", ["schema_name", "schema_id"])
    def test_it_is_found_by_its_name_or_id_with_its_active_version(self, functions, schema, workspace, way):
        given = {"schema_name": "Noon reports", "schema_id": schema["id"].upper()}[way]
        found = functions().get_schema({way: given})
        assert (found["schema_id"], found["schema_name"]) == (schema["id"], "Noon reports")
        assert (found["schema_version_name"], found["workspace_id"]) == ("Noon reports V1", workspace)
        assert (found["columns"][0]["name"], found["columns"][0]["is_key"]) == ("imo_number", True)
        assert not found["is_predefined"]

    def test_one_without_an_active_version_is_of_no_use(self, functions, schema, monkeypatch):
        monkeypatch.setattr("veracity_provider.lifecycle.functions.active_version", lambda _: None)
        reason = 'must be a schema with an active version, and "Noon reports" has none; activate one in the portal'
        for way, given in {"schema_name": "Noon reports", "schema_id": schema["id"]}.items():
            assert refusal(lambda way=way, given=given: functions().get_schema({way: given})) == [f"{way}: {reason}"]

    def test_one_that_is_not_there_is_an_error(self, functions):
        with pytest.raises(SchemaNotFound):
            functions().get_schema({"schema_id": NOTHING})


class TestWorkspace:
    @pytest.mark.parametrize("way", ["workspace_name", "workspace_id"])
    def test_it_is_found_by_its_name_or_id_with_the_role_of_the_account(self, functions, workspace, way):
        given = {"workspace_name": "Local workspace", "workspace_id": workspace.upper()}[way]
        found = functions(workspaceId=None).get_workspace({way: given})
        assert {key: found[key] for key in ("workspace_id", "workspace_name", "region", "role")} == {
            "workspace_id": workspace,
            "workspace_name": "Local workspace",
            "region": "EU",
            "role": "Reader",
        }

    @pytest.mark.parametrize("setting", [{}, {"workspaceId": None, "workspaceName": "Local workspace"}])
    def test_without_arguments_it_is_that_of_the_settings(self, functions, workspace, setting):
        assert functions(**setting).get_workspace({})["workspace_id"] == workspace

    def test_an_id_that_is_none_of_the_accounts_is_told_with_those_that_are(self, functions, workspace):
        (told,) = refusal(lambda: functions().get_workspace({"workspace_id": NOTHING}))
        assert told == (
            f"workspace_id: must be the id of a workspace of the account, and {NOTHING} is not. "
            f"There are: Local workspace ({workspace})"
        )
