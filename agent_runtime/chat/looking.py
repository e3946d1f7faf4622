"""Looks a conversation up by what was said in it: by its chain, and where that was cut short by its newest messages."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from agent_runtime.chat.chain import Said
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.placing import ORIGIN, After, Again, Anew, ClientTurn, Place, aligned
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Message
from agent_runtime.core.errors import NotFound
from agent_runtime.core.ports import Messages, Sessions
from agent_runtime.core.turns import Turns

_ALIKE = 20
_NEWEST_SESSIONS = 20
_NEWEST_MESSAGES = 8
_FIRST_MESSAGES = 50
_FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Looking:
    """Finds where words belong; what it reads is bounded, however much is kept."""

    sessions: Sessions
    messages: Messages
    turns: Turns
    clock: Clock

    async def by_content(self, turn: ClientTurn, crowds: Crowds) -> Place:
        """The place of words whose session nobody names. Of those that look alike the newest is meant."""
        if turn.is_opening:
            again = await self._opening(await self._asked(turn), turn, crowds)
            return again or await self._trimmed(turn) or Anew()
        asked, parents = await asyncio.gather(self._asked(turn), self.messages.by_chain(turn.chains[-2], _ALIKE))
        if not asked and len(parents) == 1:  # nearly always
            return After(parents[0].session_id, parents[0])
        for question in asked:
            if crowds.is_alone(turn.chains[-1], question.created_at) and await self._is_over(question):
                return Again(question)
        for parent in parents:
            if await self._is_tip(parent):
                return After(parent.session_id, parent)
        if asked:
            return Again(asked[0])
        if parents:
            return After(parents[0].session_id, parents[0])
        return await self._known(turn) or await self._trimmed(turn) or Anew()

    async def by_chain(self, turn: ClientTurn, session_id: str) -> Again | After | None:
        """The place in one session."""
        for question in await self._asked(turn):
            if question.session_id == session_id:
                return Again(question)
        for parent in await self.messages.by_chain(turn.chains[-2], _ALIKE) if turn.history else ():
            if parent.session_id == session_id:
                return After(session_id, parent)
        return await self._known(turn, session_id)

    async def _asked(self, turn: ClientTurn) -> Sequence[Message]:
        """The same words in the same place, newest first."""
        return [each for each in await self.messages.by_chain(turn.chains[-1], _ALIKE) if each.role == "user"]

    async def _opening(self, asked: Sequence[Message], turn: ClientTurn, crowds: Crowds) -> Again | None:
        """The same opening a moment ago, answered and left at that: another reply to it is wanted.

        Where several ask for it at once each has a session of its own.
        """
        since = utc(self.clock.time()) - _FRESH
        for question in asked:
            if question.created_at < since or not crowds.is_alone(turn.chains[-1], question.created_at):
                return None
            if await self._is_only(question) and await self._is_over(question):
                return Again(question)
        return None

    async def _known(self, turn: ClientTurn, session_id: str | None = None) -> After | None:
        """Behind the longest part of the history that is known from its beginning, the rest of it to be kept there.

        What is known of a history is known of all its beginnings: the longest is found by halving.
        """
        found: Message | None = None
        least, most = 0, len(turn.history)
        while least < most:
            middle = (least + most + 1) // 2
            alike = await self.messages.by_chain(turn.chains[middle - 1], _ALIKE)
            nearest = next((each for each in alike if session_id in (None, each.session_id)), None)
            if nearest is None:
                most = middle - 1
            else:
                least, found = middle, nearest
        if found is None or not (session_id or self._is_telling(turn.history[:least], found)):
            return None
        return After(found.session_id, found, turn.history[least:])

    def _is_telling(self, known: Sequence[Said], newest: Message) -> bool:
        """Whether it says more than a greeting: something was answered, or said a moment ago."""
        roles = [said.role for said in known]
        if "user" not in roles:
            return False
        is_fresh = newest.created_at >= utc(self.clock.time()) - _FRESH
        return is_fresh or "assistant" in roles[roles.index("user") :]

    async def _trimmed(self, turn: ClientTurn) -> Again | After | None:
        """The end of one of the newest conversations, told without its beginning."""
        if not turn.history or turn.history[-1].role != "assistant":
            return None
        page = await self.sessions.list(limit=_NEWEST_SESSIONS, character=turn.character)
        for session in page.data:
            if session.metadata.get(ORIGIN) == turn.root:
                path = await self.messages.recent(session.id, _NEWEST_MESSAGES)
                if (place := aligned(path, turn)) is not None:
                    return place
        return None

    async def _is_tip(self, message: Message) -> bool:
        newest = await self.messages.recent(message.session_id, 1)
        return bool(newest) and newest[-1].id == message.id

    async def _is_only(self, question: Message) -> bool:
        """Whether nothing else was ever asked in its session."""
        page = await self.messages.list(question.session_id, limit=_FIRST_MESSAGES, every=True)
        asked = [each for each in page.data if each.role == "user"]
        return page.next_cursor is None and [each.id for each in asked] == [question.id]

    async def _is_over(self, question: Message) -> bool:
        """Whether its reply is not being made any more."""
        with suppress(NotFound):
            turn = await self.turns.get(question.turn_id or "")
            return turn.state not in ("accepted", "running")
        return True
