"""One API of the platform: where it is, who it is for, and how its own 404 is told from somebody else's."""

from dataclasses import dataclass
from typing import Final, Literal

from veracity_provider.api.api_management import find_message
from veracity_provider.api.bodies import json_object

Audience = Literal["data workbench", "data fabric"]

_HTML_BEGINNINGS: Final = (b"<!doctype html", b"<html")


@dataclass(frozen=True, kw_only=True)
class Service:
    """
    Args:
        audience: Whom its tokens are for.
        base_url: Where it is, without a slash at the end.
        url_key: The key of the stack config that says so.
    """

    audience: Audience
    base_url: str
    url_key: str

    def is_own_404(self, body: bytes) -> bool:
        """
        Whether the service itself says that a thing is not there.

        A wrong address is answered with 404 too, by API Management or by whatever stands in between. Data Workbench's
        own errors are published; those of Data Fabric are not, so there all counts that is not somebody else's.
        Source: docs/platform.md, "Refusals of the gateway".
        """
        if self.audience == "data workbench":
            return _is_workbench_error(body)
        return find_message(404, body) is None and not body.lstrip().lower().startswith(_HTML_BEGINNINGS)


def _is_workbench_error(body: bytes) -> bool:
    members = json_object(body) or {}
    return any(isinstance(members.get(name), str) and members[name] for name in ("type", "traceId"))
