"""Declare Veracity Data Platform state with Pulumi."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veracity_provider.dynamic.resources import ContainerMetadata, DatasetIngest
    from veracity_provider.stack import declare_stack

__all__ = ["ContainerMetadata", "DatasetIngest", "declare_stack"]


def __getattr__(name: str) -> Any:
    # Late: the command line and the lifecycles live in this package too, and must not pay for Pulumi.
    if name in {"ContainerMetadata", "DatasetIngest"}:
        from veracity_provider.dynamic import resources

        return getattr(resources, name)
    if name == "declare_stack":
        from veracity_provider.stack import declare_stack

        return declare_stack
    raise AttributeError(name)
