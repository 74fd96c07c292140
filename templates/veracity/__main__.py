"""The Pulumi program: declares what the lists in the stack's config hold. A new environment is a file in stacks/."""

from veracity_provider import declare_stack

declare_stack()
