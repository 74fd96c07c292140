"""Pages of the Data Workbench gateway. Source: "Datasets"; docs/platform.md, "Datasets and workspaces"."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ValidationError

from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.api.wire import Wire
from veracity_provider.errors import UnexpectedAnswer
from veracity_provider.validation import validate

PAGE_SIZE: Final = 100
"""The largest that a published sample asks for in a list."""


def _zero(value: object) -> object:
    return 0 if value is None else value


class _Page(Wire):
    result: list[Any]
    total_pages: Annotated[int, BeforeValidator(_zero)] = 0


def read_pages(
    transport: Transport, path: str, action: Action, *, query: Mapping[str, Any] | None = None
) -> Iterator[Any]:
    """
    Yield the members of each page's `result`, of as many pages as there are.

    Args:
        query: The body of a POST; None for a GET, which has its paging in the address.
    Raises:
        UnexpectedAnswer: A response is no page.
        PlatformError, PlatformUnreachable: One could not be read.
    """
    index, pages = 1, 1
    while index <= pages:
        paging = {"pageIndex": index, "pageSize": PAGE_SIZE}
        if query is None:
            address = f"{path}?pageIndex={index}&pageSize={PAGE_SIZE}"
            body = transport.read("GET", address, action)
        else:
            body = transport.read("POST", path, action, body={**query, **paging})
        page = _page(body, action)
        yield from page.result
        # A list without paging members has one page.
        pages, index = page.total_pages, index + 1


def _page(body: object, action: Action) -> _Page:
    try:
        return validate(_Page, body)
    except ValidationError:
        message = f"{action.label} failed: the response is not a page of results with a list `result`"
        raise UnexpectedAnswer(message) from None
