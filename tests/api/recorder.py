"""A transport that notes what is sent, and the check that a call of a client is one request."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from veracity_provider.errors import UnexpectedAnswer


@dataclass
class Recorder:
    """Stands in for a transport: notes what is sent; responds with *responses* in turn, or raises them."""

    responses: list[Any]
    sent: list[Any] = field(default_factory=list)
    service = SimpleNamespace(base_url="https://api.test")

    def read(self, method, path, action, *, body=None):
        return self._note("read", method, path, action, body)

    def write(self, method, path, action, *, body=None):
        return self._note("write", method, path, action, body)

    def _note(self, *request):
        self.sent.append(request)
        response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response


def page(*items, pages=1):
    return {"result": list(items), "totalPages": pages}


def expect_one_request(call, client, request, action, body, response, found):
    """*call* sends *request*, with *body*, for *action*; and makes *found* of *response*."""
    transport = Recorder([response])
    assert call(client(transport)) == found
    [(*sent, told, sent_body)] = transport.sent
    assert (tuple(sent), sent_body) == (request, body)
    assert (told.label, told.not_found) == (action.label, action.not_found)
    assert action.hints.items() <= told.hints.items()


def expect_shape_refused(call, client, action):
    """*call* refuses a response that is a number, as one to *action*."""
    with pytest.raises(UnexpectedAnswer) as failed:
        call(client(Recorder([7])))
    assert str(failed.value).startswith(f"{action.label} failed: the response is ")
