"""The JSON Schema by which editors complete and check stack files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from veracity_provider.description.stack_schema import stack_schema
from veracity_provider.settings import KEYS

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
STACK_FILES = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
CONTAINER = {"name": "c", "containerId": "33333333-0000-4000-8000-000000000001"}
DATASET = {"name": "d", "datasetId": "22222222-0000-4000-8000-000000000001", "source": "a.csv", "operation": "Upsert"}


def errors(document):
    """The places of what is wrong, as far as the schema can name them."""
    validator = jsonschema.Draft7Validator(stack_schema())
    return sorted("/".join(map(str, error.absolute_path)) for error in validator.iter_errors(document))


def without(entry, key):
    return {name: value for name, value in entry.items() if name != key}


def test_the_schema_is_valid_and_is_the_one_that_is_written_down():
    jsonschema.Draft7Validator.check_schema(stack_schema())
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
