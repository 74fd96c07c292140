"""The component `DatasetIngests`: what it declares for the files of a pattern, and what it refuses."""

import inspect

import pulumi
import pytest

from tests.dynamic.mocks import DATASET, Mocks, run_program
from veracity_provider import Dataset, DatasetIngest, DatasetIngests
from veracity_provider.description.dataset_ingests import DatasetIngestsInputs
from veracity_provider.dynamic.dataset_ingests import jobs_text
from veracity_provider.dynamic.ingest_options import INGESTS_TYPE
from veracity_provider.errors import InputError


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The project's folder, with three files in `data/`."""
    monkeypatch.chdir(tmp_path)
    for path in ("data/b.csv", "data/a.csv", "data/2026/c.csv"):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a\n")
    return tmp_path


def refused(body):
    with pytest.raises(InputError) as error:
        run_program(body)
    return str(error.value).splitlines()


def test_each_file_is_an_ingest_with_the_arguments_of_the_component(data):
    declared = run_program(
        lambda: DatasetIngests(
            "noon",
            dataset_id=DATASET,
            source=data / "data" / "**" / "*.csv",
            operation="Upsert",
            triggers=[1],
            preflight="off",
            job_timeout_seconds=60,
        )
    )
    paths = ["2026/c.csv", "a.csv", "b.csv"]
    uploads = [f"noon-{path}-upload" for path in paths]
    assert set(declared) == {"noon", *(f"noon-{path}" for path in paths), *uploads}
    assert declared["noon"].typ == INGESTS_TYPE
    assert [declared[name].inputs["source"] for name in uploads] == [str(data / "data" / path) for path in paths]
    assert {declared[name].inputs["component"] for name in uploads} == {"noon"}
    given = {name: declared["noon-a.csv"].inputs[name] for name in ("dataset_id", "operation", "triggers", "preflight")}
    assert given == {"dataset_id": DATASET, "operation": "Upsert", "triggers": [1], "preflight": "off"}


def test_the_ingests_are_there_by_their_paths_in_the_order_of_names(data):
    made = []
    run_program(
        lambda: made.append(DatasetIngests("noon", dataset_id=DATASET, source="data/*.csv", operation="Delete"))
    )
    assert list(made[0].ingests) == ["a.csv", "b.csv"]
    assert [type(one) for one in made[0].ingests.values()] == [DatasetIngest, DatasetIngest]


def test_it_takes_what_an_ingest_takes_but_for_what_each_file_has_of_its_own():
    parameters = {name: str(one) for name, one in inspect.signature(DatasetIngests.__init__).parameters.items()}
    of_an_ingest = {name: str(one) for name, one in inspect.signature(DatasetIngest.__init__).parameters.items()}
    assert [name for name in of_an_ingest if name not in parameters] == ["file_name"]
    assert [name for name, one in parameters.items() if of_an_ingest.get(name) != one] == ["source", "operation"]


def test_its_docstring_says_of_each_argument_what_its_description_says():
    summary, described = inspect.getdoc(DatasetIngestsInputs), DatasetIngestsInputs.model_fields.items()
    arguments = [f"{name}: {field.description}" for name, field in described]
    rest = "The other arguments are those of a `DatasetIngest`, and are given to each."
    assert inspect.getdoc(DatasetIngests).split() == " ".join([summary, "Args:", *arguments, rest]).split()


OVERWRITE = (
    "must be Upsert, Delete or Append for the files of a pattern, not Overwrite: each file would replace the "
    "rows of the one before"
)


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        pytest.param({"operation": "Overwrite"}, [f"noon.operation: {OVERWRITE}"], id="an Overwrite"),
        pytest.param(
            {"operation": pulumi.Output.from_input("Overwrite")},
            [f"noon.operation: {OVERWRITE}"],
            id="an Overwrite that is an output",
        ),
        pytest.param(
            {"source": "data/a.csv"},
            ["noon.source: must be a pattern with *, ? or […], such as data/*.csv, not 'data/a.csv'"],
            id="a single file",
        ),
        pytest.param(
            {"source": pulumi.FileAsset("data/*.csv")},
            ["noon.source: must be the path of a pattern, which the program knows: there is a resource for each file"],
            id="an asset",
        ),
        pytest.param(
            {"opts": pulumi.ResourceOptions(import_="x")},
            ["noon.opts.import_: an ingest is created from its file only; leave `import_` out"],
            id="an import",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(data, arguments, lines):
    given = {"dataset_id": DATASET, "source": "data/*.csv", "operation": "Upsert", **arguments}
    assert refused(lambda: DatasetIngests("noon", **given)) == lines


def test_a_file_of_two_patterns_is_refused_before_an_ingest_is_declared(data):
    def program():
        DatasetIngests("noon", dataset_id=DATASET, source="data/a*.csv", operation="Upsert")
        DatasetIngests("other", dataset_id=DATASET, source="data/*.csv", operation="Delete")
        DatasetIngests("again", dataset_id=DATASET, source="data/*.csv", operation="Upsert")

    assert refused(program) == [
        f'again.source: Upsert of data/a.csv into dataset {DATASET} is managed by "noon" as well'
    ]


def test_a_file_of_a_pattern_and_an_ingest_is_refused(data):
    def program():
        DatasetIngests("noon", dataset_id=DATASET, source="data/*.csv", operation="Upsert")
        DatasetIngest("single", dataset_id=DATASET, source="data/a.csv", operation="Upsert")

    assert refused(program) == [
        f'single.source: Upsert of data/a.csv into dataset {DATASET} is managed by "noon" as well'
    ]


def test_two_ingests_of_one_name_are_refused(data):
    (data / "data" / "b-a.csv").write_text("a\n")

    def program():
        DatasetIngests("noon", dataset_id=DATASET, source="data/b-*.csv", operation="Upsert")
        DatasetIngests("noon-b", dataset_id=DATASET, source="data/a.cs?", operation="Upsert")

    assert refused(program) == ['noon-b.source: the ingest noon-b-a.csv is managed by "noon" as well']


@pytest.mark.parametrize(
    ("jobs", "text"),
    [
        (1, "1 of its 500 files: one job, about 30 to 40 s on the platform"),
        (4, "4 of its 500 files: 4 jobs, one after the other, about 120 to 160 s on the platform"),
        (12, "12 of its 500 files: 12 jobs, one after the other, about 6 to 8 min on the platform"),
        (500, "500 of its 500 files: 500 jobs, one after the other, about 4 to 6 h on the platform"),
    ],
)
def test_a_preview_says_how_many_jobs_there_will_be_and_about_how_long_they_take(jobs, text):
    assert jobs_text("noon", jobs, 500) == f'"noon" ingests {text}'


def test_nothing_is_said_where_nothing_is_to_be_done(data, capsys):
    run_program(
        lambda: DatasetIngests("noon", dataset_id=DATASET, source="data/*.csv", operation="Upsert"), is_preview=True
    )
    assert "ingests" not in capsys.readouterr().err


@pytest.mark.usefixtures("data")
class TestNames:
    """A dataset that is given by its name."""

    def test_a_dataset_that_the_program_makes_is_given_to_each_ingest_by_its_id(self, monkeypatch):
        monkeypatch.setattr(Mocks, "new_resource", with_dataset_id(Mocks.new_resource))

        def program():
            Dataset("made", dataset_name="Noon", schema_name="Noon", workspace_name="Ships")
            DatasetIngests("a", dataset_name="Noon", workspace_name="Ships", source="data/*.csv", operation="Upsert")
            DatasetIngests("b", dataset_name="Noon", workspace_name="Cars", source="data/*.csv", operation="Upsert")

        declared = run_program(program)
        names = ("dataset_id", "dataset_name", "workspace_name")
        uploads = {upload: declared[f"{upload}.csv-upload"].inputs for upload in ("a-a", "a-b", "b-a", "b-b")}
        assert {upload: tuple(given.get(one) for one in names) for upload, given in uploads.items()} == {
            **dict.fromkeys(("a-a", "a-b"), (DATASET, None, "Ships")),
            **dict.fromkeys(("b-a", "b-b"), (None, "Noon", "Cars")),
        }

    def test_a_file_for_such_a_dataset_is_managed_once_however_it_is_named(self):
        def program():
            made = Dataset("made", dataset_name="Noon", schema_name="Noon")
            DatasetIngests("a", dataset_name="Noon", source="data/*.csv", operation="Upsert")
            DatasetIngests("b", dataset_id=made.dataset_id, source="data/*.csv", operation="Upsert")

        assert refused(program) == ['b.source: Upsert of data/a.csv into dataset "Noon" is managed by "a" as well']

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            ({}, "noon.dataset_id: must be given, or dataset_name"),
            (
                {"dataset_id": DATASET, "dataset_name": "Noon"},
                "noon.dataset_name: must be left out where dataset_id is given",
            ),
            (
                {"dataset_name": "Noon", "workspace_id": DATASET, "workspace_name": "Ships"},
                "noon.workspace_name: must be left out where workspace_id is given",
            ),
        ],
    )
    def test_a_dataset_or_workspace_that_is_given_in_two_ways_or_none_is_refused(self, arguments, line):
        assert refused(lambda: DatasetIngests("noon", source="data/*.csv", operation="Upsert", **arguments)) == [line]


def with_dataset_id(new_resource):
    """Mocks that answer a `Dataset` with its id, as the platform does."""

    def answer(mocks, args):
        id_, outputs = new_resource(mocks, args)
        return id_, {**outputs, "dataset_id": DATASET} if args.name == "made" else outputs

    return answer
