"""The token endpoints: v1 with `resource`, v2 with `scope`, client credentials. Source: docs/platform.md, "Tokens"."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote_plus

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from veracity_emulator.backend import Backend
from veracity_emulator.errors import ServiceError
from veracity_emulator.identity.accounts import AUDIENCES, TENANT, TENANT_ID, issue_token
from veracity_emulator.identity.errors import token_error
from veracity_emulator.openapi import path_parameters

TENANTS: Final = ("dnvglb2cprod.onmicrosoft.com", TENANT_ID)
V1_PATH: Final = "/{tenant}/oauth2/token"
V2_PATH: Final = "/{tenant}/oauth2/v2.0/token"
METADATA_PATHS: Final = (
    "/{tenant}/.well-known/openid-configuration",
    "/{tenant}/v2.0/.well-known/openid-configuration",
)
_DEFAULT: Final = "/.default"
_REFUSAL: Final = {"type": "object", "required": ["error", "error_description", "error_codes"]}


class CredentialsForm(BaseModel):
    """The fields that both endpoints read. What is missing is told in the words of the service."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""


class V1Form(CredentialsForm):
    """Asks for a token by audience."""

    resource: str = ""


class V2Form(CredentialsForm):
    """Asks for a token by scope."""

    scope: str = ""


_FORMS: Final[Mapping[str, type[CredentialsForm]]] = {V1_PATH: V1Form, V2_PATH: V2Form}


def routes(backend: Backend) -> list[Route]:
    """Both endpoints and their OpenID metadata, for the tenant by name and by GUID."""

    def endpoint(form: type[CredentialsForm]) -> Any:
        async def answer(request: Request) -> Response:
            fields = parse_qs((await request.body()).decode("utf-8", "replace"))
            given = form.model_validate({name: values[0] for name, values in fields.items()} | _basic(request))
            return await run_in_threadpool(_answer, backend, request, given)

        return answer

    def metadata(request: Request) -> Response:
        return _metadata_of(backend, request)

    return [
        *(Route(path, endpoint(form), methods=["POST"]) for path, form in _FORMS.items()),
        *(Route(path, metadata, methods=["GET"]) for path in METADATA_PATHS),
    ]


def _basic(request: Request) -> dict[str, str]:
    """Credentials in an `Authorization: Basic` header, each part encoded as in a form (RFC 6749, section 2.3.1)."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}


def _metadata_of(backend: Backend, request: Request) -> Response:
    """The OpenID metadata of a tenant, as far as client credentials need it."""
    tenant, base = str(request.path_params["tenant"]), backend.base_url
    if tenant.lower() not in TENANTS:
        moment = f"{backend.clock.now():%Y-%m-%d %H:%M:%SZ}"
        raise token_error(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.", moment)
    is_v2 = "/v2.0/" in request.url.path
    endpoints = f"{base}/{tenant}/oauth2" + ("/v2.0" if is_v2 else "")
    return JSONResponse(
        {
            "issuer": f"{base}/{TENANTS[1]}/" + ("v2.0" if is_v2 else ""),
            "token_endpoint": f"{endpoints}/token",
            "authorization_endpoint": f"{endpoints}/authorize",
            "jwks_uri": f"{base}/{tenant}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_types_supported": ["code", "id_token", "code id_token", "token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def paths() -> dict[str, Any]:
    """Both endpoints, as paths of an OpenAPI document."""
    return {
        path: {
            "post": {
                "summary": form.__doc__,
                "parameters": path_parameters(path),
                "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form.model_json_schema()}}},
                "responses": {
                    "200": {"description": "A token", "content": {"application/json": {"schema": {"type": "object"}}}},
                    "400": {"description": "It is refused", "content": {"application/json": {"schema": _REFUSAL}}},
                    "401": {"description": "A wrong secret", "content": {"application/json": {"schema": _REFUSAL}}},
                },
            }
        }
        for path, form in _FORMS.items()
    }


def _answer(backend: Backend, request: Request, form: CredentialsForm) -> Response:
    moment = f"{backend.clock.now():%Y-%m-%d %H:%M:%SZ}"

    def refuse(status: int, error: str, code: int, text: str) -> ServiceError:
        return token_error(status, error, code, text, moment)

    if request.path_params["tenant"].lower() not in TENANTS:
        raise refuse(400, "invalid_request", 90002, "Tenant not found.")
    if not form.grant_type:
        raise refuse(400, "invalid_request", 900144, "The request body must contain the parameter: 'grant_type'.")
    if form.grant_type != "client_credentials":
        raise refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    account = _account(backend, form, refuse)
    return JSONResponse(_token(backend, account, _audience(form, refuse), form))


def _account(backend: Backend, form: CredentialsForm, refuse: Any) -> str:
    row = backend.database.read().execute("SELECT * FROM accounts WHERE id = ?", (form.client_id,)).fetchone()
    if row is None:
        raise refuse(400, "unauthorized_client", 700016, "The application was not found in the directory.")
    if not form.client_secret:
        raise refuse(401, "invalid_client", 7000218, "The request body must contain 'client_secret'.")
    if form.client_secret != row["secret"]:
        raise refuse(401, "invalid_client", 7000215, "Invalid client secret provided.")
    if row["secret_expired"]:
        raise refuse(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    return str(row["id"])


def _audience(form: CredentialsForm, refuse: Any) -> str:
    if isinstance(form, V2Form):
        api = form.scope.removeprefix(TENANT).removesuffix(_DEFAULT)
        if not form.scope.endswith(_DEFAULT) or api not in AUDIENCES:
            raise refuse(
                400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."
            )
        return api
    api = _resource(form).removeprefix(TENANT)
    if api not in AUDIENCES:
        raise refuse(400, "invalid_resource", 500011, "The resource principal was not found in the tenant.")
    return api


def _resource(form: CredentialsForm) -> str:
    return form.resource if isinstance(form, V1Form) else ""


def _token(backend: Backend, account: str, audience: str, form: CredentialsForm) -> dict[str, Any]:
    seconds = float(backend.setting("tokenSeconds"))
    value = issue_token(backend, account, audience, seconds)
    life = max(int(seconds) - 1, 0) if seconds >= 1 else 0
    if isinstance(form, V2Form):
        return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": value}
    now = int(backend.clock.time())
    return {
        "token_type": "Bearer",
        "expires_in": str(life),
        "ext_expires_in": str(life),
        "expires_on": str(now + life),
        "not_before": str(now - 300),
        "resource": _resource(form),
        "access_token": value,
    }
