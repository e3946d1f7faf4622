"""`demo`: everything embedded, a small world, a simulated auction, and the auctioneer telling it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import (
    is_set_within,
    loaded_from,
    run_async,
    set_up_logging,
    setting_options,
    settings_from,
)
from agent_runtime.cli.programme import Programme, programme_options

if TYPE_CHECKING:
    from agent_runtime.config import Settings
    from agent_runtime.core.events import Envelope
    from agent_runtime.core.line import Line
    from agent_runtime.runtime import Runtime

_PAUSE_S = 15.0
_LAST_WORDS_S = 2.0


@click.command("demo")
@setting_options
@click.option("--port", help="The port to listen on [4500, or a free one when it is taken].")
@click.option("--once", is_flag=True, help="End with the auction instead of going on with another.")
@programme_options(has_audience=True)
def command(
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    port: str | None,
    once: bool,
    programme: Programme,
) -> None:
    """See it work: an auctioneer narrates a simulated auction, and you can talk to the characters meanwhile.

    Everything is embedded: SQLite, filled with the small world of `db seed`, and a Redis-compatible server of its own,
    under the data folder (.data/demo).
    """
    settings = _settings(config, data_dir, sets, port)
    set_up_logging(settings)
    run_async(lambda stop: _show(settings, programme, stop, once=once))


def _settings(config: Path | None, data_dir: str | None, sets: tuple[str, ...], port: str | None) -> "Settings":
    """As given, but apart from what a runtime keeps; where no port is, any will do."""
    settings, origins = loaded_from(config, data_dir, sets, http__port=port)
    folder = data_dir or str(settings.data_dir / "demo")
    if origins["http.port"] == "default":
        port = _free_port()
    return settings_from(config, folder, sets, http__port=port)


async def _show(settings: "Settings", programme: Programme, stop: asyncio.Event, *, once: bool) -> None:
    from agent_runtime.app import running  # noqa: PLC0415 - heavy
    from agent_runtime.cli.playing import Playing  # noqa: PLC0415 - heavy
    from agent_runtime.cli.seeding import sow  # noqa: PLC0415 - heavy
    from agent_runtime.cli.world import world  # noqa: PLC0415 - heavy

    screen = _Screen(stop)
    if not settings.database.url:
        await sow(settings, world())  # a database that is not the demo's own is left as it is
    async with running(settings, heard=screen.show_line) as runtime:
        _print_welcome(runtime)
        number, host = 0, runtime.casts[0].agent.id
        while not stop.is_set():
            await Playing(runtime.redis, programme.evening(host, number), published=screen.show_question).play(stop)
            await is_set_within(stop, _LAST_WORDS_S)  # the last outcome is still being said
            number += 1
            if once or await is_set_within(stop, _PAUSE_S):
                break
    if screen.lost is not None:
        raise screen.lost


def _print_welcome(runtime: "Runtime") -> None:
    host = runtime.casts[0].agent
    talker = next((slug for slug in reversed(runtime.company.characters) if slug != host.id), host.id)
    click.echo(
        f"{host.character.name} is live at {runtime.url}\n"
        f"  the agent        {runtime.url}/api/agents/{host.id}\n"
        f"  what is said     {runtime.url}/api/sessions/{host.session_id}/messages\n"
        f"  everything live  {runtime.url}/api/events/stream\n"
        f"  talk             ./run chat {talker} --url {runtime.url}\n"
        f'  ask              ./run chat {host.id} "Who won lot 1?" --url {runtime.url}\n'
        "Ctrl-C stops it.\n"
    )


@dataclass
class _Screen:
    """Where lines and questions are shown; when nobody reads them any more, `stop` is set and `lost` says so.

    It never raises: those who speak and ask go on whoever listens.
    """

    stop: asyncio.Event
    lost: BrokenPipeError | None = None

    def show_line(self, line: "Line") -> None:
        """What the auctioneer says; outcomes are bold."""
        from agent_runtime.core.domain import Rank  # noqa: PLC0415 - heavy

        self._show(click.style(line.text, bold=line.rank is Rank.CRITICAL))

    def show_question(self, envelope: "Envelope") -> None:
        """What the audience asks: without it an answer looks like a line said twice."""
        if envelope.type == "agent:interaction":
            self._show(click.style(f"({envelope.data['twitterHandle']}: {envelope.data['content']})", dim=True))

    def _show(self, text: str) -> None:
        try:
            click.echo(f"{datetime.now(UTC):%H:%M:%S}  {text}")
        except BrokenPipeError as error:
            self.lost = error
            self.stop.set()


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
