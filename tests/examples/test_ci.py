"""The examples of CI: valid for their systems, and their shell steps do what the page says."""

import os
import shutil
import subprocess

import pytest
import yaml

from tests.examples.blocks import blocks
from tests.examples.shell import ROOT, ended_emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
PAGE = "docs/guide/ci.md"
GITHUB, AZURE = (
    block for block in blocks(PAGE) if block.name.endswith((".github/workflows/veracity.yml", "pipelines.yml"))
)
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"
SECRETS = {"VERACITY_CLIENT_SECRET": "local-admin-secret", "VERACITY_SUBSCRIPTION_KEY": "local-subscription-key"}


def as_its_system_reads_it(example):
    """Azure Pipelines takes each scalar as text, and so does its schema."""

    def read(value):
        match value:
            case dict():
                return {key: read(one) for key, one in value.items()}
            case list():
                return [read(one) for one in value]
            case bool():
                return str(value).lower()
            case _:
                return str(value)

    return yaml.safe_dump(read(yaml.safe_load(example.text))) if example is AZURE else example.text


@pytest.mark.parametrize(
    ("example", "schema"), [(GITHUB, "github-workflows"), (AZURE, "azure-pipelines")], ids=["GitHub", "Azure"]
)
def test_the_example_is_valid_by_the_schema_of_its_system(tools, tmp_path, example, schema):
    file = tmp_path / "example.yml"
    file.write_text(as_its_system_reads_it(example))
    # The schemas are written for other flavours of regular expressions than that of JSON Schema.
    options = ["--builtin-schema", f"vendor.{schema}", "--regex-variant", "python"]
    command = [tools / "check-jsonschema", *options, file]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_actionlint_has_nothing_to_say_of_the_workflow(tmp_path):
    if not shutil.which("go"):
        pytest.skip("there is no Go to build actionlint with")
    commands = ROOT / ".setup" / "go"
    environ = {**os.environ, "GOBIN": str(commands)}
    built = subprocess.run(["go", "install", ACTIONLINT], env=environ, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        pytest.skip(f"actionlint cannot be built here: {built.stderr}")
    (tmp_path / "workflow.yml").write_text(GITHUB.text)
    command = [commands / "actionlint", "-no-color", tmp_path / "workflow.yml"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def github_steps(job):
    found = yaml.safe_load(GITHUB.text)
    steps = [step for step in found["jobs"][job]["steps"] if "run" in step]
    return [(step["name"], step["run"], {**found["env"], **step.get("env", {})}) for step in steps]


def azure_steps(job):
    found = yaml.safe_load(AZURE.text)
    jobs = [one for stage in found["stages"] for one in stage["jobs"]]
    (chosen,) = (one for one in jobs if job in (one.get("job"), one.get("deployment")))
    steps = chosen.get("steps") or chosen["strategy"]["runOnce"]["deploy"]["steps"]
    variables = {one["name"]: one["value"] for one in found["variables"] if "name" in one}
    scripts = [step for step in steps if "script" in step and step["displayName"] != "Pulumi CLI"]
    return [(step["displayName"], step["script"], {**variables, **step.get("env", {})}) for step in scripts]


def given(name, value):
    """The value that a variable has in a run: secrets, and what is told of the state, are those of the test."""
    if name == "PIP_FIND_LINKS":  # the folder of the page, and that of this machine in place of an index
        return f"{value} {os.environ.get(name, '')}".strip()
    return "{}" if name == "VERACITY_ANSWERS" else SECRETS.get(name, value)


def test_no_preview_takes_the_place_of_an_up_that_waits():
    jobs = yaml.safe_load(GITHUB.text)["jobs"]
    groups = [jobs[name]["concurrency"]["group"] for name in ("preview", "up")]
    assert groups == ["veracity-dev-preview-${{ github.ref }}", "veracity-dev-up"]
    assert "concurrency" not in yaml.safe_load(GITHUB.text)
    locked = [stage["stage"] for stage in yaml.safe_load(AZURE.text)["stages"] if "veracity-dev" in str(stage["jobs"])]
    assert locked == ["up"]


@pytest.mark.parametrize(
    ("steps_of", "installs"), [(github_steps, True), (azure_steps, False)], ids=["GitHub", "Azure"]
)
def test_the_steps_preview_and_deploy(request, steps_of, installs):
    shell = request.getfixturevalue("shell" if installs else "project")
    if installs:
        shell.run(f"pulumi new {ROOT}/templates/veracity --generate-only --yes --force")
        shutil.copytree(request.getfixturevalue("distributions"), shell.folder / "wheels")
    (shell.folder / "state").mkdir()
    fixed = {"PULUMI_BACKEND_URL": f"file://{shell.folder}/state", "PULUMI_CONFIG_PASSPHRASE": "of a test"}
    stack_file = shell.folder / "stacks/Pulumi.dev.yaml"
    local = yaml.safe_load((shell.folder / "stacks/Pulumi.local.yaml").read_text())["config"]
    without_secrets = {key: value for key, value in local.items() if key[9:] not in ("clientSecret", "subscriptionKey")}
    stack_file.write_text(yaml.safe_dump({"config": without_secrets}))
    emulator = f"{ROOT}/.venv/bin/python -m veracity_emulator start --state {shell.folder}/.veracity/emulator"
    with ended_emulator(shell):
        shell.run(f"{emulator} --port $VERACITY_EMULATOR_PORT --job-seconds 0.1", environ={"PYTHONPATH": str(ROOT)})
        shell.run("pulumi stack init dev", environ=fixed)
        said = {}
        for job in ("preview", "up"):
            for name, command, environ in steps_of(job):
                if name == "Install" and (job == "up" or not installs):
                    continue
                variables = {key: given(key, value) for key, value in environ.items()}
                said[name] = shell.run(command, environ={**variables, **fixed})
    assert "+ 5 to create" in said["Preview"]
    assert "+ 5 created" in said["Up"]
    for secret in SECRETS.values():
        assert secret not in "".join(said.values())
    assert {command for name, command, _ in github_steps("up") if name == "Install"} == {
        command for name, command, _ in azure_steps("up") if name == "Install"
    }
