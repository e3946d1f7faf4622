"""Colour for quiet moments of an open lot: words a model made ready ahead of time, else a phrase of the character's."""

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from agent_runtime.core.assembly import Draft
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock
from agent_runtime.core.domain import Cue, Rank, Stage
from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.line import Prepared
from agent_runtime.core.output import ReplyCleaner
from agent_runtime.core.ports import ChatModel, Delta
from agent_runtime.core.prompt import Circumstances, Prompt
from agent_runtime.core.text import plain
from agent_runtime.narration.grounding import LONGEST_WORDS, is_grounded

LINES_A_LOT = 2
BUSY_PACE = 30.0  # bids a minute from which nobody wants colour
DEADLINE_S = 8.0
_QUIET_S = 12.0
_LOOK_EVERY_S = 1.0
_TRIES_A_LOT = 4
_LOTS_KEPT = 100
_LONGEST_CHARS = 300
_SCRIPTED = "scripted"
_TASK = (
    "It is quiet. Say one short sentence of colour about the lot in hand, at most "
    f"{LONGEST_WORDS - 5} words: how it looks to you, what it makes you think of. No numbers, prices, names, bids, "
    "results or promises. Only the sentence."
)


class Host(Protocol):
    """Whoever colours (see agents/agent.py)."""

    @property
    def id(self) -> str: ...

    @property
    def character(self) -> Character: ...

    @property
    def may_speak(self) -> bool: ...

    def quiet_s(self, now: float) -> float:
        """For how long nothing has happened and nothing was said unasked."""
        ...

    def lot_in_hand(self) -> Stage | None:
        """The lot it would speak of, if that is open."""
        ...

    def circumstances(self) -> Circumstances: ...

    def add_colour(self, cue: Cue | Prepared, now: float) -> bool:
        """Say it when nothing presses; False when there is no place for it now."""
        ...


@dataclass(slots=True)
class _Lot:
    """What was done for one lot: how many lines were said, how often a model was asked, and lines that are ready."""

    said: int = 0
    asked: int = 0
    ready: deque[tuple[str, Stage]] = field(default_factory=deque)

    @property
    def wants_more(self) -> bool:
        return self.asked < _TRIES_A_LOT and self.said + len(self.ready) < LINES_A_LOT


@dataclass
class Colourist:
    """One host's colourist: at most two lines a lot, none while it is bid on fast, one call of the model at a time.

    A line whose lot has another price or leader than when it was made is thrown away. `counts` says what
    became of what the model said: ready, refused, failed.
    """

    host: Host
    model: ChatModel
    clock: Clock
    quiet_s: float = _QUIET_S
    look_every_s: float = _LOOK_EVERY_S
    deadline_s: float = DEADLINE_S
    counts: dict[str, int] = field(default_factory=lambda: {"ready": 0, "refused": 0, "failed": 0})
    _lots: dict[str, _Lot] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def run(self) -> None:
        """Colour for ever."""
        while True:
            await self.prepare()
            self.look(self.clock.monotonic())
            await asyncio.sleep(self.look_every_s)

    def look(self, now: float) -> None:
        """Say something, if this is a quiet moment for it."""
        stage = self.host.lot_in_hand()
        if stage is None or not self.host.may_speak or self.host.quiet_s(now) < self.quiet_s or not _is_calm(stage):
            return
        lot = self._lot(stage.subject)
        if lot.said >= LINES_A_LOT:
            return
        while lot.ready:
            text, then = lot.ready.popleft()
            if _is_same(stage, then):
                lot.said += self.host.add_colour(self._prepared(text, then), now)
                return
        lot.said += self.host.add_colour(Cue("colour", Rank.COLOUR, stage.subject, ""), now)

    async def prepare(self) -> None:
        """Have the model word one line ahead for the lot in hand, where there is a model and a use for it."""
        stage = self.host.lot_in_hand()
        if self.model.name == _SCRIPTED or stage is None or not self.host.may_speak or not _is_calm(stage):
            return
        lot = self._lot(stage.subject)
        while lot.ready and not _is_same(stage, lot.ready[0][1]):
            lot.ready.popleft()
        if stage.settles_at is not None or not lot.wants_more:
            return
        lot.asked += 1
        text = await self._worded(stage)
        if text is None:
            self.counts["failed"] += 1
        elif not self._is_fit(text, stage):
            self.counts["refused"] += 1
        else:
            self.counts["ready"] += 1
            lot.ready.append((text, stage))

    def _prepared(self, text: str, then: Stage) -> Prepared:
        return Prepared(
            "colour",
            Rank.COLOUR,
            text,
            cause="",
            subject=then.subject,
            is_true=lambda: _is_same(self.host.lot_in_hand(), then),
        )

    async def _worded(self, stage: Stage) -> str | None:
        character = self.host.character
        circumstances = replace(self.host.circumstances(), stages=(stage,), past=(), memories=(), summary="")
        draft = Draft(
            character, "the audience", circumstances, (), _TASK, self.host.id, heard=stage.title, kind="narration"
        )
        prompt = Prompt(
            character=character,
            user_name="the audience",
            circumstances=circumstances,
            history=(),
            question=_TASK,
            seed=f"colour|{self.host.id}|{stage.subject}|{next(self._numbers)}",
            messages=draft.messages,
            assembled=draft.sections,
        )
        try:
            async with asyncio.timeout(self.deadline_s):
                return await self._said(prompt, character)
        except (ModelFailed, TimeoutError):
            return None

    async def _said(self, prompt: Prompt, character: Character) -> str:
        cleaner, parts = ReplyCleaner((character.name, character.short_name)), list[str]()
        reply = self.model.reply(prompt)
        try:
            async for event in reply:
                if isinstance(event, Delta):
                    parts.append(cleaner.feed(event.text))
        finally:
            await reply.aclose()
        parts.append(cleaner.end())
        return plain("".join(parts), _LONGEST_CHARS).strip('"“”')

    def _is_fit(self, text: str, stage: Stage) -> bool:
        circumstances = self.host.circumstances()
        names = [
            str(name)
            for each in circumstances.stages
            for key in ("bidder", "loser")
            if (name := each.slots.get(key)) is not None and name != stage.slots.get("bidder")
        ]
        names += [each.bidder for each in circumstances.past if each.bidder]
        titles = [each.title for each in circumstances.stages if each.subject != stage.subject]
        return is_grounded(text, stage, self.host.character.name, [*names, *titles], circumstances.locale)

    def _lot(self, subject: str) -> _Lot:
        lot = self._lots.setdefault(subject, _Lot())
        if len(self._lots) > _LOTS_KEPT:
            del self._lots[next(iter(self._lots))]
        return lot


def _is_calm(stage: Stage) -> bool:
    return stage.tension.pace <= BUSY_PACE and not stage.is_last_call


def _is_same(stage: Stage | None, then: Stage) -> bool:
    """Whether the lot stands as it stood: open, with the same price and leader."""
    if stage is None or stage.subject != then.subject or not stage.is_open:
        return False
    return (stage.as_of, stage.slots.get("amount"), stage.slots.get("bidder")) == (
        then.as_of,
        then.slots.get("amount"),
        then.slots.get("bidder"),
    )
