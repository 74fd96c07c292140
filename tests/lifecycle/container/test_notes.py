"""Notes of who manages a container: no proof of anything, and never in the way."""

import pytest

from veracity_provider.errors import ContainerBusy
from veracity_provider.lifecycle.container.notes import AdoptionNotes
from veracity_provider.lifecycle.metadata.plan import Adoption, Managed

ID = "33333333-0000-4000-8000-00000000000A"
ADOPTION = Adoption(
    adopted_at="2026-11-27T12:00:00.000000+00:00",
    manager="urn:pulumi:dev::project::type::a",
    managed=Managed(previous={"title": None, "icon": {"id": "Ship"}}, applied={"title": "A", "icon": {"id": "Car"}}),
    about_to_apply={"title": "B"},
)


@pytest.fixture
def notes(tmp_path, clock):
    return AdoptionNotes(tmp_path / "containers", sleep=clock.sleep)


def test_a_note_is_found_as_it_was_written_by_the_id_in_any_case(notes):
    notes.write(ID, ADOPTION)
    assert notes.find(ID.lower()) == ADOPTION
    notes.remove(ID)
    assert notes.find(ID) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="torn"),
        pytest.param("[]", id="another shape"),
        pytest.param('{"version": 2}', id="of a later release"),
        pytest.param('{"version": 1, "adopted_at": "x", "manager": "y", "managed": []}', id="without its values"),
    ],
)
def test_a_note_that_cannot_be_read_counts_as_none(notes, tmp_path, text):
    notes.write(ID, ADOPTION)
    next((tmp_path / "containers").glob("*.json")).write_text(text)
    assert notes.find(ID) is None


def test_a_home_that_cannot_be_written_is_as_good_as_no_note(notes, tmp_path):
    (tmp_path / "containers").write_text("a file in the way")
    with notes.locked(ID):
        notes.write(ID, ADOPTION)
    notes.remove(ID)
    assert notes.find(ID) is None


def test_one_at_a_time_adopts_a_container_or_lets_it_go(notes, clock):
    with notes.locked(ID):
        with pytest.raises(ContainerBusy) as refused, notes.locked(ID.lower()):
            pass
        with notes.locked("33333333-0000-4000-8000-00000000000b"):
            pass
    assert str(refused.value) == (
        f"another `pulumi up` on this machine has been changing container {ID.lower()} for 300 s. "
        "Run again when it has ended; nothing was written"
    )
    with notes.locked(ID):
        pass


@pytest.mark.parametrize(
    ("adopted_at", "is_later"),
    [
        pytest.param("", True, id="than a state of 0.1.0"),
        pytest.param("2026-11-27T11:59:59.999999+00:00", True, id="than an earlier adoption"),
        pytest.param(ADOPTION.adopted_at, False, id="not than itself"),
        pytest.param("2026-11-27T12:00:00.000001+00:00", False, id="not than a later one, on another machine"),
    ],
)
def test_a_note_is_of_a_later_adoption(adopted_at, is_later):
    assert ADOPTION.is_later_than(adopted_at) is is_later
