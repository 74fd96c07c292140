"""The workflow's decisions, and what the Makefile offers."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tools import checks, language_host, layout, local, pulumi_cli, stamps, versions
from tools.console import StepFailed, run, run_step
from tools.layout import Layout, export_lines, local_environment, require_local, shell_environment
from tools.locks import only_one

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = Layout.of({})


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("v3.259.0\n", True),
        ("3.260.1", True),
        ("v3.258.9", False),
        ("v2.300.0", False),
        ("v4.0.0-alpha", True),
        ("", False),
    ],
)
def test_an_installed_cli_is_used_when_it_is_new_enough(version, usable):
    assert pulumi_cli.is_new_enough(version) is usable


def fake_pulumi(folder, *, host):
    (folder / "pulumi").write_text("#!/bin/sh\necho v3.259.0\n")
    (folder / "pulumi").chmod(0o755)
    if host:
        (folder / "pulumi-language-python").touch()
    return str(folder)


def test_an_installed_cli_is_used_when_its_python_host_is_there(tmp_path):
    path = fake_pulumi(tmp_path, host=False)
    assert pulumi_cli.find(path) is None
    fake_pulumi(tmp_path, host=True)
    assert pulumi_cli.find(path) == str(tmp_path / "pulumi")
    assert pulumi_cli.find("/nowhere") is None


@pytest.mark.parametrize("broken", ["exit 3", "echo v3.1.0"], ids=["does not run", "too old"])
def test_an_installed_cli_that_cannot_be_used_is_passed_over(tmp_path, broken):
    path = fake_pulumi(tmp_path, host=True)
    (tmp_path / "pulumi").write_text(f"#!/bin/sh\n{broken}\n")
    assert pulumi_cli.find(path) is None


def test_the_host_that_is_built_carries_the_version_that_go_mod_requires():
    go_mod = (ROOT / "tools/pulumi/language-python/go.mod").read_text()
    assert f"require github.com/pulumi/pulumi/sdk/v3 v{pulumi_cli.HOST_VERSION}\n" in go_mod


VIRTUALENV = "runtime:\n  name: python\n  options:\n    virtualenv: .venv\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"Pulumi.yaml": VIRTUALENV}, ["-root={}", "-virtualenv=.venv"], id="an option becomes a flag"),
        pytest.param(
            {"Pulumi.yaml": '{"runtime": {"name": "python", "options": {"virtualenv": "/v"}}}'},
            ["-root={}", "-virtualenv=/v"],
            id="also in JSON",
        ),
        pytest.param({"Pulumi.yaml": "runtime: python\n"}, [], id="a runtime without options"),
        pytest.param({"Pulumi.yaml": "runtime: {name: python, options: {toolchain: pip}}\n"}, [], id="another option"),
        pytest.param({"Pulumi.yaml": "runtime: {options: {virtualenv: [a]}}\n"}, [], id="no text"),
        pytest.param({"Pulumi.yaml": ""}, [], id="an empty file"),
        pytest.param({"Pulumi.yaml": "a: [\n"}, [], id="broken YAML, which the CLI has told already"),
        pytest.param({"src/Pulumi.yaml": VIRTUALENV}, ["-root={}/src", "-virtualenv=.venv"], id="the nearest project"),
        pytest.param({"Pulumi.yaml": VIRTUALENV, "src/Pulumi.yaml": "runtime: python\n"}, [], id="and that alone"),
    ],
)
def test_the_built_host_is_told_of_the_virtual_environment(tmp_path, files, expected):
    folder = tmp_path / "src" / "deeper"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert language_host.flags(folder) == [flag.format(tmp_path) for flag in expected]


def test_a_step_is_skipped_only_when_it_was_done_for_the_same_inputs(tmp_path):
    stamp = tmp_path / "stamp"
    expected = stamps.fingerprint([b"lock", b"project"])
    assert not stamps.is_in_place(stamp, expected)
    stamp.write_text(expected)
    assert stamps.is_in_place(stamp, expected)
    assert not stamps.is_in_place(stamp, stamps.fingerprint([b"lock", b"other"]))


def test_a_step_that_fails_says_what_to_do_and_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(StepFailed) as failed:
        run_step(
            "this", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], log=tmp_path / "l", advice="Do that."
        )
    assert "this failed. Do that." in str(failed.value)
    assert "why" in str(failed.value)


def test_a_step_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path):
    with pytest.raises(StepFailed, match=r"this took longer than 1 s\. Wait\."):
        run_step(
            "this",
            ["/bin/sh", "-c", "sleep 60 & echo $!; wait"],
            log=tmp_path / "log",
            advice="Wait.",
            limit_s=1.0,
        )
    # It is killed; when the system has taken note of that, is the system's to say.
    assert _is_gone(int((tmp_path / "log").read_text()))


def _is_gone(pid):
    try:
        psutil.Process(pid).wait(timeout=30)
    except psutil.NoSuchProcess:
        return True
    return not psutil.pid_exists(pid)


def test_a_command_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(StepFailed, match=r"no-such-command was not found\. Get it\."):
        run_step("this", ["no-such-command"], log=tmp_path / "l", advice="Get it.")


def test_the_port_the_state_and_the_stack_can_be_chosen():
    chosen = Layout.of({"VERACITY_EMULATOR_PORT": "9999", "VERACITY_STATE_DIR": "/elsewhere", "STACK": "mine"})
    assert (chosen.port, chosen.state, chosen.stack) == (9999, Path("/elsewhere"), "mine")
    assert chosen.stack_file.name == "Pulumi.mine.yaml"


def test_the_environment_of_the_local_stack_is_what_the_engine_needs():
    variables = local_environment(LAYOUT, {"PATH": "/usr/bin", "NO_PROXY": "intranet"})
    assert variables["PATH"] == f"{layout.BIN}{os.pathsep}/usr/bin"
    assert variables["PULUMI_BACKEND_URL"] == f"file://{LAYOUT.backend}"
    assert variables["PULUMI_PARALLEL"] == "200"
    assert variables["PULUMI_RUN_PROGRAM"] == "true"
    assert variables["NO_PROXY"] == variables["no_proxy"] == "intranet,127.0.0.1,localhost"
    assert local_environment(LAYOUT, variables)["PATH"] == variables["PATH"]


def test_the_environment_of_a_shell_says_nothing_of_a_stack_a_backend_or_a_passphrase():
    assert set(shell_environment({"PULUMI_CONFIG_PASSPHRASE": "mine", "PULUMI_STACK": "mine"})) == {
        "PATH",
        "PULUMI_PARALLEL",
        "PULUMI_RUN_PROGRAM",
        "PULUMI_SKIP_UPDATE_CHECK",
    }


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_refused(port):
    with pytest.raises(StepFailed, match="VERACITY_EMULATOR_PORT"):
        Layout.of({"VERACITY_EMULATOR_PORT": port})


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
@pytest.mark.parametrize(
    "action", [require_local, lambda chosen: local_environment(chosen, {}), local.up, local.preview]
)
def test_the_public_passphrase_is_not_given_to_a_real_environment(stack, action):
    with pytest.raises(StepFailed) as refused:
        action(Layout.of({"STACK": stack}))
    assert str(refused.value) == (
        f"the stack {stack} is not a local one: stacks/Pulumi.{stack}.yaml is no copy of stacks/Pulumi.local.yaml. "
        f"Use `pulumi` for it, with a backend and a passphrase of your own: pulumi preview --stack {stack}"
    )


@pytest.mark.parametrize(
    "line",
    [
        "up --yes",
        "preview --diff",
        "refresh -y",
        "destroy --target urn:x",
        "stack",
        "stack export --show-secrets",
        "stack output",
        "config",
        "config set --path veracity:answers.x applied",
        "config set --stack local --path veracity:answers.x applied",
        "-s local preview",
        "preview --stack=local",
        "cancel --yes",
        "state delete urn:x",
    ],
)
def test_pulumi_local_does_what_stays_within_the_local_stack(line):
    assert local.refusal(line.split(), "local") is None


COMMANDS = (
    "knows these commands: about, cancel, config, destroy, preview, refresh, stack, state, up. "
    "For others, use `pulumi`."
)
ALONE = (
    ": it is for the stack local alone, whose passphrase is public. For another stack, and for secrets, use `pulumi`."
)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("config set --secret veracity:clientSecret", f"takes no --secret{ALONE}"),
        ("config set veracity:clientSecret --secret=true", f"takes no --secret{ALONE}"),
        ("config set --stack dev veracity:clientSecret", f"takes no --stack{ALONE}"),
        ("config set --config-file stacks/Pulumi.dev.yaml a:b c", f"takes no --config-file{ALONE}"),
        ("state move --dest dev urn:x", "state knows delete, rename, unprotect. For others, use `pulumi`."),
        ("preview --stack local --stack dev", f"takes no --stack{ALONE}"),
        ("preview --stack=dev", f"takes no --stack{ALONE}"),
        ("preview -s dev", f"takes no -s{ALONE}"),
        ("up -ysdev", f"takes no -ysdev{ALONE}"),
        ("up -C ../other", f"takes no -C{ALONE}"),
        ("up --cwd ../other", f"takes no --cwd{ALONE}"),
        ("up --secrets-provider passphrase", f"takes no --secrets-provider{ALONE}"),
        ("stack init dev", "stack knows export, graph, history, ls, output. For others, use `pulumi`."),
        ("stack select dev", "stack knows export, graph, history, ls, output. For others, use `pulumi`."),
        ("config cp --dest dev", "config knows get, set, rm, refresh. For others, use `pulumi`."),
        ("new python", COMMANDS),
        ("", COMMANDS),
    ],
)
def test_pulumi_local_refuses_what_could_reach_another_stack_or_encrypt_a_secret(line, told):
    assert local.refusal(line.split(), "local") == told


def test_pulumi_local_says_how_to_make_the_stack(tmp_path):
    chosen = Layout.of({"VERACITY_STATE_DIR": str(tmp_path)})
    with pytest.raises(StepFailed, match=r"there is no stack local in .*pulumi yet; `make up` makes it\."):
        local.pulumi(chosen, ["stack", "export"])


@pytest.mark.parametrize(
    ("made", "edited", "is_kept"),
    [
        pytest.param(True, False, False, id="a config that make made goes with its stack"),
        pytest.param(True, True, True, id="one that somebody has edited stays"),
        pytest.param(False, False, True, id="and one that make did not make"),
    ],
)
def test_make_removes_the_stack_config_that_it_made(tmp_path, monkeypatch, made, edited, is_kept):
    monkeypatch.setattr(Layout, "stack_file", tmp_path / "Pulumi.second.yaml")
    chosen = Layout.of({"VERACITY_STATE_DIR": str(tmp_path / "state"), "STACK": "second"})
    chosen.state.mkdir()
    chosen.stack_file.write_text("")
    if made:
        chosen.stack_file.unlink()
        local.provide_config(chosen)
        local.provide_config(chosen)
    if edited:
        chosen.stack_file.write_text("mine")
    local.remove_made_config(chosen)
    assert chosen.stack_file.exists() is is_kept
    assert list(chosen.state.iterdir()) == []


def test_removing_the_state_keeps_what_is_not_ours(tmp_path):
    chosen = Layout.of({"VERACITY_STATE_DIR": str(tmp_path)})
    chosen.emulator_state.mkdir()
    chosen.log.touch()
    mine = tmp_path / "thesis.tex"
    mine.touch()
    local.remove_state(chosen)
    assert list(tmp_path.iterdir()) == [mine]
    mine.unlink()
    local.remove_state(chosen)
    assert not tmp_path.exists()


def test_the_stacks_in_a_backend_are_found(tmp_path):
    chosen = Layout.of({"VERACITY_STATE_DIR": str(tmp_path)})
    assert local.stacks(chosen) == []
    folder = chosen.backend / ".pulumi" / "stacks" / "veracity"
    folder.mkdir(parents=True)
    for name in ("second.json", "local.json", "local.json.bak"):
        (folder / name).touch()
    assert local.stacks(chosen) == ["local", "second"]


def test_the_environment_survives_a_shell(tmp_path):
    lines = export_lines({"PATH": "/it's here", "A": "b c"})
    shown = subprocess.run(["/bin/sh", "-c", f'{lines}\necho "$PATH|$A"'], capture_output=True, text=True, check=True)
    assert shown.stdout == "/it's here|b c\n"


def test_of_two_at_once_the_second_waits_and_says_so(tmp_path):
    code = f"""
from pathlib import Path
from tools.locks import only_one
with only_one(Path({str(tmp_path / "lock")!r}), "set-up"):
    print("mine")
"""
    with only_one(tmp_path / "lock", "set-up"):
        second = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert "another set-up is at work" in second.stdout.readline()
    assert second.communicate()[0] == "mine\n"


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [(StepFailed("this failed."), 1, "error: this failed.\n"), (KeyboardInterrupt(), 130, "interrupted")],
    ids=["a step that fails", "Ctrl-C"],
)
def test_an_end_before_the_end_is_one_line_and_an_exit_code(raised, code, told, capsys):
    def action():
        raise raised

    assert run(action) == code
    assert told in capsys.readouterr().err


def test_every_check_that_fails_is_named_with_what_mends_it():
    assert checks.verdict(["tests"]) == "tests failed; see above."
    assert checks.verdict(["format", "types"]) == "format and types failed; see above; `make format` repairs it."


def background(action, port, state):
    """One run of the workflow: its processes are not ours."""
    code = f"""
from pathlib import Path
from tools import emulator
from tools.layout import Layout
emulator.{action}(Layout(port={port}, state=Path({str(state)!r}), stack="local"))
"""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_emulator_in_the_background_is_started_once_and_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = tmp_path / "state"
    where = f"on http://127.0.0.1:{port} (log: {state}/emulator/emulator.log)"
    assert background("stop", port, state).stdout == "  emulator: none was running\n"
    try:
        assert background("start", port, state).stdout == f"  emulator: started {where}\n"
        assert background("start", port, state).stdout == f"  emulator: runs {where}\n"
        assert f"VERACITY_EMULATOR_PORT={port + 1} make up" in background("start", port, tmp_path / "other").stderr
    finally:
        assert background("stop", port, state).stdout == "  emulator: stopped\n"


def test_up_ends_with_the_address_of_the_local_veracity(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(local, "_ready", lambda _: None)
    monkeypatch.setattr(local, "_pulumi", lambda *_: 0)
    assert local.up(Layout(port=8791, state=tmp_path, stack="local")) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "the local Veracity, to look at: http://127.0.0.1:8791/"


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split())
    environ = {"PATH": os.environ["PATH"]}
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    listed, headings = [], []
    for line in shown.stdout.splitlines():
        (listed if line.startswith("  make ") else headings).append(line)
    assert sorted(line.split()[1] for line in listed) == sorted(targets)
    assert headings == ["The local stack (docs/guide/workflow.md):", "Development (CONTRIBUTING.md):"]
    assert [line for line in shown.stdout.splitlines() if len(line) > 80] == []


def test_the_environment_can_be_evaluated():
    environ = {"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "STACK": "prod"}
    command = 'eval "$(make -s env)" && echo "$PATH|$PULUMI_STACK|$PULUMI_BACKEND_URL|$PULUMI_CONFIG_PASSPHRASE"'
    shown = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert shown.stdout == f"{layout.BIN}:/usr/bin:/bin|||\n"


def test_every_command_of_the_local_stack_is_a_target():
    assert set(local.COMMANDS) <= set(re.findall(r"tools\.local (\w+)", (ROOT / "Makefile").read_text()))


def test_the_oldest_and_the_newest_of_python_and_sdk_are_tried_with_each_other():
    tried = versions.combinations("3.11", "3.13", "3.150.0", "3.272.0")
    assert [(one.python, one.sdk, one.is_locked) for one in tried] == [
        ("3.11", "3.150.0", False),
        ("3.11", "3.272.0", True),
        ("3.13", "3.150.0", False),
        ("3.13", "3.272.0", True),
    ]
    assert len(versions.combinations("3.11", "3.11", "3.272.0", "3.272.0")) == 1


@pytest.mark.parametrize(("bound", "version"), [("3.150", "3.150.0"), ("4", "4.0.0"), ("3.150.2", "3.150.2")], ids=str)
def test_the_oldest_sdk_is_the_bound_of_the_project(bound, version):
    assert versions.oldest_sdk(f'[project]\ndependencies = ["pulumi>={bound}", "pydantic>=2"]') == version


def test_what_is_tried_is_what_the_readme_and_the_project_say_is_supported():
    readme = (ROOT / "README.md").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    sdks = [versions.oldest_sdk(project), versions.locked_sdk((ROOT / "requirements.lock").read_text())]
    oldest, newest = (version.removesuffix(".0") for version in sdks)
    cli = ".".join(map(str, pulumi_cli.OLDEST)).removesuffix(".0")
    supported = re.search(r"^Supported: (.*?)\.(?=\n| [A-Z])", readme, re.MULTILINE | re.DOTALL)
    assert " ".join(supported[1].split()) == (
        f"Python {versions.OLDEST_PYTHON} to 3.13, the Pulumi SDK for Python from {oldest} to {newest}, "
        f"the Pulumi CLI from {cli}; Linux and macOS"
    )
    assert f'requires-python = ">={versions.OLDEST_PYTHON}"' in project


def test_a_python_is_found_where_pyenv_has_made_it(tmp_path):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    made = tmp_path / "versions" / f"{version}.9" / "bin"
    made.mkdir(parents=True)
    (made / f"python{version}").symlink_to(sys.executable)
    environ = {"PYENV_ROOT": str(tmp_path), "PATH": "/nowhere"}
    assert versions.find_python(version, environ) == str(made / f"python{version}")
    assert versions.find_python("3.99", environ) is None


def test_the_lock_file_has_hashes_and_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def test_the_templates_of_real_environments_hold_placeholders_and_no_secret():
    for name in ("dev", "staging", "prod"):
        text = (ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text()
        assert "<service account id>" in text
        assert "Secret:" not in text


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git — a source archive has none")
def test_generated_files_are_not_tracked():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not [line for line in tracked.splitlines() if line.startswith((".venv", ".veracity", ".setup"))]
