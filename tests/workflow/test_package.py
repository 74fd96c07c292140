"""What `make package` does to the page and the metadata of the project."""

import tomllib

import pytest

from tools import package
from tools.layout import ROOT
from tools.links import forge_page, home_of, rewritten
from tools.publishing import project_files

HOME = "https://forge.example/fleet/veracity-provider"


@pytest.mark.parametrize(
    ("remote", "home"),
    [
        ("git@forge.example:fleet/veracity-provider.git", HOME),
        ("ssh://git@forge.example/fleet/veracity-provider.git", HOME),
        ("https://forge.example/fleet/veracity-provider.git", HOME),
        ("https://forge.example/fleet/veracity-provider/", HOME),
        ("https://localhost/fleet/veracity-provider", None),
        ("https://somebody:token@forge.example/fleet/veracity-provider", None),
        ("/home/me/veracity-provider", None),
        ("", None),
    ],
)
def test_the_home_of_the_project_is_told_from_its_remote(remote, home):
    assert home_of(remote) == home


@pytest.mark.parametrize(
    ("link", "with_home", "without"),
    [
        ("[CI](../ci.md)", f"[CI]({HOME}/blob/v1/docs/ci.md)", "CI (`docs/ci.md`)"),
        ("[CI](../ci.md#cache)", f"[CI]({HOME}/blob/v1/docs/ci.md#cache)", "CI (`docs/ci.md`)"),
        ("![page](../page.png)", f"![page]({HOME}/blob/v1/docs/page.png)", "page"),
        ("[Pulumi](https://www.pulumi.com)", "[Pulumi](https://www.pulumi.com)", "[Pulumi](https://www.pulumi.com)"),
        ("[here](#above)", "[here](#above)", "[here](#above)"),
        ("```text\n[a](b)\n```", "```text\n[a](b)\n```", "```text\n[a](b)\n```"),
    ],
    ids=["a page", "a place in a page", "a picture", "another site", "this page", "code"],
)
def test_links_lead_to_the_home_of_the_project_or_become_text(link, with_home, without):
    assert rewritten(link, "docs/guide/x.md", forge_page(HOME, "v1")) == with_home
    assert rewritten(link, "docs/guide/x.md", forge_page(None, "v1")) == without


def test_every_link_of_the_readme_leads_somewhere_from_the_page_of_an_index(tmp_path):
    package.copy(tmp_path, HOME)
    page = (tmp_path / "README.md").read_text()
    assert page.count("](") == (ROOT / "README.md").read_text().count("](") > 10
    assert page.count("](") == page.count("](https://") + page.count("](#")


def test_the_metadata_names_the_home_of_the_project():
    project = tomllib.loads(package.with_urls((ROOT / "pyproject.toml").read_text(), HOME))["project"]
    assert project["urls"] == {
        "Homepage": HOME,
        "Documentation": f"{HOME}/tree/v{package.version()}/docs",
        "Changelog": f"{HOME}/blob/v{package.version()}/CHANGELOG.md",
        "Issues": f"{HOME}/issues",
    }


def test_the_manifest_names_every_folder_of_the_project():
    named = (ROOT / "MANIFEST.in").read_text().split()
    folders = {path.parts[0] for path in project_files() if len(path.parts) > 1}
    assert sorted(folders - set(named)) == []
