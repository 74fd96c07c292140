"""The person: reads which answers an error takes, looks at what is true, and writes the answer into the config."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.model.world import OVER_S, World, in_words

_WORDS = {"answers": ("applied", "not-applied", "ended"), "resume": ("started", "start")}
"""What each setting takes; `resume` is that of 0.1.0."""
_NAMED = re.compile(r"veracity:(answers|resume)\.([0-9a-f-]{36})")
_PATIENCE_S = 2 * OVER_S
"""Longer than any job takes that ends by itself."""

Answers = dict[tuple[str, str], str]
"""Setting and job id → word."""


@dataclass(frozen=True)
class Question:
    """A stop that a person can answer."""

    job_id: str
    setting: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"asks about {in_words(self.job_id)}: {' or '.join(self.words)}"


def question_in(text: str) -> Question | None:
    """The question that an error's text asks, by the setting and the words that it names; None where it asks none."""
    found = _NAMED.search(text)
    if found is None:
        return None
    setting, job_id = found.groups()
    return Question(job_id, setting, tuple(word for word in _WORDS[setting] if _offers(text, word)))


def _offers(text: str, word: str) -> bool:
    """Whether *word* stands in backticks, alone or at the end of a command."""
    return re.search(rf"'veracity:answers\.[0-9a-f-]{{36}}' {word}$", text, re.MULTILINE) is not None


class Person:
    """Answers what is asked; *answers* stay in the config for ever."""

    def __init__(self, world: World, answers: Answers) -> None:
        self._world, self._answers = world, answers

    @property
    def config(self) -> Mapping[str, str]:
        """The settings, each with its answers as JSON."""
        named = {setting: {} for setting, _ in self._answers}
        for (setting, job_id), word in self._answers.items():
            named[setting][job_id] = word
        return {setting: json.dumps(words) for setting, words in named.items()}

    @property
    def answered(self) -> set[str]:
        """The jobs about which there is an answer."""
        return {job_id for _, job_id in self._answers}

    def answer(self, question: Question, *, falsely: bool = False) -> None:
        """Wait until the job does nothing more by itself, have support end one that hangs, look, and answer."""
        job = self._world.job(question.job_id)
        self._world.sleep(_PATIENCE_S)
        if job.is_at_work:
            self._world.stop(job)
        word = _word(question.words, is_there=self._world.took_effect(job) != falsely)
        if word is None:
            self._world.violate("a question takes no answer that is true")
            return
        self._answers[question.setting, job.id] = word
        self._world.say(f"  the person says of {job.name}: {word}{', which is false' if falsely else ''}")


def _word(words: tuple[str, ...], *, is_there: bool) -> str | None:
    truths = ("ended", "applied", "started") if is_there else ("ended", "not-applied", "start")
    return next((word for word in words if word in truths), None)
