"""Pages of a list: as many requests as the platform says that there are pages."""

import pytest

from tests.api.recorder import Recorder, page
from veracity_provider.api.paging import PAGE_SIZE, read_pages
from veracity_provider.api.responses import Action
from veracity_provider.errors import PlatformFailed, UnexpectedAnswer

ACTION = Action(label="listing things")


def read(transport, *, query=None):
    return list(read_pages(transport, "/things", ACTION, query=query))


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        pytest.param(
            None,
            [("read", "GET", f"/things?pageIndex={i}&pageSize=100", ACTION, None) for i in (1, 2, 3)],
            id="in the address of a GET",
        ),
        pytest.param(
            {"ids": ["v"]},
            [("read", "POST", "/things", ACTION, {"ids": ["v"], "pageIndex": i, "pageSize": 100}) for i in (1, 2, 3)],
            id="in the body of a POST",
        ),
        pytest.param(
            {},
            [("read", "POST", "/things", ACTION, {"pageIndex": i, "pageSize": 100}) for i in (1, 2, 3)],
            id="in the body of a POST that asks for nothing else",
        ),
    ],
)
def test_as_many_pages_are_read_as_there_are(query, sent):
    transport = Recorder([page("a", "b", pages=3), page(pages=3), page("c", pages=3)])
    assert read(transport, query=query) == ["a", "b", "c"]
    assert transport.sent == sent


def test_paging_replaces_what_a_query_says_of_it_and_leaves_the_query_as_it_was():
    transport, query = Recorder([page("a")]), {"pageIndex": 7, "pageSize": 7}
    assert read(transport, query=query) == ["a"]
    assert transport.sent[0][-1] == {"pageIndex": 1, "pageSize": PAGE_SIZE}
    assert query == {"pageIndex": 7, "pageSize": 7}


@pytest.mark.parametrize(
    "paging",
    [
        pytest.param({}, id="no member"),
        pytest.param({"totalPages": None}, id="null"),
        pytest.param({"totalPages": 0}, id="none"),
        pytest.param({"totalPages": -1}, id="fewer than none"),
        pytest.param({"totalPages": 1, "totalCount": 500, "pageSize": 1}, id="one, and other members"),
    ],
)
def test_a_list_that_does_not_speak_of_more_pages_has_one(paging):
    transport = Recorder([{"result": ["a"], **paging}])
    assert read(transport) == ["a"]
    assert len(transport.sent) == 1


@pytest.mark.parametrize(
    ("counts", "items"),
    [
        pytest.param([1, 2], ["0"], id="grows after the last one"),
        pytest.param([2, 3, 3], ["0", "1", "2"], id="grows"),
        pytest.param([3, 2], ["0", "1"], id="shrinks"),
    ],
)
def test_the_count_of_the_latest_page_holds(counts, items):
    transport = Recorder([page(str(i), pages=count) for i, count in enumerate(counts)])
    assert read(transport) == items


def test_a_page_is_read_when_its_first_member_is_asked_for():
    transport = Recorder([page("a", "b", pages=2), page("c", pages=2)])
    members = read_pages(transport, "/things", ACTION)
    assert transport.sent == []
    assert [next(members), next(members), len(transport.sent), next(members)] == ["a", "b", 1, "c"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="nothing"),
        pytest.param(["a"], id="a list"),
        pytest.param("a", id="a text"),
        pytest.param({}, id="no result"),
        pytest.param({"result": None}, id="a result that is null"),
        pytest.param({"result": {"a": 1}}, id="a result that is no list"),
        pytest.param({"result": [], "totalPages": "many"}, id="a count that is no number"),
        pytest.param({"result": [], "totalPages": 1.5}, id="a count that is not whole"),
    ],
)
def test_a_response_that_is_no_page_is_refused(body):
    with pytest.raises(UnexpectedAnswer) as refused:
        read(Recorder([body]))
    assert str(refused.value) == ("listing things failed: the response is not a page of results with a list `result`")


def test_a_page_that_cannot_be_read_ends_the_list_after_those_before_it():
    failure = PlatformFailed("listing things failed: the platform answered 500", status=500)
    members = read_pages(Recorder([page("a", pages=2), failure]), "/things", ACTION)
    assert next(members) == "a"
    with pytest.raises(PlatformFailed) as failed:
        next(members)
    assert failed.value is failure
