"""One thing that was looked at: how it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from agent_runtime.core.errors import InvalidFile, RuntimeFault

_MOST_LINES = 20


class State(StrEnum):
    """`fail` keeps the runtime, or a part of it, from working; `warn` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """`text` says how the thing called `name` is, `hint` what to do. `is_away`: something needed does not answer."""

    name: str
    state: State
    text: str
    hint: str = ""
    is_away: bool = False


def ok(name: str, text: str) -> Check:
    """It is as it should be."""
    return Check(name, State.OK, text)


def warn(name: str, text: str, hint: str = "") -> Check:
    """It works, and could do better."""
    return Check(name, State.WARN, text, hint)


def fail(name: str, text: str, hint: str = "", *, is_away: bool = False) -> Check:
    """It does not work."""
    return Check(name, State.FAIL, text, hint, is_away)


def failures(name: str, fault: RuntimeFault, *, is_away: bool = False) -> list[Check]:
    """A fault of ours, which has its hint in its sentence: every line or place in a file by itself."""
    if isinstance(fault, InvalidFile):
        lines = [f"{each.file}:{each.line}:{each.column}: {each.message}" for each in fault.findings]
        hints = [each.hint for each in fault.findings]
        return bounded(name, [fail(name, line, hint) for line, hint in zip(lines, hints, strict=True)])
    return bounded(name, [fail(name, line, is_away=is_away) for line in str(fault).splitlines()])


def bounded(name: str, checks: Iterable[Check], hint: str = "") -> list[Check]:
    """The first twenty, and how many there are more."""
    found = list(checks)
    more = len(found) - _MOST_LINES
    return found if more <= 0 else [*found[:_MOST_LINES], fail(name, f"… and {more} more", hint)]
