"""What two resources of one program cannot both manage."""

import pytest

from veracity_provider.lifecycle.claims import (
    claim_container,
    claim_dataset,
    claim_ingest,
    claim_ingest_by_name,
    claim_resource,
    claim_schema,
    claim_storage_path,
)


def test_a_container_has_one_manager_however_its_id_is_typed():
    claim = claim_container("ABC")
    assert claim.key == claim_container("abc").key == ("container", "abc")
    assert claim.as_well_as("first") == 'container ABC is managed by "first" as well'


def test_a_schema_has_one_manager_in_its_workspace():
    claim = claim_schema("Noon", "ABC")
    assert claim.key == claim_schema("Noon", "abc").key
    assert claim.key not in {claim_schema("noon", "abc").key, claim_schema("Noon", "abd").key}
    assert claim.as_well_as("first") == 'schema "Noon" is managed by "first" as well'


def test_a_dataset_has_one_manager_in_its_workspace():
    claim = claim_dataset("Noon", "ABC")
    assert claim.key == claim_dataset("Noon", "abc").key
    assert claim.key not in {claim_dataset("noon", "abc").key, claim_dataset("Noon", "abd").key}
    assert claim.as_well_as("first") == 'dataset "Noon" is managed by "first" as well'


def test_a_path_has_one_manager_in_its_workspace():
    claim = claim_storage_path("a/b", "ABC")
    assert claim.key == claim_storage_path("a/b", "abc").key
    assert claim.key not in {claim_storage_path("a/B", "abc").key, claim_storage_path("a/b", "abd").key}
    assert claim.as_well_as("first") == 'path a/b of file storage is managed by "first" as well'


def test_a_name_is_given_to_one_ingest():
    claim = claim_resource("noon-a-b")
    assert claim.key == claim_resource("noon-a-b").key
    assert claim.key != claim_resource("noon-a").key
    assert claim.as_well_as("first") == 'the ingest noon-a-b is managed by "first" as well'


def test_things_of_different_kinds_are_no_rivals_whatever_they_are_called():
    claims = [claim("a", "b") for claim in (claim_schema, claim_dataset, claim_storage_path)]
    claims += [
        claim_resource("a"),
        claim_container("a"),
        claim_ingest("a", "b", "c"),
        claim_ingest_by_name("a", "b", "c", "d"),
    ]
    assert [one.key[0] for one in claims] == [
        "schema",
        "dataset",
        "storage",
        "resource",
        "container",
        "ingest",
        "ingest by name",
    ]


def test_a_file_has_one_ingest_for_each_operation_and_named_dataset():
    claim = claim_ingest_by_name("Noon", "ABC", "data/a.csv", "Upsert")
    assert claim.key == claim_ingest_by_name("Noon", "abc", "data/./a.csv", "Upsert").key
    assert claim.key not in {
        claim_ingest_by_name("Wind", "abc", "data/a.csv", "Upsert").key,
        claim_ingest_by_name("Noon", "abc", "data/a.csv", "Delete").key,
        claim_ingest("Noon", "data/a.csv", "Upsert").key,
    }
    assert claim.as_well_as("first") == 'Upsert of data/a.csv into dataset "Noon" is managed by "first" as well'


def test_a_file_has_one_ingest_for_each_operation_and_dataset():
    claim = claim_ingest("ABC", "data/a.csv", "Upsert")
    assert claim.key == claim_ingest("abc", "data/./a.csv", "Upsert").key == ("ingest", "abc", "data/a.csv", "Upsert")
    assert claim.as_well_as("first") == 'Upsert of data/a.csv into dataset abc is managed by "first" as well'


@pytest.mark.parametrize("other", [("abd", "a.csv", "Upsert"), ("abc", "b.csv", "Upsert"), ("abc", "a.csv", "Delete")])
def test_another_file_dataset_or_operation_is_another_ingest(other):
    assert claim_ingest(*other).key != claim_ingest("abc", "a.csv", "Upsert").key
