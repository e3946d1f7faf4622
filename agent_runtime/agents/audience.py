"""What the audience asks an agent in public, answered aloud: ranked, bounded, and never with a fact that is not so."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from functools import partial

from agent_runtime.agents.answering import Answering
from agent_runtime.agents.asked import Addressed, Asked, Frequency, asked, user_of
from agent_runtime.agents.hosting import Host, Mind
from agent_runtime.agents.standing import about, lasts_s, standing
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.domain import Rank
from agent_runtime.core.line import Prepared
from agent_runtime.core.ports import ChatModel
from agent_runtime.core.presence import RecentMessage
from agent_runtime.core.prompt import Circumstances
from agent_runtime.core.text import plain
from agent_runtime.core.tone import feelings

_WAITING = 50
_SEEN = 10_000
_VALID_S = 60.0
_LONGEST_WORDS = 500


@dataclass
class Audience:
    """One agent's audience: at most fifty messages wait, the least worth gives way; one answer is made at a time.

    `counts` tells what became of messages: duplicate, limited, unanswered (a comment), superseded, expired,
    refused (muted, or the voice has no place) and offered; and how answers were made (see answering.py).
    """

    agent: Host
    model: ChatModel
    scripted: ChatModel
    mind: Mind
    clock: Clock
    deadline_s: float = 8.0
    frequency: Frequency = field(default_factory=Frequency)
    counts: Counter[str] = field(default_factory=Counter)
    _waiting: list[tuple[Asked, bool]] = field(default_factory=list)
    _seen: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._answering = Answering(self.agent, self.model, self.scripted, self.mind, self.deadline_s, self.counts)

    def hear(self, event: Addressed) -> None:
        """Take in what somebody says to this agent, each interaction once; others' are left alone. Never waits."""
        if event.agent_id != self.agent.id:
            return
        if not self._is_new(event.interaction_id):
            self.counts["duplicate"] += 1
            return
        now, user = self.clock.monotonic(), user_of(event)
        is_new_user = not self.frequency.knows(user)
        if not self.frequency.allows(user, now):
            self.counts["limited"] += 1
            return
        character = self.agent.character
        self._take_in(asked(event, (character.name, character.nickname), now, is_new_user=is_new_user))

    async def run(self) -> None:
        """Answer for ever, the worthiest first."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                best = max(self._waiting, key=_worth)
                self._waiting.remove(best)
                message, by_script = best
                await self._answer(message, by_script=by_script)

    async def improvise(self, words: str, cause: str) -> str:
        """What the agent says to an operator's words, in its voice and true; empty when that is nothing."""
        message = Asked(
            event_id=cause,
            interaction_id=cause,
            user="",
            handle=None,
            content=plain(words, _LONGEST_WORDS),
            at=self.clock.monotonic(),
            worth=1.0,
            wants_answer=True,
        )
        return (await self._worded(message, by_script=False))[0]

    async def _worded(self, message: Asked, *, by_script: bool) -> tuple[str, Circumstances]:
        async with self._one_at_a_time:
            return await self._answering.answer(message, by_script=by_script)

    def _take_in(self, message: Asked) -> None:
        """What is felt, shown and remembered of a message, answered or not."""
        if not message.content:
            self.counts["unanswered"] += 1
            return
        if felt := feelings(message.content):
            self.agent.feel(felt, trigger=message.event_id)
        moment, name = utc(self.clock.time()), message.handle
        self.agent.hear(RecentMessage(role="user", content=message.content, timestamp=moment, twitter_handle=name))
        self.mind.hear(
            self.agent.id, message.user, message.content, message.interaction_id, is_public=True, name=name or ""
        )
        if message.wants_answer:
            self._queue(message, by_script=False)
        else:
            self.counts["unanswered"] += 1

    def _queue(self, message: Asked, *, by_script: bool) -> None:
        self._waiting.append((message, by_script))
        if len(self._waiting) > _WAITING:
            self._waiting.remove(min(self._waiting, key=_worth))
            self.counts["superseded"] += 1
        self._news.set()

    async def _answer(self, message: Asked, *, by_script: bool) -> None:
        if self.clock.monotonic() - message.at > _VALID_S:
            self.counts["expired"] += 1
        elif self.agent.is_muted or self.agent.status != "ACTIVE" or self.agent.voice is None:
            self.counts["refused"] += 1
        else:
            text, circumstances = await self._worded(message, by_script=by_script)
            self._offer(message, text, circumstances, is_last=by_script)

    def _offer(self, message: Asked, text: str, circumstances: Circumstances, *, is_last: bool) -> None:
        """Hand it to the voice. What it rests on is asked again when it is said; untrue then, it is made anew once."""
        then = standing(text, circumstances.stages, circumstances.past)
        until = self.clock.monotonic() + lasts_s(text)

        def is_true() -> bool:
            now = standing(text, self.agent.circumstances().stages, circumstances.past)
            return self.clock.monotonic() <= until and now == then

        prepared = Prepared(
            family="answer",
            rank=Rank.QUESTION,
            text=text,
            cause=message.event_id,
            subject=next((lot.subject for lot in about(text, circumstances.stages, circumstances.past)), ""),
            weight=message.worth,
            reply_to=message.interaction_id,
            handle=message.handle,
            is_true=is_true,
            dropped=self._give_up if is_last else partial(self._queue, message, by_script=True),
        )
        voice = self.agent.voice
        if text and voice is not None and voice.offer(prepared, self.clock.monotonic()):
            self.counts["offered"] += 1
            self.agent.nudge()
        else:
            self.counts["refused"] += 1

    def _give_up(self) -> None:
        self.counts["expired"] += 1

    def _is_new(self, interaction_id: str) -> bool:
        if interaction_id in self._seen:
            return False
        self._seen[interaction_id] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return True


def _worth(waiting: tuple[Asked, bool]) -> tuple[float, float]:
    """The worthiest is the greatest; of equals the one that came first."""
    return waiting[0].worth, -waiting[0].at
