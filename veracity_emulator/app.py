"""The application: every service on one port."""

import sqlite3
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from veracity_emulator import openapi
from veracity_emulator.backend import TABLES as SHARED_TABLES
from veracity_emulator.backend import Backend
from veracity_emulator.clock import Clock
from veracity_emulator.config import Config
from veracity_emulator.control import routes as control
from veracity_emulator.control import seed
from veracity_emulator.database import Database
from veracity_emulator.disk import FULL, Disk, is_of_full_disk
from veracity_emulator.errors import ServiceError, apim_error
from veracity_emulator.fabric import containers
from veracity_emulator.fabric import routes as fabric
from veracity_emulator.identity import accounts
from veracity_emulator.identity import routes as identity
from veracity_emulator.middleware import FaultMiddleware
from veracity_emulator.operations import mounted
from veracity_emulator.page.routes import Site
from veracity_emulator.storage import entries, store
from veracity_emulator.storage import routes as storage
from veracity_emulator.storage.calls import refusal
from veracity_emulator.storage.sas import ACCOUNT
from veracity_emulator.workbench import datasets, jobs, schemas, workspaces
from veracity_emulator.workbench import routes as workbench
from veracity_emulator.workbench.errors import gateway_error

_TABLES = (
    *(SHARED_TABLES, accounts.TABLES, workspaces.TABLES, schemas.TABLES, datasets.TABLES, jobs.TABLES),
    *(containers.TABLES, store.TABLES),
)
_SERVICES = (schemas.GATEWAY, fabric.DATA, fabric.PROVISIONING, control.ROOT)


def make_backend(config: Config, folder: Path) -> Backend:
    """A backend whose state is in *folder*; raises `StateRefused` where that cannot be used, and `SeedRefused`."""
    chosen = seed.read_seed(config.seed)
    clock, database = Clock(), Database(folder, _TABLES, (*entries.ADDED_COLUMNS, *datasets.ADDED_COLUMNS))
    files = store.FileStore(folder / "files", database, clock)
    made = Backend(config=config, clock=clock, database=database, files=files, disk=Disk(folder))
    try:
        seed.load(made, chosen)
    except BaseException:
        database.close()
        raise
    return made


def make_app(backend: Backend) -> FaultMiddleware:
    """The ASGI application."""
    operations = [*control.operations(), *workbench.operations(), *fabric.operations()]

    def described(_: Request) -> Response:
        # Not before it is asked for: describing everything takes longer than the rest of a start.
        return JSONResponse(openapi.describe(operations, {**identity.paths(), **storage.paths()}, backend.base_url))

    def not_written(request: Request, error: Exception) -> Response:
        if not is_of_full_disk(error):
            raise error
        backend.disk.tell()
        return _refused(request, _failure(request, FULL))

    app = Starlette(
        routes=[
            *Site(backend).routes(),
            Route(f"{control.ROOT}/openapi.json", described, methods=["GET"]),
            *(mounted(backend, service, operations) for service in _SERVICES),
            *identity.routes(backend),
            *storage.routes(backend),
        ],
        exception_handlers={
            ServiceError: _refused,
            404: _no_such_operation,
            405: _no_such_operation,
            sqlite3.OperationalError: not_written,
            OSError: not_written,
            Exception: _failed,
        },
    )
    app.router.redirect_slashes = False
    return FaultMiddleware(app, backend)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 — registered for this class alone
    response = Response(error.body, error.status, headers=error.headers)
    if request.method == "HEAD" and not error.body:
        del response.headers["Content-Length"]  # of the body that GET would have; nobody knows it here
    return response


def _failed(request: Request, error: Exception) -> Response:
    """A bug of ours; the log has its traceback."""
    return _refused(request, _failure(request, f"The emulator failed: {type(error).__name__}."))


def _failure(request: Request, text: str) -> ServiceError:
    """A 500 in the shape of the service whose path it is."""
    is_storage = request.url.path.startswith(f"/{ACCOUNT}/")
    return refusal(request, 500, "InternalError") if is_storage else gateway_error(500, text)


def _no_such_operation(request: Request, _: Exception) -> Response:
    return _refused(request, apim_error(404, "Resource not found"))
