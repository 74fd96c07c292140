"""The thin Pulumi shell: resources, one adapter from lifecycles to dynamic providers, and the plugin process."""

from importlib.util import find_spec

import pulumi

if find_spec("fcntl") is None:
    raise pulumi.RunError(
        "veracity-provider needs Linux or macOS: it locks the journal of its ingest jobs with fcntl. "
        "On Windows, use WSL."
    )
