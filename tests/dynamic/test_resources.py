"""What `ContainerMetadata` and `DatasetIngest` declare, under Pulumi's mocks."""

import os

import pulumi
import pytest
from pulumi import Alias, Output, ResourceOptions

from tests.dynamic.mocks import CONTAINER, DATASET, Mocks, run_program
from veracity_provider import ContainerMetadata, Dataset, DatasetIngest
from veracity_provider.dynamic import program, resources
from veracity_provider.dynamic.ingest_options import INGESTS_TYPE
from veracity_provider.dynamic.program import Claims, NamedDataset
from veracity_provider.dynamic.resources import claim_file, dataset_problems
from veracity_provider.errors import InputError, InputProblem

OTHER = "22222222-0000-4000-8000-000000000002"
INGEST = {"dataset_id": DATASET, "source": "a.csv", "operation": "Upsert"}
UPLOADED = {
    "dataset_id": DATASET,
    "workspace_id": "w",
    "job_id": "j",
    "content_hash": "ab",
    "size_bytes": 7.0,
    "job_history": {"current": {}},
}


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in [one for one in os.environ if one.startswith(("VERACITY_", "PULUMI_CONFIG"))]:
        monkeypatch.delenv(name)


def history(ingests_before=None):
    """Of a job that is made when these ingests are declared before it."""
    return {"current": {} if ingests_before is None else {"ingests_before": ingests_before}}


@pytest.fixture
def uploads(monkeypatch):
    """Each upload is answered with what the platform says of it."""
    answer = Mocks.new_resource

    def new_resource(mocks, args):
        id_, outputs = answer(mocks, args)
        if not args.typ.endswith(":IngestUpload"):
            return id_, outputs
        # As the platform does: what was asked for stands, and the ids of what was named are known.
        job = {"job_id": args.name, "job_history": history(args.inputs.get("ingests_before"))}
        return id_, {**UPLOADED, **job, **args.inputs}

    monkeypatch.setattr(Mocks, "new_resource", new_resource)


def declare(body, **options):
    """The inputs of what *body* declares, by name, without what is null and the provider itself."""
    declared = run_program(body, **options)
    return {name: inputs_of(one) for name, one in declared.items()}


def inputs_of(declared):
    return {name: value for name, value in declared.inputs.items() if name != "__provider" and value is not None}


def refusals(body):
    with pytest.raises(InputError) as refused:
        run_program(body)
    return str(refused.value).splitlines()


class TestContainer:
    def test_what_is_left_out_is_not_declared_and_the_rest_has_its_default(self):
        assert declare(lambda: ContainerMetadata("c", container_id=CONTAINER)) == {
            "c": {"container_id": CONTAINER, "on_destroy": "retain", "on_conflict": "overwrite"}
        }

    def test_all_that_is_given_is_declared(self):
        given = {
            "container_id": CONTAINER,
            "title": "A",
            "description": "",
            "icon": {"id": "ship", "background_color": "#5594aa"},
            "tags": ["a", "b"],
            "on_destroy": "restore",
            "on_conflict": "fail",
        }
        assert declare(lambda: ContainerMetadata("c", **given)) == {"c": given}

    def test_a_preview_is_told_as_that(self):
        inputs = declare(lambda: ContainerMetadata("c", container_id=CONTAINER), is_preview=True)["c"]
        assert inputs["is_preview"] is True

    def test_inputs_that_are_secret_are_named(self):
        def body():
            ContainerMetadata(
                "c", container_id=CONTAINER, title=Output.secret("A"), description=Output.from_input("B"), tags=["c"]
            )

        assert declare(body)["c"]["inputs_that_are_secret"] == ["title"]

    def test_its_type_is_that_of_the_state_and_its_options_are_those_that_are_given(self):
        made = []

        def body():
            made.append(ContainerMetadata("c", container_id=CONTAINER, opts=ResourceOptions(protect=True)))

        assert run_program(body)["c"].typ == "pulumi-python:dynamic/veracity:ContainerMetadata"
        assert made[0]._protect

    def test_one_container_has_one_manager(self):
        def body():
            ContainerMetadata("a", container_id=CONTAINER)
            ContainerMetadata("b", container_id=CONTAINER.upper())

        assert refusals(body) == [f'b.container_id: container {CONTAINER.upper()} is managed by "a" as well']

    def test_a_container_that_is_an_output_may_be_any(self):
        def body():
            for name in "ab":
                ContainerMetadata(name, container_id=Output.from_input(CONTAINER))

        assert {name: one["container_id"] for name, one in declare(body).items()} == dict.fromkeys("ab", CONTAINER)

    def test_everything_that_is_wrong_is_told_at_once(self):
        opts = ResourceOptions(import_="x")
        assert refusals(lambda: ContainerMetadata("c", container_id=CONTAINER, title="\udce6", opts=opts)) == [
            "c.opts.import_: a container is adopted when its resource is created; leave `import_` out",
            r"c.title: must be a text in UTF-8, not '\udce6'; write it anew",
        ]


@pytest.mark.usefixtures("uploads")
class TestIngest:
    def test_its_upload_takes_the_inputs_and_the_ingest_what_the_upload_has_found(self):
        declared = run_program(lambda: DatasetIngest("d", **INGEST))
        assert {name: one.typ.partition("veracity:")[2] for name, one in declared.items()} == {
            "d-upload": "IngestUpload",
            "d": "DatasetIngest",
        }
        rest = {"source": "a.csv", "operation": "Upsert", "preflight": "header", "job_timeout_seconds": 900}
        assert inputs_of(declared["d-upload"]) == {"dataset_id": DATASET, **rest}
        found = {**UPLOADED, "job_id": "d-upload"}
        assert inputs_of(declared["d"]) == {**found, **rest}

    def test_all_that_is_given_is_declared(self):
        given = {
            "dataset_name": "Noon",
            "workspace_name": "Ships",
            "source": "a.csv",
            "operation": "Append",
            "file_name": "b.csv",
            "triggers": [1, {"a": "b"}],
            "preflight": "off",
            "job_timeout_seconds": 60.5,
        }
        declared = declare(lambda: DatasetIngest("d", **given))
        assert declared["d-upload"] == given
        of_upload_alone = ("dataset_name", "workspace_name", "file_name")
        assert declared["d"] == {
            **{name: value for name, value in given.items() if name not in of_upload_alone},
            **UPLOADED,
            "job_id": "d-upload",
        }

    def test_the_name_of_the_file_and_of_the_workspace_are_outputs_of_the_ingest_too(self):
        seen = []

        def body():
            made = DatasetIngest("d", **INGEST, file_name="b.csv", workspace_name="Ships")
            Output.all(made.file_name, made.workspace_name, made.dataset_id, made.job_id).apply(seen.append)

        run_program(body)
        assert seen == [["b.csv", "Ships", DATASET, "d-upload"]]

    def test_the_name_of_a_dataset_that_the_program_makes_is_given_by_its_id(self, monkeypatch):
        answer = Mocks.new_resource

        def new_resource(mocks, args):
            id_, outputs = answer(mocks, args)
            return id_, {**outputs, "dataset_id": OTHER} if args.name == "made" else outputs

        monkeypatch.setattr(Mocks, "new_resource", new_resource)

        def body():
            Dataset("made", dataset_name="Noon", schema_name="Noon", workspace_name="Ships")
            DatasetIngest("a", dataset_name="Noon", workspace_name="Ships", source="a.csv", operation="Upsert")
            DatasetIngest("b", dataset_name="Noon", workspace_name="Cars", source="a.csv", operation="Upsert")

        declared = declare(body)
        assert declared["a-upload"]["dataset_id"] == OTHER
        assert [declared[f"{one}-upload"].get("dataset_name") for one in "ab"] == [None, "Noon"]

    def test_a_text_is_carried_with_a_name(self):
        inputs = declare(lambda: DatasetIngest("d", **{**INGEST, "source": pulumi.StringAsset("imo\n1\n")}))
        assert inputs["d-upload"]["source"] == inputs["d"]["source"] == {"text": "imo\n1\n", "name": "d.csv"}

    def test_a_preview_is_told_to_the_upload_alone(self):
        inputs = declare(lambda: DatasetIngest("d", **INGEST), is_preview=True)
        assert {name: one.get("is_preview") for name, one in inputs.items()} == {"d-upload": True, "d": None}

    def test_inputs_that_are_secret_are_named_to_both(self):
        inputs = declare(lambda: DatasetIngest("d", **INGEST, file_name=Output.secret("b.csv"), triggers=["x"]))
        assert {one["inputs_that_are_secret"][0] for one in inputs.values()} == {"file_name"}

    def test_one_of_a_pattern_names_its_component(self):
        def body():
            parent = pulumi.ComponentResource(INGESTS_TYPE, "noon")
            other = pulumi.ComponentResource("my:Fleet", "fleet")
            DatasetIngest("d", **INGEST, opts=ResourceOptions(parent=parent))
            DatasetIngest("e", **{**INGEST, "source": "e.csv"}, opts=ResourceOptions(parent=other))

        declared = declare(body)
        assert {name: declared[name].get("component") for name in ("d", "d-upload", "e", "e-upload")} == {
            "d": "noon",
            "d-upload": "noon",
            "e": None,
            "e-upload": None,
        }

    def test_the_upload_has_the_options_of_the_ingest_and_waits_for_those_before_it(self, monkeypatch):
        made, options = [], {}
        init = resources.IngestUpload.__init__

        def note(upload, name, inputs, opts):
            options[name] = opts
            init(upload, name, inputs, opts)

        monkeypatch.setattr(resources.IngestUpload, "__init__", note)

        def body():
            made.append(DatasetIngest("a", **INGEST))
            given = ResourceOptions(protect=True, aliases=[Alias(name="old")])
            made.append(DatasetIngest("b", **{**INGEST, "source": "b.csv"}, opts=given))

        run_program(body)
        assert options["a-upload"].depends_on == []
        assert options["b-upload"].depends_on == [made[0]]
        assert [one.name for one in options["b-upload"].aliases] == ["old-upload"]
        assert (options["b-upload"].protect, made[1]._protect, made[0]._protect) == (True, True, None)

    @pytest.mark.parametrize(
        ("given", "lines"),
        [
            pytest.param({"dataset_id": None}, ["d.dataset_id: must be given, or dataset_name"], id="no dataset"),
            pytest.param(
                {"dataset_name": "Noon", "workspace_id": "w", "workspace_name": "Ships"},
                [
                    "d.workspace_name: must be left out where workspace_id is given",
                    "d.dataset_name: must be left out where dataset_id is given",
                ],
                id="dataset and workspace in two ways",
            ),
            pytest.param(
                {"source": pulumi.FileArchive("data"), "dataset_id": None},
                ["d.source: must be one file: a path, a FileAsset or a StringAsset"],
                id="no file",
            ),
            pytest.param(
                {"opts": ResourceOptions(import_="x"), "file_name": "\udce6"},
                [
                    "d.opts.import_: an ingest is created from its file only; leave `import_` out",
                    r"d.file_name: must be a text in UTF-8, not '\udce6'; rename the file",
                ],
                id="an option and a text",
            ),
        ],
    )
    def test_what_cannot_be_meant_is_refused(self, given, lines):
        assert refusals(lambda: DatasetIngest("d", **{**INGEST, **given})) == lines

    @pytest.mark.parametrize(
        ("changes", "is_another"),
        [
            pytest.param({}, False, id="the same"),
            pytest.param({"dataset_id": DATASET.upper(), "source": "./a.csv"}, False, id="the same in other words"),
            pytest.param({"dataset_id": OTHER}, True, id="another dataset"),
            pytest.param({"source": "b.csv"}, True, id="another file"),
            pytest.param({"operation": "Delete"}, True, id="another operation"),
            pytest.param({"dataset_id": Output.from_input, "source": "a.csv"}, True, id="a dataset not known yet"),
        ],
    )
    def test_one_file_has_one_ingest_for_each_dataset_and_operation(self, changes, is_another):
        def body():
            given = {name: value(DATASET) if callable(value) else value for name, value in changes.items()}
            DatasetIngest("a", **INGEST)
            DatasetIngest("b", **{**INGEST, **given})

        if is_another:
            assert set(declare(body)) == {"a", "a-upload", "b", "b-upload"}
        else:
            [line] = refusals(body)
            assert line.endswith(f' into dataset {DATASET} is managed by "a" as well')

    def test_an_ingest_follows_the_overwrites_into_its_dataset_before_it(self):
        def body():
            for name, operation in (("a", "Upsert"), ("b", "Overwrite"), ("c", "Delete"), ("e", "Overwrite")):
                DatasetIngest(name, **{**INGEST, "operation": operation, "source": f"{name}.csv"})
            DatasetIngest("d", dataset_id=OTHER, source="a.csv", operation="Overwrite")

        declared = declare(body)
        given = {
            name: (declared[f"{name}-upload"].get("follows"), declared[f"{name}-upload"].get("ingests_before"))
            for name in "abced"
        }
        assert given == {
            "a": (None, None),
            "b": (None, ["a"]),
            "c": (["b-upload"], None),
            "e": (["b-upload"], ["a", "b", "c"]),
            "d": (None, []),
        }

    def test_an_operation_that_is_not_known_may_be_an_overwrite(self):
        def body():
            DatasetIngest("a", **INGEST)
            DatasetIngest("b", **{**INGEST, "operation": Output.from_input("Delete")})
            DatasetIngest("c", **{**INGEST, "source": "c.csv"})

        declared = declare(body)
        assert declared["b-upload"]["ingests_before"] == ["a"]
        assert declared["c-upload"]["follows"] == ["b-upload"]


class TestChecking:
    def test_connection_and_environment_are_looked_at_by_each_kind(self, monkeypatch):
        asked = []

        def check_once(running):
            asked.append(running)

        monkeypatch.setattr(program.Program, "check_once", check_once)
        run_program(lambda: ContainerMetadata("c", container_id=CONTAINER))
        run_program(lambda: DatasetIngest("d", **INGEST))
        assert len(asked) == 2


@pytest.mark.parametrize(
    ("dataset_id", "dataset_name", "problems"),
    [
        pytest.param("i", None, [], id="by its id"),
        pytest.param(None, "Noon", [], id="by its name"),
        pytest.param(None, None, [InputProblem("d.dataset_id", "must be given, or dataset_name")], id="not"),
        pytest.param(
            "i",
            "Noon",
            [InputProblem("d.dataset_name", "must be left out where dataset_id is given")],
            id="in both ways",
        ),
    ],
)
def test_a_dataset_is_named_in_one_way(dataset_id, dataset_name, problems):
    assert dataset_problems("d", dataset_id, dataset_name) == problems


NOON = NamedDataset("w", "Noon")


@pytest.mark.parametrize(
    ("dataset", "source", "operation", "text"),
    [
        pytest.param("i", "a.csv", "Upsert", "Upsert of a.csv into dataset i", id="into an id"),
        pytest.param(NOON, "a.csv", "Upsert", 'Upsert of a.csv into dataset "Noon"', id="into a name"),
        pytest.param(None, "a.csv", "Upsert", None, id="into any"),
        pytest.param("i", {"text": "x", "name": "a.csv"}, "Upsert", None, id="a text"),
        pytest.param("i", "a.csv", object(), None, id="an operation that is not known"),
    ],
)
def test_an_ingest_is_claimed_as_far_as_the_program_can_see(dataset, source, operation, text):
    claims = Claims()
    claim_file(claims, "a", dataset, source, operation)
    claim_file(claims, "a", dataset, source, operation)
    if text is None:
        claim_file(claims, "b", dataset, source, operation)
        assert claims == Claims()
        return
    with pytest.raises(InputError) as refused:
        claim_file(claims, "b", dataset, source, operation)
    assert str(refused.value) == f'b.source: {text} is managed by "a" as well'
