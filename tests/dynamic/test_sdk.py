"""The SDK as we found it: a failure says that a new one has changed what `dynamic/sdk.py` relies on."""

import asyncio
import inspect
import runpy
import shutil
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pulumi
import pulumi.dynamic
import pytest
from pulumi.dynamic import Resource, ResourceProvider
from pulumi.output import UNKNOWN
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import SETTINGS

from veracity_provider.dynamic import sdk
from veracity_provider.dynamic.declared import DeclaredResource

SERVICER = Path(inspect.getfile(pulumi.dynamic)).with_name("__main__.py").read_text()
REGISTERING = inspect.getsource(pulumi.runtime.resource)
RESOLVING = inspect.getsource(pulumi.runtime.rpc)
WORKER = inspect.getsource(sys.modules["concurrent.futures.thread"])
LANGUAGE_HOST = Path(shutil.which("pulumi-language-python-exec", path=Path(sys.executable).parent) or "")


@pytest.mark.parametrize(
    ("line", "source"),
    [
        pytest.param("futures.ThreadPoolExecutor(max_workers=4)", SERVICER, id="the plugin has four workers"),
        pytest.param("executor_reference()", WORKER, id="a worker thread knows its pool"),
        pytest.param("import traceback", SERVICER, id="the plugin has the traceback module as a name of its own"),
        pytest.param("traceback.format_exc()", SERVICER, id="errors are worded by the traceback module"),
        pytest.param("class DynamicResourceProviderServicer", SERVICER, id="the plugin is known by its servicer"),
        pytest.param("def Create(self, request, context)", SERVICER, id="the request is at hand for a provider"),
        pytest.param("provider.configure(req)", SERVICER, id="a provider is configured in the plugin process"),
        pytest.param("rpc.transfer_properties(res, props, custom)", REGISTERING, id="outputs are made by one function"),
        pytest.param("rpc.resolve_outputs(", REGISTERING, id="outputs are resolved by one function"),
        pytest.param(
            "rpc.resolve_outputs_due_to_exception(resolvers, exn)", REGISTERING, id="outputs are failed by one function"
        ),
        *(
            pytest.param(f'log.debug(f"{text}: ty={{ty}}', REGISTERING, id=f"a debug message says: {text}")
            for text in ("resource registration prepared", "resource registration successful")
        ),
        pytest.param('f"registering resource: ty={ty}', REGISTERING, id="a debug message says: registering resource"),
        pytest.param("_types.resource_types(resource_cls)", RESOLVING, id="types are read for each resource"),
        pytest.param("resolvers.get(key)", RESOLVING, id="a value is given to the resolver of its property"),
        pytest.param(
            "MockMonitor(mocks) if monitor is None", inspect.getsource(mocks), id="mocks are a monitor of their own"
        ),
    ],
)
def test_the_sdk_still_looks_like_this(line, source):
    assert line in source


@pytest.mark.skipif(not LANGUAGE_HOST.is_file(), reason="no Pulumi CLI beside this Python")
def test_the_language_host_still_has_an_exit_code_for_errors_that_were_shown():
    assert f"{sdk._ALREADY_SHOWN} = 32" in LANGUAGE_HOST.read_text()


def test_a_widened_pool_works_on_more_than_four_things_at_a_time():
    met = threading.Barrier(20)
    with ThreadPoolExecutor(max_workers=4) as pool:
        assert pool.submit(sdk.widen_worker_pool, 20).result(timeout=10)
        for done in [pool.submit(met.wait, 10) for _ in range(20)]:
            done.result(timeout=10)


def test_only_the_pool_that_configures_is_widened():
    with ThreadPoolExecutor(max_workers=4) as theirs, ThreadPoolExecutor(max_workers=4) as ours:
        theirs.submit(int).result(timeout=10)
        ours.submit(sdk.widen_worker_pool, 20).result(timeout=10)
        assert (theirs._max_workers, ours._max_workers) == (4, 20)


def test_a_pool_that_is_wider_already_stays():
    with ThreadPoolExecutor(max_workers=30) as pool:
        assert pool.submit(sdk.widen_worker_pool, 20).result(timeout=10)
        assert pool._max_workers == 30


def test_outside_of_a_pool_nothing_is_widened():
    assert not sdk.widen_worker_pool()


class Ours(Exception):
    """Stands for the family of our errors."""


class OurCause(Ours):
    """One of them."""


@pytest.fixture
def plugin(monkeypatch):
    """The module that a plugin process runs, as far as it words errors."""
    module = ModuleType("__main__")
    module.DynamicResourceProviderServicer = object
    module.traceback = traceback
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def word(plugin, error):
    try:
        raise error  # noqa: TRY301 — it is worded where it is at hand
    except Exception:  # noqa: BLE001 — as the plugin does
        return plugin.traceback.format_exc()


def with_note(error, note):
    error.add_note(note)
    return error


@pytest.mark.parametrize(
    ("error", "text"),
    [
        pytest.param(OurCause("what happened"), "OurCause: what happened\n", id="name and text"),
        pytest.param(
            with_note(Ours("what happened"), "What to do."), "Ours: what happened\nWhat to do.\n", id="with its notes"
        ),
    ],
)
def test_an_error_of_ours_is_shown_without_a_traceback(plugin, error, text):
    assert sdk.show_without_traceback(Ours)
    assert word(plugin, error) == text


def test_errors_of_others_keep_their_tracebacks(plugin):
    before = word(plugin, KeyError("blue"))
    assert sdk.show_without_traceback(Ours)
    assert word(plugin, KeyError("blue")) == before
    assert before.startswith("Traceback (most recent call last):\n")
    assert plugin.traceback.print_exc is traceback.print_exc
    assert traceback.format_exc.__module__ == "traceback"
    assert not hasattr(sys, "tracebacklimit")


@pytest.mark.parametrize("missing", ["DynamicResourceProviderServicer", "traceback"])
def test_a_plugin_that_looks_different_is_left_alone(plugin, missing):
    delattr(plugin, missing)
    before = dict(vars(plugin))
    assert not sdk.show_without_traceback(Ours)
    assert vars(plugin) == before


def test_what_providers_share_is_made_once():
    shared = sdk.SharedByProviders[object]()
    with pytest.raises(RuntimeError, match="before it was configured"):
        shared.get()
    with pytest.raises(ZeroDivisionError):
        shared.make_once(lambda: 1 / 0)
    shared.make_once(lambda: "first")
    shared.make_once(lambda: "second")
    assert shared.get() == "first"


@pytest.fixture
def root(monkeypatch):
    """Sets the root resource of the program that runs."""
    return lambda resource: monkeypatch.setattr(pulumi.runtime, "get_root_resource", lambda: resource)


def test_what_resources_share_is_kept_for_each_program(root):
    shared = sdk.SharedByResources(list)
    one, another = ModuleType("one"), ModuleType("another")
    found = []
    for program in (one, another, one):
        root(program)
        found.append(shared.get())
    assert found[0] is found[2]
    assert found[0] is not found[1]


def test_where_there_is_no_program_nothing_is_shared(root):
    root(None)
    shared = sdk.SharedByResources(list)
    assert shared.get() is not shared.get()


def test_under_mocks_what_resources_share_is_kept_for_each_task(monkeypatch):
    monkeypatch.setattr(sdk, "is_mocked", lambda: True)
    shared = sdk.SharedByResources(list)

    async def ask_twice():
        return shared.get(), shared.get()

    (first, again), (other, _) = (asyncio.run(ask_twice()) for _ in range(2))
    assert first is again
    assert first is not other
    assert shared.get() is not shared.get()


def test_the_exit_code_is_that_of_the_host_that_runs_us(tmp_path):
    assert sdk.exit_code_when_shown() is None
    host = tmp_path / "host.py"
    host.write_text(f"{sdk._ALREADY_SHOWN} = 32\nfound = ask()\n")
    assert runpy.run_path(str(host), {"ask": sdk.exit_code_when_shown})["found"] == 32


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        pytest.param(["127.0.0.1:4711"], "127.0.0.1:4711", id="alone"),
        pytest.param(["--logtostderr", "-v=9", "127.0.0.1:4711"], "127.0.0.1:4711", id="behind flags"),
        pytest.param(
            ["--tracing", "http://traces:9411/api", "127.0.0.1:4711"], "127.0.0.1:4711", id="behind an endpoint"
        ),
        pytest.param([], None, id="not given"),
    ],
)
def test_the_engines_address_is_found_among_the_arguments(arguments, address):
    assert sdk.engine_address(arguments) == address


def test_a_provider_learns_which_resource_it_is_asked_about():
    def serve(request):
        return answer()

    def answer():
        return sdk.current_urn()

    assert serve(SimpleNamespace(urn="urn:pulumi:one")) == "urn:pulumi:one"


def test_outside_of_a_request_there_is_no_resource():
    assert sdk.current_urn() == ""


def test_a_provider_learns_which_changes_are_ignored():
    def serve(request):
        return sdk.ignored_changes()

    assert serve(SimpleNamespace(urn="urn:pulumi:one", ignoreChanges=["title"])) == ["title"]
    assert serve(SimpleNamespace(urn="urn:pulumi:one")) == []
    assert sdk.ignored_changes() == []


@pytest.mark.parametrize(
    ("message", "is_sent"),
    [
        ("registering resource: ty=pulumi-python:dynamic/veracity:Dataset, name=noon, custom=True", False),
        ("resource registration prepared: ty=pulumi-python:dynamic/veracity:Dataset, name=noon", False),
        ("resource registration successful: ty=pulumi-python:dynamic/veracity:Dataset, urn=urn:pulumi", False),
        ("registering resource: ty=pulumi-python:dynamic/other:Dataset, name=noon, custom=True", True),
        ("getting resource: urn=urn:pulumi:pulumi-python:dynamic/veracity:Dataset", True),
    ],
)
def test_debug_messages_about_registrations_of_ours_alone_are_left_out(monkeypatch, message, is_sent):
    sent = []
    monkeypatch.setattr(pulumi.log, "debug", sent.append)
    assert sdk.leave_out_registrations()
    pulumi.runtime.resource.log.debug(message)
    assert sent == [message] * is_sent
    assert pulumi.runtime.resource.log.warn is pulumi.log.warn


@pulumi.runtime.test
def test_outputs_are_made_when_they_are_asked_for():
    mocks.set_mocks(Platform())
    asked_before = OnDemand(ResourceProvider(), "asked", {"size": 3, "name": "noon", "other": None}, None)
    size = asked_before.size

    def check_late(value):
        assert value == 3
        assert "name" not in asked_before.__dict__  # nobody has asked for it, and its value has come
        return asked_before.name.apply(check_name)

    def check_name(value):
        assert value == "noon"
        assert "other" not in asked_before.__dict__

    assert asked_before.size is size
    return size.apply(check_late)


@pulumi.runtime.test
def test_an_output_of_another_resource_is_that_output():
    mocks.set_mocks(Platform())
    first, second = (
        OnDemand(ResourceProvider(), name, {"size": 3, "name": name}, None) for name in ("first", "second")
    )
    second.take_outputs(["size"], of=first)
    assert second.size is first.size
    assert second.name is not first.name


@pulumi.runtime.test
def test_outputs_fail_with_their_resource_whenever_they_are_made():
    failed = []

    def make(name):
        return {name: lambda *outcome: failed.append((name, outcome[-1]))}

    outputs, error = sdk._Outputs(["early", "late", "never"], make), ValueError("refused")
    outputs.make("early")
    rpc.resolve_outputs_due_to_exception(outputs, error)
    outputs.make("late")
    assert failed == [("early", error), ("late", error)]

    async def check():
        with pytest.raises(ValueError, match="refused"):
            await outputs.read(["never"])

    return pulumi.Output.from_input(check())


@pulumi.runtime.test
def test_outputs_of_many_resources_are_one_output():
    mocks.set_mocks(Platform())
    resources = {name: OnDemand(ResourceProvider(), name, {"size": 3, "name": name}, None) for name in ("a", "b")}

    def check(read):
        assert read == {"a": {"name": "a", "size": 3}, "b": {"name": "b", "size": 3}}
        assert "size" not in resources["a"].__dict__  # it is no output of its own

    return sdk.read_outputs(resources, ["name", "size"]).apply(check)


@pulumi.runtime.test
def test_among_outputs_of_many_resources_one_that_is_not_known_yet_leaves_the_others_known():
    mocks.set_mocks(Platform(), preview=True)
    made = OnDemand(ResourceProvider(), "made", {"size": pulumi.Output.from_input(UNKNOWN), "name": "noon"}, None)

    async def check(read):
        assert read["made"]["name"] == "noon"
        assert not await read["made"]["size"].is_known()

    return sdk.read_outputs({"made": made}, ["name", "size"]).apply(check)


@pulumi.runtime.test
def test_among_outputs_of_many_resources_a_secret_stays_one():
    mocks.set_mocks(Platform())
    made = OnDemand(ResourceProvider(), "made", {"size": pulumi.Output.secret(3), "name": "noon"}, None)

    async def check(read):
        assert read["made"]["name"] == "noon"
        assert (await read["made"]["size"].is_secret(), await read["made"]["size"].future()) == (True, 3)

    return sdk.read_outputs({"made": made}, ["name", "size"]).apply(check)


@pulumi.runtime.test
def test_an_input_takes_an_output_that_is_made_once_the_engine_has_answered():
    mocks.set_mocks(Platform())
    first = OnDemand(ResourceProvider(), "first", {"size": pulumi.Output.secret(3), "name": "first"}, None)
    second = OnDemand(
        ResourceProvider(), "second", {"size": first.output_when_answered("size"), "name": "second"}, None
    )
    assert "size" not in first.__dict__

    async def check(size):
        assert size == 3
        assert await first.size.is_secret()
        assert await second.size.is_secret()

    return second.size.apply(check)


@pulumi.runtime.test
def test_of_our_resources_the_sdk_waits_for_the_id_and_urn_of_the_last_one_alone():
    mocks.set_mocks(Platform())
    first, second, third = (OnDemand(ResourceProvider(), name, {"name": name}, None) for name in "abc")
    theirs = Theirs(ResourceProvider(), "d", {"name": "noon"})
    assert [awaited_outputs(one) for one in (first, second, third)] == [[], [], ["id", "urn"]]
    assert {"id", "urn", "name"} <= set(awaited_outputs(theirs))


def awaited_outputs(resource):
    """Those that the SDK waits for before the program ends."""
    outputs = {name: one for name, one in resource.__dict__.items() if isinstance(one, pulumi.Output)}
    return sorted(name for name, one in outputs.items() if one._data in SETTINGS.outputs)


@pulumi.runtime.test
def test_resources_of_other_packages_have_all_their_outputs():
    mocks.set_mocks(Platform())
    theirs = Theirs(ResourceProvider(), "theirs", {"size": 3, "name": "noon"})
    assert {"size", "name"} <= theirs.__dict__.keys()


def test_an_attribute_that_is_no_output_is_missing():
    resource = OnDemand.__new__(OnDemand)
    with pytest.raises(AttributeError, match="'OnDemand' object has no attribute 'size'"):
        resource.size  # noqa: B018 — reading it is what fails


class OnDemand(DeclaredResource, module="test", name="OnDemand"):
    """A resource as ours are."""


class Theirs(Resource, module="test", name="Theirs"):
    """A resource as those of other packages are."""


class Platform(mocks.Mocks):
    def new_resource(self, args):
        return args.name, args.inputs

    def call(self, args):  # noqa: ARG002 — the SDK's signature
        return {}
