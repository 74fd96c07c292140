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
