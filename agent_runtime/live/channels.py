"""Channels: publishing at most once, and a subscription that notices its own silence and comes back."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError

from agent_runtime.core.events import EVENT_LIMIT_BYTES
from agent_runtime.live.connection import COMMAND_SECONDS, FAILURES, failed, listening_client

State = Literal["down", "subscribing", "live"]
_READ_SECONDS = 1.0
_CLOSE_SECONDS = 2.0
_BURST = 100
_FIRST_PAUSE_SECONDS = 0.1
_NO_ROOM_SECONDS = 0.01
_HOPELESS = (NoPermissionError, AuthenticationError, AuthorizationError)


@dataclass(frozen=True)
class RedisPublisher:
    """Publisher on a commands client: never sent twice, so what is lost on the way stays lost."""

    client: Redis

    async def publish(self, channel: str, payload: bytes) -> None:
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                await self.client.publish(channel, payload)
        except FAILURES as error:
            raise failed(self.client, f"PUBLISH {channel}", error) from error


class Silent(OSError):
    """The server has said nothing for too long, not even to a PING."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How a subscription waits, in seconds."""

    ping_every: float = 2.0
    silence: float = 6.0
    longest_pause: float = 5.0


@dataclass
class Subscriber:
    """One task that reads channels and hands on, nothing else, for as long as `run` runs.

    `on_message(channel, data)` is called for every message, undecoded; one of more than 64 KiB is cut one byte
    beyond that. It must return at once and not raise; nothing is read while `has_room()` says no. `on_live()` is
    called at every complete subscription, the first and each later one: whatever was published before may be lost,
    so read the keys. `on_down(why)` is called when a subscription ends or an attempt fails; the next follows after
    at most `longest_pause`.
    `counts`: messages, too_big, pongs, subscriptions, failures. `gaps` counts how often a complete subscription ended,
    by cause: silent, denied, lost, reconnected (the library did it by itself).
    """

    url: str
    channels: Sequence[str]
    on_message: Callable[[str, bytes], object]
    on_live: Callable[[], object]
    on_down: Callable[[str], object]
    patience: Patience = Patience()
    connect: Callable[[str], Redis] = listening_client
    has_room: Callable[[], bool] = lambda: True
    counts: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)
    _state: State = field(default="down", init=False)
    _missing: set[str] = field(default_factory=set, init=False)
    _subscribing_since: float = field(default=0.0, init=False)
    _heard_at: float = field(default_factory=time.monotonic, init=False)
    _failed_in_a_row: int = field(default=0, init=False)

    @property
    def state(self) -> State:
        """`down` between attempts, `subscribing` until every channel is confirmed, then `live`."""
        return self._state

    @property
    def silence_s(self) -> float:
        """For how long the server has said nothing, in seconds."""
        return time.monotonic() - self._heard_at

    async def run(self) -> None:
        """Listen until cancelled. Raises Misconfigured for a URL that cannot work."""
        while True:
            client = self.connect(self.url)
            try:
                await self._listen(client)
            except FAILURES as error:
                self._lost(client, error)
            finally:
                self._state = "down"
                await _close(client)
            await asyncio.sleep(self._pause())

    async def _listen(self, client: Redis) -> None:
        self._begin()
        heard = asked = time.monotonic()
        pubsub = client.pubsub()
        try:
            await pubsub.subscribe(*self.channels)
            while True:
                while not self.has_room():
                    await asyncio.sleep(_NO_ROOM_SECONDS)
                    heard = time.monotonic()  # it was not the server that was silent
                # Never listen(): it waits for ever on a connection that has died without a word.
                message = await pubsub.get_message(timeout=min(_READ_SECONDS, self.patience.ping_every))
                now = time.monotonic()
                if message is not None:
                    heard = self._heard_at = now
                    self._hand_on(message)
                    if self.counts["messages"] % _BURST == _BURST - 1:
                        # What is buffered already is read without waiting: others must have their turn.
                        await asyncio.sleep(0)
                elif now - heard > self.patience.silence:
                    raise Silent(f"silent for {now - heard:.0f} s")
                if self._missing and now - self._subscribing_since > self.patience.silence:
                    raise Silent(f"no confirmation for {', '.join(sorted(self._missing))}")
                if now - asked >= self.patience.ping_every:
                    asked = now
                    await pubsub.ping()
        finally:
            await _close(pubsub)

    def _begin(self) -> None:
        self._state = "subscribing"
        self._missing = set(self.channels)
        self._subscribing_since = time.monotonic()

    def _hand_on(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "message":
                data = message["data"]
                is_too_big = len(data) > EVENT_LIMIT_BYTES
                self.counts["too_big" if is_too_big else "messages"] += 1
                if is_too_big:
                    data = data[: EVENT_LIMIT_BYTES + 1]  # enough to be known as too big, and no more to carry about
                self.on_message(message["channel"].decode("utf-8", "replace"), data)
            case "subscribe":
                self._confirmed(message["channel"].decode("utf-8", "replace"))
            case other:
                self.counts[f"{other}s"] += 1  # a pong: that it came is all it says

    def _confirmed(self, channel: str) -> None:
        if not self._missing:
            # The library has reconnected without telling: from here on this is a new subscription.
            self.gaps["reconnected"] += 1
            self._begin()
        self._missing.discard(channel)
        if not self._missing:
            self._state = "live"
            self._failed_in_a_row = 0
            self.counts["subscriptions"] += 1
            self.on_live()

    def _lost(self, client: Redis, error: Exception) -> None:
        if self._state == "live":
            self.gaps[_cause(error)] += 1
        self._state = "down"
        self.counts["failures"] += 1
        # What is forbidden now is forbidden in a tenth of a second, too.
        self._failed_in_a_row = 64 if isinstance(error, _HOPELESS) else self._failed_in_a_row + 1
        self.on_down(str(failed(client, "SUBSCRIBE " + " ".join(self.channels), error)))

    def _pause(self) -> float:
        longest = min(self.patience.longest_pause, _FIRST_PAUSE_SECONDS * 2 ** min(self._failed_in_a_row, 16))
        least = self.patience.longest_pause / 2 if self._failed_in_a_row >= 64 else _FIRST_PAUSE_SECONDS / 2
        return random.uniform(min(least, longest), longest)


def _cause(error: Exception) -> str:
    match error:
        case Silent():
            return "silent"
        case NoPermissionError() | AuthenticationError() | AuthorizationError():
            return "denied"
        case _:
            return "lost"


async def _close(connection: Redis | PubSub) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await connection.aclose()
    except FAILURES:
        pass  # it is gone, which is what was wanted
