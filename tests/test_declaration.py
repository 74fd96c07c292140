"""The lists of a stack's config: everything wrong with them is told at once, in the file's own spelling."""

import pytest

from veracity_provider.declaration import read_declaration

CONTAINER = {"name": "c", "containerId": "33333333-0000-4000-8000-000000000001"}
DATASET = {"name": "d", "datasetId": "22222222-0000-4000-8000-000000000001", "source": "a.csv", "operation": "Upsert"}
WORKSPACE = "11111111-0000-4000-8000-000000000001"


def problems(tmp_path, containers=None, datasets=None, workspace_id=WORKSPACE):
    (tmp_path / "a.csv").write_text("a\n")
    set_command = "pulumi config set --stack dev"
    found = read_declaration(
        containers, datasets, workspace_id=workspace_id, project=tmp_path, set_command=set_command
    ).problems
    return {problem.property: problem.reason for problem in found}


def test_what_is_well_formed_is_declared(tmp_path):
    assert problems(tmp_path, [{**CONTAINER, "title": "A", "tags": ["a < b > c"]}], [DATASET]) == {}


def test_a_placeholder_that_was_left_in_counts_as_missing_wherever_it_is(tmp_path):
    container = {**CONTAINER, "title": "<title>", "tags": ["a", "<tag>"], "icon": {"backgroundColor": "<colour>"}}
    dataset = {**DATASET, "datasetId": "<dataset id>", "workspaceId": "<workspace id>"}
    found = problems(tmp_path, [container], [dataset])
    assert set(found) == {
        "veracity:containers[0].title",
        "veracity:containers[0].tags[1]",
        "veracity:containers[0].icon.backgroundColor",
        "veracity:datasets[0].datasetId",
        "veracity:datasets[0].workspaceId",
    }
    for place, reason in found.items():
        assert f"`pulumi config set --stack dev --path '{place}' VALUE`" in reason


@pytest.mark.parametrize(
    ("container", "place", "reason"),
    [
        pytest.param({"title": 7}, "title", "must be a string, not 7", id="a title that is no string"),
        pytest.param({"name": 2026}, "name", "must be a string, not 2026", id="a name that YAML takes for a number"),
        pytest.param({"tagz": []}, "tagz", "is not a key; did you mean tags?", id="a key that is nearly right"),
        pytest.param(
            {"icon": {"background_color": "#000000"}},
            "icon.background_color",
            "is not a key of icon; did you mean backgroundColor?",
            id="a member in the spelling of programs",
        ),
        pytest.param(
            {"region": "EU"},
            "region",
            "cannot be set, it is an output: Azure region, chosen when the container was created.",
            id="an output",
        ),
        pytest.param(
            {"lastModifiedUTC": "x"},
            "lastModifiedUTC",
            "cannot be set, it is an output: When the container was last changed, as the platform writes it.",
            id="an output as the platform spells it",
        ),
    ],
)
def test_what_is_wrong_is_reported_at_its_place_in_the_file(tmp_path, container, place, reason):
    assert problems(tmp_path, [{**CONTAINER, **container}]) == {f"veracity:containers[0].{place}": reason}


def test_a_null_is_as_if_the_key_were_not_there(tmp_path):
    assert problems(tmp_path, [{**CONTAINER, "title": None, "onDestroy": None}]) == {}


def test_entries_become_arguments_of_the_resources_in_their_spelling(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    read = read_declaration(
        [{**CONTAINER, "icon": {"backgroundColor": "#000000"}, "onDestroy": "restore"}],
        [{**DATASET, "jobTimeoutSeconds": 60, "triggers": [1, {"a": None}]}],
        workspace_id=WORKSPACE,
        project=tmp_path,
        set_command="",
    )
    (container,), (dataset,) = read.containers, read.datasets
    icon = {"background_color": "#000000"}
    assert container.name == "c"
    assert container.arguments == {"container_id": CONTAINER["containerId"], "icon": icon, "on_destroy": "restore"}
    assert dataset.arguments == {
        "dataset_id": DATASET["datasetId"],
        "source": "a.csv",
        "operation": "Upsert",
        "job_timeout_seconds": 60,
        "triggers": [1, {"a": None}],
    }


def test_names_and_sources_are_checked_in_entries_that_have_other_problems_too(tmp_path):
    found = problems(tmp_path, [{**CONTAINER, "title": 7}], [{**DATASET, "name": "c", "source": "none.csv", "x": 1}])
    assert set(found) == {
        "veracity",
        "veracity:containers[0].title",
        "veracity:datasets[0].x",
        "veracity:datasets[0].source",
    }
    assert found["veracity"] == 'name "c" is used more than once; each resource needs its own'


def test_datasets_without_a_workspace_ask_for_one(tmp_path):
    assert problems(tmp_path, datasets=[DATASET], workspace_id=None) == {
        "veracity:workspaceId": "is missing, and datasets need it. "
        "Set it with `pulumi config set --stack dev veracity:workspaceId UUID`."
    }


def test_lists_that_are_none_are_refused(tmp_path):
    found = problems(tmp_path, {"name": "c"}, ["d", 7])
    assert set(found) == {"veracity:containers", "veracity:datasets[0]", "veracity:datasets[1]"}
