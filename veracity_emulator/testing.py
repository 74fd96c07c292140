"""An emulator for a test: in this process, or as a process of its own that can be killed and started again."""

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Generator
from functools import cached_property
from pathlib import Path
from typing import IO, Any, cast

from veracity_emulator.config import Config
from veracity_emulator.server import Ready, serve

_READY_WITHIN_S = 30.0


class Emulator:
    """One that runs; *url* is where."""

    def __init__(self, url: str, certificate: str | None = None) -> None:
        self.url = url
        self.certificate = certificate
        """File to trust, with `tls`."""

    @cached_property
    def demo(self) -> dict[str, Any]:
        """Ids and secrets of the demo."""
        with urllib.request.urlopen(f"{self.url}/_emulator/demo", timeout=30, context=self._context) as answer:  # noqa: S310 — our own URL
            return json.load(answer)

    @property
    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.certificate) if self.certificate else None


class EmulatorProcess(Emulator):
    """A process of its own; its state outlives it."""

    def __init__(self, options: dict[str, Any], errors: Path) -> None:
        self._options = options
        self._errors = errors
        self._process, ready = self._started()
        url = ready["url"]
        super().__init__(url, ready.get("certificate"))
        self._options["port"] = int(url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an interrupt does."""
        self._end(signal.SIGINT)

    def restart(self) -> None:
        """Start it again, on the same state and port."""
        self._process, _ = self._started()

    def _end(self, how: signal.Signals) -> None:
        if self._process.poll() is None:
            os.kill(self.pid, how)
        self._process.wait(_READY_WITHIN_S)
        cast("IO[str]", self._process.stdout).close()

    def _started(self) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        flags = [_flag(name, value) for name, value in self._options.items() if value != getattr(Config, name, None)]
        with self._errors.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "veracity_emulator", "serve", *flags],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        line = cast("IO[str]", process.stdout).readline()
        if not line:
            process.wait()
            cast("IO[str]", process.stdout).close()
            raise RuntimeError(self._errors.read_text() or "the emulator ended before it was ready")
        return process, json.loads(line)


def _flag(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{flag}" if value else f"--no-{flag}"
    return f"--{flag}={value}"


@contextlib.contextmanager
def spawn_emulator(**options: Any) -> Generator[EmulatorProcess]:
    """
    A process on a free port, with the flags of `veracity-emulator serve` as keyword arguments.

    Its state is in a folder of its own unless *state* is given, so that it can be killed and started again.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = {"port": 0, "state": Path(folder) / "state", "job_seconds": 0.1, **options}
        process = EmulatorProcess(given, Path(folder) / "errors")
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def run_emulator(**config: Any) -> Generator[Emulator]:
    """One in a thread of this process, on a free port; arguments are those of `Config`."""
    given: dict[str, Any] = {"port": 0, "job_seconds": 0.1, **config}
    chosen = Config(**given)
    ready, found, servers, failures = threading.Event(), list[Ready](), list[Any](), list[BaseException]()

    def run() -> None:
        try:
            serve(chosen, when_ready=lambda where: found.append(where) or ready.set(), ask_to_end=servers.append)
        except BaseException as failure:  # noqa: BLE001 — handed to the thread that waits
            failures.append(failure)
            ready.set()

    thread = threading.Thread(target=run, name="emulator")
    thread.start()
    ready.wait(_READY_WITHIN_S)
    if failures:
        raise failures[0]
    try:
        yield Emulator(found[0].url, str(found[0].certificate) if found[0].certificate else None)
    finally:
        servers[0].should_exit = True
        thread.join()
