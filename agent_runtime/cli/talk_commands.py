"""What can be done in a talk beside talking: the words behind a slash, and a line that is one of them or is said."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import click

from agent_runtime.cli import talk_asides, talk_tree
from agent_runtime.cli.talk import Talk
from agent_runtime.cli.talk_shown import note
from agent_runtime.core.errors import RuntimeFault
from agent_runtime.core.text import plain

Do = Callable[[Talk, str], Awaitable[None]]
_QUIT = ("/quit", "/exit")


@dataclass(frozen=True, slots=True)
class Command:
    """What it takes, what it does, and how."""

    takes: str
    about: str
    do: Do


async def _help(talk: Talk, words: str) -> None:
    for name, command in COMMANDS.items():
        click.echo(f"{f'{name} {command.takes}'.strip():18} {command.about}", err=True)
    click.echo(f"{'/quit':18} end; so do Ctrl-D and, at the prompt, Ctrl-C", err=True)
    click.echo(f"{'//text':18} say something that begins with a slash", err=True)


COMMANDS: Mapping[str, Command] = {
    "/help": Command("", "this list", _help),
    "/mood": Command("", "what the character feels", talk_asides.mood),
    "/scene": Command("", "what others see of it, and what it has in hand", talk_asides.scene),
    "/prompt": Command("[WORDS]", "what a model would be sent for WORDS, by section", talk_asides.prompt),
    "/trace": Command("", "what it saw at the last turn, and what came back", talk_asides.trace),
    "/retry": Command("", "another reply", talk_tree.retry),
    "/swipe": Command("[N]", "the N-th of the replies in the last place; all of them", talk_tree.swipe),
    "/edit": Command("[N] WORDS", "other words in place of your last message, or your N-th last", talk_tree.edit),
    "/branch": Command("", "where the conversation forks", talk_tree.branch),
    "/select": Command("N", "go on from message N, as /branch shows it", talk_tree.select),
    "/save": Command("[FILE]", "the transcript, by suffix as .md, .json or .jsonl", talk_asides.save_as),
    "/forget": Command("", "let the character forget all it remembers", talk_asides.forget),
    "/greeting": Command("[N]", "a new session that begins with its N-th greeting", talk_asides.greeting),
    "/new": Command("", "a new session", talk_asides.new),
    "/session": Command("", "which session this is", talk_asides.session),
}


async def converse(talk: Talk) -> None:
    """Take lines until they end. At a prompt a failure is told and the talk goes on; elsewhere it ends it."""
    while (line := await talk.typed("> ")) is not None:
        text = line.strip()
        if text in _QUIT:
            return
        try:
            await _take(talk, text)
        except (RuntimeFault, click.UsageError) as fault:
            if not talk.is_interactive:
                raise
            note(fault.message if isinstance(fault, click.UsageError) else str(fault))


async def _take(talk: Talk, text: str) -> None:
    if text.startswith("//"):
        await talk.say(text[1:])
    elif text.startswith("/"):
        name, _, words = text.partition(" ")
        await _command(name).do(talk, words.strip())
    elif text:
        await talk.say(text)


def _command(name: str) -> Command:
    if name in COMMANDS:
        return COMMANDS[name]
    close = get_close_matches(name, COMMANDS, 1)
    there = f"did you mean {close[0]}? " if close else ""
    raise click.UsageError(
        f"no command {plain(name, 40)}; {there}there are: {' '.join(COMMANDS)} /quit; //text says text with a slash"
    )
