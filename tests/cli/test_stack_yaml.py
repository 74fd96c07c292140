"""Entries of a stack file: what is text stays text, and a file that people edit keeps its form."""

import pytest
import yaml

from veracity_provider.cli.stack_yaml import Block, insert, stack_text
from veracity_provider.errors import InputError

ID = "33333333-0000-4000-8000-000000000001"
TEXTS = [
    *("Emissions 2026", "2026", "1e3", "0o17", "0x1f", "1_000", ".5", "2026-01-01", "12:30:45"),
    *("yes", "No", "y", "null", "~", "true", "- a", "a: b", "a #b", "#5594aa", "@a", "&a", "*a", "!a", "%a", "`a"),
    *("[a]", "{a}", "a, b", "'", '"', "a\nb", "a\\b", "é", "水", "😀", "\u2028", "= ", "<<", "${a}", "?", "|", ">", ""),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_read_as_the_same_text(text):
    found = yaml.safe_load(stack_text([Block(key="containers", entries=[{"title": text, "tags": [text]}])]))
    assert found["config"]["veracity:containers"] == [{"title": text, "tags": [text]}]


@pytest.mark.parametrize("text", ["1e3", "0o17", "1_000", "y", ".5", "12:30:45", "0b1"])
def test_what_another_reader_of_yaml_takes_for_a_number_or_a_boolean_is_in_quotes(text):
    assert f'title: "{text}"' in stack_text([Block(key="containers", entries=[{"title": text}])])


def test_entries_remarks_and_what_is_incomplete():
    containers = Block(
        key="containers",
        entries=[{"name": "a", "containerId": ID, "icon": {"id": "x", "backgroundColor": "#5594aa"}}],
        remarks=["title is left out"],
    )
    datasets = Block(key="datasets", inactive=[{"name": "d", "source": "FILE.csv"}], remarks=["put a file in"])
    assert stack_text([containers, datasets, Block(key="folders")]) == (
        "config:\n"
        "  veracity:containers:\n"
        "    # title is left out\n"
        "    - name: a\n"
        f"      containerId: {ID}\n"
        '      icon: {id: x, backgroundColor: "#5594aa"}\n'
        "  # veracity:datasets:\n"
        "    # put a file in\n"
        "    # - name: d\n"
        "    #   source: FILE.csv\n"
    )


ENTRY = {"name": "new", "containerId": ID}
NEW = f"  veracity:containers:\n    - name: new\n      containerId: {ID}\n"
FILES = {
    "a file with settings alone": (
        "# kept\nconfig:\n  veracity:clientId: a # kept too\nencryptionsalt: v1:x\n",
        f"# kept\nconfig:\n  veracity:clientId: a # kept too\n{NEW}encryptionsalt: v1:x\n",
    ),
    "a list that is there": (
        "config:\n  veracity:containers:\n  - name: old\n  a:b: c\n",
        f"config:\n  veracity:containers:\n  - name: new\n    containerId: {ID}\n  - name: old\n  a:b: c\n",
    ),
    "a list without entries": (
        "config:\n  veracity:containers:\n    # none yet\n",
        f"config:\n{NEW}    # none yet\n",
    ),
    "a file without config": ("encryptionsalt: v1:x\n", f"config:\n{NEW}encryptionsalt: v1:x\n"),
    "an empty file": ("", f"config:\n{NEW}"),
}


@pytest.mark.parametrize(("before", "after"), FILES.values(), ids=FILES)
def test_entries_are_put_into_a_file_that_stays_as_it_is(before, after):
    assert insert(before, [Block(key="containers", entries=[ENTRY])]) == after


@pytest.mark.parametrize(
    "text",
    [
        "config: {veracity:clientId: a}\n",
        "config:\n  veracity:containers: [{name: old}]\n",
        "config:\n  veracity:containers:\n    {name: old}\n",
        "config:\n  ? veracity:containers\n  : - name: old\n",
    ],
)
def test_a_file_in_another_form_is_left_to_people(text):
    with pytest.raises(InputError, match="--write: must be used with a stack config file in the usual form"):
        insert(text, [Block(key="containers", entries=[ENTRY])])
