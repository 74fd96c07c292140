"""Which mutants are tried, and the page of them: what a person wrote about one stays for as long as the mutant does."""

from fnmatch import fnmatch

import pytest

from tests.mutants import (
    GROUPS,
    ROOT,
    Mutant,
    change_of,
    is_sampled,
    mutants_to_try,
    read_judgements,
    shares,
    write_page,
)

DIFF = """--- a.py
+++ a.py
@@ -1,3 +1,3 @@
 def write(self):
-    return min(a, b)
+    return max(a, b)
"""
CHANGE = "`Journal.write`: `` return min(a, b) `` becomes `` return max(a, b) ``"
MUTANTS = [
    Mutant("api/auth.py", is_noticed=True),
    Mutant("lifecycle/jobs/journal.py", is_noticed=True),
    Mutant("lifecycle/jobs/journal.py", is_noticed=False, change=CHANGE),
    Mutant("lifecycle/jobs/journal.py", is_noticed=False, change="`x`: another"),
    Mutant("lifecycle/jobs/journal.py", is_noticed=None),
]


PACKAGE = ROOT / "veracity_provider"
MODULES = [
    path.relative_to(PACKAGE).as_posix()
    for folder in ("lifecycle", "storage", "api")
    for path in sorted((PACKAGE / folder).rglob("*.py"))
    if path.name != "__init__.py"
]
NAMES = [f"veracity_provider.api.auth.x_get__mutmut_{number}" for number in range(1000)]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_in_one_group(module):
    groups = [name for name, group in GROUPS.items() if any(fnmatch(module, pattern) for pattern in group.modules)]
    assert len(groups) == 1


def test_the_tests_of_every_group_are_there():
    assert [test for group in GROUPS.values() for test in group.tests if not (ROOT / test).exists()] == []


def test_a_larger_sample_has_all_of_a_smaller_one():
    small, large = ({name for name in NAMES if is_sampled(name, share)} for share in (0.2, 0.5))
    assert small < large
    assert 150 < len(small) < 250
    assert all(is_sampled(name, 1) for name in NAMES)


def test_what_no_test_noticed_is_tried_again_whatever_the_sample():
    sampled, other = (next(name for name in NAMES if is_sampled(name, 0.2) is sampled) for sampled in (True, False))
    results = [
        *((sampled, status) for status in ("not checked", "survived", "killed", "timeout")),
        *((other, status) for status in ("not checked", "survived", "no tests", "killed", "segfault")),
    ]
    assert mutants_to_try(results, 0.2) == [sampled, sampled, other, other]


def test_a_change_is_one_line_with_the_function():
    assert change_of("veracity_provider.lifecycle.jobs.journal.xǁJournalǁwrite__mutmut_12", DIFF) == CHANGE
    assert change_of("veracity_provider.lifecycle.progress.x_size__mutmut_1", DIFF).startswith("`size`: ")


def test_a_judgement_stays_with_its_mutant():
    page = write_page(MUTANTS, {("lifecycle/jobs/journal.py", CHANGE): "equivalent: why"})
    assert page.splitlines()[-7:] == [
        "",
        "## lifecycle/jobs/journal.py",
        "",
        f"- {CHANGE}",
        "  equivalent: why",
        "- `x`: another",
        "  not judged",
    ]
    assert "Of 5 mutants 4 were tried, a sample by a hash of their names." in page
    assert "| lifecycle/jobs | 4 | 3 | 1 | 2 |" in page
    assert "| lifecycle/jobs/journal.py | 4 | 3 | 1 | 2 |" in page
    assert write_page(MUTANTS, read_judgements(page)) == page


def test_each_folder_has_its_share():
    assert shares(MUTANTS) == {"api": 1.0, "lifecycle/jobs": 1 / 3}
