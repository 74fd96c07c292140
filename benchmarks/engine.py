"""What the engine and the provider cost together: many ingests at a time, and previews with nothing to do."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.engine.project import Project, copy_template, make_template
from tests.rows import NOON_SCHEMA, noon_reports
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator

MIB = 1024 * 1024
MAX_RATIO_CONTAINERS = 1.3
MAX_RATIO_INGESTS = 1.15
PREVIEWS = 5

WAITING = """
import time
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, Resource, ResourceProvider

class Waiting(ResourceProvider):
    serialize_as_secret_always = False

    def create(self, props):
        time.sleep(props["seconds"])
        return CreateResult("waited", dict(props))

    def diff(self, _id, _olds, _news):
        return DiffResult(changes=False)

class Waits(Resource, module="bench", name="Waits"):
    pass
"""
"""
A dynamic provider as the SDK runs it, with nothing tuned.

In a module, as that of a library is: the SDK pickles a class of the program itself with its code, for each resource.
"""

DATASETS = """
schema = Schema("noon", schema_name="Noon {count}", columns={columns})
for i in range({count}):
    made = Dataset(f"noon-{{i}}", dataset_name=f"Noon {count} {{i}}", schema_version_id=schema.schema_version_id)
    DatasetIngest(f"reports-{{i}}", dataset_id=made.dataset_id, source="noon.csv", operation="Upsert")
"""


class Bench:
    """Projects against one emulator, and a clock."""

    def __init__(self, folder: Path, veracity: Veracity) -> None:
        self.veracity = veracity
        self._folder = folder
        make_template(folder / "template")

    def project(self, name: str) -> Project:
        return copy_template(self._folder / "template", self._folder / name, self.veracity.config)

    def ingests(self, count: int, *, job_seconds: float) -> Project:
        project = self.project(f"ingests-{count}-{job_seconds}")
        project.write("noon.csv", noon_reports())
        datasets = [self.veracity.new_dataset(jobSeconds=job_seconds) for _ in range(count)]
        project.declare(
            datasets=[
                {"name": f"noon-{i}", "datasetId": dataset, "source": "noon.csv", "operation": "Upsert"}
                for i, dataset in enumerate(datasets)
            ]
        )
        return project

    def datasets(self, count: int, *, job_seconds: float) -> Project:
        """Datasets that are made with one schema, and an ingest into each: a job after the other for each of them."""
        project = self.project(f"datasets-{count}")
        project.write("noon.csv", noon_reports())
        project.program(DATASETS.format(count=count, columns=NOON_SCHEMA))
        self.veracity.post("/_emulator/settings", {"jobSeconds": job_seconds})
        return project

    def containers(self, count: int) -> Project:
        project = self.project(f"containers-{count}")
        ids = [self.veracity.new_container() for _ in range(count)]
        project.declare(
            containers=[{"name": f"c-{i}", "containerId": one, "title": "Bench"} for i, one in enumerate(ids)]
        )
        return project

    def no_ops(self, count: int, *, seconds: float = 0.0) -> Project:
        project = self.project(f"no-ops-{count}-{seconds}")
        project.write("waiting.py", WAITING)
        made = f'for i in range({count}):\n    Waits(Waiting(), f"w-{{i}}", {{"seconds": {seconds}, "n": i}})\n'
        project.write("__main__.py", f"from waiting import Waiting, Waits\n\n{made}")
        return project


def many_at_a_time(*, small: bool) -> Iterator[Table]:
    """Ingests and datasets that are made side by side; *small* proves that it runs, and says nothing of speed."""
    counts, job_seconds = ([1, 3], 1.0) if small else ([1, 10, 100], 30.0)
    with _bench() as bench:
        yield _many_at_a_time(bench, counts, job_seconds)


def many_resources(*, small: bool) -> Iterator[Table]:
    """The first `up` and the preview of many resources; *small* as above."""
    with _bench() as bench:
        yield _many_resources(bench, 4 if small else 1000)


def _many_at_a_time(bench: Bench, counts: list[int], job_seconds: float) -> Table:
    title = f"`pulumi up` of many at a time, jobs of {job_seconds:g} s each"
    table = Table("what", "seconds", "of one", "provider, MiB", title=title)

    def measure(kind: str, counts: list[int], up: Callable[[int], Callable[[], Any]]) -> None:
        one = None
        for count in counts:
            seconds, memory = _measured(up(count))
            one = one or seconds
            table.add_row(f"{count} {kind}", f"{seconds:.1f}", f"{seconds / one:.2f}", f"{memory / MIB:.0f}")

    def up_untuned(count: int) -> Callable[[], Any]:
        project = bench.no_ops(count, seconds=job_seconds)
        return lambda: project.up(environ={"PULUMI_PARALLEL": ""})

    few = [1, counts[-1] // 10 or 1]
    measure("ingests", counts, lambda count: bench.ingests(count, job_seconds=job_seconds).up)
    measure("datasets with an ingest each", counts, lambda count: bench.datasets(count, job_seconds=job_seconds).up)
    measure("dynamic resources that wait as long, Pulumi's defaults", few, up_untuned)
    return table


def _many_resources(bench: Bench, many: int) -> Table:
    """*many* resources of each kind, side by side with as many no-ops: the first `up`, and previews of no change."""
    no_ops, containers = f"{many} no-op dynamic resources", f"{many} containers"
    ingests = f"{many // 2} ingests (2 resources each)"
    projects = {
        no_ops: bench.no_ops(many),
        containers: bench.containers(many),
        ingests: bench.ingests(many // 2, job_seconds=0.1),
    }
    ups = {name: _seconds(project.up) for name, project in projects.items()}
    previews: dict[str, list[float]] = {name: [] for name in projects}
    for _ in range(PREVIEWS):
        for name, project in projects.items():
            previews[name].append(_seconds(lambda project=project: project.preview("--expect-no-changes")))
    bounds = {containers: MAX_RATIO_CONTAINERS, ingests: MAX_RATIO_INGESTS}
    table = Table("resources", "first `up`, s", "of the no-ops", "preview, s", "of the no-ops", "at most")
    table.title = f"many resources, the fastest of {PREVIEWS} previews with nothing changed"
    for name, seconds in previews.items():
        up, preview = ups[name], min(seconds)
        ratios = f"{up / ups[no_ops]:.2f}", f"{preview / min(previews[no_ops]):.2f}"
        table.add_row(name, f"{up:.1f}", ratios[0], f"{preview:.1f}", ratios[1], f"{bounds.get(name, '')}")
    return table


@contextmanager
def _bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder, spawn_emulator(job_seconds=0.1) as emulator:
        yield Bench(Path(folder), Veracity(emulator.url))


def _seconds(command: Callable[[], Any]) -> float:
    begun = time.monotonic()
    _require(command())
    return time.monotonic() - begun


def _measured(command: Callable[[], Any]) -> tuple[float, int]:
    """Wall seconds of *command*, and the most resident bytes that a provider process had meanwhile."""
    ended = threading.Event()
    most = [0]
    watcher = threading.Thread(target=_watch_memory, args=(ended, most))
    watcher.start()
    try:
        return _seconds(command), most[0]
    finally:
        ended.set()
        watcher.join()


def _watch_memory(ended: threading.Event, most: list[int]) -> None:
    import psutil

    while not ended.wait(1.0):
        for process in psutil.process_iter():
            try:
                if "pulumi.dynamic" in process.cmdline():
                    most[0] = max(most[0], process.memory_info().rss)
            except psutil.Error:
                continue


def _require(outcome: Any) -> None:
    if not outcome.succeeded:
        raise SystemExit(outcome.text)
