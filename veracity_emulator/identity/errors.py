"""Refusals of the token endpoints. Source: docs/platform.md, "Tokens"."""

import uuid
from typing import Any

from veracity_emulator.errors import ServiceError


def token_error(status: int, error: str, code: int, description: str, moment: str) -> ServiceError:
    """The token endpoint refuses. Source: docs/platform.md."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    text = f"AADSTS{code}: {description} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    body: dict[str, Any] = {
        "error": error,
        "error_description": text,
        "error_codes": [code],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    return ServiceError(status, body)
