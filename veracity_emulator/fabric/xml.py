"""Answers for those who ask for XML alone, as samples of the published page do: docs/platform.md, "Containers"."""

import re
from collections.abc import Mapping
from typing import Any, Final, cast
from xml.etree import ElementTree as ET

_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


def is_wanted(accept: str) -> bool:
    """Whether the `Accept` header asks for XML and nothing else."""
    return "xml" in accept and "json" not in accept and "*/*" not in accept


def document(name: str, value: object) -> bytes:
    """*value* as a document: a list below `ArrayOf<name>`, anything else below *name*."""
    if not isinstance(value, list):
        return ET.tostring(_element(name, value), encoding="utf-8")
    root = ET.Element(f"ArrayOf{name}")
    root.extend([_element(name, one) for one in cast("list[object]", value)])
    return ET.tostring(root, encoding="utf-8")


def _element(name: str, value: object) -> ET.Element:
    """One element; a list among the members of *value* becomes an element for each of its items."""
    element = ET.Element(name)
    if isinstance(value, Mapping):
        for member, inner in cast("Mapping[str, Any]", value).items():
            items = cast("list[object]", inner) if isinstance(inner, list) else [inner]
            element.extend([_element(member, one) for one in items])
    elif value is not None:
        element.text = _FORBIDDEN.sub("\ufffd", str(value))
    return element
