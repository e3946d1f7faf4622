"""`demo`: everything embedded, a simulated auction, and the auctioneer telling it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import is_set_within, run_async, set_up_logging, setting_options, settings_from

if TYPE_CHECKING:
    from agent_runtime.core.line import Line
    from agent_runtime.runtime import Runtime

_PAUSE_S = 15.0


@click.command("demo")
@setting_options
@click.option("--port", help="The port to listen on [4500, or a free one when it is taken].")
@click.option("--once", is_flag=True, help="End with the auction instead of going on with another.")
@click.option("--lots", type=click.IntRange(1, 100), default=3, show_default=True, help="Lots in an auction.")
@click.option("--lot-seconds", type=click.FloatRange(5, 3600), default=40.0, show_default=True)
@click.option("--seed", default="0", show_default=True, help="The same seed plays the same auction.")
def command(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    port: str | None,
    once: bool,
    lots: int,
    lot_seconds: float,
    seed: str,
) -> None:
    """See it work: an auctioneer narrates a simulated auction, and you can talk to the characters meanwhile.

    Everything is embedded: SQLite and a Redis-compatible server of its own, under the data folder (.data/demo).
    """
    settings = settings_from(config, data_dir or ".data/demo", sets, http__port=port or _free_port())
    set_up_logging(settings)

    async def work(stop: asyncio.Event) -> None:
        from agent_runtime.app import running  # noqa: PLC0415 - heavy

        async with running(settings, heard=_print_line) as runtime:
            _print_welcome(runtime)
            number = 0
            while not stop.is_set():
                await _auction(runtime, f"{seed}.{number}" if number else seed, lots, lot_seconds, stop)
                number += 1
                if once or await is_set_within(stop, _PAUSE_S):
                    break

    run_async(work)


async def _auction(runtime: "Runtime", seed: str, lots: int, lot_seconds: float, stop: asyncio.Event) -> None:
    from agent_runtime.cli.engine import Engine  # noqa: PLC0415 - heavy
    from agent_runtime.domains.auction.simulation import Show  # noqa: PLC0415 - heavy
    from agent_runtime.live.channels import RedisPublisher  # noqa: PLC0415 - heavy
    from agent_runtime.live.lots import EngineKeys  # noqa: PLC0415 - heavy
    from agent_runtime.live.values import RedisValues  # noqa: PLC0415 - heavy

    began = datetime.now(UTC).replace(microsecond=0)
    show = Show(seed=seed, lots=lots, lot_seconds=lot_seconds, began=began)
    engine = Engine(EngineKeys(RedisValues(runtime.redis)), RedisPublisher(runtime.redis), show)
    await engine.play(stop)
    await is_set_within(stop, 2.0)  # the last outcome is still being said


def _print_welcome(runtime: "Runtime") -> None:
    host = runtime.casts[0].agent
    talker = next((slug for slug in reversed(tuple(runtime.roster.characters)) if slug != host.id), host.id)
    click.echo(
        f"{host.character.name} is live at {runtime.url}\n"
        f"  the agent        {runtime.url}/api/agents/{host.id}\n"
        f"  what is said     {runtime.url}/api/sessions/{host.session_id}/messages\n"
        f"  everything live  {runtime.url}/api/events/stream\n"
        f"  talk             ./run chat {talker} --url {runtime.url}\n"
        "Ctrl-C stops it.\n"
    )


def _print_line(line: "Line") -> None:
    from agent_runtime.core.domain import Rank  # noqa: PLC0415 - heavy

    stamp = datetime.now(UTC).strftime("%H:%M:%S")
    click.echo(f"{stamp}  {click.style(line.text, bold=line.rank is Rank.CRITICAL)}")


def _free_port() -> str:
    """4500 where it is free, else any."""
    import socket  # noqa: PLC0415 - needed here only

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 4500))
        except OSError:
            return "0"
    return "4500"
