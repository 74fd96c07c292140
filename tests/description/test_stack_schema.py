"""The JSON Schema by which editors complete and check stack files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzzing import EXAMPLES
from veracity_provider.description.stack_file import STACK_LISTS
from veracity_provider.description.stack_schema import stack_schema
from veracity_provider.errors import InputError
from veracity_provider.settings import KEYS

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
STACK_FILES = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
SECRET = {"secure": "v1:x"}
CONTAINER = {"name": "c", "containerId": "33333333-0000-4000-8000-000000000001"}
DATASET = {"name": "d", "datasetId": "22222222-0000-4000-8000-000000000001", "source": "a.csv", "operation": "Upsert"}
FOLDER = {"name": "f", "path": "voyages/2026", "metadata": {"Customer": "123"}}
FILE = {"name": "m", "path": "voyages/2026/manual.pdf", "source": "manual.pdf"}
SCHEMA = {"name": "s", "schemaName": "Noon", "columns": [{"name": "imo", "type": "Int32"}]}


VALIDATOR = jsonschema.Draft7Validator(stack_schema())


def errors(document):
    """The places of what is wrong, as far as the schema can name them."""
    return sorted("/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(document))


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


def test_the_schema_is_valid():
    jsonschema.Draft7Validator.check_schema(stack_schema())


@pytest.mark.slow
def test_the_schema_is_the_one_that_is_written_down():
    checked = subprocess.run([sys.executable, "-m", "tools.make_schema", "--check"], cwd=ROOT, check=False)
    assert checked.returncode == 0, "run `python -m tools.make_schema`"


def test_there_are_four_stack_files():
    assert [path.name for path in STACK_FILES] == [
        f"Pulumi.{name}.yaml" for name in ("dev", "local", "prod", "staging")
    ]


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_a_stack_file_names_the_schema_in_its_first_line_and_follows_it(path):
    text = path.read_text()
    assert text.splitlines()[0] == "# yaml-language-server: $schema=schema.json"
    assert errors(yaml.safe_load(text)) == []


def test_an_editor_setting_names_the_schema_too():
    setting = json.loads((ROOT / ".vscode" / "settings.json").read_text())
    assert setting == {"yaml.schemas": {"./stacks/schema.json": "stacks/Pulumi.*.yaml"}}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="an empty file"),
        pytest.param({"config": None}, id="an empty config"),
        pytest.param({"secretsprovider": "passphrase", "encryptionsalt": "v1:x"}, id="keys of a passphrase"),
        pytest.param({"secretsprovider": "awskms://x", "encryptedkey": "x"}, id="keys of a cloud's key service"),
        pytest.param({"environment": ["prod"]}, id="an environment"),
        pytest.param({"config": {"aws:region": "eu-north-1", "app:x": {"a": [1]}}}, id="other namespaces"),
        pytest.param({"config": {"veracity:clientSecret": {"secure": "v1:x"}}}, id="a secret"),
        pytest.param({"config": {"veracity:uploadWorkers": 4}}, id="a number"),
        pytest.param({"config": {"veracity:uploadWorkers": "4"}}, id="a number as the CLI writes it"),
        pytest.param({"config": {"veracity:containers": [{**CONTAINER, "title": None}]}}, id="a value left out"),
        pytest.param(
            {"config": {"veracity:containers": [{**CONTAINER, "icon": {"id": "Ship"}, "tags": ["a"]}]}}, id="an icon"
        ),
        pytest.param(
            {"config": {"veracity:datasets": [{**DATASET, "triggers": [1, {"a": None}], "jobTimeoutSeconds": 60}]}},
            id="triggers of any kind",
        ),
        pytest.param({"config": {"veracity:containers": None, "veracity:datasets": []}}, id="lists without an entry"),
        pytest.param(
            {"config": {"veracity:containers": [{**CONTAINER, "aliases": ["old"], "protect": True}]}},
            id="options of Pulumi",
        ),
        pytest.param(
            {"config": {"veracity:containers": [{**CONTAINER, "title": SECRET, "tags": ["a", SECRET]}]}},
            id="secrets within a list",
        ),
        pytest.param(
            {"config": {"veracity:datasets": [{**DATASET, "source": SECRET, "triggers": [SECRET]}]}},
            id="secrets in place of what is required",
        ),
        pytest.param(
            {"config": {"veracity:folders": [{**FOLDER, "metadata": {"Customer": SECRET}}]}}, id="a secret in a mapping"
        ),
    ],
)
def test_what_is_right_is_accepted(document):
    assert errors(document) == []


@pytest.mark.parametrize(
    ("config", "place"),
    [
        pytest.param({"veracity:endpiont": "x"}, "config", id="a key that nobody knows"),
        pytest.param({"veracity:resume": "x"}, "config", id="a key of an earlier release"),
        pytest.param({"veracity:clientSecret": {"secret": "x"}}, "config/veracity:clientSecret", id="no secure value"),
        pytest.param({"veracity:uploadWorkers": 99}, "config/veracity:uploadWorkers", id="too many workers"),
        pytest.param({"veracity:patchStyle": "json"}, "config/veracity:patchStyle", id="an unknown patch style"),
        pytest.param(
            {"veracity:schemas": [{**SCHEMA, "columns": []}]}, "config/veracity:schemas/0/columns", id="no column"
        ),
        pytest.param({"veracity:containers": CONTAINER}, "config/veracity:containers", id="no list"),
        pytest.param({"veracity:containers": ["c"]}, "config/veracity:containers/0", id="no mapping"),
        pytest.param(
            {"veracity:containers": [without(CONTAINER, "name")]}, "config/veracity:containers/0", id="no name"
        ),
        pytest.param(
            {"veracity:containers": [without(CONTAINER, "containerId")]}, "config/veracity:containers/0", id="no id"
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "containerId": "c-1"}]},
            "config/veracity:containers/0/containerId",
            id="an id that is no UUID",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "tagz": []}]}, "config/veracity:containers/0", id="an unknown key"
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "container_id": "x"}]},
            "config/veracity:containers/0",
            id="a key as programs spell it",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "title": ""}]},
            "config/veracity:containers/0/title",
            id="an empty title",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "title": 2026}]},
            "config/veracity:containers/0/title",
            id="a title that YAML takes for a number",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "description": "x" * 501}]},
            "config/veracity:containers/0/description",
            id="a long description",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "icon": {}}]},
            "config/veracity:containers/0/icon",
            id="an empty icon",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "icon": {"backgroundColor": "blue"}}]},
            "config/veracity:containers/0/icon",
            id="a colour by name",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "tags": ["a", "a"]}]},
            "config/veracity:containers/0/tags",
            id="a tag twice",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "onDestroy": "keep"}]},
            "config/veracity:containers/0/onDestroy",
            id="an unknown word",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "title": "a\nb"}]},
            "config/veracity:containers/0/title",
            id="a title of two lines",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "tags": ["a", " b"]}]},
            "config/veracity:containers/0/tags",
            id="a blank before a tag",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "protect": "yes"}]},
            "config/veracity:containers/0/protect",
            id="a protect in words",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "aliases": "old"}]},
            "config/veracity:containers/0/aliases",
            id="a former name that is no list",
        ),
        pytest.param(
            {"veracity:containers": [{**CONTAINER, "title": {**SECRET, "x": 1}}]},
            "config/veracity:containers/0/title",
            id="what is no secret either",
        ),
        pytest.param(
            {"veracity:datasets": [{**DATASET, "fileName": "x.csv."}]},
            "config/veracity:datasets/0/fileName",
            id="a file name that ends in a dot",
        ),
        pytest.param(
            {"veracity:datasets": [{**DATASET, "operation": "upsert"}]},
            "config/veracity:datasets/0/operation",
            id="an operation in another case",
        ),
        pytest.param(
            {"veracity:datasets": [{**DATASET, "source": ["a.csv", "b.csv"]}]},
            "config/veracity:datasets/0/source",
            id="more than one file",
        ),
        pytest.param(
            {"veracity:datasets": [{**DATASET, "jobTimeoutSeconds": 0}]},
            "config/veracity:datasets/0/jobTimeoutSeconds",
            id="no time at all",
        ),
    ],
)
def test_what_is_wrong_is_marked_at_its_place(config, place):
    assert errors({"config": config}) == [place]


def test_a_key_beside_config_that_pulumi_does_not_have_is_marked():
    assert errors({"confg": {}}) == [""]


def test_every_setting_is_described():
    properties = stack_schema()["properties"]["config"]["properties"]
    for key in KEYS:
        assert properties[f"veracity:{key.name}"]["description"] == key.doc


GOOD = {"containers": CONTAINER, "datasets": DATASET, "schemas": SCHEMA, "folders": FOLDER, "files": FILE}
LISTS = {one.key: one for one in STACK_LISTS}
TEXTS = st.sampled_from([
    "", " ", "a", " a", "a ", "a\nb", "a\u200bb", "a b", "x.csv", "x.csv.", ".csv", "a/b.csv", "日本.csv", "日本",
    "Upsert", "retain", "restore", "fail", "off", "header", "#5594aa", "#5594a", CONTAINER["containerId"],
    CONTAINER["containerId"].upper(), "x" * 501, "a/", "/a", "a//b", "a\\b",
])  # fmt: skip
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 90_000) | st.sampled_from([0.5, 1.0, 86_400.5]) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "backgroundColor", "background_color", "text", "a-b", "ID"]), inner, max_size=2
        )
    ),
    max_leaves=3,
)


@settings(deadline=None, max_examples=EXAMPLES // 20, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_an_editor_and_the_program_agree_on_an_entry(data):
    key = data.draw(st.sampled_from(sorted(GOOD)))
    entry = GOOD[key] | data.draw(st.dictionaries(st.sampled_from([*LISTS[key].keys, "tagz"]), ODD, max_size=2))
    marked = errors({"config": {f"veracity:{key}": [entry]}})
    try:
        LISTS[key].entry.from_stack_file(entry)
        refused = []
    except InputError as error:
        refused = [str(problem) for problem in error.problems]
    # What a schema cannot say, or a language server need not: texts that differ only by case or form.
    assert bool(marked) == bool(refused) or all(" only by " in problem for problem in refused), (entry, marked, refused)


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, one in LISTS.items() for key in one.keys])
def test_a_key_without_a_value_is_marked_where_it_is_required_and_not_elsewhere(name, key):
    marked = errors({"config": {f"veracity:{name}": [{**GOOD[name], key: None}]}})
    assert bool(marked) == (key in LISTS[name].required)
