"""`simulate`: an auction engine in miniature, for a running runtime."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from
from agent_runtime.cli.programme import Programme, programme_options
from agent_runtime.core.errors import Unavailable

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.core.events import Envelope


@click.command("simulate")
@setting_options
@click.option("--redis", "redis_url", help="The Redis to play on [the running runtime's].")
@programme_options(has_audience=False)
@click.option("--host", help="With --audience: the agent that is asked [the one that hosts every auction].")
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True)
def command(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    redis_url: str | None,
    programme: Programme,
    host: str | None,
    speed: float,
) -> None:
    """Play a seeded auction: write the auction:* keys and publish the events as an auction engine would.

    Works, bidders and campaign are those of the small world (`db seed`). Without --redis the Redis of the runtime that
    holds the data folder is used, embedded or not.
    """
    settings = settings_from(config, data_dir, sets)
    run_async(lambda stop: _play(settings, _redis_of(settings, redis_url), programme, host, speed, stop))


async def _play(
    settings: "Settings", url: str, programme: Programme, host: str | None, speed: float, stop: asyncio.Event
) -> None:
    from agent_runtime.cli.narrators import narrator  # noqa: PLC0415 - heavy
    from agent_runtime.cli.playing import Playing  # noqa: PLC0415 - heavy
    from agent_runtime.live.connection import connect  # noqa: PLC0415 - heavy

    asked = host or (narrator(settings, None).slug if programme.has_audience else "")
    client = await connect(url)
    try:
        count = await Playing(client, programme.evening(asked), speed, _print).play(stop)
    finally:
        await client.aclose()
    click.echo(f"{count} events published", err=True)


def _redis_of(settings: "Settings", url: str | None) -> str:
    from agent_runtime.cli.remote import occupant_of  # noqa: PLC0415 - heavy

    occupant = occupant_of(settings)
    found = url or settings.redis.url or (occupant.redis_url if occupant else "")
    if not found:
        raise Unavailable("no Redis to play on: start a runtime with `agent-runtime run`, or give --redis URL")
    return found


def _print(envelope: "Envelope") -> None:
    data = envelope.data
    click.echo(f"{envelope.type}  {data.get('auctionId') or data.get('content') or data.get('campaignId') or ''}")
