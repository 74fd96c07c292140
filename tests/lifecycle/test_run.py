"""What a process knows of its run."""

from veracity_provider.lifecycle.run import Manager, Run

A, B = Manager(urn="a", values={"title": "A"}), Manager(urn="b", values={"title": "A"})


def test_a_thing_is_managed_by_whoever_declared_it_last():
    run = Run()
    assert run.manager_of("thing") is None
    assert [run.declare("thing", one) for one in (A, A, B)] == [True, False, True]
    assert run.manager_of("thing") == B


def test_a_run_counts_as_no_preview_until_a_check_says_so():
    assert not Run().is_preview
