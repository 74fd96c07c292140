"""Every history with one deviation, and a fixed sample of those with two; `make model` tries all with two, and more."""

import pytest

from tests.model.history import PLANS, Exploration
from tests.model.situation import homes

SAMPLED = 10
SEED = 7


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_whatever_befalls_an_ingest_its_rows_are_as_declared_or_a_person_is_asked(plan):
    with homes() as folders:
        exploration = Exploration(plan, folders)
        exploration.try_all(1)
        exploration.try_random(SAMPLED, limit=2, seed=SEED)
    assert "\n\n".join(map(str, exploration.violations.values())) == ""
