"""The plugin process: made ready once, then it hands each provider its lifecycle."""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, final

from pulumi.dynamic import Config

from veracity_provider.display.ancestors import cli_run
from veracity_provider.display.engine import Engine, Row, end_with
from veracity_provider.display.terminal import shows_live_text
from veracity_provider.dynamic import sdk
from veracity_provider.lifecycle.services import Services, make_uploader
from veracity_provider.lifecycle.values import Lifecycle
from veracity_provider.settings import Settings

NAMESPACE: Final = "veracity"


@final
class Process:
    """
    What the providers of one plugin process share: the connection to the platform and the engine's display.

    A provider object is stored in the state, so it holds nothing; all it needs is here.
    """

    def __init__(self, *, services: Services, engine: Engine, environ: Mapping[str, str]) -> None:
        self.services = services
        self._stub = engine.connect()
        self._is_live = shows_live_text(environ)

    def row(self) -> Row:
        """Where the call that is being answered on this thread says things."""
        return Row(self._stub, sdk.current_urn(), is_live=self._is_live)


_lock = threading.Lock()
_process: Process | None = None


def make_ready(config: Config) -> None:
    """Called by the SDK for each provider class; the first call does the work."""
    global _process  # noqa: PLW0603 — the SDK builds providers from the state, so they can be handed nothing
    with _lock:
        if _process is None:
            _process = _start(config, os.environ)


def current() -> Process:
    """The process, made ready."""
    if _process is None:
        message = "a provider was asked before it was configured"
        raise RuntimeError(message)
    return _process


def lifecycle(make: Callable[[Services], Lifecycle]) -> Lifecycle:
    """One lifecycle of the kind that *make* makes, at work with this process's services."""
    return make(current().services)


def _start(config: Config, environ: Mapping[str, str]) -> Process:
    # Late: it comes with the libraries that a preview of nothing does not pay for.
    import stamina

    # A retry is told by the error at its end; a log line in between would show up as a warning of the stack.
    stamina.instrumentation.set_on_retry_hooks([])
    if not environ.get("VERACITY_DEBUG"):
        sdk.show_errors_as_one_line()
    sdk.widen_worker_pool()
    engine = Engine(sdk.engine_address(list(sys.argv[1:])))
    if engine.address is not None:
        end_with(engine)
    return Process(services=_services(config, environ, engine), engine=engine, environ=environ)


def _services(config: Config, environ: Mapping[str, str], engine: Engine) -> Services:
    # Late: an unchanged stack pays for no HTTP library before the first request.
    from veracity_provider.api.clients import connect

    settings = Settings.resolve(lambda key: config.get(f"{NAMESPACE}:{key}"), environ)
    return Services(
        settings=settings,
        clients=connect(settings),
        uploader=make_uploader(settings),
        home=home(environ),
        project=Path.cwd(),
        engine_is_alive=engine.is_alive,
        sleep=time.sleep,
        monotonic=time.monotonic,
        time=time.time,
        cli_run=cli_run(os.getpid()),
    )


def home(environ: Mapping[str, str]) -> Path:
    """The folder beside the Pulumi home that holds fingerprints and the journal of ingest jobs."""
    return Path(environ.get("PULUMI_HOME") or Path.home() / ".pulumi").expanduser() / NAMESPACE
