"""`chat`: talk to a character in the terminal."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent_runtime.cli.options import run_async, set_up_logging, setting_options, settings_from
from agent_runtime.core.errors import Refused, Unavailable

if TYPE_CHECKING:
    from agent_runtime.cli.remote import Remote
    from agent_runtime.config import Settings

_THEIR_FAULT = 500


@click.command("chat")
@click.argument("character")
@click.argument("message", required=False)
@setting_options
@click.option("--url", help="A running runtime [the one that holds the data folder, else one of its own].")
@click.option("--session", "session_id", help="Go on with this session instead of a new one.")
@click.option("--name", default="", help="What the character should call you.")
def command(
    character: str,
    message: str | None,
    config: Path | None,
    data_dir: str | None,
    sets: tuple[str, ...],
    url: str | None,
    session_id: str | None,
    name: str,
) -> None:
    """Talk to CHARACTER; with MESSAGE say just that and print the reply.

    Talks to the runtime that is running, if one is, and else starts one for as long as you talk.
    """
    settings = settings_from(config, data_dir, sets)
    set_up_logging(settings)

    async def work(stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            runtime = await _connected(settings, url, stack)
            session = session_id or await _new_session(runtime, character, name)
            if message is not None:
                await _say(runtime, session, message)
                return
            click.echo(f"session {session} (Ctrl-D ends)", err=True)
            async for text in _typed(stop):
                await _say(runtime, session, text)

    run_async(work)


async def _connected(settings: "Settings", url: str | None, stack: AsyncExitStack) -> "Remote":
    from agent_runtime.cli.remote import occupant_of, remote  # noqa: PLC0415 - heavy

    occupant = occupant_of(settings)
    if url is None and occupant is not None:
        url = occupant.url
    if url is None:
        from agent_runtime.app import running  # noqa: PLC0415 - heavy

        own = settings.model_copy(update={"http": settings.http.model_copy(update={"port": 0})})
        url = (await stack.enter_async_context(running(own))).url
    return await stack.enter_async_context(remote(url))


async def _new_session(runtime: "Remote", character: str, name: str) -> str:
    body = {"character": character} | ({"user": {"name": name}} if name else {})
    session = await runtime.call("POST", "/api/sessions", body)
    return str(session["id"])


async def _say(runtime: "Remote", session_id: str, text: str) -> None:
    """Print the reply as it comes."""
    async for event, data in runtime.events(
        "POST", f"/api/sessions/{session_id}/messages", {"content": text, "stream": True}
    ):
        if event == "delta":
            click.echo(data["text"], nl=False)
        elif event == "problem":
            raise Unavailable(data["detail"]) if data["status"] >= _THEIR_FAULT else Refused(data["detail"])
    click.echo()


async def _typed(stop: asyncio.Event) -> AsyncIterator[str]:
    """Lines from standard input. Read in a thread that may be left behind: a terminal cannot be interrupted."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")

    def read() -> None:
        for line in sys.stdin or ():
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True, name="standard input").start()
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while True:
            if sys.stdin and sys.stdin.isatty():
                click.echo("> ", nl=False, err=True)
            line = asyncio.ensure_future(lines.get())
            await asyncio.wait({line, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not line.done():
                line.cancel()
                return
            text = line.result()
            if text is None:
                return
            if text:
                yield text
    finally:
        stopped.cancel()
