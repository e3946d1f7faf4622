"""A command run in this process: as quick as a call, with the exit code and the words a shell would see."""

from pathlib import Path

import click
from click.testing import CliRunner

from agent_runtime.cli.failing import exit_code_of


def invoked(command: click.Command, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    done = CliRunner().invoke(command, [str(each) for each in arguments])
    if done.exception is None or isinstance(done.exception, SystemExit):
        return done.exit_code, done.stdout, done.stderr
    return exit_code_of(done.exception), done.stdout, done.stderr + str(done.exception)
