"""A dataset's life, on the local Veracity."""

import pytest

from tests.lifecycle.dataset.machine import DatasetMachine
from tests.rows import noon_report, noon_reports
from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import (
    AuthenticationFailed,
    DatasetError,
    DatasetNotFound,
    IngestJobFailed,
    RequestRefused,
)
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.lifecycle.run import IS_PREVIEW

HEADER = noon_reports().splitlines()[0].split(",")


class TestMaking:
    """No dataset has the name."""

    def test_it_is_made_with_all_that_is_declared(self, machine, told, veracity, with_file, datasets_named, name):
        news = {**with_file, "description": "Noon.", "tags": {"Site": ["123", "4"]}}
        state = machine.up({}, news)
        [live] = datasets_named(name)
        assert (live.id, live.description, live.tags) == (
            state["dataset"]["dataset_id"],
            "Noon.",
            {"Site": ("123", "4")},
        )
        assert state["dataset"]["columns"] == HEADER
        assert state["dataset"]["schema_version_id"] == news["schema_version_id"]
        assert len(veracity.rows(live.id)) == 3
        assert told.infos == ["creates the dataset"]
        assert told.warnings == []
        assert machine.is_unchanged(state, news)

    def test_without_a_file_it_is_made_from_its_header(self, machine, veracity, declared, datasets_named, name):
        state = machine.up({}, declared)
        [live] = datasets_named(name)
        assert (live.description, live.tags) == ("", {})
        assert state["dataset"]["columns"] == HEADER
        assert veracity.rows(state["dataset"]["dataset_id"]) == []

    def test_a_header_that_the_platform_refuses_asks_for_a_file(self, machine, declared, with_file, setting, veracity):
        setting(headerOnlyCreate=False)
        state = {}
        with pytest.raises(IngestJobFailed) as failed:
            machine.up(state, declared)
        assert str(failed.value) == (
            f"ingest job {state['upload']['job_id']} ended as Failed: The file has no rows. The dataset was to be "
            "created from its header only, which the platform may refuse: give it a first file as source (in stack "
            "config: datasetSource), and run `pulumi up` again, which registers a new job"
        )
        machine.up(state, with_file)
        assert len(veracity.rows(state["dataset"]["dataset_id"])) == 3
        assert machine.is_unchanged(state, with_file)

    def test_the_active_version_of_a_schema_is_taken_by_the_schemas_name(
        self, machine, services, workspace, name, version_id
    ):
        [schema] = [
            one
            for one in services.clients.schemas.list_schemas(workspace)
            if version_id in [v.id for v in services.clients.schemas.get_schema(workspace, one.id).versions]
        ]
        news = {"dataset_name": name, "schema_name": schema.name}
        state = machine.up({}, news)
        assert state["dataset"]["schema_version_id"] == version_id
        assert machine.is_unchanged(state, news)
        found = machine.dataset.read(state["dataset"]["id"], {**state["dataset"], "job_id": None}, machine.told)
        assert found.inputs == {
            "dataset_name": name,
            "schema_name": schema.name,
            "workspace_id": workspace,
            "job_history": state["dataset"]["job_history"],
        }
        machine.refresh(state)
        assert machine.is_unchanged(state, news)

    def test_a_header_that_fails_without_a_word_asks_for_a_file(self, machine, declared, monkeypatch):
        state = machine.stage(declared)
        job_id = state["upload"]["job_id"]
        failed_job = JobReport(job_id=job_id, status="Failed", phase=JobPhase.FAILED)
        monkeypatch.setattr(machine.dataset._services.clients.ingest, "get_ingest_job", lambda *_: failed_job)
        with pytest.raises(IngestJobFailed) as failed:
            machine.create_dataset(state, declared)
        assert str(failed.value).startswith(
            f"ingest job {job_id} ended as Failed. The dataset was to be created from its header only, which"
        )

    def test_values_that_are_not_known_yet_are_a_change_and_ask_for_nothing(self, machine, told, veracity):
        veracity.forget_requests()
        of_the_upload = {"job_id": UNKNOWN, "job_history": UNKNOWN}
        news = {"dataset_name": UNKNOWN, "schema_version_id": UNKNOWN, "source": UNKNOWN, **of_the_upload}
        for lifecycle in (machine.upload, machine.dataset):
            found = lifecycle.check({}, news, told)
            assert found.problems == ()
            assert lifecycle.diff("x", {**news, "dataset_name": "x"}, found.inputs, told).changes
        assert veracity.requests_to("/datasets") == []
        assert told.infos == []

    def test_a_preview_does_not_know_the_job_yet_and_says_what_up_does(self, machine, told, with_file):
        news = {**with_file, "schema_version_id": UNKNOWN, "job_id": UNKNOWN, "job_history": UNKNOWN}
        assert machine.problems(news) == []
        assert told.infos == ["creates the dataset"]


class TestRefusedAtPreview:
    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            pytest.param(
                {"schema_version_id": None}, "schema_version_id: must be given, or schema_name", id="no schema"
            ),
            pytest.param(
                {"schema_name": "Noon"},
                "schema_name: must be left out where schema_version_id is given",
                id="a schema given in two ways",
            ),
            pytest.param({"tags": {"Site": "123"}}, "tags.Site: must be a list, not '123'", id="a tag that is no list"),
            pytest.param({"tags": ["Site"]}, "tags: must be a mapping, not a list", id="tags that are a list"),
            pytest.param(
                {"dataset_name": "a" * 129}, "dataset_name: must have at most 128 characters, not 129", id="a long name"
            ),
        ],
    )
    def test_wrong_inputs(self, machine, declared, changes, problem):
        assert machine.problems({**declared, **changes}) == [problem]

    def test_a_file_whose_header_does_not_fit(self, machine, with_file, services):
        (services.project / "first.csv").write_text(noon_reports().replace("remarks", "note", 1))
        assert machine.problems(with_file) == ['source: has the column "note", which is not in the schema']

    def test_a_file_that_is_not_there(self, machine, declared, services):
        path, given = services.project / "first.csv", {**declared, "source": "first.csv"}
        assert machine.problems(given) == [f"source: {path} does not exist"]
        found = machine.upload.check({}, given, machine.told)
        assert found.inputs["dataset_name"] == declared["dataset_name"]  # the engine is given them all the same

    def test_a_schema_version_that_is_not_there(self, machine, declared, workspace):
        [problem] = machine.problems({**declared, "schema_version_id": workspace})
        assert problem.startswith(
            f"schema_version_id: reading schema version {workspace} failed: the platform answered"
        )

    def test_a_source_that_changes_between_preview_and_up(self, make_services, told, with_file):
        services = make_services(cli_run="1")
        machine = DatasetMachine(services, told)
        told.urn = "urn"
        seen = machine.upload.check({}, {**with_file, IS_PREVIEW: True}, told)
        assert (seen.problems, IS_PREVIEW in seen.inputs) == ((), False)
        (services.project / "first.csv").write_text(noon_reports(noon_report(4)))
        found = machine.upload.check({}, {**with_file, IS_PREVIEW: False}, told)
        before, now = seen.inputs["content_hash"][:12], found.inputs["content_hash"][:12]
        [problem] = found.problems
        assert str(problem) == (
            f"source: the source changed after the preview of this `pulumi up`, which saw {before}… and not {now}…; "
            "nothing was sent. Run `pulumi up` again, and look at what its preview shows"
        )

    def test_a_token_that_is_refused_is_an_error(self, make_services, told, with_file, veracity):
        machine = DatasetMachine(make_services(), told)
        veracity.fault(method="GET", path="*/schemaversions/*", effect={"kind": "status", "status": 401}, count=None)
        with pytest.raises(AuthenticationFailed):
            machine.problems(with_file)

    def test_a_workspace_that_is_not_there(self, machine, declared):
        news = {**declared, "workspace_name": "nothing of that name"}
        [one, other] = machine.problems(news)
        assert one == other
        assert one.startswith("workspace_name: must be the name of a workspace of the account, and none is called ")

    def test_no_workspace(self, make_services, told, declared):
        machine = DatasetMachine(make_services(workspaceId=None), told)
        found = machine.upload.check({}, declared, told)
        assert [str(one) for one in found.problems] == ["workspace_id: is missing; set it, or veracity:workspaceId"]

    def test_a_schema_that_is_not_there(self, machine, name, workspace):
        [problem] = machine.problems({"dataset_name": name, "schema_name": "Noon x7"})
        assert problem == (
            f'schema_name: workspace {workspace} has no schema "Noon x7". Where the program creates the schema, give '
            "its "
            "schema_version_id"
        )

    def test_a_header_that_cannot_be_read(self, machine, with_file, services):
        (services.project / "first.csv").write_bytes(b"\xff\xfe\xfd\n")
        [problem] = machine.problems(with_file)
        assert problem.startswith("source: ")

    def test_a_schema_that_cannot_be_read_for_now_is_no_refusal(self, machine, told, with_file, veracity):
        veracity.fault(method="GET", path="*/schemaversions/*", effect={"kind": "status", "status": 403}, count=1)
        assert machine.problems(with_file) == []
        assert told.warnings[0].startswith("the first file is not checked against the schema: ")

    def test_two_datasets_of_one_name(self, machine, declared, name, workspace, somebody_makes):
        ids = sorted(somebody_makes(name) for _ in range(2))
        problems = machine.problems(declared)
        assert problems[0] == problems[1]
        assert sorted(problems[0].split(": ")[2].split(". ")[0].split(", ")) == ids
        assert problems[0].startswith(
            f"dataset_name: must be the name of one dataset of workspace {workspace}, and 2 have it: "
        )
        assert problems[0].endswith(". Rename all but one in the portal")


class TestAdopting:
    """A dataset has the name already."""

    def test_it_is_adopted_as_it_is(self, machine, told, declared, name, somebody_makes, veracity):
        made = somebody_makes(name)
        veracity.forget_requests()
        state = machine.up({}, declared)
        assert (state["dataset"]["dataset_id"], state["dataset"]["columns"]) == (made, HEADER)
        assert veracity.requests_to("POST /veracity/dw/gateway/api/v2/workspaces/*/ingest") == []
        assert told.infos == [f'adopts dataset "{name}" ({made})']
        assert told.warnings == []
        assert machine.is_unchanged(state, declared)

    def test_its_first_file_is_not_read_and_that_is_said(
        self, machine, told, with_file, name, somebody_makes, veracity
    ):
        made = somebody_makes(name)
        machine.up({}, with_file)
        assert veracity.rows(made) == []
        assert told.infos == [f'adopts dataset "{name}" ({made}); its source is used only for a new dataset']

    def test_what_no_call_changes_is_a_warning_and_no_difference(
        self, machine, told, declared, name, somebody_makes, services, workspace, veracity
    ):
        other = services.clients.datasets.get_dataset(workspace, veracity.demo["datasets"]["keyless"]).schema_version_id
        made = somebody_makes(name)
        news = {**declared, "schema_version_id": other, "description": "Noon.", "tags": {"Site": ["1"]}}
        state = machine.up({}, news)
        warning = (
            f'dataset "{name[:59]}" differs from what is declared, and the API cannot change an existing dataset:\n'
            '  description: "" on the platform, "Noon." declared\n'
            "  tags: none on the platform, Site 1 declared\n"
            f"  schema_version_id: {declared['schema_version_id']} on the platform, {other} declared\n"
            "Change it in the portal, or declare what the platform has."
        )
        assert told.warnings == [warning]
        assert state["dataset"]["dataset_id"] == made
        told.warnings.clear()
        assert machine.is_unchanged(state, news)
        assert told.warnings == [warning]

    def test_the_schema_that_is_declared_by_its_name_is_compared_as_well(
        self, machine, told, name, declared, somebody_makes, schema_named
    ):
        somebody_makes(name)
        schema = schema_named(f"{name} s")
        machine.dataset_problems({"dataset_name": name, "schema_name": schema.name})
        [warning] = told.warnings
        assert warning.splitlines()[1] == (
            f"  schema_version_id: {declared['schema_version_id']} on the platform, {schema.versions[0].id} declared"
        )

    def test_a_schema_that_cannot_be_found_makes_no_difference_to_one_that_is_there(
        self, machine, told, name, somebody_makes
    ):
        somebody_makes(name)
        assert machine.dataset_problems({"dataset_name": name, "schema_name": "nothing of that name"}) == ()
        assert told.warnings == []

    def test_tags_are_compared_in_any_order_and_told_in_full(self, machine, told, declared):
        state = machine.up({}, {**declared, "tags": {"Site": ["1", "2"], "Fleet": ["A"]}})
        assert machine.is_unchanged(state, {**declared, "tags": {"Fleet": ["A"], "Site": ["2", "1"]}})
        assert told.warnings == []
        assert machine.is_unchanged(state, {**declared, "tags": {"Site": ["1", "3"]}})
        assert told.warnings[0].splitlines()[1] == "  tags: Site 1, 2, Fleet A on the platform, Site 1, 3 declared"

    def test_one_that_is_gone_again_before_the_dataset_is_made_is_an_error(
        self, machine, declared, name, somebody_makes, veracity
    ):
        made = somebody_makes(name)
        state = machine.stage(declared)
        veracity.delete(f"/_emulator/datasets/{made}")
        with pytest.raises(DatasetError) as failed:
            machine.create_dataset(state, declared)
        assert str(failed.value) == (
            f'dataset "{name}" existed before, and no longer does. Run `pulumi refresh`, then `pulumi up`, which '
            "creates it"
        )

    @pytest.mark.parametrize("is_there", [True, False])
    def test_an_upload_without_a_job_adopts_again_or_makes_one(
        self, machine, told, declared, name, somebody_makes, veracity, is_there
    ):
        """As where its name was not known in the preview."""
        made = somebody_makes(name)
        state = machine.stage(declared)["upload"]
        if not is_there:
            veracity.delete(f"/_emulator/datasets/{made}")
        updated = machine.upload.update("x", state, machine.upload.check(state, declared, told).inputs, told)
        assert (updated["dataset_id"] == made) is is_there if is_there else updated["job_id"]
        assert ("job_history" in updated) is not is_there

    @pytest.mark.parametrize("when", ["registration", "end"])
    def test_one_that_somebody_makes_meanwhile_is_adopted(
        self, machine, with_file, name, somebody_makes, setting, when, monkeypatch, datasets_named
    ):
        """Whether a name that is taken is refused early or late."""
        setting(nameTaken=when)
        ids = []
        stage = machine.upload._stage

        def late(*arguments):
            ids.append(somebody_makes(name))
            return stage(*arguments)

        monkeypatch.setattr(machine.upload, "_stage", late)
        state = machine.up({}, with_file)
        assert [one.id for one in datasets_named(name)] == ids == [state["dataset"]["dataset_id"]]
        assert machine.is_unchanged(state, with_file)

    def test_one_that_is_made_while_the_job_runs_is_adopted(
        self, machine, told, with_file, name, somebody_makes, setting
    ):
        setting(nameTaken="end")
        start = machine.dataset._services.clients.ingest.prepare_start
        ids = []

        def late(*arguments):
            ids.append(somebody_makes(name))
            return start(*arguments)

        machine.dataset._services.clients.ingest.prepare_start = late
        state = machine.up({}, with_file)
        assert ids == [state["dataset"]["dataset_id"]]
        assert told.infos[-1] == f'dataset "{name[:60]}" ({ids[0]}) exists now; it is adopted'

    def test_a_name_that_differs_by_case_alone_is_told_and_refused_by_the_platform(
        self, machine, told, declared, name, somebody_makes
    ):
        made = somebody_makes(name.upper())
        assert machine.problems(declared) == []
        with pytest.raises(RequestRefused, match="Ensure DatasetName is unique in the workspace"):
            machine.up({}, declared)
        [warning] = told.warnings
        assert warning == (
            f'dataset "{name.upper()}" ({made}) differs from the declared name only by case; the platform may refuse '
            "such a name as taken"
        )


class TestChanging:
    @pytest.fixture
    def state(self, machine, with_file, told):
        state = machine.up({}, with_file)
        told.infos.clear()
        return state

    def test_another_name_is_another_dataset(self, machine, told, state, with_file, name, datasets_named):
        before = state["dataset"]["dataset_id"]
        machine.up(state, {**with_file, "dataset_name": f"{name}, new"})
        assert [one.id for one in datasets_named(name)] == [before]
        assert [one.id for one in datasets_named(f"{name}, new")] == [state["dataset"]["dataset_id"]]
        assert told.warnings == [f'another name is another dataset; "{name}" ({before}) stays as it is']
        assert told.infos == [
            f'removed from the state; dataset "{name}" stays on the platform, whose API cannot delete it'
        ]

    def test_another_file_is_not_read_again_and_that_is_said(self, machine, told, state, with_file, services):
        (services.project / "second.csv").write_text(noon_reports())
        assert machine.is_unchanged(state, {**with_file, "source": "second.csv"})
        assert told.warnings == [
            "source is read when the dataset is created, and not again; declare a DatasetIngest for more rows"
        ]

    def test_other_bytes_or_no_file_are_no_difference(self, machine, told, state, with_file, services):
        (services.project / "first.csv").write_text(noon_reports() + "x")
        assert machine.is_unchanged(state, with_file)
        (services.project / "first.csv").unlink()
        assert machine.is_unchanged(state, with_file)
        assert (told.infos, told.warnings) == ([], [])
        inputs = machine.upload.check(state["upload"], with_file, told).inputs
        assert [inputs[one] for one in ("content_hash", "size_bytes")] == [
            state["upload"][one] for one in ("content_hash", "size_bytes")
        ]

    def test_another_place_is_a_change_of_both_resources(self, machine, told, state):
        other = "99999999-0000-4000-8000-000000000001"
        for key, lifecycle, replaces in (
            ("upload", machine.upload, ("dataset_name", "workspace_id")),
            ("dataset", machine.dataset, ("workspace_id",)),
        ):
            found = lifecycle.diff(state[key]["id"], state[key], {**state[key], "workspace_id": other}, told)
            assert (found.changes, found.replaces) == (True, replaces)


class TestDrift:
    @pytest.fixture
    def state(self, machine, declared, told):
        state = machine.up({}, declared)
        told.infos.clear()
        return state

    @pytest.fixture
    def somebody_renames(self, veracity, state):
        return lambda name: veracity.post(f"/_emulator/datasets/{state['dataset']['id']}/rename", {"name": name})

    @pytest.fixture
    def somebody_deletes(self, veracity, state):
        return lambda: veracity.delete(f"/_emulator/datasets/{state['dataset']['id']}")

    def test_a_refresh_leaves_a_dataset_that_is_as_it_was(self, machine, state):
        before = dict(state)
        machine.refresh(state)
        assert state == before

    def test_a_name_changed_in_the_portal_is_told_and_makes_no_other_dataset(
        self, machine, told, state, declared, name, somebody_renames
    ):
        new = f"{name}!"
        somebody_renames(new)
        machine.refresh(state)
        told.warnings.clear()
        assert machine.is_unchanged(state, declared)
        [warning] = told.warnings
        assert warning == (
            f'dataset "{new}" differs from what is declared, and the API cannot change an existing dataset:\n'
            f'  dataset_name: "{new}" on the platform, "{name}" declared\n'
            "Change it in the portal, or declare what the platform has."
        )

    def test_the_name_that_it_has_on_the_platform_is_no_other_dataset(
        self, machine, told, state, declared, name, somebody_renames
    ):
        new, before = f"{name}!", state["dataset"]["dataset_id"]
        somebody_renames(new)
        machine.up(state, {**declared, "dataset_name": new})
        assert (state["dataset"]["id"], state["dataset"]["dataset_name"]) == (before, new)
        assert told.warnings == []
        assert machine.is_unchanged(state, {**declared, "dataset_name": new})

    def test_one_that_is_gone_is_forgotten_by_a_refresh_and_made_again(
        self, machine, told, state, declared, name, workspace, somebody_deletes
    ):
        before = state["dataset"]["dataset_id"]
        somebody_deletes()
        with pytest.raises(DatasetNotFound) as missing:
            machine.is_unchanged(state, declared)
        assert str(missing.value).partition(" (trace id")[0] == (
            f'dataset "{name}" ({before}) is not found in workspace {workspace}. If it was deleted, run `pulumi '
            "refresh`, which removes it from the state; `pulumi up` then creates it again"
        )
        machine.refresh(state)
        assert state == {}
        assert told.infos == [f'dataset "{name}" ({before}) no longer exists']
        machine.up(state, declared)
        assert state["dataset"]["dataset_id"] != before
        assert machine.is_unchanged(state, declared)

    def test_one_that_may_only_be_out_of_sight_is_kept(
        self, machine, told, state, somebody_deletes, veracity, workspace
    ):
        somebody_deletes()
        for path in (f"*/workspaces/{workspace}", "*/datasets/query"):
            veracity.fault(path=path, count=None, effect={"kind": "status", "status": 403})
        before = dict(state["dataset"])
        machine.refresh(state)
        assert state["dataset"] == before
        assert told.warnings[-1].endswith("it is kept in the state")


def test_letting_go_says_that_the_dataset_stays(machine, told, declared, name, datasets_named):
    state = machine.up({}, declared)
    told.infos.clear()
    machine.dataset.delete(state["dataset"]["id"], state["dataset"], told)
    machine.upload.delete(state["upload"]["id"], state["upload"], told)
    assert told.infos == [f'removed from the state; dataset "{name}" stays on the platform, whose API cannot delete it']
    assert len(datasets_named(name)) == 1
