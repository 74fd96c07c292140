"""The bodies of responses that are no success, from whoever wrote them."""

import json
from typing import Any, cast


def json_object(body: bytes) -> dict[str, Any] | None:
    """The members of *body* where it is a JSON object; None for anything else."""
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else None
