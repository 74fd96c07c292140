"""A failed check is printed by the engine, so nothing of a secret is in it."""

import pytest
from pulumi.runtime import rpc

from veracity_provider.dynamic.check_failures import check_failures
from veracity_provider.errors import InputProblem
from veracity_provider.texts import shown

LINES = "hidden\n" * 20


def secret(value):
    return rpc.wrap_rpc_secret(value)


@pytest.mark.parametrize(
    ("news", "problem", "expected"),
    [
        pytest.param(
            {"title": "x"},
            ("title", "must be one line, not 'x'"),
            ("title", "must be one line, not 'x'"),
            id="what is no secret is left as it is",
        ),
        pytest.param(
            {"dataset_id": secret("hidden-word")},
            ("dataset_id", "must be a UUID, not 'hidden-word'; it is in the address"),
            ("", "dataset_id: must be a UUID, not [secret]; it is in the address"),
            id="a value that is quoted",
        ),
        pytest.param(
            {"dataset_id": secret(LINES)},
            ("dataset_id", f"must be a UUID, not '{shown(LINES)}'"),
            ("", "dataset_id: must be a UUID, not [secret]"),
            id="a value that is quoted in part",
        ),
        pytest.param(
            {"tags": secret(["a", "hidden-word"])},
            ("tags[1]", "must be one line, not 'hidden-word'"),
            ("", "tags[1]: must be one line, not [secret]"),
            id="a member of a secret list",
        ),
        pytest.param(
            {"triggers": ["a", secret({"b": "hidden-word"})]},
            ("triggers[1]", "must be settled"),
            ("", "triggers[1]: must be settled"),
            id="a secret within a list",
        ),
        pytest.param(
            {"source": secret("hidden-word.csv")},
            ("source", "/project/hidden-word.csv does not exist"),
            ("", "source: is refused; it is a secret, and the reason would repeat it"),
            id="a value within a sentence",
        ),
        pytest.param(
            {"source": secret("hidden-word" * 20)},
            ("source", "/project/hidden-wordhidden-… does not exist"),
            ("", "source: is refused; it is a secret, and the reason would repeat it"),
            id="the beginning of a value within a sentence",
        ),
    ],
)
def test_nothing_of_a_secret_is_told(news, problem, expected):
    (failure,) = check_failures([InputProblem(*problem)], news)
    assert (failure.property, failure.reason) == expected
