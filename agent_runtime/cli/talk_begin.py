"""How a talk begins: the runtime to talk to, and the session to go on with."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent_runtime.cli.remote import Remote, occupant_of, remote
from agent_runtime.cli.talk import Talk, new_session, session_for, session_of
from agent_runtime.cli.talk_last import LastSessions
from agent_runtime.cli.talk_lines import Lines, lines_of_standard_input
from agent_runtime.cli.talk_pressing import Pressing

if TYPE_CHECKING:
    from agent_runtime.config import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line. `converses` where lines are to be read."""

    slug: str
    name: str
    url: str | None
    session_id: str | None
    is_new: bool
    converses: bool


async def begun(settings: "Settings", wanted: Wanted, stack: AsyncExitStack, stop: asyncio.Event) -> Talk:
    """A talk in its session, on a runtime that lasts as long as `stack`. Raises what keeps it from beginning."""
    # Only who reads touches the terminal: a job in the background must not.
    lines = stack.enter_context(lines_of_standard_input()) if wanted.converses else Lines()
    pressing = Pressing(stop)
    pressing.listen()
    runtime, elsewhere = await _connected(settings, wanted.url, stack)
    last = LastSessions(settings.data_dir, elsewhere)
    if wanted.session_id is not None:
        session = await session_of(runtime, wanted.slug, wanted.session_id)
    elif wanted.is_new:
        session = await new_session(runtime, wanted.slug, wanted.name)
    else:
        session = await session_for(runtime, wanted.slug, wanted.name, last.get(wanted.slug))
    is_interactive = wanted.converses and lines.is_terminal
    talk = Talk(runtime, wanted.slug, wanted.name, last, lines, pressing, is_interactive, session)
    talk.enter(session)
    return talk


async def _connected(settings: "Settings", url: str | None, stack: AsyncExitStack) -> tuple[Remote, str]:
    """The runtime, and its address where that is not the one on the data folder."""
    occupant = occupant_of(settings)
    here = occupant.url if occupant is not None else None
    if url is None and here is None:
        from agent_runtime.app import running  # noqa: PLC0415 - heavy, and seldom needed

        own = settings.model_copy(update={"http": settings.http.model_copy(update={"port": 0})})
        here = (await stack.enter_async_context(running(own))).url
    address = url or here or ""
    return await stack.enter_async_context(remote(address, settings)), "" if address == here else address
