"""The tutorial, word by word, in a project made from the template."""

import pytest

from tests.examples.blocks import blocks, commands, require_sample
from tests.examples.shell import ended_emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PAGE = "docs/tutorial.md"


class Reader:
    """Somebody who edits files as the page says, and types its commands one after the other."""

    def __init__(self, shell):
        self.folder = shell.folder
        self._shell = shell
        self._commands = iter([one for block in blocks(PAGE) if block.kind == "console" for one in commands(block)])

    def types(self, expected):
        command, sample = next(self._commands)
        assert command == expected
        ran = self._shell.tries(f"{command} --non-interactive" if "stop" not in command else command)
        require_sample(sample, ran.stdout)

    def edits(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def has_read_all(self):
        return next(self._commands, None) is None


def test_the_tutorial_is_what_happens(project):
    as_made, entry, schemas = (block.text for block in blocks(PAGE) if block.kind == "yaml")
    (ports,) = (block.text for block in blocks(PAGE) if block.kind == "csv")
    stack_file = project.folder / "stacks/Pulumi.local.yaml"
    assert as_made in stack_file.read_text()
    reader = Reader(project)
    with ended_emulator(project):
        project.run("./pulumi-local up --yes --skip-preview --non-interactive")
        reader.types("./pulumi-local preview")
        reader.edits("data/noon_reports.csv", ",13.7,", ",13.8,")
        reader.types("./pulumi-local preview --diff")
        reader.types("./pulumi-local up --yes")

        (project.folder / "data/ports.csv").write_text(ports)
        reader.edits("stacks/Pulumi.local.yaml", as_made, as_made + entry + schemas)
        reader.types("./pulumi-local preview")
        reader.edits("stacks/Pulumi.local.yaml", "upsert", "Upsert")
        reader.types("./pulumi-local up --yes")
        reader.edits("data/ports.csv", "longitude", "longitud")
        reader.types("./pulumi-local preview")
        reader.edits("data/ports.csv", "longitud", "longitude")
        reader.types("./pulumi-local destroy --yes")
        reader.types("./pulumi-local stop")
    assert reader.has_read_all()
