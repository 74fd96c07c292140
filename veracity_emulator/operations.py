"""Operations of a service: what is asked, checked against its model, and answered."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict, TypeVar, Unpack, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from veracity_emulator.backend import Backend
from veracity_emulator.errors import ServiceError, errors_by_member
from veracity_emulator.fabric.errors import fabric_error
from veracity_emulator.identity.accounts import Account, caller
from veracity_emulator.workbench.errors import gateway_error, model_error

_Body = TypeVar("_Body", bound=BaseModel)


def _text(value: object) -> object:
    if isinstance(value, str | datetime):
        return value
    raise ValueError("Input should be a text")


def _no_boolean(value: object) -> object:
    if value is not True and value is not False:
        return value
    raise ValueError("Input should be a number")


Flag = Annotated[bool, Strict()]
"""`true` or `false` in a body, and nothing that only looks like it."""
Number = Annotated[int, BeforeValidator(_no_boolean)]
"""A number, or, as some clients send it, its text."""
Moment = Annotated[datetime, BeforeValidator(_text)]
"""A time in ISO 8601."""
Guard = Literal["workbench", "fabric"]


class Wire(BaseModel):
    """A request's body; members in any case, as ASP.NET takes them (inferred)."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        spelled = {(field.alias or name).lower(): field.alias or name for name, field in cls.model_fields.items()}
        members = cast("Mapping[str, Any]", body)
        return {spelled.get(name.lower(), name): value for name, value in members.items()}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that has passed the guard. *body* is the parsed JSON, None when there is none."""

    request: Request
    account: Account
    body: Any
    guard: Guard | None

    def path(self, name: str) -> str:
        """A parameter of the path."""
        return str(self.request.path_params[name])

    def model_or_defaults(self, model: type[_Body]) -> _Body:
        """The same, and no body at all means all defaults."""
        return model() if self.body is None else self.model(model)

    def query_model(self, model: type[_Body]) -> _Body:
        """The parameters of the query as *model*; a 400 that names the parameter otherwise."""
        try:
            return model.model_validate(dict(self.request.query_params))
        except ValidationError as error:
            raise _malformed(self.guard, errors_by_member(error)) from None

    def model(self, model: type[_Body]) -> _Body:
        """The body as *model*; a 400 that names the member otherwise."""
        try:
            return model.model_validate(self.body)
        except ValidationError as error:
            raise _malformed(self.guard, errors_by_member(error)) from None

    def require_scope(self) -> None:
        """An account that is scoped to datasets gets no further than these. Which calls it has is partly chosen."""
        datasets, parameters = self.account.datasets, self.request.path_params
        if datasets is None or self.guard != "workbench":
            return
        if "dataset" in parameters:
            is_allowed = parameters["dataset"] in datasets
        else:
            is_allowed = "job" in parameters or self.request.url.path.endswith(
                ("/datasets", "/datasets/query", "/tenants")
            )
        if not is_allowed:
            raise gateway_error(403, "The account is scoped to selected datasets.")

    def require_admin(self) -> None:
        """Only an Admin of the workspace may go on."""
        if self.account.role != "admin":
            raise gateway_error(403, "The account has the role Reader; this needs Admin.")


Handler = Callable[[Backend, Call], Any]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a service, for the router and for the OpenAPI description alike."""

    method: str
    path: str
    handler: Handler
    summary: str
    guard: Guard | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: Any = None
    """The type of what is answered, for the description."""
    status: int = 200


class _More(TypedDict, total=False):
    query: type[BaseModel]
    answer: Any
    status: int


def endpoint(prefix: str, guard: Guard | None) -> Callable[..., Operation]:
    """A function that describes the operations whose paths begin with *prefix*, in a line each."""

    def operation(
        method: str,
        path: str,
        handler: Handler,
        summary: str,
        body: type[BaseModel] | None = None,
        **more: Unpack[_More],
    ) -> Operation:
        return Operation(
            method=method, path=prefix + path, handler=handler, summary=summary, body=body, guard=guard, **more
        )

    return operation


def mounted(backend: Backend, service: str, operations: Iterable[Operation]) -> Mount:
    """Those *operations* whose paths begin with *service*: a request is compared with its own service's paths alone."""
    mine = [one for one in operations if one.path.startswith(f"{service}/")]
    return Mount(
        service,
        routes=[Route(one.path.removeprefix(service), _endpoint(backend, one), methods=[one.method]) for one in mine],
    )


def _endpoint(backend: Backend, operation: Operation) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        return await run_in_threadpool(_answer, backend, operation, request, raw)

    return endpoint


def _answer(backend: Backend, operation: Operation, request: Request, raw: bytes) -> Response:
    account = caller(request, backend, operation.guard) if operation.guard else Account(id="", role="")
    body = _parsed(raw, operation.guard) if operation.body else None
    call = Call(request=request, account=account, body=body, guard=operation.guard)
    call.require_scope()
    found = operation.handler(backend, call)
    return found if isinstance(found, Response) else JSONResponse(found, operation.status)


def _parsed(raw: bytes, guard: Guard | None) -> Any:
    if not raw.strip():
        return None
    try:
        return parse_json(raw)
    except (ValueError, RecursionError):
        raise _malformed(guard, {"$": ["The body is not JSON."]}) from None


def _malformed(guard: Guard | None, wrong: Mapping[str, list[str]]) -> ServiceError:
    """A 400 in the shape of the service."""
    if guard == "fabric":
        return fabric_error(400, "; ".join(f"{place}: {text}" for place, texts in wrong.items() for text in texts))
    return model_error(wrong)


def parse_json(raw: bytes) -> Any:
    """
    JSON that can be written again: Python's own reader also takes `NaN`, numbers beyond a float, and half characters.

    Raises:
        ValueError, RecursionError: It is something else.
    """
    found = json.loads(raw, parse_constant=_finite, parse_float=_finite)
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
