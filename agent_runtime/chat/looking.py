"""Looks a conversation up by what was said in it: by its chain, and where that was cut short by its newest messages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent_runtime.chat.chain import Said, link
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.placing import ORIGIN, After, Again, Anew, ClientTurn, Parent, Place, aligned
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import Known, Message
from agent_runtime.core.ports import Messages, Sessions

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
    clock: Clock

    async def by_content(self, turn: ClientTurn, crowds: Crowds) -> Place:
        """The place of words whose session nobody names. Of those that look alike the newest is meant."""
        if turn.is_opening:
            again = await self._opening((await self._alike(turn))[0], turn, crowds)
            return again or await self._trimmed(turn) or Anew()
        asked, parents = await self._alike(turn)
        if not asked and len(parents) == 1:  # nearly always
            return _behind(parents[0])
        for question in asked:
            if crowds.is_alone(turn.chains[-1], question.created_at) and not question.is_being_answered:
                return Again(question.id)
        for parent in parents:
            if parent.is_tip:
                return _behind(parent)
        if asked:
            return Again(asked[0].id)
        if parents:
            return _behind(parents[0])
        return await self._known(turn) or await self._trimmed(turn) or Anew()

    async def by_chain(self, turn: ClientTurn, session_id: str) -> Again | After | None:
        """The place in one session."""
        asked, parents = await self._alike(turn)
        for question in asked:
            if question.session_id == session_id:
                return Again(question.id)
        for parent in parents:
            if parent.session_id == session_id:
                return _behind(parent)
        return await self._known(turn, session_id)

    async def behind(self, parent: Message, turn: ClientTurn) -> Again | After:
        """The place behind a message."""
        if parent.chain:
            for asked in await self.messages.known(link(parent.chain, "user", turn.words)):
                if asked.parent_id == parent.id:
                    return Again(asked.id)
        return After(parent.session_id, Parent(parent.id, parent.chain))

    async def at_the_end(self, session_id: str) -> After:
        """The place behind whatever was said last in a session."""
        newest = await self.messages.recent(session_id, 1)
        return After(session_id, Parent(newest[-1].id, newest[-1].chain) if newest else None)

    async def _alike(self, turn: ClientTurn) -> tuple[Sequence[Known], Sequence[Known]]:
        """The same words in the same place, and what they would follow; newest first."""
        chain, before = turn.chains[-1], turn.chains[-2] if turn.history else None
        known = await self.messages.known(chain, before, limit=_ALIKE)
        asked = [each for each in known if each.chain == chain and each.role == "user"]
        return asked, [each for each in known if each.chain == before]

    async def _opening(self, asked: Sequence[Known], turn: ClientTurn, crowds: Crowds) -> Again | None:
        """The same opening a moment ago, answered and left at that: another reply to it is wanted.

        Where several ask for it at once each has a session of its own.
        """
        since = utc(self.clock.time()) - _FRESH
        for question in asked:
            if question.created_at < since or not crowds.is_alone(turn.chains[-1], question.created_at):
                return None
            if not question.is_being_answered and await self._is_only(question):
                return Again(question.id)
        return None

    async def _known(self, turn: ClientTurn, session_id: str | None = None) -> After | None:
        """Behind the longest part of the history that is known from its beginning, the rest of it to be kept there.

        What is known of a history is known of all its beginnings: the longest is found by halving.
        """
        found: Known | None = None
        least, most = 0, len(turn.history)
        while least < most:
            middle = (least + most + 1) // 2
            alike = await self.messages.known(turn.chains[middle - 1], limit=_ALIKE)
            nearest = next((each for each in alike if session_id in (None, each.session_id)), None)
            if nearest is None:
                most = middle - 1
            else:
                least, found = middle, nearest
        if found is None or not (session_id or self._is_telling(turn.history[:least], found)):
            return None
        return replace(_behind(found), missing=turn.history[least:])

    def _is_telling(self, known: Sequence[Said], newest: Known) -> bool:
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
            # Whoever begins a session writes its metadata: only what this caller began can be a conversation of its.
            if session.metadata.get(ORIGIN) == turn.root and session.owner == turn.owner:
                path = await self.messages.recent(session.id, _NEWEST_MESSAGES)
                if (place := aligned(path, turn)) is not None:
                    return place
        return None

    async def _is_only(self, question: Known) -> bool:
        """Whether nothing else was ever asked in its session."""
        page = await self.messages.list(question.session_id, limit=_FIRST_MESSAGES, every=True)
        asked = [each for each in page.data if each.role == "user"]
        return page.next_cursor is None and [each.id for each in asked] == [question.id]


def _behind(known: Known) -> After:
    return After(known.session_id, Parent(known.id, known.chain), branches=not known.is_tip)
