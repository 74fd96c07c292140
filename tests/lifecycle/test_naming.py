"""From names among the inputs to ids, asked of the local Veracity with a Reader's rights."""

import pytest

from tests.lifecycle.conftest import Told
from veracity_provider.errors import InputError
from veracity_provider.lifecycle.dataset.lifecycle import DatasetLifecycle
from veracity_provider.lifecycle.dataset.upload import DatasetUploadLifecycle
from veracity_provider.lifecycle.filestorage.file import StorageFileLifecycle
from veracity_provider.lifecycle.filestorage.folder import StorageFolderLifecycle
from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle
from veracity_provider.lifecycle.naming import with_dataset, with_workspace
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.lifecycle.schema.lifecycle import SchemaLifecycle

URN = "urn:pulumi:s::p::t::"


@pytest.fixture
def workspace(veracity):
    return veracity.demo["workspaceId"]


@pytest.fixture
def reader(make_services, veracity):
    return make_services(
        workspaceId=None, clientId=veracity.demo["readerClientId"], clientSecret=veracity.demo["readerClientSecret"]
    )


def refusal(call):
    with pytest.raises(InputError) as refused:
        call()
    (problem,) = refused.value.problems
    return str(problem)


class TestWorkspace:
    def test_its_name_leads_to_its_id(self, reader, told, workspace):
        given = {"workspace_name": "Local workspace", "path": "a"}
        assert with_workspace(given, reader, told) == {**given, "workspace_id": workspace}

    def test_an_id_is_brought_into_one_form(self, reader, told, workspace):
        assert with_workspace({"workspace_id": workspace.upper()}, reader, told)["workspace_id"] == workspace

    @pytest.mark.parametrize("given", [{"workspace_id": UNKNOWN}, {"workspace_name": UNKNOWN}])
    def test_one_that_is_not_known_yet_stays_so(self, reader, told, given):
        assert with_workspace(given, reader, told)["workspace_id"] is UNKNOWN

    def test_that_of_the_settings_is_given_by_either(self, make_services, told, workspace):
        for setting in ({"workspaceId": workspace.upper()}, {"workspaceId": None, "workspaceName": "Local workspace"}):
            assert with_workspace({}, make_services(**setting), told)["workspace_id"] == workspace

    def test_a_name_that_none_has_is_told_by_who_gave_it(self, make_services, reader, told):
        text = (
            'must be the name of a workspace of the account, and none is called "Local space"; did you mean '
            "Local workspace? There are: Local workspace"
        )
        services = make_services(workspaceId=None, workspaceName="Local space")
        assert (
            refusal(lambda: with_workspace({"workspace_name": "Local space"}, reader, told))
            == f"workspace_name: {text}"
        )
        assert refusal(lambda: with_workspace({}, services, told)) == f"veracity:workspaceName: {text}"


IN_A_WORKSPACE = {
    IngestUploadLifecycle: {"dataset_id": UNKNOWN, "source": UNKNOWN, "operation": "Upsert"},
    DatasetUploadLifecycle: {"dataset_name": UNKNOWN, "schema_name": "Noon reports"},
    DatasetLifecycle: {"dataset_name": UNKNOWN, "schema_name": "Noon reports"},
    SchemaLifecycle: {"schema_name": UNKNOWN, "columns": [{"name": "a", "type": "String"}]},
    StorageFolderLifecycle: {"path": UNKNOWN},
    StorageFileLifecycle: {"path": UNKNOWN, "source": UNKNOWN},
}


@pytest.mark.parametrize("lifecycle", IN_A_WORKSPACE)
class TestEachResource:
    def test_its_workspace_is_given_by_a_name(self, lifecycle, reader, told, workspace):
        given = {**IN_A_WORKSPACE[lifecycle], "workspace_name": "Local workspace"}
        checked = lifecycle(reader).check({}, given, told)
        assert (checked.problems, checked.inputs["workspace_id"]) == ((), workspace)

    def test_a_name_that_no_workspace_has_is_a_problem_of_its_own(self, lifecycle, reader, told):
        given = {**IN_A_WORKSPACE[lifecycle], "workspace_name": "Nowhere"}
        (problem,) = lifecycle(reader).check({}, given, told).problems
        assert str(problem).startswith("workspace_name: must be the name of a workspace of the account, and none is ")


class TestDataset:
    @pytest.fixture
    def dataset(self, veracity):
        return veracity.new_dataset()

    @pytest.fixture
    def find(self, reader, told, workspace):
        def find(given, olds=None):
            return with_dataset({"workspace_id": workspace, **given}, olds or {}, reader, told)

        return find

    def test_its_name_leads_to_its_id(self, find, veracity):
        given = {"dataset_name": "Wind turbine readings", "operation": "Append"}
        found = find(given)
        assert found == {**found, **given, "dataset_id": veracity.demo["datasets"]["keyless"]}

    @pytest.mark.parametrize("given", [{"dataset_id": UNKNOWN}, {"dataset_name": UNKNOWN}])
    def test_one_that_is_not_known_yet_stays_so(self, find, given):
        assert find(given)["dataset_id"] is UNKNOWN

    def test_one_in_a_workspace_that_is_not_known_yet_is_not_known_yet(self, reader, told):
        given = {"workspace_id": UNKNOWN, "dataset_name": "Noon reports"}
        assert with_dataset(given, {}, reader, told)["dataset_id"] is UNKNOWN

    @pytest.mark.parametrize(
        ("happens", "told_as"),
        [
            pytest.param(
                lambda veracity, id_: veracity.post(f"/_emulator/datasets/{id_}/rename", {"name": "Another name"}),
                'is called "Another name" now',
                id="renamed",
            ),
            pytest.param(
                lambda veracity, id_: veracity.delete(f"/_emulator/datasets/{id_}"),
                "no longer exists",
                id="deleted",
            ),
        ],
    )
    def test_what_became_of_the_one_that_had_the_name_is_told(
        self, find, veracity, dataset, workspace, happens, told_as
    ):
        veracity.post(f"/_emulator/datasets/{dataset}/rename", {"name": f"Name {dataset}"})
        happens(veracity, dataset)
        olds = {"workspace_id": workspace, "dataset_id": dataset, "dataset_name": f"Name {dataset}"}
        refused = refusal(lambda: find({"dataset_name": f"Name {dataset}"}, olds))
        assert refused.startswith("dataset_name: must be the name of a dataset of workspace ")
        assert refused.endswith(f". The dataset that had this name at the last `pulumi up`, {dataset}, {told_as}")

    @pytest.mark.parametrize(
        "olds",
        [
            pytest.param({}, id="a new resource"),
            pytest.param({"dataset_name": "another", "dataset_id": "d"}, id="another name"),
            pytest.param(
                {"dataset_name": "gone", "dataset_id": "d", "workspace_id": "another"}, id="another workspace"
            ),
        ],
    )
    def test_nothing_is_told_of_one_that_had_another_name_or_place(self, find, olds):
        assert "at the last" not in refusal(lambda: find({"dataset_name": "gone"}, olds))

    @pytest.mark.parametrize(
        ("ways", "place", "by"),
        [
            pytest.param(["dataset_id", "dataset_name"], "dataset_name", "dataset_id", id="first by its id"),
            pytest.param(
                ["dataset_name", "dataset_id"], "dataset_id", 'dataset_name "Noon reports"', id="first by its name"
            ),
        ],
    )
    def test_a_dataset_that_two_resources_name_in_two_ways_is_refused(
        self, reader, veracity, workspace, ways, place, by
    ):
        dataset_id = veracity.demo["datasets"]["keyed"]
        values = {"dataset_id": dataset_id.upper(), "dataset_name": "Noon reports"}

        def find(name, way):
            given = {"workspace_id": workspace, way: values[way]}
            return with_dataset(given, {}, reader, Told(urn=f"{URN}{name}-upload"))

        first, second = ways
        assert find("a", first)["dataset_id"] == find("b", first)["dataset_id"] == dataset_id
        assert refusal(lambda: find("b", second)) == (
            f'{place}: must be replaced by {by}, which "a" uses for dataset {dataset_id}: a program must refer to a '
            "dataset in one way"
        )
