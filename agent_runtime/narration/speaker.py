"""Says the narrator's lines: each is kept as a message, then published, then shown to whoever watches."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agent_runtime.core import outgoing
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import NewMessage
from agent_runtime.core.errors import Busy, NotFound, Unavailable
from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.core.ports import Messages, Publisher
from agent_runtime.narration.narrator import Narrator

KEEP_WITHIN_S = 0.25
_UNKEPT_AT_MOST = 1000
_RETRY_S = 1.0
_AT_ONCE = 16


@dataclass
class Speaker:
    """One agent's voice. `spoken` is told of every line with its message and envelope, after it was published.

    A line the store has not kept within 250 ms is said all the same and kept later, so that a slow disk does
    not make a hammer late; `is_healthy` is False until everything said is kept. `said` counts lines, `unsaid` those
    that came too late for a mute, `homeless` those that could not be kept because their session was deleted.
    """

    narrator: Narrator
    session_id: str
    messages: Messages
    publisher: Publisher
    clock: Clock
    new_id: Callable[[], str]
    spoken: Callable[[Line, NewMessage, Envelope], None]
    said: int = 0
    unsaid: int = 0
    unpublished: int = 0
    homeless: int = 0
    is_healthy: bool = True
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _unkept: deque[NewMessage] = field(default_factory=lambda: deque(maxlen=_UNKEPT_AT_MOST))
    _last_message_id: str | None = None

    def nudge(self) -> None:
        """Something new waits to be said."""
        self._news.set()

    async def run(self) -> None:
        """Speak for ever."""
        while True:
            if lines := self._due():
                await self._utter(lines)
            else:
                await self._pause()

    async def keep_unkept(self) -> None:
        """Keep, for ever, what was said while the store was away."""
        while True:
            await asyncio.sleep(_RETRY_S)
            while self._unkept:
                eldest = self._unkept[0]
                if not await self._is_kept(eldest, within_s=10.0):
                    break
                if self._unkept[0] is eldest:  # unless the buffer overflowed meanwhile
                    self._unkept.popleft()
            self.is_healthy = not self._unkept

    def _due(self) -> list[Line]:
        """The lines to begin now. Usually one; several outcomes at once need not wait for each other's commit."""
        now = self.clock.monotonic()
        return list(islice(iter(lambda: self.narrator.speak(now), None), _AT_ONCE))

    async def _pause(self) -> None:
        wake_at = self.narrator.wake_at()
        delay = None if wake_at is None else max(0.0, wake_at - self.clock.monotonic())
        try:
            async with asyncio.timeout(delay):
                await self._news.wait()
        except TimeoutError:
            return
        self._news.clear()

    async def _utter(self, lines: Sequence[Line]) -> None:
        """Keep them together, then say them in order. Once muted, what is not said yet is not said."""
        now, mutings = self.clock.time(), self.narrator.mutings
        messages = [self._message(line, now) for line in lines]
        kept = await asyncio.gather(*(self._is_kept(message, within_s=KEEP_WITHIN_S) for message in messages))
        for line, message, is_kept in zip(lines, messages, kept, strict=True):
            if not is_kept:
                self._unkept.append(message)
                self.is_healthy = False
            if self.narrator.mutings == mutings:
                await self._say(line, message, now)
            else:
                self.unsaid += 1
                await self._mark_interrupted(message.id)

    def _message(self, line: Line, now: float) -> NewMessage:
        return NewMessage(
            id=self.new_id(),
            session_id=self.session_id,
            role="assistant",
            kind="narration",
            content=line.text,
            created_at=utc(now),
            cause=line.cause,
            as_of=line.as_of,
            explanation=line.explanation(),
        )

    async def _say(self, line: Line, message: NewMessage, now: float) -> None:
        envelope = outgoing.said(
            line.agent_id,
            message.id,
            line.text,
            event_id=self.new_id(),
            now=now,
            reply_to=line.reply_to,
            handle=line.handle,
        )
        await self._publish(envelope)
        if line.interrupts and self._last_message_id is not None:
            await self._mark_interrupted(self._last_message_id)
        self._last_message_id = message.id
        self.said += 1
        self.spoken(line, message, envelope)

    async def _is_kept(self, message: NewMessage, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await self.messages.append(message)
        except (TimeoutError, Unavailable, Busy):
            return False
        except NotFound:
            self.homeless += 1
        return True

    async def _publish(self, envelope: Envelope) -> None:
        try:
            await self.publisher.publish(outgoing.CHANNEL, envelope.as_json())
        except Unavailable:
            self.unpublished += 1

    async def _mark_interrupted(self, message_id: str) -> None:
        for place, waiting in enumerate(self._unkept):
            if waiting.id == message_id:
                self._unkept[place] = waiting.model_copy(update={"interrupted": True})
                return
        try:
            async with asyncio.timeout(KEEP_WITHIN_S):
                await self.messages.mark_interrupted(message_id)
        except (TimeoutError, Unavailable, Busy):
            self.is_healthy = False
        except NotFound:  # its session was deleted
            return
