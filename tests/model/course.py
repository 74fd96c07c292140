"""The course of a history: troubled rounds of an edit and an `up`, then calm `up`s until one succeeds."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from tests.model.engine import Pass, Program
from tests.model.judge import judge_question, judge_rows
from tests.model.person import Person, Question, question_in
from tests.model.process import Killed, Process
from tests.model.situation import Homes, Situation
from tests.model.world import OVER_S, World, in_words
from veracity_provider.errors import VeracityError

CALM_UPS = 12
HOUR_S = 360.0


class Config(NamedTuple):
    """A stack: its ingests' operations; whether it may be edited to another dataset, and to another operation."""

    operations: tuple[str, ...]
    moves: bool = False
    switches: bool = False


CONFIGS: Mapping[str, Config] = {
    "append": Config(("Append",)),
    "upsert": Config(("Upsert",)),
    "moving append": Config(("Append",), moves=True),
    "moving upsert": Config(("Upsert",), moves=True),
    "switching": Config(("Append",), switches=True),
    "append and append": Config(("Append", "Append")),
    "overwrite and append": Config(("Overwrite", "Append")),
    "overwrite, append and upsert": Config(("Overwrite", "Append", "Upsert")),
}
NOTHING, NEW, BACK = "nothing", "new rows", "back to the rows before"
NEW_FIRST, MOVE, SWITCH, SPELL = (
    "new rows for the first ingest",
    "another dataset",
    "another operation",
    "the dataset's id in the other case",
)
REFRESHES = ("refresh", "refresh, with a stray 404", "refresh, and the platform does not answer")
TEARS = ("the journal's newest entry is torn", "the journal's newest entry cannot be read")
REPLACE = "--replace with the URN of the last upload"
IGNORE = "ignore_changes of content_hash, for this `up`"
GOES_ON = "the process left over goes on"


class Course:
    """Takes *situation* on."""

    def __init__(self, config: Config, situation: Situation, homes: Homes) -> None:
        self.config, self.situation, self._homes = config, situation, homes

    @property
    def _world(self) -> World:
        return self.situation.world

    @property
    def _person(self) -> Person:
        return Person(self._world, self.situation.answers)

    # Troubled rounds.

    def begin(self) -> None:
        """The first `up`, at which everything may go wrong."""
        self._up_and_answer("")

    def go_on(self, usual_edit: str, new_content: str) -> None:
        """What changes before the next `up`, and that `up`."""
        self._edit(usual_edit, new_content)
        self._choose_machine()
        self._let_time_pass()
        self._up_and_answer(self._operate())

    def _edit(self, usual: str, new_content: str) -> None:
        options = [NOTHING, NEW, SPELL]
        options += [BACK] if self.situation.before[-1] else []
        options += [MOVE] if self.config.moves else []
        options += [SWITCH] if self.config.switches else []
        options += [NEW_FIRST] if len(self.config.operations) > 1 else []
        usual = usual if usual in options else NOTHING
        edit = self._world.choose(*[one for one in options if one != usual]) or usual
        if edit == NOTHING:
            return
        before = self.situation
        self.situation.program, self.situation.before = edited(before.program, before.before, edit, new_content)
        self._world.say(f"edit: {edit}")

    def _choose_machine(self) -> None:
        where = self._world.choose("the other machine", "a fresh machine")
        if where == "the other machine":
            self.situation.machine = "M2" if self.situation.machine == "M1" else "M1"
        elif where:
            self.situation.fresh_machines += 1
            self.situation.machine = f"fresh{self.situation.fresh_machines}"

    def _let_time_pass(self) -> None:
        passes = self._world.choose("an hour passes", "an hour passes, and the platform forgets ended jobs")
        if passes:
            self._world.say(passes)
            self._world.sleep(HOUR_S)
            self.situation.left_over = None
        if passes and "forgets" in passes:
            for job in self._world.jobs:
                job.is_forgotten |= job.is_over

    def _operate(self) -> str:
        """What a person does beside editing; the options of the next `up`."""
        what = self._world.choose(*REFRESHES, *TEARS, REPLACE, IGNORE) or ""
        if what:
            self._world.say(what)
        if what in REFRESHES:
            self._refresh(what)
        if what in TEARS:
            self._tear(what)
        return what if what in {REPLACE, IGNORE} else ""

    def _up_and_answer(self, options: str) -> None:
        question = self._up(options)
        if not isinstance(question, Question):
            return
        reply = self._world.choose("does not answer", "answers falsely")
        if reply != "does not answer":
            self._answer(question, falsely=reply == "answers falsely")

    def _answer(self, question: Question, *, falsely: bool = False) -> None:
        self._person.answer(question, falsely=falsely)
        self.situation.left_over = None  # no process outlives its CLI for so long

    def _refresh(self, how: str) -> None:
        process = self._process(is_preview=True)
        process.datasets.stray_404s = int(how == REFRESHES[1])
        process.datasets.is_silent = how == REFRESHES[2]
        for name, resource in list(self.situation.stack.items()):
            try:
                with process.at_work(None):
                    found = process.lifecycle(name).read(resource["id"], resource["outputs"], process.told)
            except VeracityError as error:
                self._say_error(error)
                return
            if found is None:
                self._world.violate("a refresh forgets a resource whose dataset is there")
                del self.situation.stack[name]
            else:
                self.situation.stack[name] = {**resource, "inputs": found.inputs, "outputs": found.outputs}

    def _tear(self, how: str) -> None:
        files = self.situation.homes.get(self.situation.machine, {})
        for job in reversed(self._world.jobs):
            for name, content in files.items():
                if job.id in name:
                    torn = content[: len(content) // 2] if how == TEARS[0] else b"\xff\x00"
                    self.situation.homes[self.situation.machine] = {**files, name: torn}
                    return

    # The calm end.

    def end(self) -> None:
        """Nothing goes wrong any more: a person comes to an end, and the rows are as declared."""
        world = self._world
        world.sleep(max(0.0, world.silent_until - world.now))
        if not self._succeeds():
            return
        world.sleep(2 * OVER_S)
        if self._preview()[0] and not self._succeeds():  # a job that came to life late
            return
        world.sleep(2 * OVER_S)
        if not world.is_misled and not world.is_blind and not self._has_forgotten_a_late_start():
            last = [self.situation.declared[n, one][-1] for n, one in enumerate(self.situation.program.datasets)]
            judge_rows(world, self.situation.declared, last)

    def _has_forgotten_a_late_start(self) -> bool:
        """
        Whether a start request arrived late that this machine does not remember, which is a known limit.

        Where the platform does not know a job until it begins, only the journal of the machine that started the next
        one says that the request may arrive yet.
        """
        world = self._world
        if world.idle != "404" or not any(job.is_late for job in world.jobs):
            return False
        journal = self._process(is_preview=True).journal()
        return len(self.situation.homes) > 1 or "cannot be read" in journal.values()

    def _succeeds(self) -> bool:
        for _ in range(CALM_UPS):
            listed, is_warned = self._preview()
            acted = self._acted()
            stop = self._up("")
            if not listed and acted != self._acted():
                self._world.violate("a preview lists nothing, and `up` acts")
            if isinstance(stop, Question):
                if not is_warned:
                    self._world.violate("a question of which the preview had not warned")
                self._answer(stop)
            if stop is None:
                if self._preview()[0]:
                    self._world.violate("after a success the next preview is not empty")
                return True
        self._world.violate("stuck: no `up` succeeds")
        return False

    def _acted(self) -> tuple[int, int]:
        return len(self._world.jobs), sum(job.posts for job in self._world.jobs)

    # Passes of the engine.

    def _process(self, *, is_preview: bool, machine: str | None = None) -> Process:
        machine = machine or self.situation.machine
        home = self._homes.laid_out(machine, self.situation.homes.get(machine, {}))
        return Process(self._world, machine, home, self._person, is_preview=is_preview)

    def _preview(self) -> tuple[list[str], bool]:
        """What it lists; and whether it warned, or failed, which is a warning too."""
        process = self._process(is_preview=True)
        self._world.say(f"preview on {process.machine}")
        listed = Pass(
            stack=self.situation.stack,
            program=self.situation.program,
            process=process,
            declared=self.situation.declared,
        )
        try:
            listed.run()
        except Exception as error:  # noqa: BLE001 — any other than VeracityError is a finding
            self._say_error(error)
            return ["an error"], True
        self._world.say(f"    lists {', '.join(listed.listed) or 'nothing'}")
        return listed.listed, bool(process.told.warnings)

    def _up(self, options: str) -> Question | BaseException | None:
        """None after a success; else what it asks, or the error that ended it."""
        process = self._process(is_preview=False)
        self._world.say(f"up on {process.machine}: {self.situation.program}")
        stop = self._passed(process, options)
        self.situation.homes[process.machine] = self._homes.read(process.machine)
        self.situation.left_over = process.left_over
        return stop

    def _passed(self, process: Process, options: str) -> Question | BaseException | None:
        act = Pass(
            stack=self.situation.stack,
            program=self.situation.program,
            process=process,
            declared=self.situation.declared,
            replaces=f"upload{len(self.config.operations) - 1}" if options == REPLACE else "",
            ignores_content=options == IGNORE,
            between=lambda: self._let_left_over_go_on(process),
        )
        try:
            act.run()
            self._world.say("    done")
        except Killed as killed:
            return killed
        except Exception as error:  # noqa: BLE001 — any other than VeracityError is a finding
            self._say_error(error)
            question = question_in(str(error))
            if question:
                self._judge_question(question, process)
            return question or error
        return None

    def _say_error(self, error: Exception) -> None:
        self._world.say(f"    {type(error).__name__}: {in_words(str(error))}")
        if not isinstance(error, VeracityError):
            self._world.violate(f"{type(error).__name__} reaches the person")

    def _judge_question(self, question: Question, process: Process) -> None:
        ingests = [resource for name, resource in self.situation.stack.items() if name.startswith("ingest")]
        judge_question(
            self._world,
            question.job_id,
            recorded=[one["outputs"].get("effective_job_id") or one["outputs"]["job_id"] for one in ingests],
            never_sent=process.ingests.never_sent,
            answered=self.situation.answers,
        )

    def _let_left_over_go_on(self, process: Process) -> None:
        """Between two steps of *process*, one that a killed CLI left over makes its last call, from the beginning."""
        call = self.situation.left_over
        if call is None or call.machine != process.machine or self._world.choose(GOES_ON) is None:
            return  # two machines are kept apart by the lock of the stack alone
        self._world.say(f"  {GOES_ON}")
        self.situation.left_over = None
        self.situation.homes[call.machine] = self._homes.read(call.machine)
        stale = self._process(is_preview=False, machine=call.machine)
        choose, self._world.choose = self._world.choose, ordinary
        with suppress(VeracityError), stale.at_work(call.declared):
            lifecycle = stale.lifecycle("ingest")
            if call.olds is None:
                lifecycle.create(call.news, stale.told)
            else:
                lifecycle.update("", call.olds, call.news, stale.told)
        self._world.choose = choose
        self.situation.homes[call.machine] = self._homes.read(call.machine)


def ordinary(*_: str) -> None:
    """Nothing goes wrong."""


def edited(
    program: Program, before: tuple[tuple[str, ...], ...], edit: str, new_content: str
) -> tuple[Program, tuple[tuple[str, ...], ...]]:
    """*program* after *edit*, and the earlier contents of its ingests, the newest last."""
    if edit == MOVE:
        return replace(program, datasets=tuple("D2" if one == "D1" else "D1" for one in program.datasets)), before
    if edit == SWITCH:
        other = {"Append": "Overwrite", "Overwrite": "Append"}
        return replace(program, operations=tuple(other[one] for one in program.operations)), before
    if edit == SPELL:
        return replace(program, in_capitals=not program.in_capitals), before
    n = 0 if edit == NEW_FIRST else len(before) - 1
    contents, earlier = list(program.contents), list(before)
    if edit == BACK:
        contents[n], earlier[n] = earlier[n][-1], (*earlier[n][:-1], contents[n])
    else:
        contents[n], earlier[n] = f"{n}{new_content}", (*earlier[n], contents[n])
    return replace(program, contents=tuple(contents)), tuple(earlier)
