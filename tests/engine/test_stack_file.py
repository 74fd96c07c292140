"""Stack files on the real engine: renames, protection, secrets, and what cannot be there."""

import pytest
import yaml

from tests.rows import wind_readings

NOTHING = "99999999-0000-4000-8000-00000000000"


@pytest.fixture
def dataset(veracity):
    return veracity.new_dataset(like="keyless")


@pytest.fixture
def entries(project, veracity, dataset):
    """One container and one dataset, as entries that a test changes."""
    project.write("a.csv", wind_readings())
    return (
        {"name": "c", "containerId": veracity.new_container(), "title": "A", "onDestroy": "restore"},
        {"name": "d", "datasetId": dataset, "source": "a.csv", "operation": "Append"},
    )


def test_a_new_name_with_an_alias_is_no_new_resource_and_nothing_is_ingested_again(project, veracity, dataset, entries):
    container, ingest = entries
    project.declare(containers=[container], datasets=[ingest])
    up = project.up()
    assert up.succeeded, up.text
    rows = len(veracity.rows(dataset))
    project.declare(
        containers=[{**container, "name": "c2", "aliases": ["c"]}],
        datasets=[{**ingest, "name": "d2", "aliases": ["d"]}],
    )
    renamed = project.up()
    assert renamed.succeeded, renamed.text
    assert renamed.lines_with("4 unchanged"), renamed.text
    assert set(project.resources()) - {"default"} == {"c2", "d2", "d2-upload"}
    assert (len(veracity.rows(dataset)), len(veracity.jobs(dataset))) == (rows, 1)


def test_what_is_protected_is_not_deleted(project, entries):
    container, _ = entries
    project.declare(containers=[{**container, "protect": True}])
    assert project.up().succeeded
    destroyed = project.destroy()
    assert not destroyed.succeeded
    assert "protect" in destroyed
    project.declare(containers=[{**container, "protect": False}])
    assert project.up().succeeded
    assert project.destroy().succeeded


def test_a_secret_within_a_list_is_refused_and_never_reaches_the_state(project, entries):
    project.declare(datasets=[entries[1]])
    secret = project.pulumi("config", "set", "--secret", "--path", "veracity:datasets[0].triggers[0]", "hidden-word")
    assert secret.succeeded, secret.text
    project.keep_config()
    refused = project.up()
    assert not refused.succeeded
    assert refused.lines_with("veracity:datasets: must hold no secret"), refused.text
    assert "hidden-word" not in refused
    assert "hidden-word" not in project.state_file().read_text()


def test_all_ids_that_are_not_there_are_told_in_one_preview(project, veracity, entries):
    container, ingest = entries
    project.declare(
        containers=[container, *({**container, "name": f"x{i}", "containerId": f"{NOTHING}{i}"} for i in range(2))],
        datasets=[ingest, {**ingest, "name": "y", "datasetId": f"{NOTHING}3"}],
    )
    preview = project.preview()
    assert not preview.succeeded
    for place in ('containers[1] "x0".containerId', 'containers[2] "x1".containerId', 'datasets[1] "y".datasetId'):
        assert preview.lines_with(f"veracity:{place}: reading"), preview.text


def test_an_id_that_is_not_there_does_not_keep_a_stack_from_being_destroyed(project, entries):
    container, _ = entries
    project.declare(containers=[container])
    assert project.up().succeeded
    project.declare(containers=[container, {**container, "name": "x", "containerId": f"{NOTHING}1"}])
    destroyed = project.pulumi("destroy", "--yes")
    assert destroyed.succeeded, destroyed.text
    assert destroyed.lines_with('veracity:containers[1] "x".containerId: reading'), destroyed.text
    assert project.resources() == {}


def test_a_failed_check_of_a_secret_shows_nothing_of_it(project, veracity):
    project.program(
        f'ContainerMetadata("c", container_id="{veracity.new_container()}", title=pulumi.Output.secret(" hidden-word"))'
    )
    preview = project.preview()
    assert not preview.succeeded
    assert preview.lines_with("title: must be one line", "not [secret]"), preview.text
    assert "hidden-word" not in preview


def test_odd_yaml_is_told_in_words_all_at_once(project, entries):
    container, _ = entries
    project.declare()
    project.config |= yaml.safe_load(ODD.format(id=container["containerId"]))
    preview = project.preview()
    assert not preview.succeeded
    for line in (
        "veracity:containers: must be a list of mappings, each with a name, not 'hello'",
        "veracity:datasets[0].name: must be a string, not 0: put it in quotes",
        'veracity:datasets[1] "e".fileName: must be a string, not the date 2026-01-01: put it in quotes',
        'veracity:datasets[1] "e".source: must be one file, not 2; declare one entry for each (a job takes one file)',
    ):
        assert preview.lines_with(line), preview.text
    assert "Traceback" not in preview


ODD = """
veracity:containers: hello
veracity:datasets:
  - {{name: 0, datasetId: {id}, source: a.csv, operation: Upsert}}
  - {{name: e, datasetId: {id}, source: [a.csv, b.csv], operation: Upsert, fileName: 2026-01-01}}
"""
