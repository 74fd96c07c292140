"""The plugin process: made ready once, then it gives each provider the services and the display it works with."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, final

from pulumi.dynamic import Config

from veracity_provider.api.clients import Clients
from veracity_provider.display.ancestors import cli_run
from veracity_provider.display.engine import Engine, Lines, Membership, Row, end_with
from veracity_provider.display.terminal import shows_live_text
from veracity_provider.dynamic import sdk
from veracity_provider.errors import SettingsError, VeracityError
from veracity_provider.lifecycle.run import UPLOAD_SUFFIX
from veracity_provider.lifecycle.services import Services, make_uploader
from veracity_provider.settings import KEYS, Settings, home_folder

NAMESPACE: Final = "veracity"
_NO_CONFIG: Final = (
    f"Not one {NAMESPACE}: key is set, as for an explicit provider, which is given no stack config. If this resource "
    "has one (`provider`, `providers` of a parent, or a transformation), leave it out."
)


@final
class Plugin:
    """
    What the providers of one plugin process share: the connection to the platform and the engine's display.

    A provider object is stored in the state, so it holds nothing; all it needs is here.
    """

    def __init__(self, *, services: Services, engine: Engine, environ: Mapping[str, str]) -> None:
        self.services = services
        self._stub = engine.connect()
        self._is_live = shows_live_text(environ)
        self._lines = Lines()

    def row(self, component: str | None = None) -> Row:
        """Where the call that is being answered on this thread says things; *component* is what made the resource."""
        urn = sdk.current_urn()
        member_of = _membership(urn, component, self._lines) if component else None
        return Row(self._stub, urn, is_live=self._is_live, member_of=member_of)


def _membership(urn: str, component: str, lines: Lines) -> Membership:
    """`urn:…::A$B::noon-a.csv-upload`, which the component `noon` has made, is its `a.csv`."""
    *place, types, name = urn.split("::", 3)
    label = name.removeprefix(f"{component}-").removesuffix(UPLOAD_SUFFIX)
    return Membership("::".join((*place, types.rpartition("$")[0], component)), label, lines)


_PLUGIN: Final = sdk.SharedByProviders[Plugin]()


def make_ready(config: Config) -> None:
    """Called by the SDK for each provider class; the first call does the work."""
    _PLUGIN.make_once(lambda: _start(config, os.environ))


def get_plugin() -> Plugin:
    """The plugin, made ready."""
    return _PLUGIN.get()


def _start(config: Config, environ: Mapping[str, str]) -> Plugin:
    # Late: it comes with the libraries that a preview of nothing does not pay for.
    import stamina

    # A retry is told by the error at its end; a log line in between would show up as a warning of the stack.
    stamina.instrumentation.set_on_retry_hooks([])
    if not environ.get(sdk.DEBUG):
        sdk.show_without_traceback(VeracityError)
    sdk.widen_worker_pool()
    engine = Engine(sdk.engine_address(list(sys.argv[1:])))
    if engine.address is not None:
        end_with(engine)
    return Plugin(services=_services(config, environ, engine), engine=engine, environ=environ)


def _services(config: Config, environ: Mapping[str, str], engine: Engine) -> Services:
    settings = _settings(config, environ)
    return Services(
        settings=settings,
        clients=Clients(settings),
        uploader=make_uploader(settings),
        home=home_folder(environ),
        project=Path.cwd(),
        engine_is_alive=engine.is_alive,
        sleep=time.sleep,
        monotonic=time.monotonic,
        time=time.time,
        cli_run=cli_run(os.getpid()),
    )


def _settings(config: Config, environ: Mapping[str, str]) -> Settings:
    try:
        return Settings.resolve(lambda key: config.get(f"{NAMESPACE}:{key}"), environ)
    except SettingsError as error:
        if all(config.get(f"{NAMESPACE}:{key.name}") is None for key in KEYS):
            error.add_note(_NO_CONFIG)
        raise
