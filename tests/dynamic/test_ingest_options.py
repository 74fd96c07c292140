"""Sources and options, as the two resources of an ingest carry them."""

from pathlib import Path

import pulumi
import pytest
from pulumi import Alias, ResourceOptions

from veracity_provider.dynamic.ingest_options import source_property, upload_options
from veracity_provider.errors import InputError


@pytest.mark.parametrize(
    ("source", "carried"),
    [
        pytest.param("a.csv", "a.csv", id="a path"),
        pytest.param(Path("data") / "a.csv", "data/a.csv", id="a path object"),
        pytest.param(pulumi.FileAsset("a.csv"), "a.csv", id="a file asset"),
        pytest.param(pulumi.StringAsset("x\n1\n"), {"text": "x\n1\n", "name": "d.csv"}, id="a text"),
    ],
)
def test_no_asset_crosses_the_engine(source, carried):
    assert source_property("d", source) == carried


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param(pulumi.StringAsset("å" * 524_289), "1 MiB", id="a text that is too large for the state"),
        pytest.param(pulumi.FileArchive("folder"), "one file", id="an archive"),
        pytest.param(pulumi.RemoteAsset("https://example.org/a.csv"), "one file", id="a file elsewhere"),
        pytest.param(["a.csv", "b.csv"], "one file", id="more than one file"),
    ],
)
def test_what_is_not_one_file_is_refused(source, words):
    with pytest.raises(InputError, match=words) as refused:
        source_property("d", source)
    assert [problem.property for problem in refused.value.problems] == ["d.source"]


def test_a_text_of_one_mib_is_taken():
    assert source_property("d", pulumi.StringAsset("å" * 524_288))["name"] == "d.csv"


def test_each_alias_is_that_of_the_upload_too():
    urn = "urn:pulumi:dev::p::pulumi-python:dynamic/veracity:DatasetIngest::old"
    given = Alias(name="old", stack="other")
    made = upload_options(ResourceOptions(aliases=[given, urn], protect=True), [])
    assert made.protect
    renamed, moved = made.aliases
    assert (renamed.name, renamed.stack) == ("old-upload", "other")
    assert given.name == "old"
    assert moved == "urn:pulumi:dev::p::pulumi-python:dynamic/veracity:IngestUpload::old-upload"
