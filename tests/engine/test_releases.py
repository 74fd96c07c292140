"""Stacks that earlier releases made, at the hands of this one: import paths and property names are a public format."""

from pathlib import Path

import pytest

from tests.rows import noon_reports

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_stack_of_an_earlier_release_is_refreshed_previewed_and_destroyed(project, veracity, release):
    project.write("noon.csv", noon_reports())
    demo = veracity.demo
    container = {"name": "emissions", "containerId": demo["containers"]["owned"], "title": "Emissions 2026"}
    dataset = {"name": "noon", "datasetId": demo["datasets"]["keyed"], "source": "noon.csv", "operation": "Upsert"}
    more = {"tags": ["emissions"], "icon": {"backgroundColor": "#000000"}, "onDestroy": "restore"}
    project.declare(containers=[{**container, **more}], datasets=[dataset])
    state = project.write("state.json", release.read_text().replace("http://127.0.0.1:0", veracity.url))
    assert project.pulumi("stack", "import", "--file", str(state)).succeeded

    previewed = project.preview()
    assert previewed.succeeded, previewed.text
    assert "replace" not in previewed
    refreshed = project.refresh()
    assert refreshed.succeeded, refreshed.text
    assert set(project.resources()) >= {"emissions", "noon", "noon-upload"}
    destroyed = project.destroy()
    assert destroyed.succeeded, destroyed.text
    assert not {"emissions", "noon", "noon-upload"} & set(project.resources())
