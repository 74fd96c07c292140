"""What to do about a file: live, last put and declared content, compared by size, MD5, ETag and SHA-256."""

import pytest

from veracity_provider.lifecycle.filestorage.file_plan import CONTENT, content_text, is_as_put, plan_file
from veracity_provider.lifecycle.filestorage.state import DeclaredFile, FileState
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import ChangeCause, FieldChange
from veracity_provider.storage.remote_paths import PathProperties

OLD, NEW = "0" * 64, "123456789abcdef" * 4 + "0123"
PUT = {"etag": "e", "content_md5": "m", "content_hash": OLD, "size_bytes": 3}
NEVER_PUT = {"etag": "", "content_md5": "", "content_hash": "", "size_bytes": 0}


def live(**changes):
    given = {
        "is_folder": False,
        "size_bytes": 3,
        "etag": "e",
        "last_modified": "2026-01-01T12:00:00Z",
        "content_md5": "m",
        "metadata": {},
    }
    return PathProperties(**{**given, **changes})


def state(outputs, **changes):
    return FileState.from_properties({"workspace_id": "w", "path": "a", **outputs, **changes})


def declared(content_hash=OLD, size_bytes=3, **given):
    properties = {"workspace_id": "w", "path": "a", "content_hash": content_hash, "size_bytes": size_bytes, **given}
    return DeclaredFile.from_properties(properties)


def not_asked():
    pytest.fail("the source was read")


@pytest.mark.parametrize(
    ("found", "outputs", "is_put"),
    [
        pytest.param(live(), PUT, True, id="the same ETag"),
        pytest.param(live(content_md5="x", size_bytes=4), PUT, True, id="the same ETag, whatever else is told"),
        pytest.param(live(etag="f"), PUT, True, id="another ETag with the same content"),
        pytest.param(live(etag="f", content_md5="n"), PUT, False, id="another MD5"),
        pytest.param(live(etag="f", size_bytes=4), PUT, False, id="another size"),
        pytest.param(live(etag="f", content_md5=""), PUT, False, id="no MD5, and another ETag"),
        pytest.param(live(etag="f", content_md5=""), {**PUT, "content_md5": ""}, False, id="no MD5 on either side"),
    ],
)
def test_live_content_is_what_was_put_last(found, outputs, is_put):
    assert is_as_put(found, state(outputs)) is is_put


@pytest.mark.parametrize(
    ("found", "outputs", "content_hash"),
    [
        pytest.param(live(), PUT, OLD, id="it is there"),
        pytest.param(live(etag="f"), PUT, OLD, id="it is there, with other metadata"),
        pytest.param(live(content_md5=""), PUT, OLD, id="it is there, though the storage knows no MD5"),
    ],
)
def test_content_that_was_put_is_not_sent_again_and_its_source_not_read(found, outputs, content_hash):
    plan = plan_file(found, declared(content_hash), state(outputs), not_asked)
    assert (plan.content, plan.changes, plan.drifted) == (None, (), ())


@pytest.mark.parametrize(
    ("found", "outputs"),
    [
        pytest.param(live(), NEVER_PUT, id="the first time"),
        pytest.param(live(), {}, id="the first time, without a state"),
        pytest.param(live(etag="f", content_md5="m"), {**PUT, "content_md5": "x"}, id="somebody else has put it"),
        pytest.param(live(), {**PUT, "content_hash": NEW}, id="it was put by another hash"),
    ],
)
def test_content_that_is_there_by_its_md5_is_not_sent(found, outputs):
    assert plan_file(found, declared(), state(outputs), lambda: "m").content is None


@pytest.mark.parametrize(
    ("found", "size_bytes", "outputs", "md5", "change"),
    [
        pytest.param(
            live(),
            3,
            NEVER_PUT,
            lambda: "n",
            ("3 bytes, changed 2026-01-01T12:00:00Z", "3 bytes, SHA-256 123456789abc…", None, ChangeCause.EDITED),
            id="other bytes than are there, the first time",
        ),
        pytest.param(
            live(),
            3,
            NEVER_PUT,
            lambda: None,
            ("3 bytes, changed 2026-01-01T12:00:00Z", "3 bytes, SHA-256 123456789abc…", None, ChangeCause.EDITED),
            id="bytes whose MD5 is not known",
        ),
        pytest.param(
            live(),
            2048,
            PUT,
            not_asked,
            (
                "3 bytes, changed 2026-01-01T12:00:00Z",
                "2.0 KiB, SHA-256 123456789abc…",
                "3 bytes, SHA-256 000000000000…",
                ChangeCause.EDITED,
            ),
            id="another size, so that no MD5 is needed",
        ),
        pytest.param(
            live(etag="f", content_md5=""),
            3,
            PUT,
            not_asked,
            (
                "3 bytes, changed 2026-01-01T12:00:00Z",
                "3 bytes, SHA-256 123456789abc…",
                "3 bytes, SHA-256 000000000000…",
                ChangeCause.DRIFTED,
            ),
            id="somebody else's, of which the storage knows no MD5",
        ),
        pytest.param(
            live(etag="f", content_md5="x", size_bytes=5),
            None,
            PUT,
            not_asked,
            (
                "5 bytes, changed 2026-01-01T12:00:00Z",
                "known after up",
                "3 bytes, SHA-256 000000000000…",
                ChangeCause.DRIFTED,
            ),
            id="somebody else's, while the declared size is not known",
        ),
    ],
)
def test_content_that_differs_is_a_change(found, size_bytes, outputs, md5, change):
    plan = plan_file(found, declared(NEW, size_bytes), state(outputs), md5)
    of_live, of_declared, of_applied, cause = change
    expected = FieldChange(field=CONTENT, live=of_live, declared=of_declared, applied=of_applied, cause=cause)
    assert plan.content == expected
    assert plan.changes == (expected,)
    assert plan.drifted == ((expected,) if cause is ChangeCause.DRIFTED else ())


def test_metadata_is_compared_with_what_was_applied_last():
    outputs = {**PUT, "applied": {"A": "0", "B": "0"}}
    found = live(metadata={"a": "5", "B": "0", "C": "3"}, content_md5="")
    plan = plan_file(
        found, declared(NEW, metadata={"A": "1", "B": "1"}), state(outputs, metadata={"A": "0"}), not_asked
    )
    assert [(one.field, one.applied, one.cause) for one in plan.changes] == [
        (CONTENT, "3 bytes, SHA-256 000000000000…", ChangeCause.EDITED),
        (Field("A", member_name="a"), "0", ChangeCause.DRIFTED),
        (Field("B", member_name="B"), "0", ChangeCause.EDITED),
    ]
    assert [one.field.name for one in plan.drifted] == ["A"]
    assert plan.metadata.changes == plan.changes[1:]


@pytest.mark.parametrize(
    ("size_bytes", "content_hash", "text"),
    [
        (1229, "a763" * 16, "1.2 KiB, SHA-256 a763a763a763…"),
        (0, "", "0 bytes, SHA-256 …"),
        (None, "a763", "known after up"),
        (3, None, "known after up"),
    ],
)
def test_content_is_told_by_its_size_and_the_beginning_of_its_hash(size_bytes, content_hash, text):
    assert content_text(size_bytes, content_hash) == text


def test_content_is_a_field_of_its_name():
    assert Field("content") == CONTENT
