"""The life of an upload."""

import pytest


@pytest.mark.parametrize(
    "path",
    [pytest.param("~nobody-of-that-name/a.csv", id="nobody's home"), pytest.param("a\0b.csv", id="no path at all")],
)
def test_a_path_that_leads_nowhere_is_a_problem_of_the_source(machine, append, path):
    found = machine.upload.check({}, {**append, "source": path}, machine.told)
    assert [problem.property for problem in found.problems] == ["source"]
