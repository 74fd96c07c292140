"""Whether an ingest's dataset is still there."""

import pytest

from veracity_provider.errors import PlatformFailed, UnexpectedAnswer


class TestReading:
    """Finding 5: forgetting an ingest whose rows are there is the dangerous direction."""

    @pytest.fixture
    def state(self, machine, append):
        state = {}
        machine.up(state, append)
        return state

    def test_a_dataset_that_is_there_keeps_its_ingest(self, machine, state, told):
        for key, lifecycle in (("ingest", machine.ingest), ("upload", machine.upload)):
            found = lifecycle.read("id", state[key], told)
            assert (found.id, found.outputs) == ("id", state[key])
            assert found.inputs == {name: value for name, value in state[key].items() if name in found.inputs}
            assert {"dataset_id", "source", "operation", "content_hash"} <= found.inputs.keys()

    def test_the_names_are_inputs_of_the_upload_alone(self, machine, state, told):
        for key, lifecycle, is_input in (("ingest", machine.ingest, False), ("upload", machine.upload, True)):
            found = lifecycle.read("id", {**state[key], "dataset_name": "Noon"}, told)
            assert ("dataset_name" in found.inputs) is is_input

    def test_a_dataset_that_is_surely_gone_is_the_only_absence(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=2, effect={"kind": "status", "status": 404})
        told.infos.clear()
        assert machine.ingest.read("id", state["ingest"], told) is None
        assert told.infos == [f"dataset {append['dataset_id']} no longer exists"]

    def test_one_stray_404_loses_nothing(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", effect={"kind": "status", "status": 404})
        assert machine.upload.read("id", state["upload"], told).outputs == state["upload"]

    def test_without_a_second_witness_it_is_kept_and_warned_of(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=2, effect={"kind": "status", "status": 404})
        veracity.fault(path=f"*/workspaces/{append['workspace_id']}", effect={"kind": "status", "status": 404})
        assert machine.upload.read("id", state["upload"], told).outputs == state["upload"]
        assert "was not found, but workspace" in told.warnings[-1]

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            pytest.param({"kind": "status", "status": 500}, PlatformFailed, id="500"),
            pytest.param({"kind": "status", "status": 404, "gateway": True}, UnexpectedAnswer, id="a gateway's 404"),
            pytest.param({"kind": "html"}, UnexpectedAnswer, id="a page of HTML"),
        ],
    )
    def test_a_failure_to_read_is_no_absence(self, machine, veracity, state, append, told, effect, error):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=None, effect=effect)
        with pytest.raises(error):
            machine.upload.read("id", state["upload"], told)
