"""`veracity settings`."""

import os
from dataclasses import dataclass
from typing import Any

from veracity_provider.cli.connection import read_config
from veracity_provider.cli.options import AsJson, Stack
from veracity_provider.cli.output import Output
from veracity_provider.cli.stack_config import StackConfig
from veracity_provider.settings import KEYS, Key


@dataclass(frozen=True)
class _Setting:
    key: Key
    source: str
    """Where its value comes from: `stack`, `environment` or `default`."""

    def document(self) -> dict[str, Any]:
        return {
            "key": f"veracity:{self.key.name}",
            "variable": self.key.environment_variable,
            "is_secret": self.key.is_secret,
            "set_in": self.source,
            "description": self.key.doc,
        }


def list_settings(stack: Stack = None, *, as_json: AsJson = False) -> None:
    """List the settings: keys of a stack's config, environment variables, and where each is set. Shows no values."""
    config = read_config(stack)
    found = [_Setting(key, _source(key, config)) for key in KEYS]
    output = Output(as_json=as_json)
    if as_json:
        output.print_document([one.document() for one in found])
        return
    for one in found:
        source = "" if one.source == "default" else f"  (set in the {one.source})"
        output.print_line(f"veracity:{one.key.name:24}{one.key.environment_variable}{source}", style="bold")
        output.print_indented(one.key.doc + " Secret." * one.key.is_secret)


def _source(key: Key, config: StackConfig | None) -> str:
    if config is not None and config.get(key.name):
        return "stack"
    return "environment" if os.environ.get(key.environment_variable) else "default"
