"""Histories as vectors of choices: all of them with a few deviations from the ordinary course, or random ones."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.model.course import BACK, CONFIGS, NEW, NOTHING, Course, ordinary
from tests.model.engine import Program
from tests.model.situation import Homes, Situation
from tests.model.world import World, in_words

UPS = 4
_USUAL_EDITS = {".": NOTHING, "n": NEW, "b": BACK}
_POINTS = 60
"""How many decision points a history has, about: so often does a random one deviate."""


class Plan(NamedTuple):
    """A stack of `CONFIGS`, what the platform says of idle jobs, and what is usually edited before each `up`."""

    config: str
    idle: str
    edits: str

    def __str__(self) -> str:
        return "/".join(self)

    def beginning(self) -> Situation:
        """Nothing is made yet."""
        operations = CONFIGS[self.config].operations
        n = len(operations)
        program = Program(tuple(f"{k}a" for k in range(n)), ("D1",) * n, operations)
        return Situation(world=World(self.idle), program=program, before=((),) * n)


PLANS = tuple(
    Plan(config, idle, edits)
    for config in CONFIGS
    for idle in ("Running", "404")
    for edits in ("....", ".n..", ".nb.", ".n.b")
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
class Violation:
    """A rule that was broken, and the shortest history found in which it was."""

    plan: Plan
    text: str
    trail: Trail
    log: tuple[str, ...]

    @property
    def size(self) -> tuple[int, int]:
        """The number of deviations, and of lines."""
        return _count(self.trail), len(self.log)

    def __str__(self) -> str:
        replay = f"python -m tests.model --replay '{self.plan}' '{spelled(self.trail)}'"
        return "\n".join([f"{self.plan}: {self.text}", f"({replay})", *map(in_words, self.log)])


@dataclass
class Exploration:
    """Histories of one plan: what was tried, and what was found."""

    plan: Plan
    homes: Homes
    histories: Counter[int] = field(default_factory=Counter)
    """By number of deviations: those that were tried, or that are equal from some `up` on to one that was."""
    rounds: int = 0
    ends: int = 0
    violations: dict[str, Violation] = field(default_factory=dict)
    _ended: set[bytes] = field(default_factory=set)

    def try_all(self, limit: int) -> None:
        """Every history with up to *limit* deviations. Situations that are equal after an `up` are followed once."""
        level = [_Node(self.plan.beginning(), (), Counter({0: 1}))]
        for _ in range(UPS):
            following: dict[bytes, _Node] = {}
            for node in level:
                for choices, situation in self._rounds(node, limit - node.deviations):
                    found = _Node(situation, (*node.trail, choices.taken), node.ways_on(len(choices.taken), limit))
                    key = situation.signature()
                    following[key] = found.merged(following.get(key))
            level = list(following.values())
        for node in level:
            self._end(node.situation, node.trail)
            self.histories += node.ways

    def try_random(self, count: int, *, limit: int, seed: int) -> None:
        """*count* random histories with up to *limit* deviations."""
        chance = random.Random(f"{seed} {self.plan}")
        for _ in range(count):
            situation, trail = self.plan.beginning(), ()
            for _ in range(UPS):
                choices = RandomChoices(chance, probability=limit / _POINTS, limit=limit - _count(trail))
                situation = self._round(situation, choices, trail)
                trail = (*trail, choices.taken)
            self._end(situation, trail)
            self.histories[_count(trail)] += 1

    def replay(self, trail: Trail) -> list[str]:
        """One history, in words."""
        situation = self.plan.beginning()
        for k, taken in enumerate(trail):
            situation = self._round(situation, Choices(taken), trail[:k])
        self._end(situation, trail)
        return [in_words(line) for line in situation.world.log]

    def _rounds(self, node: "_Node", budget: int) -> Iterator[tuple[Choices, Situation]]:
        """The next round with every vector of up to *budget* deviations."""
        queue: list[Deviations] = [{}]
        while queue:
            choices = Choices(queue.pop())
            yield choices, self._round(node.situation, choices, node.trail)
            if len(choices.taken) < budget:
                for point in range(max(choices.taken, default=-1) + 1, len(choices.offered)):
                    queue += [{**choices.taken, point: pick + 1} for pick in range(choices.offered[point])]

    def _round(self, situation: Situation, choices: Choices, trail: Trail) -> Situation:
        self.rounds += 1
        course = Course(CONFIGS[self.plan.config], situation.copy(), self.homes)
        course.situation.world.choose = choices
        k = len(trail)
        if k == 0:
            course.begin()
        else:
            course.go_on(_USUAL_EDITS[self.plan.edits[k]], "abcd"[k])
        course.situation.world.choose = ordinary
        self._note(course.situation.world, (*trail, choices.taken))
        return course.situation

    def _end(self, situation: Situation, trail: Trail) -> None:
        key = situation.signature()
        if key not in self._ended:
            self._ended.add(key)
            self.ends += 1
            Course(CONFIGS[self.plan.config], situation, self.homes).end()
            self._note(situation.world, trail)

    def _note(self, world: World, trail: Trail) -> None:
        for text in world.violations:
            found = Violation(self.plan, text, tuple(dict(taken) for taken in trail), tuple(world.log))
            self.violations[text] = min(self.violations.get(text, found), found, key=lambda one: one.size)


@dataclass(frozen=True)
class _Node:
    """A situation after an `up`, one way to it, and how many there are, by number of deviations."""

    situation: Situation
    trail: Trail
    ways: Counter[int]

    @property
    def deviations(self) -> int:
        return _count(self.trail)

    def ways_on(self, more: int, limit: int) -> Counter[int]:
        """The ways to a node that is *more* deviations away, as far as they have at most *limit*."""
        return Counter({n + more: ways for n, ways in self.ways.items() if n + more <= limit})

    def merged(self, equal: "_Node | None") -> "_Node":
        """With the ways to an *equal* one; the one with fewer deviations is gone on with."""
        if equal is None:
            return self
        nearer = min(equal, self, key=lambda node: node.deviations)
        return _Node(nearer.situation, nearer.trail, equal.ways + self.ways)


def _count(trail: Trail) -> int:
    return sum(map(len, trail))


def spelled(trail: Trail) -> str:
    """`1.4=2 3.0=1`: round, point, deviation."""
    return " ".join(f"{k}.{point}={pick}" for k, taken in enumerate(trail) for point, pick in taken.items())


def parsed(text: str) -> Trail:
    """The trail that was spelled so."""
    rounds: list[dict[int, int]] = [{} for _ in range(UPS)]
    for word in text.split():
        place, pick = word.split("=")
        k, point = place.split(".")
        rounds[int(k)][int(point)] = int(pick)
    return tuple(rounds)
