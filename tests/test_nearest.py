import pytest

from veracity_provider.nearest import did_you_mean


@pytest.mark.parametrize(
    ("word", "text"),
    [
        pytest.param("tagz", "; did you mean tags?", id="a letter off"),
        pytest.param("TITLE", "; did you mean title?", id="another case"),
        pytest.param("colour", "", id="nothing near"),
    ],
)
def test_the_nearest_known_word_is_suggested(word, text):
    assert did_you_mean(word, ["title", "tags"]) == text


def test_of_very_many_words_those_that_begin_and_end_alike_are_compared():
    words = [f"power of generator {i}" for i in range(600)]
    assert did_you_mean("power of generators 599", words) == "; did you mean power of generator 599?"
