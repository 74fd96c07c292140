"""All rooms under one roof."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from veracity_emulator import (
    accounts,
    control,
    datasets,
    ingest,
    jobs,
    oauth,
    openapi,
    problems,
    schemas,
    seed,
    workspaces,
    world,
)
from veracity_emulator.calls import mounted
from veracity_emulator.clock import Clock
from veracity_emulator.config import Config
from veracity_emulator.database import Database
from veracity_emulator.datalake import routes as datalake
from veracity_emulator.datalake import store
from veracity_emulator.fabric import containers, rooms, stewards
from veracity_emulator.middleware import Hostile
from veracity_emulator.world import World

_SCHEMAS = (
    *(world.SCHEMA, accounts.SCHEMA, workspaces.SCHEMA, schemas.SCHEMA, datasets.SCHEMA, jobs.SCHEMA),
    *(containers.SCHEMA, store.SCHEMA),
)
_SERVICES = (schemas.GATEWAY, rooms.DATA, rooms.PROVISIONING, control.ROOT)


def make_world(config: Config, folder: Path) -> World:
    """A world whose state is in *folder*; raises `StateRefused` where that cannot be used."""
    clock, database = Clock(), Database(folder, _SCHEMAS)
    made = World(
        config=config, clock=clock, database=database, files=store.FileStore(folder / "files", database, clock)
    )
    seed.plant(made)
    return made


def make_app(world: World) -> Hostile:
    """The ASGI application."""
    operations = [
        *control.operations(),
        *workspaces.operations(),
        *schemas.operations(),
        *datasets.operations(),
        *ingest.operations(),
        *rooms.operations(),
        *stewards.operations(),
    ]
    description = openapi.describe(operations, {**oauth.paths(), **datalake.paths()})

    def described(_: Request) -> Response:
        return JSONResponse(description)

    app = Starlette(
        routes=[
            Route(f"{control.ROOT}/openapi.json", described, methods=["GET"]),
            *(mounted(world, service, operations) for service in _SERVICES),
            *oauth.routes(world),
            *datalake.routes(world),
        ],
        exception_handlers={
            problems.Problem: _refused,
            404: _no_such_operation,
            405: _no_such_operation,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    return Hostile(app, world)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, problems.Problem)  # noqa: S101 — registered for this class alone
    return Response(error.body, error.status, headers=error.headers)


def _failed(request: Request, error: Exception) -> Response:
    """A bug of ours, in the platform's shape; the log has its traceback."""
    return _refused(request, problems.gateway(500, f"The emulator failed: {type(error).__name__}."))


def _no_such_operation(request: Request, _: Exception) -> Response:
    return _refused(request, problems.apim(404, "Resource not found"))
