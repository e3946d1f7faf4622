"""`simulate`: an auction engine in miniature, for a running runtime."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from
from agent_runtime.core.errors import Unavailable


@click.command("simulate")
@setting_options
@click.option("--redis", "redis_url", help="The Redis to play on [the running runtime's].")
@click.option("--seed", default="0", show_default=True, help="The same seed plays the same auction.")
@click.option("--lots", type=click.IntRange(1, 1000), default=3, show_default=True)
@click.option("--lot-seconds", type=click.FloatRange(5, 86_400), default=40.0, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 1000), default=1.0, show_default=True)
@click.option("--currency", default="USD", show_default=True)
def command(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    redis_url: str | None,
    seed: str,
    lots: int,
    lot_seconds: float,
    speed: float,
    currency: str,
) -> None:
    """Play a seeded auction: write the auction:* keys and publish the events as an auction engine would.

    Without --redis the Redis of the runtime that holds the data folder is used, embedded or not.
    """
    settings = settings_from(config, data_dir, sets)

    async def work(stop: asyncio.Event) -> None:
        from agent_runtime.cli.engine import Engine  # noqa: PLC0415 - heavy
        from agent_runtime.cli.remote import occupant_of  # noqa: PLC0415 - heavy
        from agent_runtime.domains.auction.simulation import Show  # noqa: PLC0415 - heavy
        from agent_runtime.live.channels import RedisPublisher  # noqa: PLC0415 - heavy
        from agent_runtime.live.connection import connect  # noqa: PLC0415 - heavy
        from agent_runtime.live.lots import EngineKeys  # noqa: PLC0415 - heavy
        from agent_runtime.live.values import RedisValues  # noqa: PLC0415 - heavy

        occupant = occupant_of(settings)
        url = redis_url or settings.redis.url or (occupant.redis_url if occupant else "")
        if not url:
            raise Unavailable("no Redis to play on: start a runtime with `agent-runtime run`, or give --redis URL")
        show = Show(
            seed=seed,
            lots=lots,
            lot_seconds=lot_seconds,
            currency=currency,
            began=datetime.now(UTC).replace(microsecond=0),
        )
        client = await connect(url)
        try:
            engine = Engine(
                EngineKeys(RedisValues(client)),
                RedisPublisher(client),
                show,
                speed=speed,
                published=lambda envelope: click.echo(f"{envelope.type}  {envelope.data.get('auctionId', '')}"),
            )
            count = await engine.play(stop)
        finally:
            await client.aclose()
        click.echo(f"{count} events published", err=True)

    run_async(work)
