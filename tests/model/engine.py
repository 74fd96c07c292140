"""The engine: keeps the state of one or more ingests, each an upload and an ingest, and calls their lifecycles."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.model.process import Call, Process
from tests.model.world import DATASETS, LIMIT_S, WORKSPACE, Declared
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.lifecycle.values import UNKNOWN, JsonObject

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
        """What `DatasetIngest` gives to both resources of ingest *n*, but for `follows`."""
        dataset_id = DATASETS[self.datasets[n]]
        return {
            "dataset_id": dataset_id.upper() if self.in_capitals else dataset_id,
            "workspace_id": WORKSPACE,
            "source": {"text": self.contents[n], "name": f"ingest{n}.csv"},
            "operation": self.operations[n],
            "preflight": "off",
            "job_timeout_seconds": LIMIT_S,
        }

    def overwrite_before(self, n: int) -> int | None:
        """The nearest Overwrite declared before ingest *n* for its dataset."""
        before = [k for k in range(n) if (self.datasets[k], self.operations[k]) == (self.datasets[n], "Overwrite")]
        return before[-1] if before else None


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
        job_ids: list[object] = []
        for n in range(len(self.program.contents)):
            inputs, overwrite = self.program.inputs(n), self.program.overwrite_before(n)
            if overwrite is not None:
                inputs["follows"] = [job_ids[overwrite]]
            declared = self._declare(n, inputs)
            uploaded = self._step(f"upload{n}", {**inputs, "ingests_before": []}, declared)
            self.between()
            given = {**inputs, **{name: uploaded[name] for name in UPLOADED}}
            job_ids.append(self._step(f"ingest{n}", given, declared)["job_id"])
            self.between()

    def _declare(self, n: int, inputs: JsonObject) -> Declared:
        dataset = self.program.datasets[n]
        seen = self.declared.get((n, dataset), [])
        again = seen[-1].again if seen else 0
        one = Declared(
            n,
            dataset,
            self.program.contents[n],
            inputs["operation"],
            next(iter(inputs.get("follows", ())), None),
            again,
        )
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
                raise AssertionError(f"the inputs of {name} are refused: {checked.problems}")
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


def _as_json(value: Any) -> Any:
    """As the state's file has it."""
    return json.loads(json.dumps(value))
