"""The family of errors: their texts, and what they carry."""

import inspect
import re

import pytest

from veracity_provider import errors
from veracity_provider.errors import (
    ContainerNotFound,
    InputError,
    InputProblem,
    NotFound,
    PlatformError,
    RateLimited,
    SettingsError,
    VeracityError,
)

TITLE, TAGS = InputProblem("title", "must not be empty"), InputProblem("tags[1]", "must be a string, not 7")


def test_a_problem_is_told_by_its_property():
    assert str(TITLE) == "title: must not be empty"
    assert TAGS.within("a") == InputProblem("a.tags[1]", "must be a string, not 7")


@pytest.mark.parametrize(
    ("trace_id", "text"),
    [(None, "no"), ("", "no"), ("8b01e7", "no (trace id: 8b01e7)")],
    ids=["without", "an empty one", "with one"],
)
def test_an_error_ends_in_its_trace_id(trace_id, text):
    error = VeracityError("no", trace_id=trace_id)
    assert (str(error), error.trace_id) == (text, trace_id)


@pytest.mark.parametrize(
    ("problems", "headline", "text"),
    [
        pytest.param([TITLE], "", "title: must not be empty", id="one"),
        pytest.param([TITLE, TAGS], "", "title: must not be empty\ntags[1]: must be a string, not 7", id="two"),
        pytest.param(
            [TITLE, TAGS],
            "nothing was sent:",
            "nothing was sent:\n  - title: must not be empty\n  - tags[1]: must be a string, not 7",
            id="two, under a headline",
        ),
        pytest.param([], "", "", id="none"),
    ],
)
def test_all_problems_are_told_at_once(problems, headline, text):
    error = SettingsError(iter(problems), headline=headline)
    assert (str(error), error.problems, error.headline) == (text, tuple(problems), headline)
    assert error.trace_id is None


@pytest.mark.parametrize(
    ("count", "last"),
    [(40, "  - p39: is wrong"), (41, "  - … and 1 more"), (100, "  - … and 60 more")],
)
def test_of_very_many_problems_the_first_forty_are_told(count, last):
    error = InputError([InputProblem(f"p{i}", "is wrong") for i in range(count)], headline="no:")
    lines = str(error).splitlines()
    assert (lines[0], lines[40], lines[-1]) == ("no:", "  - p39: is wrong", last)
    assert len(lines) == 1 + min(count, 40) + (count > 40)
    assert len(error.problems) == count


def test_an_error_of_the_platform_carries_what_the_response_says():
    error = RateLimited("no", status=429, trace_id="t", retry_after_s=26.0, is_from_gateway=True)
    assert (str(error), error.status, error.trace_id) == ("no (trace id: t)", 429, "t")
    assert (error.retry_after_s, error.is_from_gateway) == (26.0, True)


def test_what_a_response_does_not_say_is_not_made_up():
    error = ContainerNotFound("no", status=404)
    assert (error.status, error.trace_id, error.retry_after_s, error.is_from_gateway) == (404, None, None, False)
    assert isinstance(error, NotFound)


def classes():
    return [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)]


def test_each_error_is_in_the_family_tree_where_it_belongs():
    """The tree in the docstring of the module is what a person reads."""
    parents, stack = {}, []
    for line in inspect.getdoc(errors).splitlines():
        if found := re.match(r"([│├└─ ]*)([A-Z]\w+)(\s{2,}|$)", line):
            depth = len(found[1]) // 4 - 1
            del stack[depth:]
            parents[found[2]] = stack[-1] if stack else "Exception"
            stack.append(found[2])
    assert parents == {one.__name__: one.__base__.__name__ for one in classes()}


@pytest.mark.parametrize("error", [one for one in classes() if not issubclass(one, InputError | PlatformError)])
def test_every_other_error_has_a_text_and_perhaps_a_trace_id(error):
    assert str(error("no", trace_id="t")) == "no (trace id: t)"
