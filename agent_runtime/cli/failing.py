"""The one table from failures to exit codes and sentences on standard error."""

import os
import traceback

import click

from agent_runtime.core.errors import Misconfigured, ModelFailed, RuntimeFault, SchemaBehind, Unavailable

_INTERRUPTED = 130
_BUG = 70
_STANDARD_OUTPUT = 1
_CODES: dict[type[RuntimeFault], int] = {Misconfigured: 2, Unavailable: 3, SchemaBehind: 5}


class TimedOut(RuntimeFault):
    """What was waited for did not come (exit 6)."""

    code = "timed_out"


class NotAuthorised(RuntimeFault):
    """The runtime wants a key that was not sent, or another one (exit 4)."""

    code = "not_authorised"


def exit_code_of(error: BaseException) -> int:
    """Say what went wrong, once, and how the process should end."""
    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else 1
        case KeyboardInterrupt() | click.Abort():
            return _INTERRUPTED
        case click.ClickException():
            error.show()
            return error.exit_code
        case click.exceptions.Exit():
            return error.exit_code
        case RuntimeFault():
            return _said(error)
        case BaseExceptionGroup():
            return exit_code_of(_first(error))
        case BrokenPipeError():
            os.dup2(os.open(os.devnull, os.O_WRONLY), _STANDARD_OUTPUT)  # the rest goes nowhere, without complaint
            return 0
        case _:
            traceback.print_exception(error)
            click.echo("agent-runtime: this is a bug; the lines above say where", err=True)
            return _BUG


def _said(fault: RuntimeFault) -> int:
    click.echo(f"agent-runtime: {fault}", err=True)
    if isinstance(fault, NotAuthorised):
        return 4
    if isinstance(fault, TimedOut):
        return 6
    if isinstance(fault, ModelFailed):
        return 3
    return next((code for kind, code in _CODES.items() if isinstance(fault, kind)), 1)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What made a group of tasks fail: a failure of ours rather than the noise around it."""
    leaves = list(_leaves(group))
    return next((each for each in leaves if isinstance(each, RuntimeFault)), leaves[0])


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found
