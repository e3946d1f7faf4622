"""`events`: follow what a running runtime hears and says."""

import asyncio
from pathlib import Path
from typing import Any

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from


@click.command("events")
@setting_options
@click.option("--url", help="A running runtime [the one that holds the data folder].")
@click.option("--type", "kind", help="Only events of this type.")
@click.option("--dead", is_flag=True, help="List the dead letters with their reasons, oldest first, and end.")
@click.option("-n", "--count", type=click.IntRange(1), help="End after so many events.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    kind: str | None,
    dead: bool,
    count: int | None,
    output: str,
) -> None:
    """Follow what a running runtime hears and says, one event a line."""
    settings = settings_from(config, data_dir, sets)

    async def work(stop: asyncio.Event) -> None:
        from agent_runtime.cli.remote import address_of, remote  # noqa: PLC0415 - heavy

        async with remote(address_of(settings, url)) as runtime:
            if dead:
                await _list_dead(runtime, output)
                return
            follow = asyncio.ensure_future(_follow(runtime, kind, count, output))
            stopped = asyncio.ensure_future(stop.wait())
            await asyncio.wait({follow, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if follow.done():
                follow.result()
            else:
                follow.cancel()
                await asyncio.wait({follow})

    run_async(work)


async def _list_dead(runtime: Any, output: str) -> None:
    cursor = ""
    while True:
        page = await runtime.call("GET", f"/api/events?dead=true&limit=200{cursor}")
        for row in page["data"]:
            _print(row["type"] or "?", row, output, row["reason"])
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


async def _follow(runtime: Any, kind: str | None, count: int | None, output: str) -> None:
    seen = 0
    async for event, data in runtime.events("GET", "/api/events/stream"):
        if event == "snapshot" or (kind and event != kind):
            continue
        _print(event, data, output, str(data["data"].get("content") or data["data"].get("auctionId") or ""))
        seen += 1
        if seen == count:
            return


def _print(event: str, data: Any, output: str, what: str) -> None:
    from pydantic_core import to_json  # noqa: PLC0415 - heavy

    click.echo(to_json(data).decode() if output == "json" else f"{event:24} {what}")
