"""A turn watched from end to end: a connection that breaks in the middle is taken up where it broke."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from agent_runtime.cli.asking import in_path
from agent_runtime.cli.remote import Declined, Lost, Remote, StreamEvent
from agent_runtime.core.errors import RuntimeFault, Unavailable

_PAUSES_S = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
_LAST = ("done", "problem")


@dataclass
class Watching:
    """One turn. `turn_id` is known as soon as it has begun; after `pauses_s` it is given up."""

    runtime: Remote
    pauses_s: tuple[float, ...] = _PAUSES_S
    turn_id: str | None = None
    _after: str = ""
    _key: str = field(default_factory=lambda: uuid4().hex)

    async def events(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[StreamEvent]:
        """Ask for a turn; its events up to `done` or `problem`. Taken up late, it begins with a snapshot again.

        Raises what the runtime answers instead of a turn, and Unavailable when it stays away.
        """
        pauses, why, is_again = iter(self.pauses_s), "it ended too early", False
        while True:
            try:
                async with aclosing(self._asked(path, body)) as events:
                    async for event in events:
                        self._note(event)
                        yield event
                        if event.event in _LAST:
                            return
            except RuntimeFault as fault:
                self._check_may_go_on(fault, path, is_again=is_again)
                why = str(fault)
            pause = next(pauses, None)
            if pause is None:
                raise Unavailable(f"the reply could not be taken up again: {why}; the runtime keeps what was said")
            is_again = True
            await asyncio.sleep(pause)

    def _asked(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[StreamEvent]:
        """The turn, begun or taken up. The key makes asking twice asking once."""
        if self.turn_id is None:
            return self.runtime.stream("POST", path, {**body, "stream": True}, {"Idempotency-Key": self._key})
        behind = {"Last-Event-ID": self._after} if self._after else {}
        return self.runtime.stream("GET", f"/api/turns/{in_path(self.turn_id)}/stream", headers=behind)

    def _note(self, event: StreamEvent) -> None:
        self._after = event.id or self._after
        if event.event == "snapshot":
            self.turn_id = str(event.data["turn_id"])

    def _check_may_go_on(self, fault: RuntimeFault, path: str, *, is_again: bool) -> None:
        """Raise what another attempt does not help against, or must not be made after."""
        match fault:
            case Declined() if self.turn_id is None and is_again and "turn_id" in fault.problem:
                self.turn_id = str(fault.problem["turn_id"])  # it had arrived, and is being answered
            case Lost() if self.turn_id is None and not path.endswith("/messages"):
                raise Lost(f"{fault}; whether this was done, /branch shows") from fault  # these take no key
            case Lost():
                pass
            case _ if not is_again or (self.turn_id is None and isinstance(fault, Declined)):
                raise fault
