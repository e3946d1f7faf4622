"""A talk with one character: the session at hand, what is said in it, and the replies as they come."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from agent_runtime.cli.asking import in_path
from agent_runtime.cli.failing import TimedOut
from agent_runtime.cli.remote import Declined, Remote
from agent_runtime.cli.talk_last import LastSessions
from agent_runtime.cli.talk_lines import Lines
from agent_runtime.cli.talk_pressing import Pressing
from agent_runtime.cli.talk_shown import Printed, draft_line, note
from agent_runtime.cli.talk_stream import Watching
from agent_runtime.core.errors import Refused, RuntimeFault, Unavailable
from agent_runtime.core.text import plain

T = TypeVar("T")
_LONGEST_DETAIL = 1000
_THEIR_FAULT, _TOO_LATE = 500, 504


@dataclass
class Talk:
    """One talk. `name` is what the guest is called; `session`, `turn_id` and `mood` are as of the last reply."""

    runtime: Remote
    slug: str
    name: str
    last: LastSessions
    lines: Lines
    pressing: Pressing
    is_interactive: bool
    session: Mapping[str, Any]
    turn_id: str | None = None
    mood: str | None = None

    @property
    def path(self) -> str:
        """The session's URL."""
        return f"/api/sessions/{in_path(str(self.session['id']))}"

    def enter(self, session: Mapping[str, Any]) -> None:
        """Go on in this session, also the next time."""
        self.session, self.turn_id, self.mood = session, None, None
        self.last.put(self.slug, str(session["id"]))

    async def say(self, text: str) -> None:
        """Say something and print the reply as it comes."""
        await self.answer(f"{self.path}/messages", {"content": text})

    async def answer(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Print the reply of a turn as it comes; the message, None for one that was stopped before it said anything.

        Ctrl-C stops the turn. Raises what made it fail; Abort where it was stopped and nobody sits at a prompt.
        """
        watching = Watching(self.runtime)
        showing = asyncio.ensure_future(self._show(watching, path, body))
        try:
            is_stopped = not await self.pressing.lets(showing)
            if is_stopped:
                await self._stop(watching, showing)
            message, problem = showing.result()
        finally:
            showing.cancel()
        if problem is not None and is_stopped:
            note("stopped; what was said so far is kept" if message else "stopped before anything was said")
        elif problem is not None:
            raise _fault(problem, is_partial=message is not None)
        if is_stopped and not self.is_interactive:
            raise click.Abort
        return message

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the runtime something; Ctrl-C gives it up."""
        return await self.unless_pressed(self.runtime.call(method, path, body))

    async def unless_pressed(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` comes to. Raises Refused, or Abort where nobody sits at a prompt, when Ctrl-C is pressed."""
        working = asyncio.ensure_future(work)
        try:
            if await self.pressing.lets(working):
                return working.result()
        finally:
            working.cancel()
        if self.is_interactive:
            raise Refused("given up")
        raise click.Abort

    async def typed(self, prompt: str) -> str | None:
        """The next line, None at the end. Raises Abort for Ctrl-C."""
        line = asyncio.ensure_future(self.lines.next(prompt))
        try:
            if await self.pressing.lets(line):
                return line.result()
        finally:
            line.cancel()
        click.echo(err=True)
        raise click.Abort

    async def agrees(self, question: str) -> bool:
        """Whether the next line says yes."""
        if not self.lines.is_terminal:
            note(question)
        return (await self.typed(f"{question} [y/N] ") or "").strip().lower() in ("y", "yes")

    async def _show(
        self, watching: Watching, path: str, body: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
        """The kept message and the problem, of which there may be both."""
        printed, message, problem, draft = Printed(), None, None, None
        try:
            async for event in watching.events(path, body):
                self.turn_id = watching.turn_id or self.turn_id
                match event.event:
                    case "delta":
                        printed.add(event.data["text"])
                    case "snapshot":
                        printed.complete(event.data["text"] or printed.text)
                    case "message":
                        message = event.data
                        printed.complete(message["content"])
                    case "draft":
                        draft = event.data
                    case "done":
                        self.mood = event.data["mood"]
                    case "problem":
                        problem = event.data
        finally:
            printed.end()
        if draft is not None:
            note(draft_line(draft))
        return message, problem

    async def _stop(self, watching: Watching, showing: "asyncio.Future[Any]") -> None:
        """Stop the turn and wait for its end; pressed again, everything ends."""
        if watching.turn_id is None:
            raise Refused("given up before the turn began; the message may still be answered")
        stop = self.runtime.call("POST", f"/api/turns/{in_path(watching.turn_id)}/stop")
        stopping = asyncio.gather(stop, asyncio.wait({showing}))
        if not await self.pressing.lets(stopping):
            stopping.cancel()
            raise click.Abort
        stopping.result()


async def session_for(runtime: Remote, slug: str, name: str, known: str | None) -> Mapping[str, Any]:
    """The session that was gone on with last, where it is still there and the same guest's, else a new one."""
    if known is not None:
        try:
            session = await session_of(runtime, slug, known)
        except (Declined, click.UsageError):
            session = {}
        if session and name in ("", (session["metadata"].get("user") or {}).get("name")):
            return session
    return await new_session(runtime, slug, name)


async def session_of(runtime: Remote, slug: str, session_id: str) -> Mapping[str, Any]:
    """That session. Raises UsageError for one with somebody else."""
    session = _session(await runtime.call("GET", f"/api/sessions/{in_path(session_id)}"))
    if session["character"] != slug:
        raise click.UsageError(f"session {session_id} is with {session['character']}, not with {slug}")
    return session


async def new_session(runtime: Remote, slug: str, name: str, greeting: int | None = None) -> Mapping[str, Any]:
    """A new session; with `greeting` the character begins, in its words of that number (from 0)."""
    body: dict[str, Any] = {"character": slug}
    body |= {"user": {"name": name}} if name else {}
    body |= {"greeting": greeting} if greeting is not None else {}
    return _session(await runtime.call("POST", "/api/sessions", body))


def _session(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict) or not {"id", "character", "metadata", "message_count"} <= answer.keys():
        raise Unavailable("what answers there is no runtime, or another version of it; look at the address")
    return answer


def _fault(problem: Mapping[str, Any], *, is_partial: bool) -> RuntimeFault:
    """Why a turn gave no whole reply, as a failure of ours."""
    detail, status = plain(problem["detail"], _LONGEST_DETAIL), problem["status"]
    if is_partial:
        detail = f"the reply was interrupted: {detail}; it is kept as far as it came"
    if status == _TOO_LATE:
        return TimedOut(detail)
    return Unavailable(detail) if status >= _THEIR_FAULT else Refused(detail)
