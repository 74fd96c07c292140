"""
Mutation testing: one change of an expression at a time, and whether the tests of its folder notice it.

`python -m tests.mutants [GROUP ...]` runs mutmut in a copy of the project below `.mutants/`, one group after the other,
on a sample of the mutants, and writes `tests/mutants.md`: how many mutants each module has, how many were tried, and
every one that no test noticed. What a person wrote about such a mutant stays for as long as the mutant does.
Decision: docs/decisions/mutation-testing.md.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
WORK: Final = ROOT / ".mutants"
PAGE: Final = ROOT / "tests" / "mutants.md"
SHARE: Final = 0.2
"""The part of the mutants that is tried by default: about an hour on two cores."""
FLOOR: Final = 0.9
"""The part of the tried mutants of each folder that the tests must notice."""
NOT_JUDGED: Final = "not judged"
_COPIED: Final = ("veracity_provider", "veracity_emulator", "tests", "data", "docs", "stacks", "tools")
_LEFT_OUT: Final = ("cacheprovider", "cov", "xdist", "unraisableexception", "threadexception")
"""Plugins of pytest that would cost each mutant more than its tests do."""
_NOTICED: Final = frozenset({"killed", "timeout", "segfault"})
_UNTRIED: Final = "not checked"
_GENERATE: Final = """
from mutmut import __main__ as mutmut
mutmut.makedirs("mutants", exist_ok=True)
mutmut.copy_src_dir()
mutmut.copy_also_copy_files()
mutmut.create_mutants(1)
"""
"""Writes the mutants without trying them, so that some can be chosen by name; no command of mutmut does that."""


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that have to notice their mutants."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_TOP: Final = (
    "claims",
    "directory",
    "files",
    "functions",
    "inputs",
    "naming",
    "previewed",
    "progress",
    "run",
    "services",
    "sources",
    "protocols",
    "units",
)
GROUPS: Final = {
    "lifecycle": Group(
        tuple(f"lifecycle/{one}.py" for one in _TOP),
        tuple(f"tests/lifecycle/test_{one}.py" for one in _TOP if one != "protocols"),
    ),
    "jobs": Group(("lifecycle/jobs/*",), ("tests/lifecycle/jobs",)),
    "container": Group(
        ("lifecycle/container/*", "lifecycle/metadata/*"), ("tests/lifecycle/container", "tests/lifecycle/metadata")
    ),
    "dataset": Group(("lifecycle/dataset/*",), ("tests/lifecycle/dataset",)),
    "filestorage": Group(("lifecycle/filestorage/*",), ("tests/lifecycle/filestorage",)),
    "ingest": Group(("lifecycle/ingest/*",), ("tests/lifecycle/ingest", "tests/lifecycle/test_previewed.py")),
    "schema": Group(("lifecycle/schema/*",), ("tests/lifecycle/schema",)),
    "storage": Group(("storage/*",), ("tests/storage",)),
    "api": Group(("api/*",), ("tests/api",)),
}


@dataclass(frozen=True)
class Mutant:
    """One change; *is_noticed* is None until it was tried, *change* says what was changed where no test noticed it."""

    module: str
    is_noticed: bool | None
    change: str = ""


def run_group(name: str, share: float, workers: int) -> None:
    """Try a *share* of the mutants of a group, and again those that no test noticed; results stay below `.mutants/`."""
    folder, group = WORK / name, GROUPS[name]
    for one in _COPIED:
        shutil.rmtree(folder / one, ignore_errors=True)
        shutil.copytree(ROOT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + _settings(group))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {
        **os.environ,
        "PYTEST_DEBUG_TEMPROOT": str(folder / "tmp"),  # beside other runs of pytest its numbered folders may run out
        "PYTHONDONTWRITEBYTECODE": "1",
        "VERACITY_FUZZ_EXAMPLES": "40",
    }
    # A function that is new may be reached by tests that are not: which tests reach which function is found out anew.
    (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-c", _GENERATE], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    if names := mutants_to_try(_results(folder), share):
        command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(workers), *names]
        subprocess.run(command, cwd=folder, env=environment, check=True)


def mutants_to_try(results: list[tuple[str, str]], share: float) -> list[str]:
    """The names of those that no test has noticed: the ones tried before, and of the others the sample."""
    return [
        mutant
        for mutant, status in results
        if status not in _NOTICED and (status != _UNTRIED or is_sampled(mutant, share))
    ]


def is_sampled(mutant: str, share: float) -> bool:
    """Whether a mutant is in the sample; a hash of its name decides, so each run tries the same ones."""
    return int.from_bytes(hashlib.sha256(mutant.encode()).digest()[:8], "big") < share * 2**64


def _settings(group: Group) -> str:
    # The fork server has run no test: one that has, with the emulator's threads, gives children that hang.
    return f"""
[tool.mutmut]
process_isolation = "forkserver"
source_paths = ["veracity_provider"]
only_mutate = {[f"veracity_provider/{one}" for one in group.modules]}
also_copy = {[*_COPIED, "Pulumi.yaml"]}
pytest_add_cli_args_test_selection = {list(group.tests)}
pytest_add_cli_args = {["-m", "not slow", *(word for plugin in _LEFT_OUT for word in ("-p", f"no:{plugin}"))]}
timeout_constant = 10.0
timeout_multiplier = 5.0
do_not_mutate_patterns = ['cast\\("']
"""


def mutants_of(name: str) -> Iterator[Mutant]:
    """What came of the mutants of a group."""
    for mutant, status in _results(WORK / name):
        module = _module_of(mutant)
        if status == _UNTRIED:
            yield Mutant(module, is_noticed=None)
        elif status in _NOTICED:
            yield Mutant(module, is_noticed=True)
        else:
            diff = _mutmut(WORK / name, "show", mutant)
            yield Mutant(module, is_noticed=False, change=change_of(mutant, diff))


def _results(folder: Path) -> list[tuple[str, str]]:
    """Each mutant by its name, and what came of it."""
    if not (folder / "mutants").exists():
        return []
    lines = _mutmut(folder, "results", "--all", "true").splitlines()
    return [(name, status) for line in lines for name, _, status in [line.strip().partition(": ")]]


def _mutmut(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def _module_of(mutant: str) -> str:
    dotted = mutant.rpartition(".")[0]
    return dotted.removeprefix("veracity_provider.").replace(".", "/") + ".py"


def change_of(mutant: str, diff: str) -> str:
    """A unified diff of one function as one line: `function`: `before` becomes `after`."""
    function = re.sub(r"^x_|^x\u01c1|__mutmut_\d+$", "", mutant.rpartition(".")[2]).replace("\u01c1", ".")
    gone, come = (
        " ".join(line[1:].strip() for line in diff.splitlines() if line.startswith(sign) and line[:3] != sign * 3)
        for sign in "-+"
    )
    return f"`{function}`: `` {gone} `` becomes `` {come} ``"


def read_judgements(page: str) -> dict[tuple[str, str], str]:
    """What the page says about each mutant, by module and change."""
    found: dict[tuple[str, str], str] = {}
    module = change = ""
    for line in page.splitlines():
        if line.startswith("## "):
            module = line.removeprefix("## ")
        elif line.startswith("- "):
            change = line.removeprefix("- ")
        elif line.startswith("  ") and change:
            found[module, change] = line.strip()
            change = ""
    return found


def write_page(mutants: list[Mutant], judgements: Mapping[tuple[str, str], str]) -> str:
    """The page: tables of the folders and the modules, and the mutants that no test noticed, judged."""
    by_module = _by(lambda one: one.module, mutants)
    tried = [one for one in mutants if one.is_noticed is not None]
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants`. The judgements are a person's, and are kept for as long as the mutant is there:",
        "equivalent (no test could notice it), text (wording alone), left (not worth a test; the reason follows).",
        "",
        f"Of {len(mutants):,} mutants {len(tried):,} were tried, a sample by a hash of their names.",
        "",
        "| folder | mutants | tried | noticed | not noticed |",
        "| --- | ---: | ---: | ---: | ---: |",
        *_rows(_by(lambda one: _folder_of(one.module), mutants)),
        "",
        "| module | mutants | tried | noticed | not noticed |",
        "| --- | ---: | ---: | ---: | ---: |",
        *_rows(by_module),
    ]
    for module, ones in sorted(by_module.items()):
        left = Counter(one.change for one in ones if one.is_noticed is False)
        if left:
            lines += ["", f"## {module}", ""]
        for change, count in left.items():
            times = f" ({count} times)" if count > 1 else ""
            lines += [f"- {change}{times}", f"  {judgements.get((module, f'{change}{times}'), NOT_JUDGED)}"]
    return "\n".join(lines) + "\n"


def _by(key: Callable[[Mutant], str], mutants: Iterable[Mutant]) -> dict[str, list[Mutant]]:
    found: defaultdict[str, list[Mutant]] = defaultdict(list)
    for one in mutants:
        found[key(one)].append(one)
    return found


def _folder_of(module: str) -> str:
    return module.rpartition("/")[0]


def _rows(table: Mapping[str, list[Mutant]]) -> Iterator[str]:
    for name, ones in sorted(table.items()):
        counts = Counter(one.is_noticed for one in ones)
        tried = counts[True] + counts[False]
        yield f"| {name} | {len(ones)} | {tried} | {counts[True]} | {counts[False]} |"


def shares(mutants: list[Mutant]) -> dict[str, float]:
    """The noticed part of the mutants of each folder that were tried."""
    tried = _by(lambda one: _folder_of(one.module), (one for one in mutants if one.is_noticed is not None))
    return {folder: sum(one.is_noticed is True for one in ones) / len(ones) for folder, ones in tried.items()}


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise ValueError
    return share


def main() -> int:
    """Run, write the page, and fail where too many mutants go unnoticed or one that does is not judged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(GROUPS)}; all by default")
    parser.add_argument(
        "--share", type=_share, default=SHARE, help=f"the part to try, up to 1 for all; default: {SHARE}"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="mutants that are tried at a time")
    parser.add_argument("--report", action="store_true", help="write the page from what was tried before")
    chosen = parser.parse_args()
    if unknown := set(chosen.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}; the groups are {', '.join(GROUPS)}")
    for name in () if chosen.report else chosen.groups or GROUPS:
        run_group(name, chosen.share, chosen.workers)
    mutants = [one for name in GROUPS if (WORK / name).exists() for one in mutants_of(name)]
    page = write_page(mutants, read_judgements(PAGE.read_text() if PAGE.exists() else ""))
    PAGE.write_text(page)
    found, to_judge = shares(mutants), page.splitlines().count(f"  {NOT_JUDGED}")
    noticed = ", ".join(f"{folder}: {share:.1%}" for folder, share in found.items())
    print(f"noticed in {noticed}; to be judged in {PAGE.relative_to(ROOT)}: {to_judge}")  # noqa: T201 — for a terminal
    return int(to_judge > 0 or any(share < FLOOR for share in found.values()))


if __name__ == "__main__":
    sys.exit(main())
