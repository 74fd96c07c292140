"""What a run of the provider keeps on a machine, and where."""

from pathlib import Path

import pytest

from veracity_provider.settings import home_folder


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        pytest.param({}, "/home/someone/.pulumi/veracity", id="beside the Pulumi home"),
        pytest.param({"PULUMI_HOME": "/elsewhere"}, "/elsewhere/veracity", id="wherever that is"),
        pytest.param({"PULUMI_HOME": "~/own"}, "/home/someone/own/veracity", id="also below the home folder"),
        pytest.param({"PULUMI_HOME": ""}, "/home/someone/.pulumi/veracity", id="an empty word is none"),
    ],
)
def test_what_outlives_a_run_is_beside_the_pulumi_home(monkeypatch, environ, folder):
    monkeypatch.setenv("HOME", "/home/someone")
    assert home_folder(environ) == Path(folder)
