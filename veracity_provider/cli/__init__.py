"""
The command `veracity`: looks at the platform from a shell, and changes nothing on it.

    app.py             all commands together, and what an error looks like
    connection.py      the settings that a command works with: of a stack's config, or of the environment
    stack_config.py    reads a stack's config, without the Pulumi SDK
    options.py         options and arguments that commands share; ids are checked here
    output.py          tables, JSON, exit codes
    stack_yaml.py      entries of a stack file as YAML
    settings.py doctor.py containers.py datasets.py schemas.py folders.py jobs.py preflight.py discover.py
                       the commands, each module one group
"""

from veracity_provider.cli.app import main

__all__ = ["main"]
