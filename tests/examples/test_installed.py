"""The README's first commands: from the package that a clone builds, by pip or uv, to the first rows."""

import subprocess
import tarfile
from pathlib import Path

import pytest
import requests

from tests.examples.shell import ROOT, ended_emulator
from tests.guide import section, typed
from tools import package
from tools.publishing import project_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

INSTALLED = section("README.md", "Install")
UV = "uv venv --seed && uv pip install 'veracity-provider[emulator]'"


def run_in(folder, *commands):
    """What the commands print, typed into one shell in *folder*."""
    command = ["bash", "-e", "-c", "\n".join(commands)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def row_count(shell, dataset):
    """How many rows the local Veracity of the shell has."""
    url = f"http://127.0.0.1:{shell.environ['VERACITY_EMULATOR_PORT']}/_emulator/state"
    datasets = requests.get(url, timeout=30).json()["datasets"]
    return next(one["rowCount"] for one in datasets if one["id"] == dataset)


def test_the_package_is_built_where_pip_is_told_to_look(tmp_path):
    clone, build, find = typed(INSTALLED)[:3]
    assert clone == "git clone <repository URL> veracity-provider"
    (tmp_path / "veracity-provider").symlink_to(ROOT)
    printed = run_in(tmp_path, f"{build} --dry-run", find, "echo $PIP_FIND_LINKS").splitlines()
    assert any(line.endswith("-m tools.package") for line in printed)
    assert Path(printed[-1]).resolve() == package.DIST


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_three_commands_lead_to_the_first_rows(published, tools, installer):
    install, new, up = typed(INSTALLED)[3:]
    if installer == "uv":
        assert f"`{UV}`" in INSTALLED
        install = UV
        (Path(published.environ["PATH"].split(":")[0]) / "uv").symlink_to(tools / "uv")
    with ended_emulator(published):
        published.run(install)
        published.run(new)
        said = published.run(up)
        assert "+ 5 created" in said
        assert row_count(published, "22222222-0000-4000-8000-000000000001") == 30

        again = published.run("./pulumi-local preview")
        assert "5 unchanged" in again
        refused = published.tries("./pulumi-local config set --secret veracity:clientSecret x")
        assert refused.returncode == 1
        assert refused.stdout == (
            "pulumi-local: --secret is not for the stack local, whose passphrase is public; use pulumi\n"
        )
        assert published.run("./pulumi-local stop") == "stopped\n"


def test_the_installed_template_is_that_of_the_project(published, distributions, tools):
    (wheel,) = distributions.glob("*.whl")
    published.run("python3 -m venv .venv", f"{tools}/uv pip install -q --no-deps '{wheel}'")
    installed = published.folder / ".venv/share/veracity-provider/template"
    template = ROOT / "templates/veracity"
    tracked = [path.relative_to("templates/veracity") for path in project_files() if path.is_relative_to("templates")]
    assert tracked
    for path in tracked:
        assert (installed / path).read_bytes() == (template / path).read_bytes(), path
        assert ((installed / path).stat().st_mode & 0o100) == ((template / path).stat().st_mode & 0o100), path


def test_the_source_distribution_has_every_file_of_the_project(distributions):
    (archive,) = distributions.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        packed = {Path(*Path(name).parts[1:]) for name in opened.getnames()}
    assert [path for path in project_files() if path not in packed] == []
