"""Which files a pattern matches, what their ingests are named, and what is refused."""

import os

import pytest

from veracity_provider.errors import InputError
from veracity_provider.lifecycle.ingest.pattern import MAX_FILES, MatchedFile, find_files, is_pattern


@pytest.fixture
def make(tmp_path):
    """Makes files of one line, and the folders that they are in."""

    def write(*paths):
        for path in paths:
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("a\n")

    return write


@pytest.fixture
def refused(tmp_path):
    def reasons(pattern):
        with pytest.raises(InputError) as error:
            find_files(pattern, tmp_path)
        assert {problem.property for problem in error.value.problems} == {"source"}
        return [problem.reason for problem in error.value.problems]

    return reasons


TREE = [
    *("noon/b.csv", "noon/a.csv", "noon/B.csv", "noon/c.CSV", "noon/notes.txt", "noon/a-1.csv", "noon/å.csv"),
    *("noon/.hidden.csv", "noon/.git/x.csv", "noon/2026/01.csv", "noon/2026/old/02.csv", "noon/2025/01.csv"),
    *("other/noon.csv", "single.csv"),
]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        pytest.param("noon/*.csv", ["B.csv", "a-1.csv", "a.csv", "b.csv", "å.csv"], id="by name, in one case alone"),
        pytest.param("noon/?.csv", ["B.csv", "a.csv", "b.csv", "å.csv"], id="one character"),
        pytest.param("noon/[ab].csv", ["a.csv", "b.csv"], id="one of some characters"),
        pytest.param("noon/[!ab].csv", ["B.csv", "å.csv"], id="any but some characters"),
        pytest.param("*.csv", ["single.csv"], id="in the project's folder"),
        pytest.param("./noon//a*.csv", ["a-1.csv", "a.csv"], id="a path that is not in its shortest form"),
        pytest.param("noon/*/01.csv", ["2025/01.csv", "2026/01.csv"], id="folders of one level"),
        pytest.param("*/noon.csv", ["other/noon.csv"], id="a file of one name"),
        pytest.param(
            "noon/2*/**/*.csv", ["2025/01.csv", "2026/01.csv", "2026/old/02.csv"], id="folders of any level, or none"
        ),
        pytest.param("noon/**/**/0?.csv", ["2025/01.csv", "2026/01.csv", "2026/old/02.csv"], id="each file once"),
        pytest.param("noon/*", ["B.csv", "a-1.csv", "a.csv", "b.csv", "c.CSV", "notes.txt", "å.csv"], id="no folders"),
        pytest.param("noon/.*.csv", [".hidden.csv"], id="hidden files by a dot alone"),
        pytest.param("noon/.g*/*.csv", [".git/x.csv"], id="hidden folders likewise"),
    ],
)
def test_files_are_matched_by_the_path_below_the_fixed_part(tmp_path, make, pattern, paths):
    make(*TREE)
    assert [file.path for file in find_files(pattern, tmp_path)] == paths


@pytest.mark.parametrize(
    ("pattern", "source"),
    [
        pytest.param("noon/*.csv", "noon/a.csv", id="relative to the project"),
        pytest.param("./noon/*.csv", "noon/a.csv", id="in the shortest form"),
        pytest.param("{project}/noon/*.csv", "{project}/noon/a.csv", id="absolute"),
        pytest.param("~/noon/*.csv", "~/noon/a.csv", id="in the home folder, of whichever machine"),
        pytest.param("*/a.csv", "noon/a.csv", id="without a fixed part"),
    ],
)
def test_the_source_of_an_ingest_begins_as_the_pattern_does(tmp_path, monkeypatch, make, pattern, source):
    monkeypatch.setenv("HOME", str(tmp_path))
    make("noon/a.csv")
    (file,) = find_files(pattern.format(project=tmp_path), tmp_path)
    assert file.source == source.format(project=tmp_path)


def test_an_ingest_is_named_by_its_path():
    assert MatchedFile(source="data/2026/a.csv", path="2026/a.csv").resource_name("noon") == "noon-2026/a.csv"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("noon/*.csv", True),
        ("noon/?.csv", True),
        ("noon/[ab].csv", True),
        ("*/a.csv", True),
        ("noon/a.csv", False),
        pytest.param("readings[1].csv", False, id="the very name of a file"),
        pytest.param("readings[2].csv", True, id="not the name of a file"),
        ("a\0*.csv", True),
    ],
)
def test_a_source_with_a_wildcard_is_a_pattern_unless_a_file_is_called_that(tmp_path, make, source, expected):
    make("readings[1].csv")
    assert is_pattern(source, tmp_path) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        pytest.param(
            "noon/a.csv", "must be a pattern with *, ? or […], such as data/*.csv, not 'noon/a.csv'", id="one file"
        ),
        pytest.param("noon", "must be a pattern with *, ? or […], such as data/*.csv, not 'noon'", id="a folder"),
        pytest.param("", "must be a pattern with *, ? or […], such as data/*.csv, not ''", id="nothing"),
        pytest.param(
            "noon/**.csv",
            "must have ** as a whole part of its path, as in data/**/*.csv, not 'noon/**.csv'",
            id="two stars within a name",
        ),
        pytest.param(
            "noon/**", "must end in a pattern of files, as in data/**/*.csv, not 'noon/**'", id="folders without files"
        ),
        pytest.param(
            "noon/*.tsv",
            "must match a file, and 'noon/*.tsv' matches none in {project}/noon; correct it, or remove it, which "
            "removes its ingests from the state (their rows stay)",
            id="no file of that name",
        ),
        pytest.param(
            "*",
            "must match a file, and '*' matches none in {project}; correct it, or remove it, which removes its "
            "ingests from the state (their rows stay)",
            id="folders alone",
        ),
        pytest.param(
            "none/*.csv",
            "must be in folders that can be read, and {project}/none cannot: No such file or directory",
            id="a folder that is not there",
        ),
        pytest.param(
            "noon/a.csv/*.csv",
            "must be in folders that can be read, and {project}/noon/a.csv cannot: Not a directory",
            id="a file in place of a folder",
        ),
        pytest.param(
            "a\0/*.csv", r"must be a path, and 'a\x00/*.csv' has a character that no path can have", id="no path"
        ),
    ],
)
def test_what_matches_nothing_is_refused(tmp_path, make, refused, pattern, reason):
    make("noon/a.csv")
    assert refused(pattern) == [reason.format(project=tmp_path)]


def test_a_folder_that_cannot_be_read_is_no_folder_without_files(tmp_path, make, refused, monkeypatch):
    make("noon/a/1.csv", "noon/b/2.csv")
    scan = os.scandir

    def refuse(folder):
        if folder.name == "b":
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    reason = f"must be in folders that can be read, and {tmp_path}/noon/b cannot: Permission denied"
    assert refused("noon/**/*.csv") == refused("noon/*/*.csv") == [reason]


def test_as_many_files_as_can_be_are_matched_and_one_more_is_refused(tmp_path, make, refused):
    make(*(f"{i:03}.csv" for i in range(MAX_FILES)))
    assert len(find_files("*.csv", tmp_path)) == 500
    make("one more.csv")
    (reason,) = refused("*.csv")
    assert reason == (
        "must match at most 500 files, and '*.csv' matches more; join files (a job takes one of any size), or declare "
        "some of them in another stack"
    )


class TestLinks:
    def test_a_link_to_a_file_or_folder_counts_as_what_it_leads_to(self, tmp_path, make):
        make("real/a.csv")
        (tmp_path / "noon").mkdir()
        (tmp_path / "noon" / "b.csv").symlink_to(tmp_path / "real" / "a.csv")
        (tmp_path / "noon" / "linked").symlink_to(tmp_path / "real")
        assert [file.path for file in find_files("noon/*.csv", tmp_path)] == ["b.csv"]
        assert [file.path for file in find_files("noon/*/*.csv", tmp_path)] == ["linked/a.csv"]

    def test_two_stars_follow_none_so_that_a_circle_ends(self, tmp_path, make):
        make("noon/a.csv")
        (tmp_path / "noon" / "circle").symlink_to(".")
        assert [file.path for file in find_files("noon/**/*.csv", tmp_path)] == ["a.csv"]

    def test_a_file_and_a_link_to_it_are_refused(self, tmp_path, make, refused):
        make("2026.csv")
        (tmp_path / "latest.csv").symlink_to("2026.csv")
        (reason,) = refused("*.csv")
        assert reason == (
            "must match each file once, and '2026.csv' and 'latest.csv' are one; remove the link, or write a pattern "
            "that does not match it"
        )

    def test_a_link_that_leads_nowhere_is_refused(self, tmp_path, make, refused):
        make("a.csv")
        (tmp_path / "b.csv").symlink_to("gone.csv")
        assert refused("*.csv") == [f"{tmp_path}/b.csv does not exist"]


def test_names_that_cannot_be_shown_are_refused(tmp_path, make, refused):
    make("a.csv", "b\n.csv", "c\u200b.csv")
    (tmp_path / os.fsdecode(b"\xe5.csv")).write_text("a\n")
    reason = "must match files whose names are UTF-8 without invisible characters, and matches"
    assert refused("*.csv") == [
        rf"{reason} 'b\n.csv'; rename the file",
        rf"{reason} 'c\u200b.csv'; rename the file",
        rf"{reason} '\udce5.csv'; rename the file",
    ]


def test_files_that_cannot_be_ingested_are_told_the_first_five_with_the_number_of_the_others(tmp_path, make, refused):
    make(*(f"{i}.csv" for i in range(10)))
    for i in range(1, 9):
        (tmp_path / f"{i}.csv").write_text("")
    told = [f"{tmp_path}/{i}.csv is empty; a CSV file has at least a header line" for i in range(1, 6)]
    assert refused("*.csv") == [*told[:4], f"{told[4]} (and 3 more of its files)"]
