"""The thin Pulumi shell: resources, one adapter from lifecycles to dynamic providers, and the plugin process."""

import sys
from importlib.util import find_spec

import pulumi

from veracity_provider.dynamic import sdk


def _require_file_locks() -> None:
    if find_spec("fcntl") is not None:
        return
    message = (
        "veracity-provider needs Linux or macOS: it locks the journal of its ingest jobs with fcntl. "
        "On Windows, use WSL."
    )
    code = sdk.exit_code_when_shown()
    if code is None:
        raise pulumi.RunError(message)
    pulumi.log.error(message)
    sys.exit(code)


_require_file_locks()
