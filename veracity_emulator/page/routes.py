"""The page's addresses: what it shows, and the few things that can be done there."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final
from urllib.parse import parse_qs

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from veracity_emulator.backend import Backend
from veracity_emulator.clock import LATEST
from veracity_emulator.config import INSTALL, LONGEST_S
from veracity_emulator.errors import errors_by_member
from veracity_emulator.fabric import containers
from veracity_emulator.faults import FaultInput
from veracity_emulator.page import views

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

PREFIX: Final = "/_emulator/page"
_FOLDER: Final = Path(__file__).parent
_STATIC: Final = ("page.css", "page.js")
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # without a referrer, forms have no origin either
    "X-Content-Type-Options": "nosniff",
}
TABS: Final = (
    ("Overview", "/"),
    ("Datasets", f"{PREFIX}/datasets"),
    ("Schemas", f"{PREFIX}/schemas"),
    ("Jobs", f"{PREFIX}/jobs"),
    ("Containers", f"{PREFIX}/containers"),
    ("Files", f"{PREFIX}/files"),
    ("Requests", f"{PREFIX}/requests"),
    ("Faults and clock", f"{PREFIX}/faults"),
)
_FIELDS: Final = {
    "status": {"status": "status"},
    "delay": {"seconds": "seconds"},
    "slowJob": {"seconds": "seconds"},
    "failJob": {"message": "message"},
    "slow": {"bytesPerSecond": "bytes"},
    "stall": {"seconds": "seconds", "afterBytes": "bytes"},
}
"""What the form asks for each kind of effect: the member, and the form's field."""


@final
class Site:
    """Answers the page's requests."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._counts = views.RowCounts(backend)

    def routes(self) -> list[Route]:
        """All addresses."""
        shown: dict[str, Callable[[Request], Response]] = {
            "/": self._overview,
            f"{PREFIX}/datasets": self._datasets,
            f"{PREFIX}/datasets/{{id}}": self._dataset,
            f"{PREFIX}/schemas": self._schemas,
            f"{PREFIX}/jobs": self._jobs,
            f"{PREFIX}/jobs/{{id}}": self._job,
            f"{PREFIX}/containers": self._containers,
            f"{PREFIX}/containers/{{id}}": self._container,
            f"{PREFIX}/files": self._files,
            f"{PREFIX}/requests": self._requests,
            f"{PREFIX}/faults": self._faults,
            f"{PREFIX}/static/{{name}}": _static,
        }
        done = {
            f"{PREFIX}/faults": self._add_fault,
            f"{PREFIX}/faults/{{id}}/lift": self._lift_fault,
            f"{PREFIX}/clock": self._move_clock,
        }
        return [
            *(Route(path, answer, methods=["GET"]) for path, answer in shown.items()),
            *(Route(path, answer, methods=["POST"]) for path, answer in done.items()),
        ]

    @cached_property
    def _templates(self) -> "Environment":
        # Late, so that a start does not pay for it.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        made = Environment(
            loader=FileSystemLoader(_FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters["moment"] = views.moment
        made.filters["size"] = views.size
        return made

    def _show(self, template: str, tab: str, status: int = 200, **values: Any) -> Response:
        try:
            found = self._templates.get_template(template)
        except ModuleNotFoundError:
            return PlainTextResponse(f"jinja2 is not installed; this page needs `{INSTALL}`.\n", 501)
        text = found.render(prefix=PREFIX, tabs=TABS, tab=tab, **views.header(self._backend), **values)
        return Response(text, status, headers=_HEADERS, media_type="text/html")

    def _missing(self, tab: str, what: str) -> Response:
        return self._show("missing.html", tab, 404, what=what)

    def _overview(self, _: Request) -> Response:
        backend = self._backend
        return self._show(
            "overview.html",
            "Overview",
            datasets=views.datasets(backend, self._counts),
            jobs=views.jobs_of(backend, limit=6),
            containers=views.all_containers(backend),
            requests=views.requests(backend, "", 6),
            faults=views.faults(backend),
            violations=backend.violations.all(),
        )

    def _datasets(self, _: Request) -> Response:
        return self._show("datasets.html", "Datasets", datasets=views.datasets(self._backend, self._counts))

    def _dataset(self, request: Request) -> Response:
        found = views.dataset(self._backend, self._counts, request.path_params["id"])
        if found is None:
            return self._missing("Datasets", "dataset")
        page = request.query_params.get("page", "1")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 10 else 1
        return self._show("dataset.html", "Datasets", dataset=found, page=views.rows(self._backend, found, number))

    def _schemas(self, _: Request) -> Response:
        return self._show("schemas.html", "Schemas", schemas=views.schemas(self._backend))

    def _jobs(self, _: Request) -> Response:
        return self._show("jobs.html", "Jobs", jobs=views.jobs_of(self._backend))

    def _job(self, request: Request) -> Response:
        found = views.job(self._backend, request.path_params["id"])
        return self._show("job.html", "Jobs", job=found) if found else self._missing("Jobs", "job")

    def _containers(self, _: Request) -> Response:
        return self._show("containers.html", "Containers", containers=views.all_containers(self._backend))

    def _container(self, request: Request) -> Response:
        found = containers.find(self._backend, request.path_params["id"])
        if found is None:
            return self._missing("Containers", "container")
        return self._show("container.html", "Containers", container=views.container_view(self._backend, found))

    def _files(self, request: Request) -> Response:
        found = views.folder(self._backend, request.query_params.get("path", ""))
        return self._show("files.html", "Files", folder=found)

    def _requests(self, request: Request) -> Response:
        words = request.query_params.get("q", "")
        return self._show("requests.html", "Requests", words=words, requests=views.requests(self._backend, words, 200))

    def _faults(self, _: Request, status: int = 200, wrong: str = "") -> Response:
        found = views.faults(self._backend)
        return self._show("faults.html", "Faults and clock", status, faults=found, wrong=wrong)

    async def _add_fault(self, request: Request) -> Response:
        try:
            self._backend.faults.add(FaultInput.model_validate(_fault(await _form(request))))
        except ValidationError as error:
            wrong = [f"{place}: {text}" for place, texts in errors_by_member(error).items() for text in texts]
            return self._faults(request, 400, "; ".join(wrong))
        return _back()

    async def _lift_fault(self, request: Request) -> Response:
        self._backend.faults.remove(request.path_params["id"])
        return _back()

    async def _move_clock(self, request: Request) -> Response:
        given = (await _form(request)).get("seconds", "")
        seconds = float(given) if given.isascii() and given.isdecimal() else -1.0
        if not 0 <= seconds <= LONGEST_S or self._backend.clock.time() + seconds > LATEST:
            return self._faults(request, 400, f"The clock moves forward by 0 to {LONGEST_S:,.0f} s.")
        self._backend.clock.advance(seconds)
        return _back()


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        return PlainTextResponse("There is no such file.\n", 404)
    return FileResponse(_FOLDER / "static" / name, headers={"Cache-Control": "no-cache"})


def _back() -> Response:
    return RedirectResponse(f"{PREFIX}/faults", 303)


async def _form(request: Request) -> dict[str, str]:
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {name: values[0].strip() for name, values in fields.items()}


def _fault(given: dict[str, str]) -> dict[str, Any]:
    """A fault as the control API takes it; an effect has the fields of its kind alone."""
    kind = given.get("kind", "")
    fields = {field: given[name] for field, name in _FIELDS.get(kind, {}).items() if given.get(name)}
    count = given.get("count")
    return {
        "method": given.get("method") or "*",
        "path": given.get("path") or "*",
        "count": int(count) if count and count.isdecimal() else None,
        "effect": {"kind": kind, **fields},
    }
