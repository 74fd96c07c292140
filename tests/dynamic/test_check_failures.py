"""A failed check is printed by the engine, so nothing of a secret is in it."""

import asyncio

import pulumi
import pytest

from veracity_provider.dynamic.check_failures import check_failures, secret_inputs
from veracity_provider.errors import InputProblem
from veracity_provider.texts import shown

LINES = "hidden\n" * 20


@pytest.mark.parametrize(
    ("news", "problem", "expected"),
    [
        pytest.param(
            {"title": "x"},
            ("title", "must be one line, not 'x'"),
            ("", "title: must be one line, not 'x'"),
            id="what is no secret is left as it is",
        ),
        pytest.param(
            {"dataset_id": ("hidden-word")},
            ("dataset_id", "must be a UUID, not 'hidden-word'; it is in the address"),
            ("", "dataset_id: must be a UUID, not [secret]; it is in the address"),
            id="a value that is quoted",
        ),
        pytest.param(
            {"dataset_id": (LINES)},
            ("dataset_id", f"must be a UUID, not '{shown(LINES)}'"),
            ("", "dataset_id: must be a UUID, not [secret]"),
            id="a value that is quoted in part",
        ),
        pytest.param(
            {"tags": (["a", "hidden-word"])},
            ("tags[1]", "must be one line, not 'hidden-word'"),
            ("", "tags[1]: must be one line, not [secret]"),
            id="a member of a secret list",
        ),
        pytest.param(
            {"triggers": ["a", ({"b": "hidden-word"})]},
            ("triggers[1]", "must be settled"),
            ("", "triggers[1]: must be settled"),
            id="a secret within a list",
        ),
        pytest.param(
            {"source": ("hidden-word.csv")},
            ("source", "/project/hidden-word.csv does not exist"),
            ("", "source: is refused; it is a secret, and the reason would repeat it"),
            id="a value within a sentence",
        ),
        pytest.param(
            {"source": ("hidden-word" * 20)},
            ("source", "/project/hidden-wordhidden-… does not exist"),
            ("", "source: is refused; it is a secret, and the reason would repeat it"),
            id="the beginning of a value within a sentence",
        ),
    ],
)
def test_nothing_of_a_secret_is_told(news, problem, expected):
    (failure,) = check_failures([InputProblem(*problem)], news, set(news) - {"title"})
    assert (failure.property, failure.reason) == expected


def test_the_program_tells_which_inputs_are_secrets_or_hold_one():
    async def names():
        inputs = {
            "title": pulumi.Output.secret("hidden-word"),
            "tags": ["a", pulumi.Output.secret("hidden-word")],
            "icon": {"id": pulumi.Output.from_input("Ship")},
            "container_id": "c",
        }
        return await secret_inputs(inputs).future()

    assert asyncio.run(names()) == ["title", "tags"]


def test_a_program_without_outputs_tells_nothing():
    assert secret_inputs({"title": "a", "tags": ["a"], "icon": {"id": "b"}, "triggers": None}) is None
