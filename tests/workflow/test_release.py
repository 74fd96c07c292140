"""What `make release` asks of the tree."""

import pytest

from tools.release import problems_of

HOME = "https://forge.example/fleet/veracity-provider"
READY = "# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n- `Schema`.\n"


def test_a_tree_that_is_ready_has_no_problem():
    assert problems_of("1.2.0", READY, "", HOME) == []


@pytest.mark.parametrize(
    ("changelog", "changes", "home", "problem"),
    [
        pytest.param(READY, " M README.md", HOME, "files are not committed: see `git status`", id="an edited file"),
        pytest.param(
            READY.replace("2026-12-01", "unreleased"),
            "",
            HOME,
            "CHANGELOG.md must have a heading with the day of the release: ## 1.2.0 (2026-01-31)",
            id="no day",
        ),
        pytest.param(
            READY.replace("Unreleased\n", "Unreleased\n\n- More.\n"),
            "",
            HOME,
            "CHANGELOG.md must have nothing under Unreleased: move it under the version",
            id="something unreleased",
        ),
        pytest.param(
            READY,
            "",
            None,
            "the address of the repository must be known, for links: VERACITY_PROVIDER_HOME=https://…",
            id="no address",
        ),
    ],
)
def test_what_keeps_a_tree_from_being_a_release_is_told(changelog, changes, home, problem):
    assert problems_of("1.2.0", changelog, changes, home) == [problem]
