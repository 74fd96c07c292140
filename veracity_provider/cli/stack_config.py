"""
A stack's config, as a command without the Pulumi SDK reads it.

Plain values are read from the stack's file. Where one that is needed is a secret, or comes from elsewhere (the project
file, an environment of Pulumi ESC), the command `pulumi config` is asked, which knows how to decrypt it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from veracity_provider.errors import InputProblem, SettingsError
from veracity_provider.settings import KEYS
from veracity_provider.texts import shown

NAMESPACE: Final = "veracity:"
_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
_LIMIT_S: Final = 60
_SETTINGS: Final = frozenset(key.name for key in KEYS)
_SECRETS: Final = frozenset(key.name for key in KEYS if key.is_secret)


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Pulumi project: the folder of its `Pulumi.yaml`, and where its stack files are."""

    folder: Path
    stack_files: Path
    has_own_config: bool

    def file_of(self, stack: str) -> Path:
        """The file of a stack, which may be named with organization and project: `acme/emissions/dev`."""
        return self.stack_files / f"Pulumi.{stack.rpartition('/')[2]}.yaml"

    def stacks(self) -> list[str]:
        """Names of the stacks that have a file."""
        files = self.stack_files.glob("Pulumi.?*.yaml")
        return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in files)


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """
    The part of a stack's config that is ours.

    Args:
        values: By key without the namespace, as they are in the file.
        secrets: Keys whose values are stored as secrets.
    """

    stack: str
    project: Project
    file: Path
    values: Mapping[str, Any]
    secrets: frozenset[str]

    def get(self, key: str) -> str | None:
        """A value as text, as Pulumi gives it to a program; None where there is none."""
        return _as_text(self.values.get(key))

    @property
    def clear_secrets(self) -> tuple[str, ...]:
        """Settings that have to be secret, and stand in the file in the clear."""
        return tuple(key for key in sorted(_SECRETS - self.secrets) if self.get(key))

    def entries(self, key: str) -> list[Mapping[str, Any]]:
        """The entries of a list that are mappings; none where it is something else."""
        value = self.values.get(key)
        entries = cast("list[object]", value) if isinstance(value, list) else []
        return [cast("Mapping[str, Any]", one) for one in entries if isinstance(one, Mapping)]


def find_project(folder: Path) -> Project | None:
    """The Pulumi project that *folder* is in; None where it is in none."""
    for one in (folder, *folder.parents):
        for name in _PROJECT_FILES:
            if (file := one / name).is_file():
                document = _read_yaml(file)
                stack_files = one / str(document.get("stackConfigDir") or ".")
                own = cast("Mapping[str, Any]", document.get("config") or {})
                return Project(
                    folder=one,
                    stack_files=stack_files,
                    has_own_config=any(str(key).startswith(NAMESPACE) for key in own),
                )
    return None


def read_stack_config(stack: str, folder: Path, environ: Mapping[str, str]) -> StackConfig:
    """
    The config of *stack* of the project that *folder* is in.

    Raises:
        SettingsError: There is no such project or stack, its file cannot be read, or a secret cannot be decrypted.
    """
    project = find_project(folder)
    if project is None:
        raise _problem(f"must be used in a Pulumi project, and {folder} is in none: there is no Pulumi.yaml")
    file = project.file_of(stack)
    if not file.is_file():
        known = ", ".join(project.stacks()) or "none"
        raise _problem(f"must be a stack with a file, and there is no {file.name} in {file.parent}; there are: {known}")
    document = _read_yaml(file)
    given = {
        str(key).removeprefix(NAMESPACE): value
        for key, value in cast("Mapping[str, Any]", document.get("config") or {}).items()
        if str(key).startswith(NAMESPACE)
    }
    is_elsewhere = project.has_own_config or bool(document.get("environment"))
    if is_elsewhere or any(_is_secure(given.get(key)) for key in _SETTINGS):
        values, secrets = _ask_pulumi(stack, project, environ)
    else:
        values, secrets = given, frozenset[str]()
    return StackConfig(stack=stack, project=project, file=file, values=values, secrets=secrets)


def _ask_pulumi(stack: str, project: Project, environ: Mapping[str, str]) -> tuple[dict[str, Any], frozenset[str]]:
    command = ["pulumi", "config", "--stack", stack, "--show-secrets", "--json", "--non-interactive"]
    # Beside this interpreter is where a virtual environment may have it.
    path = os.pathsep.join([environ.get("PATH", ""), str(Path(sys.executable).parent)])
    try:
        done = subprocess.run(
            command,
            cwd=project.folder,
            env={**environ, "PATH": path, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
        failure = "" if done.returncode == 0 else _first_error(done.stderr)
        document: object = None if failure else json.loads(done.stdout)
    except FileNotFoundError:
        failure, document = "there is no `pulumi` on PATH", None
    except subprocess.TimeoutExpired:
        failure, document = f"it took longer than {_LIMIT_S} s", None
    except ValueError:
        failure, document = "its output is not JSON", None
    if not isinstance(document, Mapping):
        reason = failure or "its output is not JSON object"
        raise _problem(
            f"must be a stack whose config can be read, and `pulumi config --stack {stack} --show-secrets` failed: "
            f"{reason}. Fix that, or leave --stack out and set the variables that `veracity settings` lists"
        )
    found = {
        str(key).removeprefix(NAMESPACE): cast("Mapping[str, Any]", one)
        for key, one in cast("Mapping[str, Any]", document).items()
        if str(key).startswith(NAMESPACE)
    }
    return (
        {key: one.get("objectValue", one.get("value")) for key, one in found.items()},
        frozenset(key for key, one in found.items() if one.get("secret")),
    )


def _first_error(text: str) -> str:
    lines = [line.strip().removeprefix("error: ") for line in text.splitlines() if line.strip()]
    return shown(next(iter(lines), "it says nothing"), 200).rstrip(".")


def _is_secure(value: object) -> bool:
    """Whether *value* is a secret, or has one in it; Pulumi writes both as `secure: …`."""
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return "secure" in members or any(_is_secure(one) for one in members.values())
    return isinstance(value, list) and any(_is_secure(one) for one in cast("list[object]", value))


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str)


def _read_yaml(file: Path) -> dict[str, Any]:
    try:
        document: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _problem(f"must be a stack whose files can be read, and {file} cannot ({error})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise _problem(f"must be a stack whose files are YAML, and {file} is not{place}") from None
    return cast("dict[str, Any]", document) if isinstance(document, dict) else {}


def _problem(reason: str) -> SettingsError:
    return SettingsError([InputProblem("--stack", reason)])
