"""Patching a container's metadata: the wire's spelling, what is sent again, and what each refusal becomes."""

import pytest

from veracity_provider.api.provisioning import to_wire
from veracity_provider.errors import (
    AnswerLost,
    ContainerNotFound,
    PermissionDenied,
    PlatformFailed,
    RateLimited,
    RequestRefused,
)

NOTHING = "99999999-0000-4000-8000-000000000000"
TITLE = [{"op": "replace", "path": "/title", "value": "T"}]


@pytest.fixture
def patch(client, clients):
    container = client.new_container()
    return lambda operations=TITLE: clients.provisioning.update_metadata(container, operations)


def test_the_whole_container_comes_back(patch):
    assert patch().metadata["title"] == "T"


@pytest.mark.parametrize(
    ("status", "error", "hint"),
    [
        (400, RequestRefused, "Nothing was changed."),
        (403, PermissionDenied, "Only its owner may change a container's metadata."),
        (404, ContainerNotFound, ""),
        (500, PlatformFailed, "The metadata was not updated; run again."),
    ],
)
def test_a_refusal_says_what_it_means_here_and_is_final(patch, fault, sent, status, error, hint):
    fault("*/metadata", {"kind": "status", "status": status})
    with pytest.raises(error) as failed:
        patch()
    assert str(failed.value).endswith(hint)
    assert sent("PATCH ") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_what_was_not_carried_out_is_sent_again(patch, fault, sent, status):
    fault("*/metadata", {"kind": "status", "status": status, "retryAfter": 0})
    assert patch().metadata["title"] == "T"
    assert sent("PATCH ") == 2


def test_it_is_sent_four_times_at_most(patch, fault, sent):
    fault("*/metadata", {"kind": "status", "status": 429, "retryAfter": 0}, count=None)
    with pytest.raises(RateLimited):
        patch()
    assert sent("PATCH ") == 4


def test_a_response_that_is_lost_leaves_it_open(patch, fault, sent):
    fault("*/metadata", {"kind": "cutAfter"})
    with pytest.raises(AnswerLost, match="it may have been carried out"):
        patch()
    assert sent("PATCH ") == 1


def test_the_published_spelling_of_a_patch():
    operations = [
        {"op": "test", "path": "/icon/backgroundColor", "value": "#000000"},
        {"op": "replace", "path": "/tags", "value": [{"title": "a"}, {"id": "1", "title": "v", "type": "systemTag"}]},
    ]
    assert to_wire(operations, "rfc6902") == operations
    assert to_wire(operations, "documented") == {
        "operations": [
            {"op": "test", "path": "Icon/backgroundColor", "value": "#000000"},
            {
                "op": "replace",
                "path": "Tags",
                "value": [{"Title": "a"}, {"id": "1", "Title": "v", "type": "systemTag"}],
            },
        ]
    }
