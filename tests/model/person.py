"""The person: reads which answers an error takes, looks at what is true, and writes the answer into the config."""

import re
from dataclasses import dataclass

from tests.model.world import OVER_S, World

_OFFERED = re.compile(r"'veracity:answers\.([0-9a-f-]{36})' (applied|not-applied|ended)$", re.MULTILINE)
"""The commands that a question names, one a line."""
_PATIENCE_S = 2 * OVER_S
"""Longer than any job takes that ends by itself."""

Answers = dict[str, str]
"""Job id → what a person says of the job."""


@dataclass(frozen=True)
class Question:
    """A stop that a person can answer."""

    job_id: str
    answers: tuple[str, ...]


def question_in(text: str) -> Question | None:
    """The question that an error's text asks, by the commands that it names; None where it asks none."""
    offered = _OFFERED.findall(text)
    return Question(offered[0][0], tuple(word for _, word in offered)) if offered else None


class Person:
    """Answers what is asked; *answers* stay in the config for ever."""

    def __init__(self, world: World, answers: Answers) -> None:
        self._world = world
        self.answers = answers

    def answer(self, question: Question, *, falsely: bool = False) -> None:
        """Wait until the job does nothing more by itself, have support end one that hangs, look, and answer."""
        job = self._world.job(question.job_id)
        self._world.sleep(_PATIENCE_S)
        if job.is_at_work:
            self._world.stop(job)
        falsely &= "ended" not in question.answers
        self._world.is_misled |= falsely
        rows_are_there = self._world.took_effect(job) != falsely
        true = [one for one in question.answers if one in {"ended", "applied" if rows_are_there else "not-applied"}]
        if not true:
            self._world.violate("a question takes no answer that is true")
            return
        self.answers[job.id] = true[0]
        self._world.say(f"  the person says of {job.name}: {true[0]}{', which is false' if falsely else ''}")
