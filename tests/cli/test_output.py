"""Tables are cut to the width there is; nothing that is printed can steer a terminal."""

import json

import pytest

from veracity_provider.cli.output import Column, Output, fit, json_text

ID = "22222222-0000-4000-8000-000000000001"
COLUMNS = (
    Column(title="id", text=lambda one: one[0], is_whole=True),
    Column(title="name", text=lambda one: one[1]),
    Column(title="rows", text=lambda one: one[2], is_number=True),
)


@pytest.mark.parametrize(
    ("natural", "whole", "width", "widths"),
    [
        pytest.param([10, 10], [False, False], 80, [10, 10], id="what fits is not cut"),
        pytest.param([40, 10], [False, False], 42, [30, 10], id="the widest is cut first"),
        pytest.param([36, 30, 30], [True, False, False], 80, [36, 20, 20], id="what is copied is never cut"),
        pytest.param([36, 36], [True, True], 40, [36, 36], id="where nothing can be cut, the row is wider"),
        pytest.param([30, 30, 30], [False] * 3, 20, [6, 6, 6], id="no column is cut below six"),
    ],
)
def test_widths_of_columns(natural, whole, width, widths):
    assert fit(natural, whole, width) == widths


@pytest.fixture
def printed(monkeypatch, capsys):
    def print_items(items, *, width=80, as_json=False, **options):
        monkeypatch.setenv("COLUMNS", str(width))
        output = Output(as_json=as_json)
        output.print_items(items, COLUMNS, lambda one: {"id": one[0], "name": one[1]}, nothing="no things", **options)
        return capsys.readouterr()

    return print_items


def test_a_table_is_cut_to_the_width(printed):
    found = printed([(ID, "a name that goes on and on", 12), (ID, "short", 1234)], width=60)
    assert found.out.splitlines() == [
        "ID                                    NAME              ROWS",
        f"{ID}  a name that goe…    12",
        f"{ID}  short             1234",
    ]


def test_wide_characters_take_two_columns(printed):
    found = printed([(ID, "水水水水水水水水", 1)], width=60)
    assert found.out.splitlines()[1] == f"{ID}  水水水水水水水水     1"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_limit_stops_the_reading_and_says_that_there_are_more(printed, as_json):
    read = []

    def things():
        for i in range(100):
            read.append(i)
            yield ID, f"n{i}", i

    found = printed(things(), limit=2, as_json=as_json)
    assert found.out.count(ID) == 2
    assert found.err == "there are more; --limit 0 shows all\n"
    assert len(read) == 3


def test_a_limit_that_is_just_reached_says_nothing(printed):
    assert printed([(ID, "a", 1)], limit=1).err == ""


def test_rows_are_printed_while_others_are_read(printed, capsys):
    seen = []

    def things():
        for i in range(150):
            if i == 120:
                seen.append(capsys.readouterr().out)
            yield ID, f"n{i}", i

    printed(things())
    assert "n100" in seen[0]


def test_an_empty_list_is_an_empty_array_or_a_note(printed):
    assert printed([], as_json=True) == ("[]\n", "")
    assert printed([]) == ("", "no things\n")


def test_a_list_of_json_is_one_document(printed):
    found = printed([(ID, "é", 1), (ID, "b", 2)], as_json=True)
    assert json.loads(found.out) == [{"id": ID, "name": "é"}, {"id": ID, "name": "b"}]


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\u202e", "\u200b", "\x07"])
def test_what_shows_nothing_is_escaped(printed, character):
    text = f"a{character}b"
    assert character not in printed([(ID, text, 1)]).out
    assert character not in json_text({"name": text})
    assert json.loads(json_text({"name": text})) == {"name": text}


def test_markup_of_the_terminal_library_is_text(printed):
    assert "[red]x[/red] :smile:" in printed([(ID, "[red]x[/red] :smile:", 1)]).out
