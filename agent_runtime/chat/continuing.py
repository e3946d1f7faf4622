"""Which session does it belong to? Clients resend their history, and a character must not hear everything twice."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from agent_runtime.chat.chain import link
from agent_runtime.chat.conversations import Conversations, Words
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.importing import Importing
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.looking import Looking
from agent_runtime.chat.placing import After, Again, Anew, ClientTurn, Place, aligned
from agent_runtime.chat.starting import Starting
from agent_runtime.chat.turn import Turn
from agent_runtime.core.conversation import Message, Session
from agent_runtime.core.errors import NotFound, Refused

_MOST_DECIDING = 256
_ALIGNED = 200


@dataclass(frozen=True)
class Continuing:
    """Takes turns that come with what was said before: as a client that knows nothing of sessions sends them."""

    conversations: Conversations
    starting: Starting
    importing: Importing
    looking: Looking
    crowds: Crowds
    _deciding: Lanes = field(default_factory=lambda: Lanes(_MOST_DECIDING))

    @asynccontextmanager
    async def begun(self, turn: ClientTurn) -> AsyncIterator[Turn]:
        """The turn that answers it, begun; to be left when the answer is given.

        Raises what Conversations.say raises, NotFound for a character or message, Refused for another's session.
        """
        with self.crowds.entered(turn.chains[-1]):
            yield await self._begin(turn)

    async def _begin(self, turn: ClientTurn) -> Turn:
        """One decision at a time about the same words: the next one finds what this one has begun."""
        async with self._deciding.turn(turn.chains[-1], turn.character):
            place = await self._place(turn)
            match place:
                case Again(question):
                    return await self.conversations.regenerate(question.id, turn.guest, notes=turn.notes)
                case After():
                    return await self._say(turn, await self._with_missing(turn, place))
                case Anew():
                    session = await self._start(turn)
                    return await self._say(turn, await self._with_missing(turn, After(session.id, None, turn.history)))

    async def _place(self, turn: ClientTurn) -> Place:
        if turn.after:
            return await self._behind(turn)
        if turn.session_id or turn.thread:
            session = await self._named(turn)
            return await self._within(session, turn)
        return await self.looking.by_content(turn, self.crowds)

    async def _behind(self, turn: ClientTurn) -> Place:
        parent = await self.looking.messages.get(turn.after)
        session = await self.looking.sessions.get(parent.session_id)
        _check_character(session, turn)
        if parent.chain:
            for asked in await self.looking.messages.by_chain(link(parent.chain, "user", turn.words)):
                if asked.parent_id == parent.id:
                    return Again(asked)
        return After(session.id, parent)

    async def _named(self, turn: ClientTurn) -> Session:
        """The session of this name. A name of the client's own stands for the same session for ever."""
        with suppress(NotFound):
            session = await self.looking.sessions.get(turn.session_id)
            _check_character(session, turn)
            return session
        name = "\n".join((turn.caller, turn.character, turn.session_id or turn.thread))
        session_id = str(uuid5(NAMESPACE_URL, f"agent-runtime:{name}"))
        try:
            return await self.looking.sessions.get(session_id)
        except NotFound:
            return await self._start(turn, session_id)

    async def _within(self, session: Session, turn: ClientTurn) -> Place:
        """Only the last message is new; what is told of the past says where it belongs."""
        if not session.message_count:
            return After(session.id, None, turn.history)
        if not turn.history and turn.session_id:
            return await self._at_the_end(session.id)
        if (found := await self.looking.by_chain(turn, session.id)) is not None:
            return found
        if not turn.history:
            return After(session.id, None)  # other words in the place of the first ones
        path = await self.looking.messages.recent(session.id, _ALIGNED)
        return aligned(path, turn) or await self._at_the_end(session.id)

    async def _at_the_end(self, session_id: str) -> After:
        newest = await self.looking.messages.recent(session_id, 1)
        return After(session_id, newest[-1] if newest else None)

    async def _start(self, turn: ClientTurn, session_id: str | None = None) -> Session:
        try:
            started = await self.starting.start(turn.character, turn.guest, turn.metadata(), session_id=session_id)
        except Refused:
            if session_id is None:
                raise
            return await self.looking.sessions.get(session_id)  # somebody was faster
        if not isinstance(started, Session):
            raise Refused("a session cannot be begun under a key here")
        return started

    async def _with_missing(self, turn: ClientTurn, place: After) -> After:
        """The place once what is missing before it is kept."""
        if not place.missing:
            return place
        known = len(turn.history) - len(place.missing)
        chain = turn.chains[known - 1] if known else turn.root
        after = place.parent.id if place.parent else None
        kept = await self.importing.keep(place.session_id, chain, place.missing, after)
        return After(place.session_id, kept[-1])

    async def _say(self, turn: ClientTurn, place: After) -> Turn:
        words = Words(turn.words, turn.guest, notes=turn.notes, chain=_chain(turn, place.parent))
        async with self._deciding.turn(place.session_id, turn.character):
            if await self._is_tip(place):
                return await self.conversations.say(place.session_id, words)
        after = place.parent.id if place.parent else None
        words = Words(turn.words, turn.guest, notes=turn.notes, chain=words.chain, branches=True, after=after)
        return await self.conversations.say(place.session_id, words)

    async def _is_tip(self, place: After) -> bool:
        """Whether the next message of the session follows it: nobody else is being answered there."""
        if self.conversations.lanes.running(place.session_id):
            return False
        newest: Sequence[Message] = await self.looking.messages.recent(place.session_id, 1)
        return (newest[-1].id if newest else None) == (place.parent.id if place.parent else None)


def _chain(turn: ClientTurn, parent: Message | None) -> str | None:
    """The chain of the new words; None where they cannot be known again."""
    if parent is None:
        return link(turn.root, "user", turn.words)
    if parent.chain:
        return link(parent.chain, "user", turn.words)
    return turn.chains[-1] if turn.history else None


def _check_character(session: Session, turn: ClientTurn) -> None:
    if session.character != turn.character:
        raise Refused(f"session {session.id} is with {session.character}, not with {turn.character}")
