"""The page about a clone: its shell, its local stack, and the steps to a real environment in it."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.engine.project import COMMAND_LIMIT_S, ROOT
from tests.guide import section, typed
from tests.veracity import Veracity
from tools.layout import SEED
from veracity_emulator.testing import spawn_emulator
from veracity_provider.lifecycle.schema.inference import infer_schema
from veracity_provider.storage.sources import FileSource

SECRET = "of a real environment"
OWN = "the person's own passphrase"
PUBLIC = "local"
ENV = 'eval "$(make -s env)"'
PAGE = "docs/guide/workflow.md"
ENVIRONMENTS, REAL = "docs/guide/environments.md", "From the emulator to a real environment"
_NOT_COPIED = shutil.ignore_patterns(".venv", ".git", ".setup", ".veracity*", "__pycache__", ".*_cache", ".hypothesis")


@dataclass
class Newcomer:
    """Somebody with a copy of the project that is set up, in a plain shell."""

    folder: Path
    environ: dict[str, str]

    def types(self, *commands: str, passphrase: str | None = OWN) -> subprocess.CompletedProcess[str]:
        """Type the *commands* into one shell; secrets are asked for, and given."""
        answered = [
            f"{command} <../secret" if "--secret" in command else f"{command} </dev/null" for command in commands
        ]
        environ = {} if passphrase is None else {"PULUMI_CONFIG_PASSPHRASE": passphrase}
        return subprocess.run(
            ["/bin/sh", "-e", "-c", "\n".join((ENV, *answered))],
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=COMMAND_LIMIT_S,
            check=False,
        )


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT, folder, ignore=_NOT_COPIED)
    (folder / ".venv").symlink_to(sys.prefix)
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "backend").mkdir()
    path = os.environ["PATH"] if shutil.which("pulumi", path=sys.prefix + "/bin") is None else "/usr/bin:/bin"
    environ = {
        "PATH": path,
        "HOME": str(tmp_path),
        "PULUMI_HOME": str(tmp_path / ".pulumi"),
        "PYTHON": sys.executable,
        "LANG": "C.UTF-8",
    }
    return Newcomer(folder, environ)


def of_a_real_environment(newcomer: Newcomer) -> list[str]:
    """Its commands from the login to the first check, for which the placeholders would have to be replaced."""
    commands = typed(section(ENVIRONMENTS, REAL))
    first, end = commands.index("pulumi login"), commands.index("veracity doctor --stack dev")
    return [f"pulumi login file://{newcomer.folder.parent / 'backend'}", *commands[first + 1 : end]]


def test_the_secrets_of_a_real_environment_are_encrypted_with_the_persons_own_passphrase(newcomer):
    assert ENV in section(PAGE, "Pulumi in a clone")
    assert f"{REAL.lower().replace(' ', '-')}" in section(PAGE, "Pulumi in a clone")
    commands = of_a_real_environment(newcomer)
    done = newcomer.types(*commands)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "veracity:clientSecret:\n    secure: v1:" in (newcomer.folder / "stacks/Pulumi.dev.yaml").read_text()
    assert (newcomer.folder.parent / "backend/.pulumi/stacks/veracity/dev.json").exists()
    get = "pulumi config get --stack dev veracity:clientSecret"
    assert newcomer.types(get).stdout == f"{SECRET}\n"
    assert "incorrect passphrase" in newcomer.types(get, passphrase=PUBLIC).stderr


def test_nobody_is_given_a_passphrase_who_has_none(newcomer):
    refused = newcomer.types(*of_a_real_environment(newcomer), passphrase=None)
    assert refused.returncode != 0
    assert "passphrase must be set" in refused.stderr


def test_the_shell_of_a_clone_leaves_other_projects_where_they_are(newcomer):
    (newcomer.folder.parent / "other").mkdir()
    (newcomer.folder.parent / "other/Pulumi.yaml").write_text("name: other\nruntime: python\n")
    done = newcomer.types(
        f"pulumi login file://{newcomer.folder.parent / 'backend'}", "cd ../other", "pulumi stack init a"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (newcomer.folder.parent / "backend/.pulumi/stacks/other/a.json").exists()


def left_out(line: str) -> re.Pattern[str]:
    """What a line of a sample stands for: in it, `…` is the rest of a hash or an id, which differ from run to run."""
    words = re.split(r'"[0-9a-f-]+…"|\(…\)', line)
    return re.compile('["(][0-9a-f-]+[")]'.join(map(re.escape, words)))


def require_lines(sample: str, printed: str) -> None:
    """Each line of the *sample* is a line of what was *printed*, in any order of resources; `…` stands for anything."""
    lines = printed.splitlines()
    for shown in sample.splitlines():
        if shown.strip() != "…":
            assert any(left_out(shown).fullmatch(line) for line in lines), shown


@pytest.fixture
def newly_made(project):
    """The project of the local stack, with the local Veracity as `make up` starts it."""
    for path in ("data", "schemas"):
        shutil.copytree(ROOT / path, project.folder / path)
    project.declare()
    project.config |= yaml.safe_load((ROOT / "stacks/Pulumi.local.yaml").read_text())["config"]
    with spawn_emulator(seed=SEED, strict=True) as emulator:
        project.config["veracity:endpoint"] = emulator.url
        yield project, Veracity(emulator.url)


def test_the_output_on_the_page_is_that_of_the_local_stack(newly_made):
    project, veracity = newly_made
    (made,) = re.findall(r"```text\n(.*?)```", section(PAGE, "The local stack"), re.DOTALL)
    assert veracity.get("/_emulator/state")["datasets"] == []
    require_lines(made, project.up().text)
    [dataset] = veracity.get("/_emulator/state")["datasets"]
    assert (dataset["name"], len(veracity.rows(dataset["id"]))) == ("Noon reports 2026", 720)
    assert veracity.violations() == []


def test_the_definition_of_the_local_stack_is_what_the_command_writes():
    inferred = infer_schema(FileSource(ROOT / "data/noon_reports.csv")).to_definition()
    assert json.loads((ROOT / "schemas/noon_reports.json").read_text()) == inferred
