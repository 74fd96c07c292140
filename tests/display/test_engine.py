import socket

from pulumi.runtime.proto import engine_pb2

from veracity_provider.display.engine import Engine, Lines, Membership, Row


class Display:
    """Keeps what it is told."""

    def __init__(self):
        self.shown = []

    def Log(self, request, *, timeout):  # noqa: N802 — the engine's name
        assert timeout > 0
        self.shown.append(request)


URN = "urn:pulumi:one"


def test_an_engine_is_alive_as_long_as_it_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        engine = Engine(f"127.0.0.1:{server.getsockname()[1]}")
        assert engine.is_alive()
    assert not engine.is_alive()


def test_what_is_said_appears_on_the_row_of_the_resource():
    display = Display()
    row = Row(display, URN, is_live=False)
    row.info("one")
    row.warning("two")
    assert [(one.urn, one.severity, one.message) for one in display.shown] == [
        ("urn:pulumi:one", engine_pb2.INFO, "one"),
        ("urn:pulumi:one", engine_pb2.WARNING, "two"),
    ]


def test_live_text_comes_at_most_twice_a_second():
    display = Display()
    row = Row(display, URN, is_live=True)
    for percent in range(100):
        row.live(f"{percent} %")
    assert [one.message for one in display.shown] == ["0 %"]
    assert display.shown[0].ephemeral


def test_a_log_gets_no_live_text():
    display = Display()
    Row(display, URN, is_live=False).live("12 %")
    assert display.shown == []


class TestMembers:
    """Resources that a component has made: their messages are shown together, and are not endless."""

    def test_a_message_is_shown_on_the_row_of_the_component_with_the_label_of_the_member(self):
        display = Display()
        row = Row(display, URN, is_live=True, member_of=Membership("urn:component", "a.csv", Lines()))
        row.info("one\ntwo")
        row.live("12 %")
        assert [(one.urn, one.message) for one in display.shown] == [
            ("urn:component", "a.csv: one\ntwo"),
            (URN, "12 %"),
        ]
        assert row.urn == URN

    def test_there_are_so_many_lines_of_each_severity_and_the_last_one_says_that_there_are_more(self):
        display, lines = Display(), Lines(3)
        for label in "abcde":
            row = Row(display, URN, is_live=False, member_of=Membership("urn:component", label, lines))
            row.info("one")
        row.warning("two\nthree\nfour")
        Row(display, URN, is_live=False, member_of=Membership("urn:other", "f", lines)).info("five")
        assert [one.message for one in display.shown] == [
            "a: one",
            "b: one",
            "… and more, which are not shown",
            "e: two\nthree\n… and more, which are not shown",
            "f: five",
        ]


def test_what_is_said_holds_no_escape_sequence_and_keeps_its_lines():
    display = Display()
    row = Row(display, URN, is_live=True)
    row.info("one\n  \x1b[2Jtwo")
    row.warning("three\x07")
    row.live("four\r")
    assert [one.message for one in display.shown] == ["one\n  \\x1b[2Jtwo", "three\\x07", "four\\r"]
