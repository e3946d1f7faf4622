"""Looking beside the conversation: mood, scene, prompt, trace, the transcript, memories, other sessions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from agent_runtime.cli.asking import in_path
from agent_runtime.cli.remote import Declined
from agent_runtime.cli.talk import Talk, new_session
from agent_runtime.cli.talk_shown import note, show_prompt, show_trace
from agent_runtime.cli.transcript_file import form_of, save
from agent_runtime.core.errors import Refused
from agent_runtime.core.output import cleaned
from agent_runtime.core.text import plain

_NOT_FOUND = 404
_LONGEST = 1000
_NEXT = "(your next message)"


async def mood(talk: Talk, words: str) -> None:
    """What it feels now; of one that does not run, what it felt when it replied."""
    agent = await _agent(talk)
    if agent is not None:
        now = agent["mood"]
        click.echo(f"{now['currentMood']} at {now['intensity']} of 100" + _because(now))
    elif talk.mood is not None:
        click.echo(f"{talk.mood}, when it replied")
    else:
        note("not known before it has replied")


async def scene(talk: Talk, words: str) -> None:
    """What others see of it, and what it has in hand."""
    agent = await _agent(talk)
    if agent is None:
        note(f"{talk.slug} is not on a stage: it does not run, one can only talk to it")
        return
    seen, lot = agent["scene"], agent["context"].get("auctionContext") or {}
    told = {"expression": seen["currentExpression"], "background": seen.get("background")}
    told |= {"props": ", ".join(seen.get("props") or ()), "in hand": lot.get("artItemName")}
    for name, value in told.items():
        click.echo(f"{name}: {plain(str(value or '-'), _LONGEST)}")


async def prompt(talk: Talk, words: str) -> None:
    """What a model would be sent for these words."""
    show_prompt(await talk.call("POST", f"{talk.path}/preview", {"content": words or _NEXT}))


async def trace(talk: Talk, words: str) -> None:
    """What it saw at the last turn, and what came back."""
    turn_id = talk.turn_id
    if turn_id is None:
        said = await talk.unless_pressed(talk.runtime.all(f"{talk.path}/messages?limit=200"))
        turn_id = next((each["turn_id"] for each in reversed(said) if each["turn_id"]), None)
    if turn_id is None:
        raise Refused("nothing has been said in this session yet")
    show_trace(await talk.call("GET", f"/api/turns/{in_path(turn_id)}/trace"))


async def save_as(talk: Talk, words: str) -> None:
    """The transcript to a file; over one that is there only when that is agreed to."""
    to = _file(words or f"{talk.slug}-{str(talk.session['id'])[:8]}.md")
    form = form_of(to)
    replaces = to.exists()
    if replaces and not await talk.agrees(f"{to} is there already; replace it?"):
        note("not saved")
        return
    await talk.unless_pressed(save(talk.runtime, str(talk.session["id"]), form, to, replaces=replaces))
    note(f"saved to {to}")


async def forget(talk: Talk, words: str) -> None:
    """Everything it remembers, of everyone."""
    if not await talk.agrees(f"let {talk.slug} forget everything it remembers, of everyone and for good?"):
        note("nothing forgotten")
        return
    answer = await talk.call("DELETE", f"/api/agents/{in_path(talk.slug)}/memories")
    forgotten = answer["forgotten"]
    note("1 memory forgotten" if forgotten == 1 else f"{forgotten} memories forgotten")


async def greeting(talk: Talk, words: str) -> None:
    """A new session in which the character begins, with its n-th greeting."""
    number = words or "1"
    file = await talk.call("GET", f"{talk.path}/character-file")
    known = len(file["content"].get("greetings") or ())
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= (known or 100)):
        raise click.UsageError(f"/greeting N: {talk.slug} has {_counted(known, 'greeting')}; the first is 1")
    await _enter(talk, int(number) - 1)
    said = await talk.call("GET", f"{talk.path}/messages?limit=1")
    for each in said["data"]:
        click.echo(cleaned(each["content"]))


async def new(talk: Talk, words: str) -> None:
    """A new session."""
    await _enter(talk, None)


async def session(talk: Talk, words: str) -> None:
    """Where one is."""
    found: Mapping[str, Any] = await talk.call("GET", talk.path)
    title = f" “{plain(found['title'], 200)}”" if found["title"] else ""
    click.echo(
        f"session {found['id']}{title} with {found['character']}: {found['message_count']} messages since "
        f"{found['created_at']}"
    )


async def _enter(talk: Talk, greeting: int | None) -> None:
    talk.enter(await talk.unless_pressed(new_session(talk.runtime, talk.slug, talk.name, greeting)))
    note(f"session {talk.session['id']}")


async def _agent(talk: Talk) -> Mapping[str, Any] | None:
    """The running agent, None for a character that one can only talk to."""
    try:
        found: Mapping[str, Any] = await talk.call("GET", f"/api/agents/{in_path(talk.slug)}")
    except Declined as declined:
        if declined.status != _NOT_FOUND:
            raise
        return None
    return found


def _file(name: str) -> Path:
    return Path(name).expanduser()


def _because(mood: Mapping[str, Any]) -> str:
    triggers = ", ".join(plain(each, 100) for each in mood.get("triggers") or ())
    before = f", {mood['previousMood']} before" if mood.get("previousMood") else ""
    return before + (f" ({triggers})" if triggers else "")


def _counted(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"
