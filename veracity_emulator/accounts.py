"""Who calls: subscription key first, then the token. Tokens are signed, so that they outlive a restart."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from starlette.requests import Request

from veracity_emulator import problems
from veracity_emulator.world import World

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, secret TEXT, role TEXT, secret_expired INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS subscription_keys (key TEXT PRIMARY KEY);
"""
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
    """A service account; *role* is `admin` or `reader`."""

    id: str
    role: str


def issue_token(world: World, account_id: str, audience: str, seconds: float) -> str:
    """A token for *account_id*; opaque to clients."""
    claims = {"oid": account_id, "aud": audience, "exp": world.clock.time() + seconds, "n": problems.trace_id()}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{body}.{_signature(world, body)}"


def caller(request: Request, world: World, audience: Literal["workbench", "fabric"]) -> Account:
    """The account behind a request; a 401 for any other."""
    _require_key(request, world)
    given = request.headers.get("Authorization", "")
    scheme, _, value = given.rpartition(" ")
    if scheme.lower() != "bearer" and not (audience == "fabric" and not scheme):
        raise rejected()
    claims = _claims(world, value)
    if AUDIENCES.get(claims["aud"]) != audience or claims["exp"] <= world.clock.time():
        raise rejected()
    row = world.database.read().execute("SELECT id, role FROM accounts WHERE id = ?", (claims["oid"],)).fetchone()
    if row is None:
        raise rejected()
    return Account(id=row["id"], role=row["role"])


def rejected() -> problems.Problem:
    """The refusal of a token."""
    return problems.apim(401, "Unauthorized. Access token is missing or invalid.")


def wrong_key() -> problems.Problem:
    """The refusal of a subscription key."""
    advice = "Make sure to provide a valid key for an active subscription."
    return problems.apim(401, f"Access denied due to invalid subscription key. {advice}", _REALM)


def _require_key(request: Request, world: World) -> None:
    key = request.headers.get(_KEY_HEADER) or request.query_params.get("subscription-key")
    if not key:
        advice = "Make sure to include subscription key when making requests to an API."
        raise problems.apim(401, f"Access denied due to missing subscription key. {advice}", _REALM)
    found = world.database.read().execute("SELECT 1 FROM subscription_keys WHERE key = ?", (key,)).fetchone()
    if found is None:
        raise wrong_key()


def _claims(world: World, value: str) -> dict[str, Any]:
    body, _, signature = value.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(world, body).encode()):
        raise rejected()
    return cast("dict[str, Any]", json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


def _signature(world: World, body: str) -> str:
    return hmac.new(world.signing_key, body.encode(), hashlib.sha256).hexdigest()
