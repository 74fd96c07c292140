"""Where Python has no `fcntl`, as on Windows, each way in says so in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_FCNTL = "import sys; sys.modules['fcntl'] = None; sys.argv[1:] = {arguments!r}\n"
PROVIDER = (
    "veracity-provider needs Linux or macOS: it locks the journal of its ingest jobs with fcntl. On Windows, use WSL."
)
EMULATOR = "the local Veracity needs Linux or macOS: it locks its state with fcntl. On Windows, use WSL."


def run(code, *arguments, **environ):
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_FCNTL.format(arguments=list(arguments)) + code],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["ContainerMetadata", "DatasetIngest", "declare_stack"])
def test_a_program_that_is_part_of_a_larger_one_ends_with_an_error_that_is_one_line(name):
    code = (
        f"import pulumi\ntry:\n  from veracity_provider import {name}\nexcept pulumi.RunError as error:\n  print(error)"
    )
    assert run(code).stdout == f"{PROVIDER}\n"


@pytest.mark.parametrize("kept", [True, False], ids=["with a state folder", "with nothing kept"])
def test_the_emulator_ends_with_one_line(tmp_path, kept):
    arguments = ("serve", "--port", "0", *(("--state", str(tmp_path)) if kept else ()))
    ended = run("from veracity_emulator.__main__ import main; main()", *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"veracity-emulator: {EMULATOR}\n")


def test_the_set_up_ends_with_one_line():
    ended = run("from tools.console import run; from tools.setup import main; sys.exit(run(main))")
    told = "error: Linux or macOS is needed. On Windows, use WSL.\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "setting up\n", told)


def test_the_command_that_only_looks_works(emulator):
    demo = emulator.demo
    ended = run(
        "from veracity_provider.cli import main; main()",
        *("job", "55555555-0000-4000-8000-000000000001", "--workspace", demo["workspaceId"]),
        VERACITY_ENDPOINT=emulator.url,
        VERACITY_CLIENT_ID=demo["clientId"],
        VERACITY_CLIENT_SECRET=demo["clientSecret"],
        VERACITY_SUBSCRIPTION_KEY=demo["subscriptionKey"],
    )
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("error: "), ended.stderr
