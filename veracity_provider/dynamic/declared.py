"""What all resources that a program declares have in common."""

import os
from collections.abc import Mapping
from typing import Any

from pulumi import ResourceOptions
from pulumi.dynamic import Resource, ResourceProvider

from veracity_provider.dynamic import sdk

sdk.make_outputs_on_demand()
if not os.environ.get(sdk.DEBUG):
    sdk.leave_out_registrations()


class DeclaredResource(sdk.OutputsOnDemand, Resource):
    """A dynamic resource whose outputs are the attributes that its class declares."""

    def __init__(
        self, provider: ResourceProvider, resource_name: str, inputs: Mapping[str, Any], opts: ResourceOptions | None
    ) -> None:
        # The SDK makes an attribute of each property that it is given, so outputs are given as None.
        super().__init__(provider, resource_name, {**dict.fromkeys(type(self).__annotations__), **inputs}, opts)
        sdk.await_registration_alone(self)
