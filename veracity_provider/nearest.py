"""The one rule for a word that is nearly a known one."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`; did you mean …?` when one of *choices* is near *word*, in any case; else nothing."""
    spelled = {choice.casefold(): choice for choice in choices}
    nearest = difflib.get_close_matches(word.casefold(), spelled, n=1, cutoff=0.6)
    return f"; did you mean {spelled[nearest[0]]}?" if nearest else ""
