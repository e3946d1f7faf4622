"""A replay to somebody else: a running runtime over HTTP, or whoever listens on a Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from uuid import UUID, uuid4, uuid5

import click

from agent_runtime.cli.options import is_set_within
from agent_runtime.cli.remote import remote
from agent_runtime.cli.sources import Source, events_of
from agent_runtime.core.errors import Misconfigured
from agent_runtime.core.events import BadEvent, Envelope, parse_envelope
from agent_runtime.live.channels import RedisPublisher
from agent_runtime.live.connection import connect

if TYPE_CHECKING:
    from agent_runtime.config import Settings

_BATCH = 200
_BATCH_BYTES = 512 * 1024
Send = Callable[[list[Envelope]], Awaitable[None]]


async def send(
    source: Source, settings: "Settings", to: str, speed: float | None, stop: asyncio.Event, *, keep_ids: bool
) -> None:
    """Send every event of `source` at its recorded distance, `speed` times as fast; None is as fast as possible."""
    run = None if keep_ids else uuid4()
    sent = skipped = 0
    async with AsyncExitStack() as stack:
        deliver = await _delivery(to, settings, stack)
        loop = asyncio.get_running_loop()
        began, first = loop.time(), 0
        batch: list[Envelope] = []
        events = await stack.enter_async_context(events_of(source, settings, shows_progress=True))
        async for envelope in _envelopes(events, run):
            if envelope is None:
                skipped += 1
                continue
            first = first or envelope.timestamp
            due = began + (envelope.timestamp - first) / 1000 / speed if speed else 0.0
            if batch and (due > loop.time() or _is_full(batch)):
                await deliver(batch)
                sent, batch = sent + len(batch), []
            if await is_set_within(stop, due - loop.time()):
                break
            batch.append(envelope)
        if batch:
            await deliver(batch)
            sent += len(batch)
    click.echo(f"{sent} events sent, {skipped} unreadable", err=True)


async def _delivery(to: str, settings: "Settings", stack: AsyncExitStack) -> Send:
    if to.startswith(("http://", "https://")):
        runtime = await stack.enter_async_context(remote(to, settings))

        async def post(batch: list[Envelope]) -> None:
            await runtime.call("POST", "/api/events", [envelope.model_dump() for envelope in batch])

        return post
    if not to.startswith(("redis://", "rediss://", "unix://")):
        raise Misconfigured(f"--to takes http://… or redis://…, not {to!r}")
    client = await connect(to)
    stack.push_async_callback(client.aclose)
    publisher = RedisPublisher(client)

    async def publish(batch: list[Envelope]) -> None:
        for envelope in batch:
            await publisher.publish("events:auction", envelope.as_json())

    return publish


async def _envelopes(events: AsyncIterator[bytes], run: UUID | None) -> AsyncIterator[Envelope | None]:
    async for raw in events:
        try:
            envelope = parse_envelope(raw.strip(), 0)
        except BadEvent:
            yield None
            continue
        yield envelope if run is None else envelope.model_copy(update={"id": str(uuid5(run, envelope.id))})


def _is_full(batch: list[Envelope]) -> bool:
    return len(batch) >= _BATCH or sum(len(each.as_json()) for each in batch[-_BATCH:]) > _BATCH_BYTES
