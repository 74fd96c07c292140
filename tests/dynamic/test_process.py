"""The plugin process is made ready once."""

import os
from types import SimpleNamespace

import pytest
import stamina
from pulumi.dynamic import Config

from veracity_provider.display.engine import Lines
from veracity_provider.dynamic import process
from veracity_provider.errors import SettingsError


@pytest.fixture
def retry_hooks():
    """Those of the library, given back at the end."""
    stamina.instrumentation.set_on_retry_hooks(None)
    yield stamina.instrumentation.get_on_retry_hooks
    stamina.instrumentation.set_on_retry_hooks(None)


@pytest.fixture
def start(monkeypatch, retry_hooks):
    """Starts the plugin with the given stack config, and leaves the process as it is otherwise."""
    monkeypatch.setattr(process.sdk, "widen_worker_pool", lambda: True)
    monkeypatch.setattr(process.sdk, "engine_address", lambda _: None)
    monkeypatch.setattr(process.sdk, "show_without_traceback", lambda _: True)
    return lambda config: process._start(Config(config, "project"), {"PATH": os.environ["PATH"]})


def test_a_retry_is_no_warning_on_the_stack(monkeypatch, start, retry_hooks):
    monkeypatch.setattr(process, "_services", lambda *_: None)
    assert retry_hooks() != ()
    start({})
    assert retry_hooks() == ()


def test_a_plugin_without_any_config_says_that_explicit_providers_have_none(start):
    with pytest.raises(SettingsError) as refused:
        start({"aws:region": "eu-north-1"})
    (note,) = refused.value.__notes__
    assert note == (
        "Not one veracity: key is set, as for an explicit provider, which is given no stack config. "
        "If this resource has one (`provider`, `providers` of a parent, or a transformation), leave it out."
    )


def test_a_plugin_with_some_config_names_what_is_missing_alone(start):
    with pytest.raises(SettingsError) as refused:
        start({"veracity:clientId": "me"})
    assert not hasattr(refused.value, "__notes__")


@pytest.mark.parametrize(
    ("urn", "component", "found"),
    [
        pytest.param(
            "urn:pulumi:dev::p::veracity:index:DatasetIngests$pulumi-python:dynamic/veracity:IngestUpload::noon-a.csv-upload",
            "noon",
            ("urn:pulumi:dev::p::veracity:index:DatasetIngests::noon", "a.csv"),
            id="an upload",
        ),
        pytest.param(
            "urn:pulumi:dev::p::my:Thing$veracity:index:DatasetIngests$pulumi-python:dynamic/veracity:DatasetIngest::a::b-2026/c::d.csv",
            "a::b",
            ("urn:pulumi:dev::p::my:Thing$veracity:index:DatasetIngests::a::b", "2026/c::d.csv"),
            id="an ingest, of a component in another one",
        ),
    ],
)
def test_a_resource_of_a_component_is_told_by_its_file(urn, component, found):
    membership = process._membership(urn, component, Lines())
    assert (membership.urn, membership.label) == found


@pytest.mark.parametrize("component", [None, "noon"], ids=["by itself", "of a component"])
def test_the_urn_that_a_lifecycle_is_told_is_that_of_the_resource_itself(monkeypatch, start, component):
    monkeypatch.setattr(process, "_services", lambda *_: None)
    plugin = start({})
    urn = "urn:pulumi:dev::p::pulumi-python:dynamic/veracity:IngestUpload::noon-a.csv-upload"

    def serve(request):
        return plugin.row(component)

    assert serve(SimpleNamespace(urn=urn)).urn == urn
