"""From wire to values: what is tolerated, and what is not."""

import pytest

from veracity_provider.api import models
from veracity_provider.api.models import JobPhase
from veracity_provider.errors import UnexpectedAnswer


@pytest.mark.parametrize(
    ("status", "errors", "phase"),
    [
        ("Running", False, JobPhase.ACTIVE),
        ("Completed", False, JobPhase.SUCCEEDED),
        ("completed", False, JobPhase.SUCCEEDED),
        ("Completed", True, JobPhase.FAILED),
        ("Failed", False, JobPhase.FAILED),
        ("Timed Out", False, JobPhase.FAILED),
        ("timed_out", False, JobPhase.FAILED),
        ("Not Started", True, JobPhase.ACTIVE),
        ("Running", True, JobPhase.ACTIVE),
        ("Reticulating", False, JobPhase.ACTIVE),
        ("Reticulating", True, JobPhase.FAILED),
    ],
)
def test_a_status_word_is_read_with_its_error_fields(status, errors, phase):
    body = {"jobId": "j", "status": status, "notebookErrorMessage": "why" if errors else None, "validationError": None}
    assert models.job_report(body, "j", "looking").phase is phase


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (None, []),
        ("", []),
        ({}, []),
        ([], []),
        ("bad", ["bad"]),
        ({"row": 1}, ['{"row": 1}']),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_validation_errors_are_taken_in_any_shape(given, texts):
    report = models.job_report({"jobId": "j", "status": "Failed", "validationError": given}, "j", "looking")
    assert [one.text for one in report.validation_errors] == texts


@pytest.mark.parametrize(
    ("item", "places", "text"),
    [
        pytest.param(
            {"column": "c", "row": 3, "message": "bad"}, ("row 3", "column c"), "bad", id="as the local one has it"
        ),
        pytest.param({"line": 7, "error": "bad"}, ("line 7",), "bad", id="a line and an error"),
        pytest.param({"message": "bad", "description": "worse"}, (), "bad  worse", id="a message and a description"),
        pytest.param("in words", (), "in words", id="a string"),
        pytest.param({"code": 17}, (), '{"code": 17}', id="members that nobody knows"),
        pytest.param({"row": [1, 2], "message": "bad"}, ("row [1, 2]",), "bad", id="rows in a list"),
        pytest.param([1, None], (), "[1, null]", id="a list"),
        pytest.param(None, (), "null", id="null"),
        pytest.param({"row": "", "column": 0, "description": "bad"}, ("column 0",), "bad", id="an empty place is none"),
        pytest.param(["må"], (), '["må"]', id="a list, as it is spelt"),
        pytest.param({"row": 3, "code": "må"}, (), '{"row": 3, "code": "må"}', id="a place without a message"),
    ],
)
def test_a_validation_item_is_places_and_a_message_or_its_own_json(item, places, text):
    (found,) = models.job_report({"status": "Failed", "validationError": [item]}, "j", "looking").validation_errors
    assert (found.places, found.text) == (places, text)


WARNING = {"severity": "Warning", "row": 3, "message": "Property 'x' doesn't exist in schema"}


@pytest.mark.parametrize(
    ("status", "items", "phase"),
    [
        pytest.param("Completed", [WARNING], JobPhase.SUCCEEDED, id="completed with a warning"),
        pytest.param("Completed", [{"Severity": "WARNING"}], JobPhase.SUCCEEDED, id="spelled in capitals"),
        pytest.param("Completed", [WARNING, {"severity": "Info"}], JobPhase.SUCCEEDED, id="a warning and a remark"),
        pytest.param("Completed", [WARNING, {"severity": "Error"}], JobPhase.FAILED, id="a warning and an error"),
        pytest.param("Completed", [WARNING, {"severity": "Correction"}], JobPhase.FAILED, id="a word nobody knows"),
        pytest.param("Completed", [WARNING, {"row": 3}], JobPhase.FAILED, id="an item without a severity"),
        pytest.param("Completed", [WARNING, "warning"], JobPhase.FAILED, id="an item that is a string"),
        pytest.param("Reticulating", [WARNING], JobPhase.ACTIVE, id="an unknown word with a warning"),
        pytest.param("Failed", [WARNING], JobPhase.FAILED, id="failed with a warning"),
    ],
)
def test_warnings_alone_are_no_failure(status, items, phase):
    report = models.job_report({"status": status, "validationError": items}, "j", "looking")
    assert report.phase is phase
    assert len(report.validation_warnings) + len(report.validation_errors) == len(items)


@pytest.mark.parametrize(
    ("status", "doubtful"),
    [
        ("Failed", False),
        ("ERROR", False),
        ("Cancelled", True),
        ("Completed", True),
        ("Aborted", True),
        ("Timed Out", True),
        ("Partially Failed", True),
    ],
)
def test_some_ends_do_not_say_whether_rows_were_changed(status, doubtful):
    report = models.job_report({"status": status, "notebookErrorMessage": "why"}, "j", "looking")
    assert report.may_have_taken_effect is doubtful


def test_quotes_around_the_address_are_taken_off_and_it_is_in_no_repr():
    job = models.registered_job({"jobId": "j", "sasToken": '"https://host/fs/d?sig=hidden"'}, "registering")
    assert job.sas_uri == "https://host/fs/d?sig=hidden"
    assert "hidden" not in repr(job)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"jobId": "j"},
        *({"jobId": job_id, "sasToken": "x"} for job_id in ("", "../j", "j\x1b[2J", "j" * 101)),
    ],
)
def test_an_answer_that_is_not_as_documented_is_told(body):
    with pytest.raises(UnexpectedAnswer, match="not what the platform documents"):
        models.registered_job(body, "registering")


@pytest.mark.parametrize("body", [None, {}, {"id": "c"}])
def test_a_list_of_containers_that_is_none_is_told(body):
    with pytest.raises(UnexpectedAnswer) as failed:
        models.containers(body, "listing")
    assert str(failed.value) == "listing failed: the response is not what the platform documents (it must be a list)"


def test_a_container_whose_tags_have_another_shape_is_told_in_these_words():
    with pytest.raises(UnexpectedAnswer) as failed:
        models.container({"id": "c", "metadata": {"tags": 7}}, "reading")
    assert str(failed.value) == (
        "reading failed: the response is not what the platform documents (metadata: its icon or tags are of another "
        "shape)"
    )


@pytest.mark.parametrize("metadata", [{"tags": ["a"]}, {"tags": [None]}, {"tags": 7}, "text", [{"title": "A"}]])
def test_a_container_whose_metadata_has_another_shape_is_told(metadata):
    with pytest.raises(UnexpectedAnswer, match="metadata"):
        models.container({"id": "c", "metadata": metadata}, "reading")


@pytest.mark.parametrize("spell", [str, str.lower, str.upper])
def test_the_documented_members_have_the_documented_spelling_whatever_the_wires(spell):
    icon = {"id": "I", "backgroundColor": "#000000"}
    metadata = {"title": "T", "description": "D", "icon": {spell(name): value for name, value in icon.items()}}
    body = {"id": "c", "metadata": {spell(name): value for name, value in metadata.items()}}
    assert models.container(body, "reading").metadata == {"title": "T", "description": "D", "icon": icon}


def test_a_container_is_read_in_any_case_with_nulls_left_out():
    body = {
        "Id": "c",
        "OwnerId": None,
        "mayContainPersonalData": True,
        "Metadata": {
            "Title": "T",
            "Description": None,
            "ownerNote": "N",
            "another": None,
            "Icon": {"Id": "I", "BackgroundColor": None},
            "Tags": [{"Id": "1", "Title": "a", "Type": "tag"}, {"title": "v", "type": "systemtag"}],
        },
    }
    found = models.container(body, "reading")
    assert found.owner_id == ""
    assert found.may_contain_personal_data == "true"
    assert found.metadata == {
        "title": "T",
        "ownerNote": "N",
        "icon": {"id": "I"},
        "tags": [{"id": "1", "title": "a", "type": "tag"}, {"title": "v", "type": "systemtag"}],
    }
    assert [models.is_system_tag(tag) for tag in found.metadata["tags"]] == [False, True]
