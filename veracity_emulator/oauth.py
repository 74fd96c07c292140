"""The token endpoints: v1 with `resource`, v2 with `scope`, client credentials. Source: fact sheet 1."""

from typing import Any, Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from veracity_emulator import problems
from veracity_emulator.accounts import AUDIENCES, TENANT, issue_token
from veracity_emulator.world import World

TENANTS: Final = ("dnvglb2cprod.onmicrosoft.com", "a68572e3-63ce-4bc1-acdc-b64943502e9d")
V1_PATH: Final = "/{tenant}/oauth2/token"
V2_PATH: Final = "/{tenant}/oauth2/v2.0/token"
_DEFAULT: Final = "/.default"


def routes(world: World) -> list[Route]:
    """Both forms, for the tenant by name and by GUID."""

    def endpoint(is_v2: bool) -> Any:
        async def answer(request: Request) -> Response:
            raw = await request.body()
            return await run_in_threadpool(_answer, world, request, raw, is_v2=is_v2)

        return answer

    return [
        Route(V1_PATH, endpoint(is_v2=False), methods=["POST"]),
        Route(V2_PATH, endpoint(is_v2=True), methods=["POST"]),
    ]


def _answer(world: World, request: Request, raw: bytes, *, is_v2: bool) -> Response:
    moment = f"{world.clock.now():%Y-%m-%d %H:%M:%SZ}"
    form = {name: values[0] for name, values in parse_qs(raw.decode("utf-8", "replace")).items()}

    def refuse(status: int, error: str, code: int, text: str) -> problems.Problem:
        return problems.token(status, error, code, text, moment)

    if request.path_params["tenant"].lower() not in TENANTS:
        raise refuse(400, "invalid_request", 90002, "Tenant not found.")
    grant = form.get("grant_type")
    if not grant:
        raise refuse(400, "invalid_request", 900144, "The request body must contain the parameter: 'grant_type'.")
    if grant != "client_credentials":
        raise refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    account = _account(world, form, refuse)
    audience = _audience(form, refuse, is_v2=is_v2)
    return JSONResponse(_token(world, account, audience, form, is_v2=is_v2))


def _account(world: World, form: dict[str, str], refuse: Any) -> str:
    row = world.database.read().execute("SELECT * FROM accounts WHERE id = ?", (form.get("client_id", ""),)).fetchone()
    if row is None:
        raise refuse(400, "unauthorized_client", 700016, "The application was not found in the directory.")
    if not form.get("client_secret"):
        raise refuse(401, "invalid_client", 7000218, "The request body must contain 'client_secret'.")
    if form["client_secret"] != row["secret"]:
        raise refuse(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if row["secret_expired"]:
        raise refuse(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    return str(row["id"])


def _audience(form: dict[str, str], refuse: Any, *, is_v2: bool) -> str:
    if is_v2:
        scope = form.get("scope", "")
        api = scope.removeprefix(TENANT).removesuffix(_DEFAULT)
        if not scope.endswith(_DEFAULT) or api not in AUDIENCES:
            raise refuse(
                400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."
            )
        return api
    api = form.get("resource", "").removeprefix(TENANT)
    if api not in AUDIENCES:
        raise refuse(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
    return api


def _token(world: World, account: str, audience: str, form: dict[str, str], *, is_v2: bool) -> dict[str, Any]:
    seconds = float(world.setting("tokenSeconds"))
    value = issue_token(world, account, audience, seconds)
    life = max(int(seconds) - 1, 0) if seconds >= 1 else 0
    if is_v2:
        return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": value}
    now = int(world.clock.time())
    return {
        "token_type": "Bearer",
        "expires_in": str(life),
        "ext_expires_in": str(life),
        "expires_on": str(now + life),
        "not_before": str(now - 300),
        "resource": form["resource"],
        "access_token": value,
    }
