"""Many reads answered by one list."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from veracity_provider.api.listing import MAX_SINGLE_READS, Listing
from veracity_provider.errors import ContainerNotFound, PermissionDenied


class Platform:
    """What is asked of it, in order."""

    def __init__(self, listed):
        self.asked = []
        self.listed = listed

    def list_all(self):
        self.asked.append("all")
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed

    def get(self, id_):
        self.asked.append(id_)
        if id_ == "unknown":
            message = "there is no such thing"
            raise ContainerNotFound(message, status=404)
        return f"single {id_}"


def read(platform, ids):
    listing = Listing(platform.list_all, platform.get)
    return [listing.read(one) for one in ids]


FEW = [f"id-{i}" for i in range(MAX_SINGLE_READS)]


def test_a_few_are_read_one_by_one():
    platform = Platform({})
    assert read(platform, FEW) == [f"single {one}" for one in FEW]
    assert platform.asked == FEW


def test_all_others_are_answered_by_one_list_whatever_the_case_of_an_id():
    platform = Platform({"a": "listed a", "b": "listed b"})
    assert read(platform, [*FEW, "A", "b"])[-2:] == ["listed a", "listed b"]
    assert platform.asked == [*FEW, "all"]


@pytest.mark.parametrize("listed", [{}, PermissionDenied("no list for you", status=403)], ids=["not in it", "no list"])
def test_what_the_list_does_not_answer_is_read_by_a_request_of_its_own(listed):
    platform = Platform(listed)
    assert read(platform, [*FEW, "a", "b"])[-2:] == ["single a", "single b"]
    assert platform.asked == [*FEW, "all", "a", "b"]


def test_the_error_of_a_single_read_is_the_one_that_is_told():
    with pytest.raises(ContainerNotFound):
        read(Platform({}), [*FEW, "unknown"])


def test_threads_share_one_list():
    platform = Platform({f"n-{i}": i for i in range(50)})
    listing = Listing(platform.list_all, platform.get)
    with ThreadPoolExecutor(max_workers=20) as pool:
        list(pool.map(listing.read, [f"n-{i}" for i in range(50)]))
    assert platform.asked.count("all") == 1
    assert len(platform.asked) == MAX_SINGLE_READS + 1
