"""Pulumi's mocks, for tests of programs."""

import asyncio
from contextlib import contextmanager

import pulumi
from pulumi.runtime import settings

CONTAINER = "33333333-0000-4000-8000-000000000001"
DATASET = "22222222-0000-4000-8000-000000000001"


class Mocks(pulumi.runtime.Mocks):
    """Answers each resource with its inputs, and keeps what was declared."""

    def __init__(self):
        self.declared = {}

    def new_resource(self, args):
        self.declared[args.name] = args
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args):  # noqa: ARG002 — asked of mocks; our resources call nothing
        return {}


@contextmanager
def mocked():
    """Run what is declared without an engine, and leave nothing of it to other tests."""
    made = Mocks()
    before = {name: getattr(settings.SETTINGS, name) for name in ("monitor", "engine", "dry_run")}
    root = settings.ROOT.get()
    _require_event_loop()
    pulumi.runtime.set_mocks(made)
    try:
        yield made
    finally:
        settings.ROOT.set(root)
        for name, value in before.items():
            setattr(settings.SETTINGS, name, value)


def run_program(body, *, is_preview=False):
    """Run *body* as a program; what it declared, by name."""
    with mocked() as made:
        settings.SETTINGS.dry_run = is_preview

        @pulumi.runtime.test
        def program():
            body()

        program()
    return made.declared


def _require_event_loop():
    """`set_mocks` takes one for granted, and a test that ran `asyncio.run` has left this thread without."""
    try:
        asyncio.get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())
