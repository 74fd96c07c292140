"""The lists of a stack's config: everything wrong with them is told at once, in the file's own spelling."""

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


def test_lists_that_are_none_are_refused(tmp_path):
    found = problems(tmp_path, {"name": "c"}, ["d", 7])
    assert set(found) == {"veracity:containers", "veracity:datasets[0]", "veracity:datasets[1]"}
