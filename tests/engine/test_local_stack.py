"""The local stack from `make up` to `make down`, with a name, a port and a state folder of its own."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.project import COMMAND_LIMIT_S, ROOT

# The set-up is in place when tests run; it would look at the folder that the virtual environment was made for.
WORKFLOW = "import sys; from tools import local; local.set_up = lambda: None; sys.exit(local.main(sys.argv[1:]))"


class LocalStack:
    def __init__(self, folder: Path) -> None:
        self.name = f"test{os.getpid()}"
        self.state = folder / "state"
        self.config = ROOT / "stacks" / f"Pulumi.{self.name}.yaml"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PULUMI_HOME": str(folder / ".pulumi"),
            "LANG": "C.UTF-8",
            "STACK": self.name,
            "VERACITY_STATE_DIR": str(self.state),
            "VERACITY_EMULATOR_PORT": str(port),
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WORKFLOW, *arguments],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_LIMIT_S,
            check=False,
        )


@pytest.fixture
def stack(tmp_path):
    made = LocalStack(tmp_path)
    yield made
    made.run("stop")
    made.config.unlink(missing_ok=True)


def test_what_up_made_is_gone_after_down_even_when_the_stack_was_destroyed_before(stack):
    up = stack.run("up")
    assert up.returncode == 0, up.stdout
    assert "+ 14 created" in up.stdout
    assert stack.config.exists()

    exported = stack.run("pulumi", "stack", "export")
    assert exported.returncode == 0
    assert exported.stdout.startswith("{")
    destroyed = stack.run("pulumi", "destroy", "--yes")
    assert destroyed.returncode == 0, destroyed.stdout
    assert "- 14 deleted" in destroyed.stdout

    down = stack.run("down")
    assert down.returncode == 0, down.stdout
    assert not stack.config.exists()
    assert not stack.state.exists()
