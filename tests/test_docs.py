"""What the documents say is so."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from veracity_provider import errors

ROOT = Path(__file__).resolve().parents[1]
ERRORS = (ROOT / "docs/errors.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.slow
def test_the_reference_is_that_of_the_code():
    checked = subprocess.run([sys.executable, "-m", "tools.make_reference", "--check"], cwd=ROOT, check=False)
    assert checked.returncode == 0, "run `python -m tools.make_reference`"


def test_the_reference_tells_a_uuid_from_another_string_with_a_pattern():
    page = (ROOT / "docs/reference.md").read_text()
    types = dict(re.findall(r"^\| `([a-z_.]+)` \| `[A-Za-z.]+` \| ([^|]+) \|", page, re.MULTILINE))
    assert (types["container_id"], types["icon.background_color"]) == ("UUID", "string")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_is_spoken_of_exists(page):
    targets = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split())
    spoken = set(re.findall(r"(?:`|\$ |\()make (?:-s )?([a-z]+)", page.read_text()))
    assert spoken <= targets


def texts_of_the_provider():
    """All texts that the code can make, one after the other, with `…` for what is put in."""
    found = []
    for file in sorted((ROOT / "veracity_provider").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_the_messages_on_the_page_of_errors_are_those_of_the_code():
    page = ERRORS.partition("## Declaration")[2].partition("## Pulumi's own")[0]
    messages = re.findall(r"^\| `(.*?)` \|", page, re.MULTILINE)
    assert len(messages) > 80
    texts = texts_of_the_provider()
    parts = [part.strip() for message in messages for part in message.split("…")]
    assert [part for part in parts if part not in texts] == []


def test_every_type_of_error_leads_to_a_section_of_the_page_of_errors():
    index = ERRORS.partition("## Declaration")[0]
    families = {errors.VeracityError, errors.PlatformError, errors.MetadataError, errors.IngestError}
    types = {one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.VeracityError)}
    assert set(re.findall(r"`(\w+)`[,|]? ", index)) - {"type"} >= {one.__name__ for one in types - families}
    headings = re.findall(r"^#+ (.*)$", ERRORS, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    assert set(re.findall(r"\(#([^)]+)\)", index)) <= anchors
