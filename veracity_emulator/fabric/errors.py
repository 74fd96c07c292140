"""Refusals of Data Fabric."""

from pydantic import BaseModel

from veracity_emulator.errors import ServiceError


class FabricRefusal(BaseModel):
    """A refusal of Data Fabric."""

    message: str


def fabric_error(status: int, message: str) -> ServiceError:
    """Data Fabric refuses (inferred; no body is published)."""
    return ServiceError(status, {"message": message})
