"""Refusals of Data Fabric."""

from veracity_emulator.errors import ServiceError


def fabric_error(status: int, message: str) -> ServiceError:
    """Data Fabric refuses (inferred; no body is published)."""
    return ServiceError(status, {"message": message})
