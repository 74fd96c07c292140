"""A small run of `make chaos`."""

from tests.chaos import campaign


def test_a_few_kills_at_random_instants_lose_and_double_nothing():
    with campaign(seed=3) as running:
        for number in range(3):
            running.round(number)
    assert running.tally.wrong == []
    assert running.tally.twice == []
    assert running.tally.left_over == 0
