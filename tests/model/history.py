"""Histories as vectors of choices: all of them with a few deviations from the ordinary course, or random ones."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tests.model.course import BACK, CONFIGS, NEW, NOTHING, Course, ordinary
from tests.model.engine import Program
from tests.model.left_by_0_1_0 import LEFT, lay_out
from tests.model.situation import Homes, Situation
from tests.model.world import World, in_words

_USUAL_EDITS = {".": NOTHING, "n": NEW, "b": BACK}
_NEW_CONTENTS = "wxyz"
"""What new rows are named for, by round; the first are `a`."""
_POINTS = 60
"""How many decision points a history has, about: so often does a random one deviate."""
EDITS = ("....", ".n..", ".nb.", ".n.b")
"""What is usually edited before each `up`."""
FEWER_EDITS = ("...", ".n.", ".nb")
"""The same for those in a hurry."""
_EDITS_OF_LEFT = ("..",)
"""The same for what 0.1.0 has left, which comes after an `up` already."""


class Plan(NamedTuple):
    """A stack of `CONFIGS`, what the platform says of idle jobs, and what release 0.1.0 has left, if anything."""

    config: str
    idle: str
    left: str = ""

    def __str__(self) -> str:
        return "/".join(self).rstrip("/")

    def beginning(self) -> Situation:
        """Before the first `up`."""
        operations = CONFIGS[self.config].operations
        n = len(operations)
        program = Program(tuple(f"{k}a" for k in range(n)), ("D1",) * n, operations)
        situation = Situation(world=World(self.idle), program=program, before=((),) * n)
        if self.left:
            lay_out(self.left, situation)
        return situation


_IDLE = ("Running", "404")
PLANS = (
    *(Plan(config, idle) for config in CONFIGS for idle in _IDLE),
    *(Plan(config, idle, left) for config in ("append", "upsert") for idle in _IDLE for left in LEFT),
)

Deviations = Mapping[int, int]
"""Decision point of a round → which deviation is taken there, from 1."""
Trail = tuple[Deviations, ...]
"""The deviations of each round."""


class Choices:
    """Answers each decision point: with the ordinary course, unless *taken* says otherwise."""

    def __init__(self, taken: Deviations) -> None:
        self.taken = dict(taken)
        self.offered: list[int] = []
        """How many deviations there were at each point that was met."""

    def __call__(self, *deviations: str) -> str | None:
        picked = self.taken.get(len(self.offered), 0)
        self.offered.append(len(deviations))
        return deviations[picked - 1] if picked else None


class RandomChoices(Choices):
    """Deviates now and then, at most *limit* times."""

    def __init__(self, chance: random.Random, *, probability: float, limit: int) -> None:
        super().__init__({})
        self._chance, self._probability, self._limit = chance, probability, limit

    def __call__(self, *deviations: str) -> str | None:
        if len(self.taken) < self._limit and self._chance.random() < self._probability:
            self.taken[len(self.offered)] = self._chance.randint(1, len(deviations))
        return super().__call__(*deviations)


@dataclass(frozen=True)
class Path:
    """How a history goes: its plan, the usual edits of its `up`s, and the deviations of each round so far."""

    plan: Plan
    edits: str
    trail: Trail = ()

    @property
    def deviations(self) -> int:
        return sum(map(len, self.trail))

    @property
    def usual_edit(self) -> str:
        """That of the next round."""
        return self.edits[len(self.trail)]

    def extended(self, taken: Deviations) -> "Path":
        """With one more round."""
        return replace(self, trail=(*self.trail, dict(taken)))

    def __str__(self) -> str:
        """`append/404 .n.. 1.4=2 3.0=1`: plan, usual edits, and round, point, deviation."""
        taken = [f"{k}.{point}={pick}" for k, one in enumerate(self.trail) for point, pick in one.items()]
        return " ".join([str(self.plan).replace(" ", "_"), self.edits, *taken])

    @classmethod
    def parsed(cls, text: str) -> "Path":
        """The path that is spelled so."""
        plan, edits, *taken = text.split()
        rounds: list[dict[int, int]] = [{} for _ in edits]
        for place, pick in (one.split("=") for one in taken):
            k, point = place.split(".")
            rounds[int(k)][int(point)] = int(pick)
        return cls(Plan(*plan.replace("_", " ").split("/")), edits, tuple(rounds))


@dataclass(frozen=True)
class Violation:
    """A rule that was broken, and a history in which it was."""

    text: str
    path: Path
    log: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """The number of deviations, and of lines."""
        return self.path.deviations, len(self.log)

    def __str__(self) -> str:
        head = f"{self.path.plan}: {self.text}", f"(python -m tests.model --replay '{self.path}')"
        return "\n".join([*head, *map(in_words, self.log)])


@dataclass
class _Node:
    """A situation after an `up`, one path to it, and how many there are, by number of deviations."""

    situation: Situation
    path: Path
    ways: Counter[int]


@dataclass
class Exploration:
    """Histories of one plan: what was tried, and what was found."""

    plan: Plan
    homes: Homes
    histories: Counter[int] = field(default_factory=Counter)
    """By number of deviations: those that were tried, or that are equal from some `up` on to one that was."""
    rounds: int = 0
    violations: dict[str, Violation] = field(default_factory=dict)
    """By text, the one with the fewest deviations."""
    _ended: set[bytes] = field(default_factory=set)

    def try_all(self, limit: int, usual_edits: Sequence[str] = EDITS) -> None:
        """
        Every history with up to *limit* deviations from one of the *usual_edits*, which are equally long.

        Situations that are equal after an `up` are followed once.
        """
        start = self.plan.beginning()
        all_edits = _EDITS_OF_LEFT if self.plan.left else usual_edits
        nodes = [_Node(start, Path(self.plan, edits), Counter({0: 1})) for edits in all_edits]
        for _ in all_edits[0]:
            following: dict[tuple[str, bytes], _Node] = {}
            for group in _with_equal_rounds(nodes):
                budget = limit - min(node.path.deviations for node in group)
                for taken, situation in self._rounds(group[0], budget):
                    for node in group:
                        self._add(following, node, taken, situation, limit)
            nodes = list(following.values())
        for node in nodes:
            self._end(node.situation, node.path)
            self.histories += node.ways

    def try_random(self, count: int, *, limit: int, seed: int) -> None:
        """*count* random histories with up to *limit* deviations."""
        chance = random.Random(f"{seed} {self.plan}")
        for _ in range(count):
            situation = self.plan.beginning()
            path = Path(self.plan, chance.choice(_EDITS_OF_LEFT if self.plan.left else EDITS))
            while len(path.trail) < len(path.edits):
                choices = RandomChoices(chance, probability=limit / _POINTS, limit=limit - path.deviations)
                situation = self._round(situation, choices, path)
                path = path.extended(choices.taken)
            self._end(situation, path)
            self.histories[path.deviations] += 1

    def replay(self, path: Path) -> list[str]:
        """One history, in words."""
        situation, gone = self.plan.beginning(), replace(path, trail=())
        for taken in path.trail:
            situation = self._round(situation, Choices(taken), gone)
            gone = gone.extended(taken)
        self._end(situation, path)
        return [in_words(line) for line in situation.world.log]

    def _add(
        self, following: dict[tuple[str, bytes], _Node], node: _Node, taken: Deviations, after: Situation, limit: int
    ) -> None:
        path = node.path.extended(taken)
        if path.deviations > limit:
            return
        ways = Counter({n + len(taken): count for n, count in node.ways.items() if n + len(taken) <= limit})
        found = _Node(after, path, ways)
        known = following.setdefault((path.edits[len(path.trail) :], after.signature), found)
        if known is not found:
            known.ways += ways
            if path.deviations < known.path.deviations:
                known.situation, known.path = after, path

    def _rounds(self, node: _Node, budget: int) -> Iterator[tuple[Deviations, Situation]]:
        """The next round with every vector of up to *budget* deviations."""
        queue: list[Deviations] = [{}]
        while queue:
            choices = Choices(queue.pop())
            yield choices.taken, self._round(node.situation, choices, node.path)
            if len(choices.taken) < budget:
                for point in range(max(choices.taken, default=-1) + 1, len(choices.offered)):
                    queue += [{**choices.taken, point: pick + 1} for pick in range(choices.offered[point])]

    def _round(self, situation: Situation, choices: Choices, path: Path) -> Situation:
        self.rounds += 1
        course = Course(CONFIGS[self.plan.config], situation.copy(), self.homes)
        course.situation.world.choose = choices
        k = len(path.trail)
        if k == 0 and not self.plan.left:
            course.begin()
        else:
            course.go_on(_USUAL_EDITS[path.usual_edit], _NEW_CONTENTS[k])
        course.situation.world.choose = ordinary
        self._note(course.situation.world, path.extended(choices.taken))
        return course.situation

    def _end(self, situation: Situation, path: Path) -> None:
        if situation.signature not in self._ended:
            self._ended.add(situation.signature)
            Course(CONFIGS[self.plan.config], situation, self.homes).end()
            self._note(situation.world, path)

    def _note(self, world: World, path: Path) -> None:
        for text in world.violations:
            found = Violation(text, path, tuple(world.log))
            self.violations[text] = min(self.violations.get(text, found), found, key=lambda one: one.size)


def _with_equal_rounds(nodes: Iterable[_Node]) -> Iterable[list[_Node]]:
    """*nodes* that differ only in what is edited later."""
    groups: dict[tuple[str, bytes], list[_Node]] = {}
    for node in nodes:
        groups.setdefault((node.path.usual_edit, node.situation.signature), []).append(node)
    return groups.values()
