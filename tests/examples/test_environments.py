"""The page about environments and secrets: its programs, its stack files and its commands."""

import pytest
import yaml

from tests.engine.project import Project, copy_template, make_template
from tests.examples.blocks import blocks
from tests.examples.shell import ended_emulator
from tests.guide import section, typed
from tests.rows import noon_report, noon_reports, wind_readings
from tests.veracity import held_to_the_rules
from veracity_emulator.testing import spawn_emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PAGE = "docs/guide/environments.md"
PROGRAM, IDS, PROJECT = (block for block in blocks(PAGE) if block.name)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template") / "project"
    make_template(folder)
    return folder


@pytest.fixture(scope="module")
def emulator():
    with spawn_emulator(job_seconds=0.1, strict=True) as running:
        yield running


@pytest.fixture
def veracity(emulator):
    with held_to_the_rules(emulator.url) as found:
        yield found


@pytest.fixture
def environment(template, tmp_path, veracity) -> Project:
    made = copy_template(template, tmp_path / "project", veracity.config)
    made.write("data/noon_reports.csv", noon_reports(noon_report(1)))
    made.write("data/wind_turbine_readings.csv", wind_readings())
    made.write("data/speeds.csv", "imo_number,report_time,speed_knots\n9074729,2026-01-01T12:00:00Z,13.7\n")
    return made


def test_one_program_with_the_ids_of_its_stack_files(environment, veracity):
    environment.write("__main__.py", PROGRAM.text)
    declared = yaml.safe_load(IDS.text)["config"]
    assert declared["veracity:clientId"] == veracity.demo["clientId"]
    environment.config |= declared
    done = environment.up()
    assert done.succeeded, done.text
    assert "+ 5 created" in done


def test_one_declaration_by_names_in_the_project_file(environment, veracity):
    project = yaml.safe_load(PROJECT.text)
    del project["runtime"]["options"]  # the test's own Python
    environment.declare()
    environment.write("Pulumi.yaml", yaml.safe_dump({**project, "name": "veracity"}))
    done = environment.up()
    assert done.succeeded, done.text
    assert environment.is_unchanged()
    assert "Noon reports of ships" in [one["name"] for one in veracity.get("/_emulator/state")["datasets"]]


def test_secrets_are_asked_for_and_encrypted(project):
    activate, export, login, *commands, check, preview = typed(section(PAGE, "From the emulator to a real environment"))
    (project.folder / "state").mkdir()
    own = {"PULUMI_CONFIG_PASSPHRASE": "my own"}
    given = [f"echo a-secret | {command}" if "--secret " in command else command for command in commands]
    assert login == "pulumi login"
    project.run(f"{login} file://{project.folder}/state", *given, environ=own)
    stack_file = (project.folder / "stacks/Pulumi.dev.yaml").read_text()
    assert stack_file.count("secure: v1:") == 2
    assert "a-secret" not in stack_file
    checked = project.tries(activate, check, environ=own).stdout
    previewed = project.tries(activate, export, f"{preview} --non-interactive", environ=own).stdout
    assert "stack config of `dev` cannot be used" in previewed
    assert "the settings are not complete" in checked
    for printed in (checked, previewed):
        assert "clientSecret" not in printed
        assert "a-secret" not in printed


def test_the_template_shows_the_same_steps(project):
    steps = typed(section(PAGE, "From the emulator to a real environment"))
    assert [block.text for block in blocks("templates/veracity/README.md")] == [
        "".join(f"$ {step}\n" for step in steps)
    ]


def test_the_state_holds_a_secret_of_the_stack_config_encrypted_and_one_of_the_environment_not_at_all(
    environment, veracity
):
    client_secret, key = (environment.config.pop(f"veracity:{name}") for name in ("clientSecret", "subscriptionKey"))
    entry = {"datasetId": veracity.demo["datasets"]["keyless"], "source": "data/wind_turbine_readings.csv"}
    environment.declare(datasets=[{"name": "wind", "operation": "Append", **entry}])
    setting = environment.pulumi("config", "set", "--secret", "veracity:clientSecret", client_secret)
    assert setting.succeeded, setting.text
    environment.keep_config()
    done = environment.up(environ={"VERACITY_SUBSCRIPTION_KEY": key})
    assert done.succeeded, done.text

    stored = [file.read_text() for file in (environment.folder / "backend").rglob("*") if file.is_file()]
    assert not [text for text in stored if client_secret in text or key in text]
    (inputs,) = (one["inputs"] for one in environment.state()["resources"] if "pulumi:providers" in one["type"])
    assert "ciphertext" in inputs["veracity:clientSecret"]
    assert "veracity:subscriptionKey" not in inputs


def test_a_certificate_authority_of_ones_own_is_trusted(project):
    # `veracity doctor` reads the environment; an `up` shows that uploads trust it too.
    heading = "A proxy, a certificate authority of your own"
    start, trust, check, stop = typed(section(PAGE, heading))
    port = project.environ["VERACITY_EMULATOR_PORT"]
    start, trust = (command.replace("8781", port) for command in (start, trust))
    account = (
        "export VERACITY_CLIENT_ID=44444444-0000-4000-8000-000000000001 VERACITY_CLIENT_SECRET=local-admin-secret "
        "VERACITY_SUBSCRIPTION_KEY=local-subscription-key "
        "VERACITY_WORKSPACE_ID=11111111-0000-4000-8000-000000000001"
    )
    path = "export PATH=$PWD/.venv/bin:$PATH"
    stack_file = project.folder / "stacks/Pulumi.local.yaml"
    declared = yaml.safe_load(stack_file.read_text())
    declared["config"] = {"veracity:datasets": declared["config"]["veracity:datasets"]}
    stack_file.write_text(yaml.safe_dump(declared))
    (project.folder / "state").mkdir()
    state = f"export PULUMI_BACKEND_URL=file://{project.folder}/state PULUMI_CONFIG_PASSPHRASE=local"
    up = "pulumi stack init local; pulumi up --yes --skip-preview --non-interactive --stack local"
    with ended_emulator(project, ".veracity/tls"):
        said = project.run(path, start, account, trust, check, state, up)
        assert "+ 5 created" in said
        untrusted = project.tries(path, account, trust, "unset REQUESTS_CA_BUNDLE", check)
        assert "certificate is refused" in untrusted.stdout
        assert project.run(path, stop) == "stopped\n"
