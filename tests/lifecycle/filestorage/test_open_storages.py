"""The SAS that a process has of a workspace's file storage: one for each right, as long as it is good."""

from datetime import UTC, datetime

import pytest

from veracity_provider.lifecycle.filestorage.open_storages import LIFE_S, OpenStorages

NOON = 1_767_268_800.0


@pytest.fixture
def opened():
    return OpenStorages()


@pytest.fixture
def asked():
    """What was asked for, in order."""
    return []


@pytest.fixture
def get(opened, asked):
    """Open the storage of a workspace; the SAS that is given for it ends when it is said to, or at an unknown time."""

    def get(workspace_id="w", kind="Read", *, now=NOON, ends_at=None):
        def ask(*arguments):
            asked.append(arguments)
            end = f"&se={datetime.fromtimestamp(ends_at, UTC):%Y-%m-%dT%H:%M:%SZ}" if ends_at else ""
            return f"https://acct.dfs.core.windows.net/fs/root?sig=x{end}"

        return opened.get(workspace_id, kind, ask=ask, now=now)

    return get


def test_one_sas_serves_for_as_long_as_it_is_good(get, asked):
    first = get()
    assert get(now=NOON + LIFE_S - 600.5) is first
    assert get(now=NOON + LIFE_S - 600) is not first
    ends = [datetime.fromtimestamp(begun + LIFE_S, UTC) for begun in (NOON, NOON + LIFE_S - 600)]
    assert asked == [("w", "Read", end) for end in ends]


def test_the_end_that_the_platform_gives_counts(get, asked):
    first = get(ends_at=NOON + 3600)
    assert get(now=NOON + 2999) is first
    assert get(now=NOON + 3000) is not first


def test_each_workspace_and_each_right_has_its_own(get):
    found = [get(workspace_id, kind) for workspace_id in ("w", "v") for kind in ("Read", "Write")]
    assert len(set(map(id, found))) == 4


def test_one_that_was_refused_is_asked_for_anew(opened, get):
    refused, other = get(), get(kind="Write")
    opened.forget("w", "Read", refused)
    assert get() is not refused
    assert get(kind="Write") is other


def test_one_that_took_the_place_of_a_refused_one_is_kept(opened, get):
    refused = get()
    opened.forget("w", "Read", refused)
    new = get()
    opened.forget("w", "Read", refused)
    opened.forget("v", "Read", refused)
    assert get() is new
