"""Pulumi's mocks, for tests of programs."""

import pulumi

CONTAINER = "33333333-0000-4000-8000-000000000001"
DATASET = "22222222-0000-4000-8000-000000000001"


class Mocks(pulumi.runtime.Mocks):
    """Answers each resource with its inputs, and keeps what was declared."""

    def __init__(self):
        self.declared = {}

    def new_resource(self, args):
        self.declared[args.name] = args
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args):
        return {}


def use_mocks():
    """Run what the test declares without an engine."""
    made = Mocks()
    pulumi.runtime.set_mocks(made)
    return made
