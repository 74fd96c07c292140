"""What is said about a schema, word by word."""

import pytest

from tests.lifecycle.schema.test_plan import A, B, plan, schema, version
from veracity_provider.lifecycle.schema.texts import plan_text

ACTIVE = version("1", [A], active=True, name="S V1")
MANY = [f"d{number}" for number in range(12)]


@pytest.mark.parametrize(
    ("live", "columns", "known", "users", "text"),
    [
        pytest.param(schema(ACTIVE), [A], {}, [], "", id="nothing to do"),
        pytest.param(
            schema(ACTIVE, version("2", [B], active=False, name="S V2")),
            [B],
            {},
            [],
            'makes version "S V2", which has these columns, the active one',
            id="another version",
        ),
        pytest.param(
            schema(ACTIVE),
            [A, B],
            {"version_id": "1", "is_own": True},
            [],
            'changes version "S V1", which no dataset uses\n  added: b',
            id="a version of ours",
        ),
        pytest.param(
            schema(),
            [A],
            {},
            [],
            "creates a new version, and activates it\n  added: a",
            id="the first version",
        ),
        *(
            pytest.param(
                schema(ACTIVE),
                [B],
                {},
                MANY[:count],
                f'creates a new version, and activates it\n  added: b\n  removed: a\n  {words} with version "S V1"',
                id=f"{count} datasets",
            )
            for count, words in (
                (1, "d0 stays"),
                (2, "d0, d1 stay"),
                (10, f"{', '.join(MANY[:10])} stay"),
                (11, f"{', '.join(MANY[:10])} … and 1 more stay"),
                (12, f"{', '.join(MANY[:10])} … and 2 more stay"),
            )
        ),
        pytest.param(schema(ACTIVE), [A], {"lock": True}, [], "locks the version; there is no way back", id="a lock"),
    ],
)
def test_what_up_does_is_one_line_a_fact(live, columns, known, users, text):
    assert plan_text(plan(live, columns, **known), users) == text
