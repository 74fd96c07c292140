"""Users' own unit tests of their programs, under `pulumi.runtime.set_mocks` and nothing else."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.guide import write_files_of_the_guide

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import pulumi
import pytest
from veracity_provider import ContainerMetadata, Dataset, DatasetIngest, declare_stack
from veracity_provider import get_dataset, get_schema, get_workspace
from veracity_provider.errors import InputError

C = "33333333-0000-4000-8000-000000000001"
D = "22222222-0000-4000-8000-000000000001"


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name + "-id", dict(args.inputs)

    def call(self, args):
        return {}


pulumi.runtime.set_mocks(Mocks())
"""
TESTS = {
    "two tests declare one container under two names": """
        @pulumi.runtime.test
        def test_first():
            ContainerMetadata("a", container_id=C, title="A")

        @pulumi.runtime.test
        def test_second():
            ContainerMetadata("b", container_id=C, title="B")
    """,
    "a test is run with several arguments": """
        @pytest.mark.parametrize("name", ["a", "b", "c"])
        @pulumi.runtime.test
        def test_each(name):
            ContainerMetadata(name, container_id=C)
            DatasetIngest("of " + name, dataset_id=D, source="a.csv", operation="Append")
    """,
    "tests without the decorator": """
        def test_first():
            ContainerMetadata("a", container_id=C)

        def test_second():
            ContainerMetadata("b", container_id=C)
    """,
    "a container that is declared twice is an exception": """
        @pulumi.runtime.test
        def test_twice():
            ContainerMetadata("a", container_id=C)
            with pytest.raises(InputError) as refused:
                ContainerMetadata("b", container_id=C.upper())
            assert str(refused.value) == f'b.container_id: container {C.upper()} is managed by "a" as well'
    """,
    "a source of another kind is an exception": """
        @pulumi.runtime.test
        def test_archive():
            with pytest.raises(InputError, match="d.source: "):
                DatasetIngest("d", dataset_id=D, source=pulumi.FileArchive("data"), operation="Append")
    """,
    "outputs are those of the mocks, and the inputs are outputs too": """
        @pulumi.runtime.test
        def test_outputs():
            given = {"operation": "Upsert", "file_name": "b.csv", "triggers": [1]}
            ingest = DatasetIngest("d", dataset_id=D, source="a.csv", **given)

            def check(found):
                assert found == [D, "a.csv", "Upsert", "b.csv", [1], "header", 900]

            return pulumi.Output.all(
                ingest.dataset_id,
                ingest.source,
                ingest.operation,
                ingest.file_name,
                ingest.triggers,
                ingest.preflight,
                ingest.job_timeout_seconds,
            ).apply(check)
    """,
    "an overwrite and what follows it": """
        @pulumi.runtime.test
        def test_order():
            for operation in ("Overwrite", "Append", "Overwrite", "Upsert"):
                DatasetIngest(operation + str(id(operation)), dataset_id=D, source=operation, operation=operation)
    """,
    "a program in a function, with resources made of outputs": """
        def program():
            a = ContainerMetadata("a", container_id=C, tags=["x"])
            a.container_id.apply(lambda found: DatasetIngest("d", dataset_id=D, source=found, operation="Upsert"))
            return a

        @pulumi.runtime.test
        def test_program():
            return program().tags.apply(lambda tags: [x for x in tags] == ["x"])
    """,
    "what is looked up is what the mocks answer, and what was asked for": """
        class Answers(Mocks):
            def call(self, args):
                assert args.args == {"dataset_name": "Noon"}
                assert args.token == "veracity:index:get_dataset"
                return {"dataset_id": D, "columns": ["imo_number"]}

        @pulumi.runtime.test
        def test_nothing_answered():
            found = get_schema(schema_name=pulumi.Output.from_input("Noon"), workspace_id=None)

            def check(schema):
                assert (schema.schema_name, schema.schema_version_id, schema.columns) == ("Noon", "", ())

            return found.apply(check)

        @pulumi.runtime.test
        def test_workspace():
            return get_workspace().apply(lambda workspace: workspace.role)

        @pulumi.runtime.test
        def test_answered():
            pulumi.runtime.set_mocks(Answers())
            found = get_dataset(dataset_name="Noon")
            ingest = DatasetIngest("d", dataset_id=found.dataset_id, source="a.csv", operation="Upsert")
            pulumi.runtime.set_mocks(Mocks())

            def check(values):
                assert values == [D, "Noon", ["imo_number"]]

            return pulumi.Output.all(ingest.dataset_id, found.dataset_name, found.columns).apply(check)
    """,
    "a dataset by its name, of the program's own or any other": """
        @pulumi.runtime.test
        def test_names():
            made = Dataset("made", dataset_name="Noon", schema_name="Noon")
            made.dataset_id = pulumi.Output.from_input(D)
            given = {"source": "a.csv", "operation": "Overwrite"}
            DatasetIngest("a", dataset_name="Noon", **given)
            other = DatasetIngest("b", dataset_name="Wind", workspace_name="Ships", **given)
            with pytest.raises(InputError, match='Overwrite of a.csv into dataset "Wind" is managed by "b" as well'):
                DatasetIngest("c", dataset_name="Wind", workspace_name="Ships", **given)
            with pytest.raises(InputError, match="d.dataset_id: must be given, or dataset_name"):
                DatasetIngest("d", **given)
            with pytest.raises(InputError) as refused:
                DatasetIngest("e", dataset_id=D, dataset_name="Noon", workspace_id=D, workspace_name="Ships", **given)
            assert str(refused.value).splitlines() == [
                "e.workspace_name: must be left out where workspace_id is given",
                "e.dataset_name: must be left out where dataset_id is given",
            ]
            return other.workspace_name.apply(lambda name: name == "Ships")
    """,
    "the lists of a stack's config": """
        @pulumi.runtime.test
        def test_stack():
            pulumi.runtime.set_all_config({"veracity:containers": '[{"name": "a", "containerId": "%s"}]' % C}, [])
            declare_stack()

        @pulumi.runtime.test
        def test_wrong_stack():
            pulumi.runtime.set_all_config({"veracity:containers": '[{"name": "a"}]'}, [])
            with pytest.raises(InputError, match="containerId: is missing"):
                declare_stack()
    """,
    "a transformation of the stack sees each resource": """
        def set_title(args):
            if args.type_ == "pulumi-python:dynamic/veracity:ContainerMetadata":
                return pulumi.ResourceTransformationResult({**args.props, "title": "B"}, args.opts)

        @pulumi.runtime.test
        def test_title():
            pulumi.runtime.register_stack_transformation(set_title)
            a = ContainerMetadata("a", container_id=C, title="A")

            def check(title):
                assert title == "B"

            return a.title.apply(check)
    """,
}


def run_pytest(folder):
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("VERACITY_", "PULUMI_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_users_test_their_programs_without_a_connection(tmp_path):
    """One pytest for all, as in a user's project: what one test leaves behind must not reach the next."""
    modules = [
        textwrap.dedent(body).replace("def test_", f"def test_{number}_") for number, body in enumerate(TESTS.values())
    ]
    (tmp_path / "test_program.py").write_text(HEAD + "\n".join(modules))
    ran = run_pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout


def test_the_page_about_testing_shows_tests_that_pass(tmp_path):
    write_files_of_the_guide(tmp_path)
    (tmp_path / "test_applied.py").unlink()  # it takes the engine; see tests/engine/test_programs.py
    ran = run_pytest(tmp_path)
    assert (ran.returncode, "2 passed" in ran.stdout) == (0, True), ran.stdout
