"""Going back in a talk: another reply, other words, and from one path of the conversation to another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import click

from agent_runtime.cli.asking import in_path
from agent_runtime.cli.talk import Talk
from agent_runtime.cli.talk_shown import note, show_choices
from agent_runtime.core.errors import Refused
from agent_runtime.core.output import cleaned

Message = Mapping[str, Any]


async def retry(talk: Talk, words: str) -> None:
    """Another reply to what was said last."""
    tip = (await _path(talk))[-1]
    await _answered(talk, tip, "regenerate", {})


async def edit(talk: Talk, words: str) -> None:
    """Other words in the place of one's last message, or of the n-th last."""
    first, _, rest = words.partition(" ")
    back, content = (int(first), rest.strip()) if _is_number(first) else (1, words)
    if not content:
        raise click.UsageError("/edit [N] WORDS: the words are missing")
    own = [each for each in await _path(talk) if each["role"] == "user"]
    if not 1 <= back <= len(own):
        raise click.UsageError(f"your messages are numbered from the newest, 1, to {len(own)}")
    await _answered(talk, own[-back], "edit", {"content": content})


async def swipe(talk: Talk, words: str) -> None:
    """The n-th of the replies that stand in the last place; without a number, all of them."""
    replies = await _siblings(talk, (await _path(talk))[-1])
    if not words:
        show_choices([replies])
        return
    if not (_is_number(words) and 1 <= int(words) <= len(replies)):
        raise click.UsageError(f"/swipe N: there are {len(replies)} in this place, from 1")
    await _select(talk, replies[int(words) - 1])


async def select(talk: Talk, words: str) -> None:
    """Go on from the message of that number, as /branch shows it."""
    if not _is_number(words):
        raise click.UsageError("/select N: the number of a message, as /branch shows it")
    found = [each for each in await _all(talk) if each["seq"] == int(words)]
    if not found:
        raise Refused(f"there is no message {words} in this session; /branch shows where there is a choice")
    await _select(talk, found[0])


async def branch(talk: Talk, words: str) -> None:
    """Every place on the path where there is more than one thing to go on from."""
    groups = places(await _all(talk))
    if groups:
        show_choices(groups)
    else:
        note("one path, without branches: /retry and /edit make some")


def places(messages: Sequence[Message]) -> list[list[Message]]:
    """Messages that stand in the same place as one of the active path, where there are several; all by `seq`."""
    beside: defaultdict[str | None, list[Message]] = defaultdict(list)
    for each in messages:
        beside[each["parent_id"]].append(each)
    groups = [group for group in beside.values() if len(group) > 1 and any(each["active"] for each in group)]
    return sorted(groups, key=lambda group: int(group[0]["seq"]))


async def _answered(talk: Talk, message: Message, how: str, body: Mapping[str, Any]) -> None:
    """A turn in the place of a message, and which of the replies there it is."""
    reply = await talk.answer(f"/api/messages/{in_path(message['id'])}/{how}", body)
    if reply is not None:
        siblings = await _siblings(talk, reply)
        if len(siblings) > 1:
            number = [each["id"] for each in siblings].index(reply["id"]) + 1
            note(f"reply {number} of {len(siblings)} (/swipe N)")


async def _select(talk: Talk, message: Message) -> None:
    tip = (await talk.call("POST", f"/api/messages/{in_path(message['id'])}/select"))["tip"]
    click.echo(cleaned(message["content"]))
    if tip["id"] != message["id"]:
        note(f"this path goes on up to message {tip['seq']}:")
        click.echo(cleaned(tip["content"]))


async def _siblings(talk: Talk, message: Message) -> list[Message]:
    found: list[Message] = (await talk.call("GET", f"/api/messages/{in_path(message['id'])}"))["siblings"]
    return found


async def _path(talk: Talk) -> Sequence[Message]:
    """The active path, oldest first. Raises Refused where nothing was said."""
    found = await talk.unless_pressed(talk.runtime.all(f"{talk.path}/messages?limit=200"))
    if not found:
        raise Refused("nothing has been said in this session yet")
    return found


async def _all(talk: Talk) -> Sequence[Message]:
    return await talk.unless_pressed(talk.runtime.all(f"{talk.path}/messages?limit=200&every=true"))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
