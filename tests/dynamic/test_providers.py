"""The provider classes that a state names: what they add to a lifecycle's answer, and what they are stored as."""

import gc
import pickle
from types import SimpleNamespace

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from veracity_provider.dynamic import providers
from veracity_provider.errors import AuthenticationFailed, PermissionDenied

STORED = (
    "These are the settings of the last `pulumi up`, kept in the state: if they have changed since, "
    "use --run-program, or set PULUMI_RUN_PROGRAM=true"
)


class Refused:
    """A lifecycle whose every request ends in the same error."""

    def __init__(self, error):
        self.error = error

    def read(self, *_):
        raise self.error

    def update(self, *_):
        raise self.error

    delete = update


class Provider(providers.LifecycleProvider):
    """One that answers with a lifecycle of a test."""

    def __init__(self, lifecycle):
        super().__init__()
        self.answering = lifecycle

    def lifecycle(self, services):  # noqa: ARG002 — a test's lifecycle needs none
        return self.answering


class Plugin:
    services = None

    def row(self, component):  # noqa: ARG002 — its resource is declared by itself
        return None


def ask(monkeypatch, method, error, run_program):
    """The notes of the error that *method* ends with."""
    monkeypatch.setattr(providers, "get_plugin", Plugin)
    monkeypatch.setenv("PULUMI_RUN_PROGRAM", run_program)
    arguments = {"read": ("id", {}), "delete": ("id", {}), "update": ("id", {}, {})}[method]
    with pytest.raises(type(error)) as refused:
        getattr(Provider(Refused(error)), method)(*arguments)
    return getattr(refused.value, "__notes__", [])


@pytest.mark.parametrize(
    ("method", "error", "run_program", "notes"),
    [
        pytest.param("read", AuthenticationFailed, "", [STORED], id="a refresh may use outdated settings"),
        pytest.param("delete", AuthenticationFailed, "false", [STORED], id="a destroy may use outdated settings"),
        pytest.param("read", AuthenticationFailed, "true", [], id="a refresh that runs the program does not"),
        pytest.param("update", AuthenticationFailed, "", [], id="an up does not"),
        pytest.param("read", PermissionDenied, "", [], id="an account that is known is not outdated"),
    ],
)
def test_a_refused_account_is_told_that_its_settings_may_be_those_of_the_state(
    monkeypatch, method, error, run_program, notes
):
    assert ask(monkeypatch, method, error("refused", status=401), run_program) == notes


def test_what_a_provider_needs_is_loaded_when_it_is_configured_and_nothing_is_collected_meanwhile(monkeypatch):
    steps = []

    class Loading(providers.LifecycleProvider):
        def lifecycle(self, services):  # noqa: ARG002 — as above
            steps.append(("lifecycle", gc.isenabled()))

    monkeypatch.setattr(providers, "make_ready", lambda config: steps.append((config, gc.isenabled())))
    monkeypatch.setattr(providers, "get_plugin", Plugin)
    Loading().configure(SimpleNamespace(config="config"))
    assert steps == [("config", False), ("lifecycle", False)]
    assert gc.isenabled()


def test_a_provider_without_a_lifecycle_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        providers.LifecycleProvider()


@pytest.mark.skipif(pickle.DEFAULT_PROTOCOL != 4, reason="0.1.0 ran on a Python that pickles by protocol 4")
@pytest.mark.parametrize(
    ("provider", "stored"),
    [
        (
            providers.ContainerMetadataProvider,
            "gASVSAAAAAAAAACMI3ZlcmFjaXR5X3Byb3ZpZGVyLmR5bmFtaWMucHJvdmlkZXJzlIwZQ29udGFpbmVyTWV0YWRhdGFQcm92aWRlcpSTlCmBlC4=",
        ),
        (
            providers.IngestUploadProvider,
            "gASVQwAAAAAAAACMI3ZlcmFjaXR5X3Byb3ZpZGVyLmR5bmFtaWMucHJvdmlkZXJzlIwUSW5nZXN0VXBsb2FkUHJvdmlkZXKUk5QpgZQu",
        ),
        (
            providers.DatasetIngestProvider,
            "gASVRAAAAAAAAACMI3ZlcmFjaXR5X3Byb3ZpZGVyLmR5bmFtaWMucHJvdmlkZXJzlIwVRGF0YXNldEluZ2VzdFByb3ZpZGVylJOUKYGULg==",
        ),
    ],
    ids=["container", "upload", "ingest"],
)
def test_a_provider_is_stored_as_0_1_0_stored_it(provider, stored):
    assert serialize_provider(provider()) == stored
