"""Whether a person watches: the `pulumi` command above this process draws its display on a terminal."""

import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from veracity_provider.display import terminal
from veracity_provider.display.ancestors import Process
from veracity_provider.display.terminal import shows_live_text

XTERM = {"TERM": "xterm"}


@pytest.fixture
def _watched(monkeypatch):
    """Wherever it is looked for, there is a terminal."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(terminal, "ancestors", lambda _: [Process(pid=1, parent=0, command="pulumi", started="")])
    monkeypatch.setattr(terminal, "_writes_to_a_terminal", lambda _: True)


@pytest.mark.usefixtures("_watched")
@pytest.mark.parametrize(
    ("environ", "is_shown"),
    [
        pytest.param(XTERM, True, id="a terminal"),
        pytest.param({**XTERM, "CI": ""}, True, id="a terminal, where CI is empty"),
        pytest.param({"TERM": "dumb"}, False, id="a terminal that cannot be drawn on"),
        pytest.param({}, False, id="no terminal is named"),
        pytest.param({**XTERM, "CI": "true"}, False, id="a CI job"),
    ],
)
def test_live_text_is_for_a_terminal_that_shows_it(environ, is_shown):
    assert shows_live_text(environ) is is_shown


@pytest.mark.parametrize(
    ("commands", "written", "is_shown"),
    [
        pytest.param(["python", "pulumi", "bash"], {1}, True, id="the CLI writes to a terminal"),
        pytest.param(["python", "pulumi", "bash"], {0, 2}, False, id="others do, and the CLI does not"),
        pytest.param(["pulumi", "make", "pulumi"], {2}, True, id="one of two CLIs does"),
        pytest.param(["python", "bash"], {0, 1}, False, id="there is no CLI"),
        pytest.param([], set(), False, id="nothing is known of the processes above"),
    ],
)
def test_on_linux_the_cli_above_this_process_counts(monkeypatch, commands, written, is_shown):
    processes = [Process(pid=i, parent=i + 1, command=name, started="") for i, name in enumerate(commands)]
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(terminal, "ancestors", lambda pid: {os.getpid(): processes}[pid])
    monkeypatch.setattr(terminal, "_writes_to_a_terminal", written.__contains__)
    assert shows_live_text(XTERM) is is_shown


@pytest.mark.parametrize("has_terminal", [True, False])
def test_elsewhere_the_controlling_terminal_counts(monkeypatch, has_terminal):
    closed = []

    def open_(path, flags):
        assert (path, flags) == ("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        if not has_terminal:
            raise OSError
        return "descriptor"

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(terminal.os, "open", open_)
    monkeypatch.setattr(terminal.os, "close", closed.append)
    assert shows_live_text(XTERM) is has_terminal
    monkeypatch.undo()
    assert closed == ["descriptor"] * has_terminal


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
class TestOutput:
    """What a process writes to, as /proc shows it."""

    @pytest.fixture
    def writes_to(self, monkeypatch):
        """Whether process 7 writes to a terminal, where its output is this file."""

        def ask(path):
            shown = Path
            monkeypatch.setattr(terminal, "Path", lambda asked: shown({"/proc/7/fd/1": path}[asked]))
            return terminal._writes_to_a_terminal(7)

        return ask

    def test_a_terminal(self, writes_to):
        leader, follower = os.openpty()
        try:
            assert writes_to(os.ttyname(follower))
        finally:
            os.close(leader)
            os.close(follower)

    def test_another_device(self, writes_to):
        assert not writes_to("/dev/null")

    def test_a_file(self, writes_to, tmp_path):
        (tmp_path / "log").write_text("")
        assert not writes_to(tmp_path / "log")

    def test_nothing_that_is_known(self, writes_to, tmp_path):
        assert not writes_to(tmp_path / "none")

    @pytest.mark.parametrize(
        ("major", "is_terminal"),
        [(3, False), (4, True), (5, False), (135, False), (136, True), (143, True), (144, False)],
    )
    @pytest.mark.parametrize("is_character_device", [True, False])
    def test_a_device_is_known_by_its_number(self, monkeypatch, major, is_terminal, is_character_device):
        mode = stat.S_IFCHR if is_character_device else stat.S_IFBLK
        found = SimpleNamespace(st_mode=mode, st_rdev=os.makedev(major, 1))
        monkeypatch.setattr(terminal, "Path", lambda _: SimpleNamespace(stat=lambda: found))
        assert terminal._writes_to_a_terminal(7) is (is_terminal and is_character_device)
