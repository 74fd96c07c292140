"""The engine: keeps the state of one or more ingests, each an upload and an ingest, and calls their lifecycles."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.model.process import Call, Process
from tests.model.world import DATASETS, LIMIT_S, WORKSPACE, Declared
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.errors import InputError
from veracity_provider.lifecycle.protocols import UNKNOWN, JsonObject

Resource = Mapping[str, Any]
"""In the state: `id`, `inputs` and `outputs`. Replaced, never changed."""
Stack = dict[str, Resource]
"""The state: `upload0`, `ingest0`, `upload1` … In the order of declaration."""


@dataclass(frozen=True)
class Program:
    """The ingests that the Pulumi program declares, in order."""

    contents: tuple[str, ...]
    datasets: tuple[str, ...]
    operations: tuple[str, ...]
    in_capitals: bool = False
    """How the ids of the datasets are spelled."""

    def __str__(self) -> str:
        each = (f"{o} of {c} into {d}" for o, c, d in zip(self.operations, self.contents, self.datasets, strict=True))
        return "; ".join(each) + (", ids in capitals" if self.in_capitals else "")

    def inputs(self, n: int) -> dict[str, Any]:
        """What `DatasetIngest` gives to both resources of ingest *n*."""
        dataset_id = DATASETS[self.datasets[n]]
        return {
            "dataset_id": dataset_id.upper() if self.in_capitals else dataset_id,
            "workspace_id": WORKSPACE,
            "source": {"text": self.contents[n], "name": f"ingest{n}.csv"},
            "operation": self.operations[n],
            "preflight": "off",
            "job_timeout_seconds": LIMIT_S,
        }

    def declared_before(self, n: int) -> list[int]:
        """The ingests that are declared before ingest *n* for its dataset."""
        return [k for k in range(n) if self.datasets[k] == self.datasets[n]]


@dataclass(kw_only=True)
class Pass:
    """
    One `preview` or `up`.

    Args:
        declared: By ingest and dataset, what was declared in its course; an `up` adds to it.
        replaces: The resource named by `--replace`.
        ignores_content: Whether the program has `ignore_changes=["content_hash"]`.
        between: Called between two resources.
    """

    stack: Stack
    program: Program
    process: Process
    declared: dict[tuple[int, str], list[Declared]]
    replaces: str = ""
    ignores_content: bool = False
    between: Callable[[], None] = lambda: None
    listed: list[str] = field(default_factory=list)
    """The resources that are, or would be, created or updated."""

    def run(self) -> None:
        """All ingests, one after the other. The first error ends it: each ingest depends on those before it."""
        done: list[JsonObject] = []
        for n in range(len(self.program.contents)):
            inputs, order = self.program.inputs(n), self._order(n, done)
            declared = self._declare(n, inputs, order)
            is_preview = self.process.is_preview
            uploaded = self._step(f"upload{n}", {**inputs, **order, "is_preview": is_preview}, declared)
            self.between()
            given = {**inputs, **{name: uploaded.get(name) for name in UPLOADED}}
            done.append(self._step(f"ingest{n}", given, declared))
            self.between()

    def _order(self, n: int, done: Sequence[JsonObject]) -> dict[str, Any]:
        """What the program tells the upload of ingest *n* about those before it, as `program.jobs_to_follow` has it."""
        before = self.program.declared_before(n)
        overwrites = [done[k] for k in before if self.program.operations[k] == "Overwrite"]
        names = [f"ingest{k}" for k in before] if self.program.operations[n] == "Overwrite" else None
        return {"follows": [_job_to_follow(f"ingest{n}", one) for one in overwrites] or None, "ingests_before": names}

    def _declare(self, n: int, inputs: JsonObject, order: JsonObject) -> Declared:
        dataset = self.program.datasets[n]
        seen = self.declared.get((n, dataset), [])
        again = seen[-1].again if seen else 0
        follows = tuple(order["follows"] or ())
        one = Declared(n, dataset, self.program.contents[n], inputs["operation"], follows, again)
        if not self.process.is_preview and one not in seen[-1:]:
            self.declared[n, dataset] = [*seen, one]
        return one

    def _step(self, name: str, inputs: dict[str, Any], declared: Declared) -> JsonObject:
        """Check, compare, change; the outputs, UNKNOWN where a preview cannot tell them."""
        old, is_replaced = self.stack.get(name), name == self.replaces
        if old and self.ignores_content and name.startswith("upload"):
            inputs["content_hash"] = old["inputs"]["content_hash"]
        lifecycle, told = self.process.lifecycle(name), self.process.told
        with self.process.at_work(declared):
            checked = lifecycle.check(old["inputs"] if old else {}, inputs, told)
            if checked.problems:
                raise InputError(checked.problems)
            found = lifecycle.diff(old["id"], old["outputs"], checked.inputs, told) if old else None
        if old and found and not found.changes and not is_replaced:
            if not self.process.is_preview:
                self.stack[name] = {**old, "inputs": _as_json(checked.inputs)}
            return old["outputs"]
        self.listed.append(name)
        if self.process.is_preview:
            known = {key: value for key, value in checked.inputs.items() if value is not None}
            return dict.fromkeys(UPLOADED, UNKNOWN) | known
        if is_replaced:
            declared = declared._replace(again=declared.again + 1)
        kept = old if found and not found.replaces and not is_replaced else None
        outputs = self._change(name, checked.inputs, kept, declared)
        if is_replaced:  # the same rows are declared once more, as soon as the state has them
            self.declared[declared.ingest, declared.dataset].append(declared)
        return outputs

    def _change(self, name: str, news: JsonObject, old: Resource | None, declared: Declared) -> JsonObject:
        """Update *old*, or create; what a replacement deletes afterwards would only be forgotten."""
        lifecycle, told = self.process.lifecycle(name), self.process.told
        call = None
        if name.startswith("ingest"):
            call = Call(self.process.machine, news, old["outputs"] if old else None, declared)
        with self.process.at_work(declared, call):
            if old:
                id_, outputs = old["id"], lifecycle.update(old["id"], old["outputs"], news, told)
            else:
                created = lifecycle.create(news, told)
                id_, outputs = created.id, created.outputs
            self.process.effect(f"saving the state of {name}")
        self.stack[name] = {"id": id_, "inputs": _as_json(news), "outputs": _as_json(outputs)}
        return self.stack[name]["outputs"]


def _job_to_follow(name: str, overwrite: JsonObject) -> object:
    """The job of an *overwrite* after which the ingest *name* runs; None where it is no reason to run."""
    if overwrite["job_id"] is UNKNOWN:
        return UNKNOWN
    before = overwrite.get("job_history", {}).get("current", {}).get("ingests_before")
    return overwrite["job_id"] if before is not None and name not in before else None


def _as_json(value: Any) -> Any:
    """As the state's file has it."""
    return json.loads(json.dumps(value))
