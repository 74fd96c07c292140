"""A Pulumi project of its own for each test, driven by the real `pulumi` command."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[2]
STACK = "test"
COMMAND_LIMIT_S = 240

CONTAINER = "pulumi-python:dynamic/veracity:ContainerMetadata"
UPLOAD = "pulumi-python:dynamic/veracity:IngestUpload"
INGEST = "pulumi-python:dynamic/veracity:DatasetIngest"


@dataclass(frozen=True)
class Outcome:
    """What a command printed, stdout and stderr as a person sees them, and its exit code."""

    code: int
    text: str

    @property
    def succeeded(self) -> bool:
        return self.code == 0

    def lines_with(self, *words: str) -> list[str]:
        return [line for line in self.text.splitlines() if all(word in line for word in words)]

    def __contains__(self, words: str) -> bool:
        return words in self.text


@dataclass
class Project:
    """A project folder with one stack, a backend and a Pulumi home of its own."""

    folder: Path
    environ: dict[str, str]
    config: dict[str, Any] = field(default_factory=dict)
    command: str = "pulumi"
    """Found on the PATH of the environment, or an absolute path."""
    writes_config: bool = True
    """Whether each command begins with writing `config` into the stack's file; False leaves the file as it is."""

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def program(self, body: str) -> None:
        """Make *body* the Pulumi program; the public names are imported already."""
        self.write("__main__.py", f"import pulumi\nfrom veracity_provider import *\n\n{body}\n")

    def declare(self, **lists: Any) -> None:
        """Declare containers and datasets by stack config, as a user without code does."""
        self.config |= {f"veracity:{name}": value for name, value in lists.items()}
        self.write("__main__.py", (ROOT / "__main__.py").read_text())

    def pulumi(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Outcome:
        """Run a command to its end."""
        with self.running(*arguments, environ=environ) as process:
            text, _ = process.communicate(timeout=COMMAND_LIMIT_S)
        return Outcome(process.returncode, text)

    @contextmanager
    def running(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
        """Start a command; what is left of it at the end is killed, plugins included."""
        self._write_config()
        process = subprocess.Popen(
            [self.command, *arguments, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env={**self.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            if process.stdout:
                process.stdout.close()
            process.wait()

    def preview(self, *arguments: str, **options: Any) -> Outcome:
        return self.pulumi("preview", "--diff", *arguments, **options)

    def up(self, *arguments: str, **options: Any) -> Outcome:
        return self.pulumi("up", "--yes", "--skip-preview", *arguments, **options)

    def refresh(self, *arguments: str, **options: Any) -> Outcome:
        return self.pulumi("refresh", "--yes", "--skip-preview", *arguments, **options)

    def destroy(self, *arguments: str, **options: Any) -> Outcome:
        return self.pulumi("destroy", "--yes", "--skip-preview", *arguments, **options)

    def is_unchanged(self) -> bool:
        """Whether a preview lists nothing."""
        return self.preview("--expect-no-changes").succeeded

    def state(self) -> dict[str, Any]:
        """The stack's deployment as stored, read from the file that the backend keeps."""
        found = json.loads(self.state_file().read_text())
        return found["checkpoint"]["latest"] or {}

    def state_file(self) -> Path:
        return self.folder / "backend/.pulumi/stacks/veracity" / f"{STACK}.json"

    def resources(self) -> dict[str, dict[str, Any]]:
        """Outputs of each resource in the state, by name."""
        found = self.state().get("resources", [])
        return {one["urn"].rpartition("::")[2]: one.get("outputs", {}) for one in found if one.get("custom")}

    def outputs(self, name: str) -> dict[str, Any]:
        return self.resources()[name]

    def processes(self) -> list[psutil.Process]:
        """Every process of this project that is at work, known by its Pulumi home."""
        return [found for found in psutil.process_iter() if _home(found) == self.environ["PULUMI_HOME"]]

    def plugins(self) -> list[psutil.Process]:
        """The provider processes among them."""
        return [found for found in self.processes() if "pulumi.dynamic" in _command(found)]

    def clis(self) -> list[psutil.Process]:
        """The `pulumi` commands among them."""
        return self._called("pulumi")

    def language_hosts(self) -> list[psutil.Process]:
        """Pulumi's processes that run the program."""
        return self._called("pulumi-language-python")

    def _called(self, name: str) -> list[psutil.Process]:
        return [found for found in self.processes() if Path(_command(found).split(" ")[0]).name == name]

    def is_locked(self) -> bool:
        """Whether a killed command has left its lock."""
        return any((self.folder / "backend/.pulumi/locks").rglob("*.json"))

    def keep_config(self) -> None:
        """Take over what a command has written into the stack's config."""
        path = self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        self.config |= yaml.safe_load(path.read_text())["config"]

    def _write_config(self) -> None:
        if not self.writes_config:
            return
        path = self.folder / "stacks" / f"Pulumi.{STACK}.yaml"
        kept = yaml.safe_load(path.read_text()) or {}
        config = {key: json.dumps(value) if isinstance(value, bool) else value for key, value in self.config.items()}
        path.write_text(yaml.safe_dump({**kept, "config": config}))


def make_template(folder: Path) -> None:
    """A project with an empty stack, to be copied: making a stack costs more than a second."""
    (folder / "stacks").mkdir(parents=True)
    (folder / "backend").mkdir()
    (folder / "Pulumi.yaml").write_text("name: veracity\nruntime: python\nstackConfigDir: stacks\n")
    (folder / "__main__.py").write_text("")
    subprocess.run(
        ["pulumi", "stack", "init", STACK, "--non-interactive"],
        cwd=folder,
        env=environment(folder),
        check=True,
        capture_output=True,
        timeout=COMMAND_LIMIT_S,
    )


def copy_template(template: Path, folder: Path, config: Mapping[str, Any]) -> Project:
    shutil.copytree(template, folder, symlinks=True)
    return Project(folder, environment(folder), dict(config))


def environment(folder: Path) -> dict[str, str]:
    """An environment made from nothing, so that tests pass alike on a laptop, in CI and behind a proxy."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PYTHONPATH": str(ROOT),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "of a test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_PARALLEL": "200",
        "PULUMI_STACK": STACK,
        "PULUMI_RUN_PROGRAM": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def _home(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("PULUMI_HOME")
    except psutil.Error:
        return None


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
