"""What an `up` does with the two resources of a dataset, without an engine."""

from veracity_provider.lifecycle.dataset.lifecycle import DatasetLifecycle
from veracity_provider.lifecycle.dataset.upload import DatasetUploadLifecycle

FROM_UPLOAD = ("job_id", "job_history")


class DatasetMachine:
    """What the engine does with the two resources on one machine."""

    def __init__(self, services, told):
        self.told = told
        self.upload, self.dataset = DatasetUploadLifecycle(services), DatasetLifecycle(services)

    def problems(self, news):
        """What is wrong with a new one, as a preview tells it."""
        return [str(one) for one in (*self.upload.check({}, news, self.told).problems, *self.dataset_problems(news))]

    def dataset_problems(self, news):
        return self.dataset.check({}, news, self.told).problems

    def stage(self, news):
        """An `up` that ends when the job is registered and its file uploaded."""
        state = {}
        self._step(state, "upload", self.upload, news)
        return state

    def create_dataset(self, state, news):
        """The second half of that `up`."""
        return self.dataset.create(self._checked(self.dataset, {}, self._with_job(state, news)), self.told)

    def up(self, state, news):
        """One `pulumi up`; *state* is changed as the engine's would be, step by step."""
        self._step(state, "upload", self.upload, news)
        self._step(state, "dataset", self.dataset, self._with_job(state, news))
        return state

    def is_unchanged(self, state, news):
        changes = [
            lifecycle.diff(state[key]["id"], state[key], self._checked(lifecycle, state[key], given), self.told).changes
            for key, lifecycle, given in (
                ("upload", self.upload, news),
                ("dataset", self.dataset, self._with_job(state, news)),
            )
        ]
        return changes == [False, False]

    def refresh(self, state):
        """One `pulumi refresh`."""
        for key, lifecycle in (("upload", self.upload), ("dataset", self.dataset)):
            if key in state:
                found = lifecycle.read(state[key]["id"], state[key], self.told)
                if found is None:
                    del state[key]
                else:
                    state[key] = {**found.outputs, "id": found.id}

    def _step(self, state, key, lifecycle, news):
        old = state.get(key)
        inputs = self._checked(lifecycle, old or {}, news)
        found = lifecycle.diff(old["id"], old, inputs, self.told) if old else None
        if found is None or found.replaces:
            created = lifecycle.create(inputs, self.told)
            state[key] = {**created.outputs, "id": created.id}
            if found:
                lifecycle.delete(old["id"], old, self.told)
        elif found.changes:
            state[key] = {**lifecycle.update(old["id"], old, inputs, self.told), "id": old["id"]}

    def _checked(self, lifecycle, olds, news):
        found = lifecycle.check(olds, news, self.told)
        assert found.problems == ()
        return found.inputs

    def _with_job(self, state, news):
        return {**news, **{name: state["upload"].get(name) for name in FROM_UPLOAD}}
