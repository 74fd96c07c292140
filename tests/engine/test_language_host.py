"""What Pulumi's Python host does around the program: it looks for plugins, picks a Python, and shows how it ended."""

import shutil
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Proxy:
    """A proxy that refuses, and remembers what was asked of it."""

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def refusing_proxy() -> Iterator[Proxy]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            proxy.asked.append(self.rfile.readline().decode().strip())
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        proxy = Proxy(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            server.shutdown()


def install(folder: Path, name: str) -> None:
    """A distribution in *folder*, as far as `pip list` can tell."""
    metadata = folder / f"{name.replace('-', '_')}-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")


@pytest.mark.parametrize(
    ("also_installed", "is_asked_for"),
    [
        pytest.param(None, False, id="nothing is looked up for this project"),
        pytest.param("pulumi-lookup", True, id="a distribution named pulumi-… would be looked up"),
    ],
)
def test_no_plugin_is_looked_up_on_the_internet(project, veracity, tmp_path, also_installed, is_asked_for):
    project.declare(containers=[{"name": "emissions", "containerId": veracity.new_container(), "title": "Emissions"}])
    if also_installed:
        install(tmp_path / "installed", also_installed)
        project.environ["PYTHONPATH"] += f":{tmp_path / 'installed'}"
    del project.environ["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"]
    project.environ["no_proxy"] = project.environ["NO_PROXY"]
    # The host runs `pip list`, and pip asks once a week for a newer pip.
    project.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    with refusing_proxy() as proxy:
        project.environ |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy.url)
        previewed = project.preview()
    assert bool(proxy.asked) is is_asked_for, proxy.asked
    assert previewed.succeeded, previewed.text
    assert "+ 2 to create" in previewed, previewed.text


@pytest.mark.parametrize("virtualenv", ["venv", sys.prefix], ids=["a relative path", "an absolute path"])
def test_the_virtual_environment_that_pulumi_yaml_names_is_used_in_a_plain_shell(project, veracity, virtualenv):
    (project.folder / "venv").symlink_to(sys.prefix)
    runtime = f"runtime:\n  name: python\n  options:\n    virtualenv: {virtualenv}\n"
    project.write("Pulumi.yaml", f"name: veracity\n{runtime}stackConfigDir: stacks\n")
    container = veracity.new_container()
    project.declare(containers=[{"name": "emissions", "containerId": container, "title": "Emissions"}])
    project.command = shutil.which("pulumi", path=project.environ["PATH"])
    project.environ["PATH"] = "/usr/bin:/bin"
    assert shutil.which("pulumi-language-python", path=project.environ["PATH"]) is None
    updated = project.up()
    assert updated.succeeded, updated.text
    assert veracity.container(container)["metadata"]["title"] == "Emissions"


def test_on_windows_a_program_is_refused_in_one_line(project):
    without_fcntl = "import sys\nsys.modules['fcntl'] = None\n"
    project.write("__main__.py", f"{without_fcntl}from veracity_provider import declare_stack\ndeclare_stack()\n")
    refused = project.preview()
    assert not refused.succeeded
    assert refused.lines_with("error: veracity-provider needs Linux or macOS", "On Windows, use WSL."), refused.text
    assert "Traceback" not in refused
    assert "unhandled" not in refused
