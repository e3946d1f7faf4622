"""What of a prompt fits a model, and in which messages it is sent: examples go first, then the oldest turns, whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from agent_runtime.core.lore import Told
from agent_runtime.core.prompt import Section
from agent_runtime.core.prompting.prefix import part
from agent_runtime.core.tokens import MESSAGE_TOKENS

G = TypeVar("G")


@dataclass(frozen=True, slots=True)
class Parts:
    """A prompt before it is fitted, in the order it is sent.

    `turns` are those of history, oldest first, each whole; `notes` come before them; `placed` are sections at a depth
    among them, counted back from the question, which is 1. `lore` is what the talk has brought up.
    """

    persona: tuple[Section, ...]
    dialogues: tuple[tuple[Section, ...], ...]
    notes: tuple[Section, ...]
    turns: tuple[tuple[Section, ...], ...]
    placed: tuple[tuple[int, Section], ...]
    lore: tuple[Told, ...]
    post_history: tuple[Section, ...]
    now: Section
    question: Section


def fitted(parts: Parts, room: int) -> Parts:
    """The parts that have room: lore that yields, the last examples, the oldest turns, then lore of low order go.

    What the character is, the rules, how things stand and the question stay, whatever the room.
    """
    over = _cost(parts) - room
    if over <= 0:
        return parts
    lore: Sequence[Told] = sorted(parts.lore, key=lambda each: each.rank)
    yielding = [each for each in lore if each.directions.yields]
    kept_yielding, over = _shed(yielding, [each.tokens for each in yielding], over)
    dialogues, over = _shed(parts.dialogues[::-1], [_weight(each) for each in parts.dialogues[::-1]], over)
    turns, over = _shed(parts.turns, [_weight(each) for each in parts.turns], over)
    lore = [*kept_yielding, *lore[len(yielding) :]]
    lore, over = _shed(lore, [each.tokens for each in lore], over)
    kept = {id(each) for each in lore}
    told = tuple(each for each in parts.lore if id(each) in kept)
    return replace(parts, dialogues=tuple(dialogues[::-1]), turns=tuple(turns), lore=told)


def laid_out(parts: Parts) -> tuple[Section, ...]:
    """The sections in their order, each with the number of its message."""
    messages: list[Sequence[Section]] = [parts.persona]
    messages += ([line] for dialogue in parts.dialogues for line in dialogue)
    messages += [parts.notes]
    messages += _with_placed(parts)
    messages += [(*_known(parts.lore), *parts.post_history), [parts.now], [parts.question]]
    numbered = enumerate(message for message in messages if message)
    return tuple(
        Section(each.name, each.role, each.text, each.tokens, number)
        for number, message in numbered
        for each in message
    )


def _with_placed(parts: Parts) -> list[Sequence[Section]]:
    """History, with what has a depth in its place: something at 1 or less comes after the last message."""
    messages: list[Sequence[Section]] = [[section] for turn in parts.turns for section in turn]
    count = len(messages)
    placed = [(min(count, max(0, count + 1 - depth)), each) for depth, each in (*parts.placed, *_at_depth(parts.lore))]
    placed.sort(key=lambda one: one[0])
    for place, section in reversed(placed):
        messages.insert(place, [section])
    return messages


def _at_depth(lore: Iterable[Told]) -> Iterable[tuple[int, Section]]:
    for each in lore:
        if each.directions.depth is not None:
            yield each.directions.depth, part("lore", each.text, each.directions.role or "system")


def _known(lore: Iterable[Told]) -> tuple[Section, ...]:
    text = "\n".join(each.text for each in lore if each.directions.depth is None)
    return (part("lore", f"Knows: {text}"),) if text else ()


def _shed(groups: Sequence[G], weights: Sequence[int], over: int) -> tuple[Sequence[G], int]:
    """Without the first of `groups` until nothing is over; and how much still is."""
    dropped = 0
    while over > 0 and dropped < len(groups):
        over -= weights[dropped]
        dropped += 1
    return groups[dropped:], over


def _cost(parts: Parts) -> int:
    lines = [line for group in (*parts.dialogues, *parts.turns) for line in group]
    others = [*parts.persona, *parts.notes, *(section for _, section in parts.placed), *parts.post_history]
    return _weight((*lines, *others, parts.now, parts.question)) + sum(each.tokens for each in parts.lore)


def _weight(sections: Iterable[Section]) -> int:
    return sum(each.tokens + MESSAGE_TOKENS for each in sections)
