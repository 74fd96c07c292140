"""The types of arguments have the words and members that the descriptions have."""

from typing import get_args

import pytest
from pulumi import Input

from veracity_provider.description.container_metadata import ContainerMetadataInputs, Icon
from veracity_provider.description.dataset_ingest import DatasetIngestInputs
from veracity_provider.description.dataset_ingests import DatasetIngestsInputs
from veracity_provider.description.problems import choices
from veracity_provider.description.schema import COLUMN_TYPES, Column
from veracity_provider.description.storage_file import StorageFileInputs
from veracity_provider.description.storage_folder import StorageFolderInputs
from veracity_provider.dynamic import arguments
from veracity_provider.dynamic.arguments import ColumnArgs, IconArgs


@pytest.mark.parametrize(
    ("argument", "described", "name"),
    [
        (arguments.Operation, DatasetIngestInputs, "operation"),
        (arguments.OperationOfFiles, DatasetIngestsInputs, "operation"),
        (arguments.Preflight, DatasetIngestInputs, "preflight"),
        (arguments.OnDestroy, ContainerMetadataInputs, "on_destroy"),
        (arguments.OnConflict, ContainerMetadataInputs, "on_conflict"),
        (arguments.OnConflict, StorageFileInputs, "on_conflict"),
        (arguments.OnConflict, StorageFolderInputs, "on_conflict"),
        (arguments.OnDestroyFile, StorageFileInputs, "on_destroy"),
        (arguments.OnDestroyFolder, StorageFolderInputs, "on_destroy"),
        (arguments.ColumnType, Column, "type"),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else one if isinstance(one, str) else None,
)
def test_the_words_of_an_argument_are_those_of_its_description(argument, described, name):
    assert get_args(argument) == choices(described.model_fields[name].annotation)


def test_the_types_of_a_column_are_those_that_are_known():
    assert get_args(arguments.ColumnType) == COLUMN_TYPES


def test_the_members_of_an_icon_are_those_of_its_description():
    assert IconArgs.__annotations__ == dict.fromkeys(Icon.model_fields, Input[str])
    assert IconArgs.__required_keys__ == frozenset()


def test_the_members_of_a_column_are_those_of_its_description():
    assert set(ColumnArgs.__annotations__) == set(Column.model_fields)
    assert ColumnArgs.__required_keys__ == {name for name, field in Column.model_fields.items() if field.is_required()}
