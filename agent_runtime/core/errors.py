"""What can go wrong, named once: doors turn these into HTTP problems and exit codes."""

from collections.abc import Iterable
from dataclasses import dataclass


class RuntimeFault(Exception):
    """A failure with a sentence for people; `code` is stable for programs; `of_turn` is the turn it ended, if any."""

    code = "fault"
    of_turn: str | None = None


class NotFound(RuntimeFault):
    """What was asked for does not exist; `known` are the names there are, where they are few."""

    code = "not_found"

    def __init__(self, what: str, identifier: str, known: Iterable[str] = ()) -> None:
        there = ", ".join(known)
        super().__init__(f"no {what} {identifier!r}" + (f"; there are: {there}" if there else ""))
        self.what = what
        self.identifier = identifier


class Refused(RuntimeFault):
    """The request is understood and cannot be accepted as it is."""

    code = "refused"


class Moved(Refused):
    """The session does not end with the message that something was to follow: others went on there meanwhile."""


class Busy(RuntimeFault):
    """Too much is waiting already; `retry_after` is in seconds."""

    code = "busy"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TurnRunning(RuntimeFault):
    """The session answers another turn and the caller did not want to wait."""

    code = "turn_running"

    def __init__(self, turn_id: str) -> None:
        super().__init__(f"the session is answering turn {turn_id}")
        self.turn_id = turn_id


class Draining(RuntimeFault):
    """The process is stopping and takes nothing new."""

    code = "draining"


class Interrupted(RuntimeFault):
    """A turn was stopped before its reply was complete; what was said of it is kept."""

    code = "interrupted"


class ModelFailed(RuntimeFault):
    """The model gave no complete reply.

    `reason` is one of: unreachable, timeout, refused, rate_limited, truncated, malformed, empty,
    too_large, server_error. `status` is the provider's HTTP status, where there was one.
    """

    code = "model_failed"

    def __init__(self, reason: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status


class Misconfigured(RuntimeFault):
    """Configuration or a character file is wrong (exit 2)."""

    code = "misconfigured"


class Unavailable(RuntimeFault):
    """Something this process depends on is unreachable or taken (exit 3).

    The message says what, where and what to do, with passwords masked.
    """

    code = "unavailable"


class SchemaBehind(RuntimeFault):
    """The database schema is not the one this code was written for (exit 5)."""

    code = "schema_behind"


@dataclass(frozen=True)
class Finding:
    """One error in a file. `line` and `column` count from 1; `path` is a JSON pointer into the document."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    excerpt: str = ""
    path: str = ""

    def __str__(self) -> str:
        """`file:line:column: message`, then the line with a caret under the place."""
        head = f"{self.file}:{self.line}:{self.column}: {self.message}"
        if self.hint:
            head += f" ({self.hint})"
        if not self.excerpt:
            return head
        return f"{head}\n    {self.excerpt}\n    {' ' * (self.column - 1)}^"


class InvalidFile(Misconfigured):
    """A file that does not say what it should; carries every finding in it."""

    code = "invalid_file"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings
