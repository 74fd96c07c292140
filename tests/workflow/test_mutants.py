"""The page of mutants: what a person wrote about one stays for as long as the mutant does."""

from tests.mutants import Mutant, change_of, read_judgements, shares, write_page

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
    assert "| lifecycle/jobs/journal.py | 4 | 1 | 2 | 1 |" in page
    assert write_page(MUTANTS, read_judgements(page)) == page


def test_each_folder_has_its_share():
    assert shares(MUTANTS) == {"api": 1.0, "lifecycle": 1 / 3}
