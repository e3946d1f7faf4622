"""Reading and writing raw values by key: bounded in time and size, and kind to whatever lies there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoPermissionError, RedisError, ResponseError

from agent_runtime.live.connection import COMMAND_SECONDS, FAILURES, failed

VALUE_LIMIT_BYTES = 64 * 1024
_KEYS_NAMED = 4
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Values(Protocol):
    """Values of at most 64 KiB by key. Every method raises Unavailable when the store cannot be asked.

    `unreadable` counts what was not usable, by reason: wrong_type, too_big, bad_shape.
    """

    @property
    def unreadable(self) -> Counter[str]: ...

    async def read(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        """The values of one moment, in the order of `keys`; None for what is missing, no string or too big."""
        ...

    async def write(self, entries: Mapping[str, bytes], seconds: int | None) -> None:
        """All of them or none, each to expire after `seconds`; None for ever."""
        ...

    async def names(self, prefix: str, limit: int) -> Sequence[str]:
        """Keys that begin with `prefix`, in no order; at most about `limit` keys of the store are looked at."""
        ...


def shaped(model: type[M], raw: bytes | None, unreadable: Counter[str]) -> M | None:
    """`raw` as the shape it should have; None, and counted, when it has another."""
    if raw is None:
        return None
    try:
        return model.model_validate_json(raw)
    except ValidationError:
        unreadable["bad_shape"] += 1
        return None


def _named(keys: Sequence[str]) -> str:
    """A few of the keys, for a sentence."""
    others = len(keys) - _KEYS_NAMED
    return ", ".join(keys[:_KEYS_NAMED]) + (f" and {others} more" if others > 0 else "")


@dataclass(frozen=True)
class RedisValues:
    """Values in Redis, on a commands client of `live.connection`."""

    client: Redis
    unreadable: Counter[str] = field(default_factory=Counter)

    async def read(self, keys: Sequence[str]) -> Sequence[bytes | None]:
        async def snapshot() -> list[Any]:
            async with self.client.pipeline(transaction=len(keys) > 1) as batch:
                for key in keys:
                    # One byte more than allowed tells a value that is too big from one that just fits.
                    batch.getrange(key, 0, VALUE_LIMIT_BYTES)
                return await batch.execute(raise_on_error=False)

        replies = await self._ask("reading " + _named(keys), snapshot)
        return [self._usable(key, reply) for key, reply in zip(keys, replies, strict=True)]

    async def write(self, entries: Mapping[str, bytes], seconds: int | None) -> None:
        # An IntEnum would go out by its repr.
        lifetime = None if seconds is None else int(seconds)

        async def set_all() -> None:
            # A batch's errors quote the values in it, so the text of one alone does not go through a batch.
            if len(entries) == 1:
                ((key, value),) = entries.items()
                await self.client.set(key, value, ex=lifetime)
                return
            async with self.client.pipeline(transaction=True) as batch:
                for key, value in entries.items():
                    batch.set(key, value, ex=lifetime)
                await batch.execute()

        if entries:
            await self._ask("writing " + _named(list(entries)), set_all)

    async def names(self, prefix: str, limit: int) -> Sequence[str]:
        found: dict[str, None] = {}
        cursor, seen, step = 0, 0, 200
        while seen < limit:
            cursor, page = await self._ask(f"SCAN {prefix}*", partial(self._page, cursor, prefix, step))
            found.update(dict.fromkeys(page))
            seen += step
            if cursor == 0:
                break
        return list(found)

    async def _page(self, cursor: int, prefix: str, count: int) -> tuple[int, list[str]]:
        position, names = await self.client.scan(cursor, match=f"{prefix}*", count=count)
        return int(position), [name.decode("utf-8", "replace") if isinstance(name, bytes) else name for name in names]

    def _usable(self, key: str, reply: object) -> bytes | None:
        match reply:
            case b"":
                return None
            case bytes() if len(reply) <= VALUE_LIMIT_BYTES:
                return reply
            case bytes():
                self.unreadable["too_big"] += 1
            case NoPermissionError():
                raise failed(self.client, f"reading {key}", reply) from reply
            case ResponseError():
                self.unreadable["wrong_type"] += 1
            case RedisError():
                raise failed(self.client, f"reading {key}", reply) from reply
        return None

    async def _ask(self, doing: str, call: Callable[[], Awaitable[T]]) -> T:
        """Reads and SETs may run twice, so one lost connection is forgiven; all of it takes a second at most."""
        try:
            async with asyncio.timeout(COMMAND_SECONDS):
                try:
                    return await call()
                except ConnectionLost:
                    return await call()
        except FAILURES as error:
            raise failed(self.client, doing, error) from error
