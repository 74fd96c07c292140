"""The lists of a stack's config: everything wrong with them is told at once, in the file's own spelling."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing import EXAMPLES
from veracity_provider.config_text import date_in
from veracity_provider.declaration import NamedWorkspace, read_declaration
from veracity_provider.description.stack_file import CONTAINERS, STACK_LISTS
from veracity_provider.errors import InputError

CONTAINER = {"name": "c", "containerId": "33333333-0000-4000-8000-000000000001"}
DATASET = {"name": "d", "datasetId": "22222222-0000-4000-8000-000000000001", "source": "a.csv", "operation": "Upsert"}
DATE = "2026-01-01 00:00:00 +0000 UTC"
SCHEMA = {"name": "s", "schemaName": "Noon", "columns": [{"name": "a", "type": "String"}]}
FOLDER = {"name": "f", "path": "voyages/2026"}
FILE = {"name": "m", "path": "voyages/2026/manual.csv", "source": "a.csv"}
ENTRIES = {"containers": CONTAINER, "schemas": SCHEMA, "datasets": DATASET, "folders": FOLDER, "files": FILE}
"""An entry of each list that is well-formed."""
WORKSPACE = "11111111-0000-4000-8000-000000000001"


def problems(tmp_path, containers=None, datasets=None, workspace_id=WORKSPACE):
    (tmp_path / "a.csv").write_text("a\n")
    set_command = "pulumi config set --stack dev"
    found = read_declaration(
        {"containers": containers, "datasets": datasets},
        workspace_id=workspace_id,
        project=tmp_path,
        set_command=set_command,
    ).problems
    return {problem.property: problem.reason for problem in found}


def test_what_is_well_formed_is_declared(tmp_path):
    assert problems(tmp_path, [{**CONTAINER, "title": "A", "tags": ["a < b > c"]}], [DATASET]) == {}


def test_a_placeholder_that_was_left_in_counts_as_missing_wherever_it_is(tmp_path):
    container = {**CONTAINER, "title": "<title>", "tags": ["a", "<tag>"], "icon": {"backgroundColor": "<colour>"}}
    dataset = {**DATASET, "datasetId": "<dataset id>", "workspaceId": "<workspace id>"}
    found = problems(tmp_path, [container], [dataset])
    keys = [
        ("containers", '"c"', "title"),
        ("containers", '"c"', "tags[1]"),
        ("containers", '"c"', "icon.backgroundColor"),
        ("datasets", '"d"', "datasetId"),
        ("datasets", '"d"', "workspaceId"),
    ]
    assert found == {
        f"veracity:{stack_list}[0] {name}.{key}": "is missing. "
        f"Set it with `pulumi config set --stack dev --path 'veracity:{stack_list}[0].{key}' VALUE`."
        for stack_list, name, key in keys
    }


@pytest.mark.parametrize(
    ("container", "place", "reason"),
    [
        pytest.param(
            {"title": 2026}, ' "c".title', "must be a string, not 2026: put it in quotes", id="a title that is a number"
        ),
        pytest.param(
            {"title": True}, ' "c".title', "must be a string, not true: put it in quotes", id="a title that is true"
        ),
        pytest.param(
            {"title": DATE},
            ' "c".title',
            "must be a string, not the date 2026-01-01: put it in quotes",
            id="a title that YAML takes for a date",
        ),
        pytest.param(
            {"tags": ["a", DATE]},
            ' "c".tags[1]',
            "must be a string, not the date 2026-01-01: put it in quotes",
            id="a tag that YAML takes for a date",
        ),
        pytest.param(
            {"icon": {"id": DATE}},
            ' "c".icon.id',
            "must be a string, not the date 2026-01-01: put it in quotes",
            id="an icon that YAML takes for a date",
        ),
        pytest.param(
            {"name": DATE},
            ".name",
            "must be a string, not the date 2026-01-01: put it in quotes",
            id="a name that YAML takes for a date",
        ),
        pytest.param(
            {"name": 2026}, ".name", "must be a string, not 2026: put it in quotes", id="a name that is a number"
        ),
        pytest.param({"name": 0}, ".name", "must be a string, not 0: put it in quotes", id="a name that is zero"),
        pytest.param(
            {"name": False}, ".name", "must be a string, not false: put it in quotes", id="a name that is false"
        ),
        pytest.param({"name": ["x"]}, ".name", "must be a string, not a list", id="a name that is a list"),
        pytest.param({"name": " "}, ' " ".name', "must not be empty", id="a name that is a blank"),
        pytest.param(
            {"name": "a\nb"},
            r' "a\nb".name',
            r"must be one line without invisible characters or leading or trailing spaces, not 'a\nb'",
            id="a name of two lines",
        ),
        pytest.param({"tagz": []}, ' "c".tagz', "is not a key; did you mean tags?", id="a key that is nearly right"),
        pytest.param(
            {"tagz": ["<x>", DATE]}, ' "c".tagz', "is not a key; did you mean tags?", id="anything within such a key"
        ),
        pytest.param(
            {"title": ["<x>"]}, ' "c".title', "must be a string, not a list", id="a placeholder in a value of its own"
        ),
        pytest.param(
            {"icon": {"background_color": "#000000"}},
            ' "c".icon.background_color',
            "is not a key of icon; did you mean backgroundColor?",
            id="a member in the spelling of programs",
        ),
        pytest.param(
            {"icon": {"background_color": "#000000", "backgroundColor": "#000000"}},
            ' "c".icon.background_color',
            "is not a key of icon; did you mean backgroundColor?",
            id="a member in both spellings",
        ),
        pytest.param(
            {"icon": {"id": None}},
            ' "c".icon',
            "must have an id, a background color, or both",
            id="an icon with nothing in it",
        ),
        pytest.param(
            {"region": "EU"},
            ' "c".region',
            "cannot be set, it is an output: Azure region, chosen when the container was created.",
            id="an output",
        ),
        pytest.param(
            {"lastModifiedUTC": "x"},
            ' "c".lastModifiedUTC',
            "cannot be set, it is an output: When the container was last changed, as the platform writes it.",
            id="an output as the platform spells it",
        ),
        pytest.param(
            {"aliases": ["a", 1]},
            ' "c".aliases[1]',
            "must be a string, not 1: put it in quotes",
            id="a former name that is a number",
        ),
        pytest.param(
            {"aliases": "a"}, ' "c".aliases', "must be a list, not 'a'", id="one former name in place of a list"
        ),
        pytest.param({"protect": "yes"}, ' "c".protect', "must be true or false, not 'yes'", id="a protect in words"),
        pytest.param(
            {"\x1b[2J": 1},
            r' "c".\x1b[2J',
            "is not a key; known: " + ", ".join(CONTAINERS.keys),
            id="a key with an escape sequence",
        ),
    ],
)
def test_what_is_wrong_is_reported_at_its_place_in_the_file(tmp_path, container, place, reason):
    assert problems(tmp_path, [{**CONTAINER, **container}]) == {f"veracity:containers[0]{place}": reason}


@pytest.mark.parametrize(
    "container",
    [
        pytest.param({"title": "x" * 5000}, id="a very long title: no limit is published"),
        pytest.param({"tags": [f"t{i}" for i in range(500)]}, id="500 tags: no limit is published"),
        pytest.param({"title": "Målinger 日本 تقرير 👩\u200d🚢"}, id="other scripts, and joiners that emoji need"),
        pytest.param({"description": "Two\nlines, and a blank at the end \n"}, id="a description of several lines"),
        pytest.param({"description": ""}, id="an empty description, which clears it"),
        pytest.param({"title": "yes"}, id="a word that is a boolean to other readers of YAML"),
        pytest.param({"tags": ["2026-01-01"]}, id="a date in quotes"),
        pytest.param({"tags": []}, id="no tag at all"),
        pytest.param({"title": None, "onDestroy": None}, id="keys without a value"),
        pytest.param({"aliases": ["old"], "protect": True}, id="options of Pulumi"),
        pytest.param({"containerId": CONTAINER["containerId"].upper()}, id="an id in capitals"),
    ],
)
def test_unusual_values_that_may_be_meant_are_taken(tmp_path, container):
    assert problems(tmp_path, [{**CONTAINER, **container}]) == {}


ONE_LINE = "must be one line without invisible characters or leading or trailing spaces, not "
HINT = "; leave it out to manage no title"


@pytest.mark.parametrize(
    ("container", "place", "reason"),
    [
        pytest.param({"title": " lead"}, "title", ONE_LINE + "' lead'" + HINT, id="a blank before a title"),
        pytest.param({"title": "trail "}, "title", ONE_LINE + "'trail '" + HINT, id="a blank behind it"),
        pytest.param({"title": "a\n"}, "title", ONE_LINE + r"'a\n'" + HINT, id="the line break that `|` leaves"),
        pytest.param({"title": "a\nb"}, "title", ONE_LINE + r"'a\nb'" + HINT, id="a title of two lines"),
        pytest.param({"tags": ["a\u200bb"]}, "tags[0]", ONE_LINE + r"'a\u200bb'", id="a zero-width space"),
        pytest.param({"tags": ["\ufeffa"]}, "tags[0]", ONE_LINE + r"'\ufeffa'", id="a byte order mark"),
        pytest.param({"tags": ["a\xadb"]}, "tags[0]", ONE_LINE + r"'a\xadb'", id="a soft hyphen"),
        pytest.param({"tags": ["\x1b[2J"]}, "tags[0]", ONE_LINE + r"'\x1b[2J'", id="an escape sequence"),
        pytest.param(
            {"tags": ["måling", "ma\u030aling"]},
            "tags[1]",
            "'ma\u030aling (U+0061 U+030A)' differs from item 0, 'måling (U+00E5)', only by the form of its characters",
            id="one tag in two forms of Unicode",
        ),
        pytest.param(
            {"tags": ["a", "A"]}, "tags[1]", "'A' differs from item 0, 'a', only by case", id="one tag in two cases"
        ),
    ],
)
def test_a_text_that_cannot_be_seen_for_what_it_is_is_refused(tmp_path, container, place, reason):
    assert problems(tmp_path, [{**CONTAINER, **container}]) == {f'veracity:containers[0] "c".{place}': reason}


@pytest.mark.parametrize(
    ("dataset", "place", "reason"),
    [
        pytest.param(
            {"source": ["a.csv", "b.csv"]},
            "source",
            "must be one file, not 2; declare one entry for each (a job takes one file)",
            id="two files",
        ),
        pytest.param({"source": 0}, "source", "must be the path of a CSV file, not 0", id="zero"),
        pytest.param({"source": True}, "source", "must be the path of a CSV file, not true", id="true"),
        pytest.param({"source": {}}, "source", "must be the path of a CSV file, not a mapping", id="a mapping"),
        pytest.param(
            {"source": {"text": "a", "name": "b"}},
            "source",
            "must be the path of a CSV file, not a mapping",
            id="a text, which programs alone can give",
        ),
        pytest.param({"source": "a\0b"}, "source", None, id="a path that cannot be"),
        pytest.param(
            {"triggers": [1, {"a": [float("nan")]}]},
            "triggers[1]",
            "must be a value that is equal to itself, not NaN: it would count as changed at each `pulumi up`",
            id="a trigger that is never equal to itself",
        ),
        pytest.param(
            {"triggers": [DATE]},
            "triggers[0]",
            "must be a string, not the date 2026-01-01: put it in quotes",
            id="a trigger that YAML takes for a date",
        ),
        pytest.param(
            {"fileName": "x.csv."},
            "fileName",
            "must not end in a dot, which the storage drops, not 'x.csv.'",
            id="a file name that ends in a dot",
        ),
        pytest.param(
            {"fileName": "日本.csv"},
            "fileName",
            "must have a letter (A to Z) or digit before the suffix of the file's name, not '日本.csv'",
            id="a file name without a letter that the platform takes",
        ),
    ],
)
def test_what_is_wrong_with_a_dataset_is_reported_at_its_place(tmp_path, dataset, place, reason):
    found = problems(tmp_path, None, [{**DATASET, **dataset}])
    assert list(found) == [f'veracity:datasets[0] "d".{place}']
    assert reason is None or list(found.values()) == [reason]


def test_a_null_is_as_if_the_key_were_not_there(tmp_path):
    assert problems(tmp_path, [{**CONTAINER, "title": None, "onDestroy": None}]) == {}


def test_entries_become_arguments_of_the_resources_in_their_spelling(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    read = read_declaration(
        {
            "containers": [{**CONTAINER, "icon": {"backgroundColor": "#000000"}, "onDestroy": "restore"}],
            "datasets": [{**DATASET, "jobTimeoutSeconds": 60, "triggers": [1, {"a": None}]}],
        },
        workspace_id=WORKSPACE,
        project=tmp_path,
        set_command="",
    )
    (container,), (dataset,) = read.entries["containers"], read.entries["datasets"]
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
    assert list(found) == [
        'veracity:containers[0] "c".title',
        'veracity:datasets[0] "c".x',
        'veracity:datasets[0] "c".source',
        'veracity:datasets[0] "c".name',
    ]
    assert (
        found['veracity:datasets[0] "c".name']
        == "must be used once in the stack, and veracity:containers[0] has it too"
    )


ID = CONTAINER["containerId"]


@pytest.mark.parametrize(
    ("containers", "datasets", "place", "reason"),
    [
        pytest.param(
            [CONTAINER, {**CONTAINER, "name": "e", "containerId": ID.upper()}],
            [],
            'veracity:containers[1] "e".containerId',
            f'container {ID} is managed by "c" as well',
            id="a container listed twice",
        ),
        pytest.param(
            [],
            [DATASET, {**DATASET, "name": "e", "source": "./a.csv"}],
            'veracity:datasets[1] "e".source',
            f'Upsert of ./a.csv into dataset {DATASET["datasetId"]} is managed by "d" as well',
            id="a file listed twice for a dataset",
        ),
        pytest.param(
            [CONTAINER, {**CONTAINER, "containerId": WORKSPACE, "name": "e", "aliases": ["c"]}],
            [],
            'veracity:containers[1] "e".aliases[0]',
            "must be a name that no entry has any more, and veracity:containers[0] has 'c'",
            id="an alias that is the name of another entry",
        ),
        pytest.param(
            [{**CONTAINER, "aliases": ["a"]}, {**CONTAINER, "containerId": WORKSPACE, "name": "e", "aliases": ["a"]}],
            [],
            'veracity:containers[1] "e".aliases[0]',
            "must be the former name of one entry, and veracity:containers[0] has 'a' too",
            id="an alias of two entries",
        ),
    ],
)
def test_what_two_entries_cannot_both_have_is_reported_at_the_second(tmp_path, containers, datasets, place, reason):
    found = problems(tmp_path, containers, datasets)
    assert {key: text.replace(ID.upper(), ID) for key, text in found.items()} == {place: reason}


NAMED = {"name": "d", "datasetName": "Noon", "schemaName": "Noon", "source": "a.csv", "operation": "Upsert"}


WITHOUT_SCHEMA = {name: value for name, value in NAMED.items() if name != "schemaName"}


def test_an_entry_that_names_a_dataset_without_a_schema_takes_one_that_is_there(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    entries = [
        {**WITHOUT_SCHEMA, "workspaceName": "Ships"},
        {**NAMED, "name": "made"},
        {**WITHOUT_SCHEMA, "name": "of the made one", "operation": "Delete"},
    ]
    read = read_declaration({"datasets": entries}, workspace_id=WORKSPACE, project=tmp_path, set_command="")
    assert read.problems == ()
    named, _, of_the_made_one = read.entries["datasets"]
    assert named.arguments == {
        "dataset_name": "Noon",
        "source": "a.csv",
        "operation": "Upsert",
        "workspace_name": "Ships",
    }
    assert (named.dataset, of_the_made_one.dataset) == ({}, {})
    assert of_the_made_one.arguments["dataset_name"] == "Noon"
    assert [(one.place, one.workspace, one.workspace_place) for one in read.named_datasets] == [
        (
            'veracity:datasets[0] "d".datasetName',
            NamedWorkspace(None, "Ships"),
            'veracity:datasets[0] "d".workspaceName',
        )
    ]


def test_the_name_of_the_stacks_workspace_does_for_entries_without_their_own(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    options = {"workspace_id": None, "workspace_name": "Ships", "project": tmp_path, "set_command": ""}
    read = read_declaration({"datasets": [WITHOUT_SCHEMA]}, **options)
    assert read.problems == ()
    [named] = read.named_datasets
    assert (named.workspace, named.workspace_place) == (NamedWorkspace(None, "Ships"), "veracity:workspaceName")


def test_an_entry_that_names_a_dataset_says_what_it_is_made_with(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    entry = {**NAMED, "workspaceId": WORKSPACE, "datasetSource": "a.csv"}
    read = read_declaration({"datasets": [entry]}, workspace_id=None, project=tmp_path, set_command="")
    assert read.problems == ()
    [declared] = read.entries["datasets"]
    assert declared.arguments == {"source": "a.csv", "operation": "Upsert", "workspace_id": WORKSPACE}
    assert declared.dataset == {
        "dataset_name": "Noon",
        "schema_name": "Noon",
        "source": "a.csv",
        "workspace_id": WORKSPACE,
    }


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param(
            [{**NAMED, "datasetId": ID}],
            {'[0] "d".datasetName': "must be left out where datasetId is given"},
            id="an id and a name",
        ),
        pytest.param(
            [{**NAMED, "schemaVersionId": ID}],
            {'[0] "d".schemaName': "must be left out where schemaVersionId is given"},
            id="a schema given in two ways",
        ),
        pytest.param(
            [{**WITHOUT_SCHEMA, "datasetSource": "a.csv"}],
            {
                '[0] "d".datasetSource': "must come with a schema, from which the dataset is created if it does not "
                "exist",
            },
            id="a first file without a schema",
        ),
        pytest.param(
            [{**WITHOUT_SCHEMA, "workspaceId": ID, "workspaceName": "Ships"}],
            {'[0] "d".workspaceName': "must be left out where workspaceId is given"},
            id="a workspace in two ways",
        ),
        pytest.param(
            [{**DATASET, "schemaName": "Noon", "datasetSource": "a.csv"}],
            {
                f'[0] "d".{key}': "must come with datasetName, the name of the dataset to create if it does not exist"
                for key in ("schemaName", "datasetSource")
            },
            id="a schema without a name",
        ),
        pytest.param(
            [NAMED, {**NAMED, "name": "e", "operation": "Delete", "schemaName": "Other", "datasetSource": "a.csv"}],
            {
                f'[1] "e".{key}': "must be that of veracity:datasets[0], which names this dataset too"
                for key in ("schemaName", "datasetSource")
            },
            id="two entries that would make one dataset in two ways",
        ),
        pytest.param(
            [NAMED, {**NAMED, "name": "e"}],
            {'[1] "e".source': 'Upsert of a.csv into dataset "Noon" is managed by "d" as well'},
            id="one file twice",
        ),
        pytest.param(
            [{**NAMED, "datasetSource": "missing.csv"}],
            {'[0] "d".datasetSource': "FOLDER/missing.csv does not exist"},
            id="a first file that is not there",
        ),
    ],
)
def test_what_is_wrong_with_a_dataset_that_is_to_be_made(tmp_path, entries, expected):
    found = problems(tmp_path, datasets=entries)
    assert {key: text.replace(str(tmp_path), "FOLDER") for key, text in found.items()} == {
        f"veracity:datasets{place}": text for place, text in expected.items()
    }


PATTERN = {**DATASET, "source": "noon/*.csv"}


class TestPatterns:
    """A source with a wildcard: an ingest for each file."""

    @pytest.fixture(autouse=True)
    def _files(self, tmp_path):
        (tmp_path / "noon").mkdir()
        for name in ("a.csv", "b.csv", "[c].csv"):
            (tmp_path / "noon" / name).write_text("a\n")

    def test_an_entry_knows_whether_it_is_a_pattern(self, tmp_path):
        entries = [PATTERN, {**DATASET, "name": "e", "source": "noon/[c].csv", "operation": "Delete"}]
        lists = {"datasets": entries}
        read = read_declaration(lists, workspace_id=WORKSPACE, project=tmp_path, set_command="")
        assert read.problems == ()
        assert [(one.name, one.arguments["source"], one.is_pattern) for one in read.entries["datasets"]] == [
            ("d", "noon/*.csv", True),
            ("e", "noon/[c].csv", False),
        ]

    @pytest.mark.parametrize(
        ("entries", "expected"),
        [
            pytest.param(
                [{**PATTERN, "operation": "Overwrite", "fileName": "x.csv"}],
                {
                    '[0] "d".operation': "must be Upsert, Delete or Append for the files of a pattern, not Overwrite: "
                    "each file would replace the rows of the one before",
                    '[0] "d".fileName': "must be left out where source is a pattern: each file has a name of its own",
                },
                id="what only a single file can have",
            ),
            pytest.param(
                [{**PATTERN, "source": "noon/*.tsv", "operation": "upsert"}],
                {
                    '[0] "d".operation': "must be Upsert, Delete, Overwrite or Append, not 'upsert'; did you mean "
                    "Upsert?",
                    '[0] "d".source': "must match a file, and 'noon/*.tsv' matches none in FOLDER/noon; correct it, "
                                      "or remove it, which removes its ingests from the state (their rows stay)",
                },
                id="a pattern that matches nothing, beside another problem",
            ),
            pytest.param(
                [PATTERN, {**PATTERN, "name": "e", "source": "noon/?.csv"}],
                {
                    '[1] "e".source': "Upsert of noon/a.csv into dataset "
                    f'{DATASET["datasetId"]} is managed by "d" as well'
                },
                id="two patterns that match the same files, told once",
            ),
            pytest.param(
                [{**PATTERN, **{k: NAMED[k] for k in ("datasetName", "schemaName")}, "datasetId": None},
                 {**NAMED, "name": "e", "source": "noon/b.csv"}],
                {'[1] "e".source': 'Upsert of noon/b.csv into dataset "Noon" is managed by "d" as well'},
                id="a file that a pattern matches too",
            ),
            pytest.param([PATTERN, {**PATTERN, "name": "e", "operation": "Delete"}], {}, id="for another operation"),
            pytest.param([{**PATTERN, "source": "[!a]*/*.csv"}, {**DATASET, "name": "e"}], {}, id="of other files"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_told_by_its_place(self, tmp_path, entries, expected):
        found = problems(tmp_path, datasets=entries)
        assert {key: text.replace(str(tmp_path), "FOLDER") for key, text in found.items()} == {
            f"veracity:datasets{place}": text for place, text in expected.items()
        }

    def test_two_ingests_of_one_name_are_refused(self, tmp_path):
        (tmp_path / "noon" / "x-a.csv").write_text("a\n")
        entries = [
            {**PATTERN, "source": "noon/x-*.csv"},
            {**PATTERN, "name": "d-x", "source": "noon/a.cs?"},
        ]
        assert problems(tmp_path, datasets=entries) == {
            'veracity:datasets[1] "d-x".source': 'the ingest d-x-a.csv is managed by "d" as well'
        }


def test_containers_and_datasets_have_former_names_of_their_own(tmp_path):
    assert problems(tmp_path, [{**CONTAINER, "aliases": ["d"]}], [{**DATASET, "aliases": ["c"]}]) == {}


def test_a_container_entry_that_manages_nothing_is_allowed_and_told(tmp_path):
    read = read_declaration({"containers": [CONTAINER]}, workspace_id=None, project=tmp_path, set_command="")
    assert [str(warning) for warning in read.warnings] == [
        'veracity:containers[0] "c": manages nothing: it has no title, description, icon or tags'
    ]


@pytest.mark.parametrize("dataset", [DATASET, {**DATASET, "workspaceId": None}])
def test_datasets_without_a_workspace_ask_for_one(tmp_path, dataset):
    assert problems(tmp_path, datasets=[dataset], workspace_id=None) == {
        "veracity:workspaceId": "is missing, and datasets need it. "
        "Set it with `pulumi config set --stack dev veracity:workspaceId UUID`."
    }


@pytest.mark.parametrize("nothing", [None, []])
def test_a_list_without_entries_declares_nothing(tmp_path, nothing):
    assert problems(tmp_path, nothing, nothing, workspace_id=None) == {}


def test_what_is_no_list_or_no_entry_is_refused_and_the_rest_is_checked_all_the_same(tmp_path):
    deep: list = []
    for _ in range(1000):
        deep = [deep]
    assert problems(tmp_path, "hello", ["d", 7, None, [], {**DATASET, "triggers": deep}, {**DATASET, "x": 1}]) == {
        "veracity:containers": "must be a list of mappings, each with a name, not 'hello'",
        "veracity:datasets[0]": "must be a mapping with a name, not 'd'",
        "veracity:datasets[1]": "must be a mapping with a name, not 7",
        "veracity:datasets[2]": "must be a mapping with a name, not nothing",
        "veracity:datasets[3]": "must be a mapping with a name, not a list",
        "veracity:datasets[4]": "must have at most 50 levels of lists and mappings",
        'veracity:datasets[5] "d".x': "is not a key; known: name, aliases, protect, datasetId, datasetName, source, "
        "operation, workspaceId, workspaceName, fileName, triggers, preflight, jobTimeoutSeconds, schemaName, "
        "schemaVersionId, datasetSource",
    }


@pytest.mark.parametrize("one", [{"name": "c"}, 5, True, "hello"])
def test_what_is_no_list_is_refused(tmp_path, one):
    assert list(problems(tmp_path, one, one)) == ["veracity:containers", "veracity:datasets"]


@pytest.mark.slow
def test_of_500_wrong_entries_with_endless_keys_the_text_is_short_and_soon_there(tmp_path):
    wrong = [{**CONTAINER, "name": f"c{i}", "containerId": str(i), "titel" * 1000: 1} for i in range(500)]
    began = time.process_time()
    read = read_declaration({"containers": wrong}, workspace_id=None, project=tmp_path, set_command="")
    text = str(InputError(read.problems, headline="wrong:"))
    assert len(read.problems) == 1000
    assert len(text.splitlines()) == 42
    assert text.splitlines()[-1] == "  - … and 960 more"
    assert max(map(len, text.splitlines())) < 300
    assert time.process_time() - began < 10


GOOD_WORDS = ["c", "d", "old", "a.csv", "*.csv", "Upsert", "retain", "#5594aa", ID, ID.upper()]
ODD_WORDS = ["", "<x>", DATE, "none.csv", "a\0", "a\0*", "none/*", "**", "[", " a", "a\n", "~", "~nobody/x", "x" * 300]
WORDS = st.sampled_from([*GOOD_WORDS, *ODD_WORDS])
KEYS_WITHIN = WORDS | st.sampled_from(["id", "backgroundColor", "text", "name", "type", "isKey", "Site"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.text(st.characters(codec=None), max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS_WITHIN, inner, max_size=3),
    max_leaves=6,
)


def entries_of(good, keys):
    changes = st.dictionaries(st.sampled_from(keys) | WORDS, VALUES, max_size=4)
    dropped = st.sets(st.sampled_from(sorted(good)), max_size=2)
    near = st.builds(lambda d, c: {k: v for k, v in good.items() if k not in d} | c, dropped, changes)
    return st.lists(near | VALUES, max_size=3) | VALUES


LISTS = {one.key: entries_of(ENTRIES[one.key], one.keys) for one in STACK_LISTS}


@settings(deadline=None, max_examples=EXAMPLES // 4, suppress_health_check=list(HealthCheck))
@given(st.fixed_dictionaries(LISTS))
def test_whatever_the_lists_hold_each_entry_is_declared_or_has_a_problem_in_words(tmp_path, lists):
    (tmp_path / "a.csv").write_text("a\n")
    read = read_declaration(lists, workspace_id=WORKSPACE, project=tmp_path, set_command="set")
    reported = [problem.property for problem in read.problems]
    for key, entries in lists.items():
        if not isinstance(entries, list):
            assert entries is None or f"veracity:{key}" in reported
            continue
        for index in range(len(entries)):
            path = f"veracity:{key}[{index}]"
            is_declared = any(one.place.startswith(path) for one in read.entries[key])
            assert is_declared or any(place.startswith(path) for place in reported), (path, entries[index])
        for one in read.entries[key]:
            assert isinstance(one.name, str)
            assert not dates_in([one.name, one.arguments, one.aliases])
            json.dumps([one.name, one.arguments, one.aliases], allow_nan=False, ensure_ascii=False).encode()
    text = str(InputError(read.problems, headline="wrong:"))
    assert all(line.isprintable() for line in text.splitlines())
    assert "validation error" not in text


def dates_in(value):
    if isinstance(value, dict):
        return any(dates_in(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(map(dates_in, value))
    return date_in(value) is not None


@pytest.mark.parametrize(
    ("folders", "files", "expected"),
    [
        pytest.param([{**FOLDER, "metadata": {"Customer": "<customer>"}}], [FILE], {
            'veracity:folders[0] "f".metadata.Customer': (
                "is missing. Set it with `pulumi config set --stack dev --path "
                "'veracity:folders[0].metadata.Customer' VALUE`."
            ),
        }, id="a placeholder in metadata"),
        pytest.param([{**FOLDER, "metadata": {"Customer": 123}}], [], {
            'veracity:folders[0] "f".metadata.Customer': "must be a string, not 123: put it in quotes",
        }, id="a number in metadata"),
        pytest.param([FOLDER], [{**FILE, "path": FOLDER["path"]}], {
            'veracity:files[0] "m".path': 'path voyages/2026 of file storage is managed by "f" as well',
        }, id="one path as a folder and as a file"),
        pytest.param([], [{**FILE, "source": "none.pdf"}], {
            'veracity:files[0] "m".source': "…/none.pdf does not exist",
        }, id="a source that is not there"),
        pytest.param([], [{**FILE, "source": "empty.pdf"}], {}, id="an empty file"),
        pytest.param([{**FOLDER, "liveMetadata": {}}], [], {
            'veracity:folders[0] "f".liveMetadata': (
                "cannot be set, it is an output: All of the folder's metadata, declared or not."
            ),
        }, id="an output"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_folders_and_files_is_told_by_its_place(tmp_path, folders, files, expected):
    (tmp_path / "a.csv").write_text("a\n")
    (tmp_path / "empty.pdf").write_text("")
    read = read_declaration(
        {"folders": folders, "files": files},
        workspace_id=WORKSPACE,
        project=tmp_path,
        set_command="pulumi config set --stack dev",
    )
    assert {one.property: one.reason.replace(str(tmp_path), "…") for one in read.problems} == expected


def test_folders_and_files_without_a_workspace_ask_for_one(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    read = read_declaration(
        {"folders": [FOLDER], "files": [FILE]}, workspace_id=None, project=tmp_path, set_command="pulumi config set"
    )
    assert [str(one) for one in read.problems] == [
        (
            "veracity:workspaceId: is missing, and folders and files need it. "
            "Set it with `pulumi config set veracity:workspaceId UUID`."
        )
    ]
