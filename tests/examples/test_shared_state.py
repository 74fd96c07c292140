"""Two machines with one state in Azure Blob Storage: one is killed while an `Append` runs, the other one goes on."""

import shutil

import pytest

from tests.engine.killing import Kill, kill_during
from tests.engine.project import STACK, copy_template, make_template
from tests.examples import azurite
from tests.guide import section, typed
from tests.rows import wind_readings
from tests.veracity import held_to_the_rules
from veracity_emulator.testing import spawn_emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
GOES_ON = typed(section("docs/guide/shared-state.md", "One machine dies, another one goes on"))


@pytest.fixture
def veracity():
    with spawn_emulator(job_seconds=3, strict=True) as emulator, held_to_the_rules(emulator.url) as found:
        yield found


def machine(template, folder, config, backend):
    """A machine with a Pulumi home, and so a journal, of its own."""
    made = copy_template(template, folder, config)
    shutil.rmtree(made.folder / "backend")
    made.environ |= backend
    return made


def test_the_other_machine_goes_on_and_the_rows_are_there_once(tmp_path, veracity):
    make_template(tmp_path / "template")
    dataset = veracity.new_dataset(like="keyless")
    (tmp_path / "azurite").mkdir()
    with azurite.backend(tmp_path / "azurite") as backend:
        config = {**veracity.config, "veracity:usualJobSeconds": 20}
        first, other = (machine(tmp_path / "template", tmp_path / name, config, backend) for name in ("first", "other"))
        for one in (first, other):
            one.write("wind.csv", wind_readings())
            one.declare(datasets=[{"name": "wind", "datasetId": dataset, "source": "wind.csv", "operation": "Append"}])
        assert first.pulumi("stack", "init", STACK).succeeded
        kill_during(first, veracity, Kill("waiting", "all"))

        locked = other.up()
        assert not locked.succeeded
        assert "the stack is currently locked" in locked
        assert GOES_ON == ["pulumi cancel --yes", "pulumi up --yes"]
        for command in GOES_ON:
            done = other.pulumi(*command.split()[1:])
            assert done.succeeded, done.text
        assert len(veracity.rows(dataset)) == wind_readings().count("\n") - 1
        assert [job["status"] for job in veracity.jobs(dataset)] == ["Completed"]
        assert other.is_unchanged()
