"""`events`: follow what a running runtime hears and says, or list what it could not use."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent_runtime.cli.options import run_async, setting_options, settings_from, unless_stopped
from agent_runtime.core.text import plain

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote

_LONGEST = 1000
_TELLING = (
    *("content", "mood", "intensity", "artItemName", "name", "stage", "status", "expression", "error"),
    *("amount", "currentPrice", "finalPrice", "currency", "twitterHandle", "reason", "timeRemaining", "auctionId"),
)


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

        async with remote(address_of(settings, url), settings) as runtime:
            found = _dead(runtime, kind) if dead else _heard(runtime, kind)
            try:
                await unless_stopped(stop, _print(found, count, output))
            except click.Abort:
                return  # stopping is how following ends

    run_async(work)


async def _dead(runtime: "Remote", kind: str | None) -> AsyncIterator[dict[str, Any]]:
    from agent_runtime.cli.asking import in_path  # noqa: PLC0415 - loaded when it is needed

    path = "/api/events?dead=true&limit=200" + (f"&type={in_path(kind)}" if kind else "")
    cursor: str | None = ""
    while cursor is not None:
        page = await runtime.call("GET", path + (f"&cursor={in_path(cursor)}" if cursor else ""))
        for row in page["data"]:
            yield row
        cursor = page["next_cursor"]


async def _heard(runtime: "Remote", kind: str | None) -> AsyncIterator[dict[str, Any]]:
    async for event, envelope in runtime.events("GET", "/api/events/stream"):
        if event != "snapshot" and kind in (None, event):
            yield envelope


async def _print(events: AsyncIterator[dict[str, Any]], count: int | None, output: str) -> None:
    from pydantic_core import to_json  # noqa: PLC0415 - heavy

    seen = 0
    async for event in events:
        click.echo(to_json(event) if output == "json" else _line(event))
        seen += 1
        if seen == count:
            return


def _line(event: Mapping[str, Any]) -> str:
    """Its type, and what it says or why it is dead; one line, without control characters: anybody may send events."""
    told = event.get("reason") or _gist(event["data"])
    return f"{plain(event['type'], _LONGEST) or '?':24} {plain(told, _LONGEST)}".rstrip()


def _gist(fields: Mapping[str, Any]) -> str:
    return " ".join(str(fields[name]) for name in _TELLING if isinstance(fields.get(name), str | int | float))
