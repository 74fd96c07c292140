"""The SDK as we found it: a failure says that a new one has changed what `dynamic/sdk.py` relies on."""

import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pulumi.dynamic
import pytest

from veracity_provider.dynamic import sdk

SERVICER = Path(inspect.getfile(pulumi.dynamic)).with_name("__main__.py").read_text()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("futures.ThreadPoolExecutor(max_workers=4)", id="the plugin has four workers"),
        pytest.param("traceback.format_exc()", id="errors are worded by the traceback module"),
        pytest.param("def Create(self, request, context)", id="the request is at hand where a provider is called"),
        pytest.param("provider.configure(req)", id="a provider is configured in the plugin process"),
    ],
)
def test_the_plugin_of_the_sdk_still_looks_like_this(line):
    assert line in SERVICER


def test_a_widened_pool_works_on_more_than_four_things_at_a_time():
    met = threading.Barrier(20)
    with ThreadPoolExecutor(max_workers=sdk.SDK_WORKERS) as pool:
        assert sdk.widen_worker_pool(20)
        for done in [pool.submit(met.wait, 10) for _ in range(20)]:
            done.result(timeout=10)


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
