"""The pace at which one process asks about its jobs."""

import threading

from veracity_provider.lifecycle.jobs.pace import Pace


def test_turns_are_spaced_however_many_ask():
    pace = Pace(spacing_s=0.5)
    assert [pace.take_turn(10.0) for _ in range(4)] == [0.0, 0.5, 1.0, 1.5]
    assert pace.take_turn(20.0) == 0.0


def test_a_turn_after_a_pause_is_at_once_and_the_next_is_spaced_again():
    pace = Pace(spacing_s=0.5)
    assert [pace.take_turn(now) for now in (10.0, 10.25, 11.0, 11.25)] == [0.0, 0.25, 0.0, 0.25]


def test_threads_get_turns_of_their_own():
    pace, turns = Pace(spacing_s=1.0), []
    threads = [threading.Thread(target=lambda: turns.append(pace.take_turn(0.0))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [float(i) for i in range(8)]
