"""The Pulumi program: the stack's config in, resources out. A new environment is a new file under stacks/."""

from veracity_provider import declare_stack

declare_stack()
