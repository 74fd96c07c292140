"""Who calls: subscription key first, then the token. Tokens are signed, so that they outlive a restart."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from starlette.requests import Request

from veracity_emulator.backend import Backend
from veracity_emulator.errors import ServiceError, apim_error, trace_id

TABLES: Final = """
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, secret TEXT, role TEXT, secret_expired INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS account_datasets (
    account_id TEXT, dataset_id TEXT, PRIMARY KEY (account_id, dataset_id)
);
CREATE TABLE IF NOT EXISTS subscription_keys (key TEXT PRIMARY KEY);
"""
TENANT_ID: Final = "a68572e3-63ce-4bc1-acdc-b64943502e9d"
TENANT: Final = "https://dnvglb2cprod.onmicrosoft.com/"
AUDIENCES: Final = {
    "83054ebf-1d7b-43f5-82ad-b2bde84d7b75": "workbench",
    "37c59c8d-cd9d-4cd5-b05a-e67f1650ee14": "fabric",
    "dfba9693-546d-4300-bcd7-d8d525bdff38": "fabric",
}
"""Ids of the APIs that tokens are for. Source: docs/platform.md, "Tokens"."""
_KEY_HEADER: Final = "Ocp-Apim-Subscription-Key"
_REALM: Final = {"WWW-Authenticate": f'AzureApiManagementKey realm="local",name="{_KEY_HEADER}",type="header"'}


@dataclass(frozen=True, kw_only=True)
class Account:
    """A service account; *role* is `admin` or `reader`. *datasets*: it is scoped to these."""

    id: str
    role: str
    datasets: frozenset[str] | None = None


def issue_token(backend: Backend, account_id: str, audience: str, seconds: float) -> str:
    """A token for *account_id*; opaque to clients."""
    claims = {"oid": account_id, "aud": audience, "exp": backend.clock.time() + seconds, "n": trace_id()}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{body}.{_signature(backend, body)}"


def caller(request: Request, backend: Backend, audience: Literal["workbench", "fabric"]) -> Account:
    """The account behind a request; a 401 for any other."""
    _require_key(request, backend)
    given = request.headers.get("Authorization", "")
    scheme, _, value = given.rpartition(" ")
    if scheme.lower() != "bearer" and not (audience == "fabric" and not scheme):
        raise rejected()
    claims = _claims(backend, value)
    if AUDIENCES.get(claims["aud"]) != audience or claims["exp"] <= backend.clock.time():
        raise rejected()
    row = backend.database.read().execute("SELECT id, role FROM accounts WHERE id = ?", (claims["oid"],)).fetchone()
    if row is None:
        raise rejected()
    scoped = backend.database.read().execute(
        "SELECT dataset_id FROM account_datasets WHERE account_id = ?", (row["id"],)
    )
    datasets = frozenset(one["dataset_id"] for one in scoped)
    return Account(id=row["id"], role=row["role"], datasets=datasets or None)


def client_secrets(backend: Backend) -> list[str]:
    """Those of all accounts."""
    return [row["secret"] for row in backend.database.read().execute("SELECT secret FROM accounts")]


def subscription_keys(backend: Backend) -> list[str]:
    """All there are."""
    return [row["key"] for row in backend.database.read().execute("SELECT key FROM subscription_keys")]


def rejected() -> ServiceError:
    """The refusal of a token."""
    return apim_error(401, "Unauthorized. Access token is missing or invalid.")


def wrong_key() -> ServiceError:
    """The refusal of a subscription key."""
    advice = "Make sure to provide a valid key for an active subscription."
    return apim_error(401, f"Access denied due to invalid subscription key. {advice}", _REALM)


def _require_key(request: Request, backend: Backend) -> None:
    key = request.headers.get(_KEY_HEADER) or request.query_params.get("subscription-key")
    if not key:
        advice = "Make sure to include subscription key when making requests to an API."
        raise apim_error(401, f"Access denied due to missing subscription key. {advice}", _REALM)
    found = backend.database.read().execute("SELECT 1 FROM subscription_keys WHERE key = ?", (key,)).fetchone()
    if found is None:
        raise wrong_key()


def _claims(backend: Backend, value: str) -> dict[str, Any]:
    body, _, signature = value.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(backend, body).encode()):
        raise rejected()
    return cast("dict[str, Any]", json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def _signature(backend: Backend, body: str) -> str:
    return hmac.new(backend.signing_key, body.encode(), hashlib.sha256).hexdigest()
