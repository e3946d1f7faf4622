"""Which session does it belong to? Clients resend their history, and a character must not hear everything twice."""

from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from uuid import NAMESPACE_URL, uuid5

from agent_runtime.chat.conversations import Conversations, Words
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.importing import Importing
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.looking import Looking
from agent_runtime.chat.placing import After, Again, Anew, ClientTurn, Parent, Place, aligned
from agent_runtime.chat.starting import Starting
from agent_runtime.chat.tips import Tips
from agent_runtime.chat.turn import Turn
from agent_runtime.core.conversation import Session
from agent_runtime.core.errors import Moved, NotFound, Refused

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
    tips: Tips = field(default_factory=Tips)
    _deciding: Lanes = field(default_factory=lambda: Lanes(_MOST_DECIDING))

    @asynccontextmanager
    async def begun(self, turn: ClientTurn) -> AsyncIterator[Turn]:
        """The turn that answers it, begun; to be left when the answer is given.

        Raises what Conversations.say raises, NotFound for a character or message, Refused for another's session.
        """
        with self.crowds.entered(turn.chains[-1]):
            begun = await self._begin(turn)
            try:
                yield begun
            finally:
                if begun.state == "done":
                    self.tips.add((await begun.reply()).message)

    async def _begin(self, turn: ClientTurn) -> Turn:
        """One decision at a time about the same words: the next one finds what this one has begun."""
        async with self._deciding.turn(turn.chains[-1], turn.character):
            if turn.claim is not None:  # before anything is begun for it
                await self.conversations.check(turn.claim)
            return await self._at_the_tip(turn) or await self._in_place(turn, await self._place(turn))

    async def _at_the_tip(self, turn: ClientTurn) -> Turn | None:
        """Begun where the conversation ended, as nearly always; None where that is not known or it has moved on."""
        if not turn.history or turn.after:
            return None
        tip = self.tips.take(turn.chains[-2], _names(turn))
        if tip is None:
            return None
        with suppress(Moved, NotFound):
            return await self._append(turn, After(tip.session_id, Parent(tip.message_id, turn.chains[-2])))
        return None

    async def _in_place(self, turn: ClientTurn, place: Place) -> Turn:
        match place:
            case Again(question_id):
                return await self.conversations.regenerate(question_id, turn.guest, notes=turn.notes, claim=turn.claim)
            case After():
                return await self._say(turn, await self._with_missing(turn, place))
            case Anew():
                session = await self._start(turn)
                return await self._say(turn, await self._with_missing(turn, After(session.id, None, turn.history)))

    async def _place(self, turn: ClientTurn) -> Place:
        if turn.after:
            parent = await self.looking.messages.get(turn.after)
            _check_character(await self.looking.sessions.get(parent.session_id), turn)
            return await self.looking.behind(parent, turn)
        if turn.session_id or turn.thread:
            return await self._within(await self._named(turn), turn)
        return await self.looking.by_content(turn, self.crowds)

    async def _named(self, turn: ClientTurn) -> Session:
        """The session of this name. A name of the client's own stands for the same session for ever."""
        with suppress(NotFound):
            session = await self.looking.sessions.get(turn.session_id)
            if turn.only_of in (None, session.owner):  # the name of another's is a name like any other
                _check_character(session, turn)
                return session
        session_id = _own_name(turn)
        try:
            return await self.looking.sessions.get(session_id)
        except NotFound:
            return await self._start(turn, session_id)

    async def _within(self, session: Session, turn: ClientTurn) -> Place:
        """Only the last message is new; what is told of the past says where it belongs."""
        if not session.message_count:
            return After(session.id, None, turn.history)
        if not turn.history and turn.session_id:
            return await self.looking.at_the_end(session.id)
        if (found := await self.looking.by_chain(turn, session.id)) is not None:
            return found
        if not turn.history:
            return After(session.id, branches=True)  # other words in the place of the first ones
        path = await self.looking.messages.recent(session.id, _ALIGNED)
        return aligned(path, turn) or await self.looking.at_the_end(session.id)

    async def _start(self, turn: ClientTurn, session_id: str | None = None) -> Session:
        try:
            started = await self.starting.start(
                turn.character, turn.guest, turn.metadata(), session_id=session_id, owner=turn.owner
            )
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
        return After(place.session_id, Parent(kept[-1].id, kept[-1].chain))

    async def _say(self, turn: ClientTurn, place: After) -> Turn:
        """Behind the place, wherever the session has gone on from there."""
        if not place.branches:
            with suppress(Moved):
                return await self._append(turn, place)
        return await self.conversations.say(place.session_id, replace(_words(turn, place), branches=True))

    async def _append(self, turn: ClientTurn, place: After) -> Turn:
        """Where the session ends. Raises Moved where that is elsewhere, or somebody is being answered there."""
        async with self._deciding.turn(place.session_id, turn.character):
            if self.conversations.lanes.running(place.session_id):
                raise Moved(f"session {place.session_id} goes on with another turn")
            return await self.conversations.say(place.session_id, _words(turn, place))


def _words(turn: ClientTurn, place: After) -> Words:
    after = place.parent.id if place.parent else None
    chain = turn.chain_behind(place.parent)
    return Words(turn.words, turn.guest, notes=turn.notes, chain=chain, claim=turn.claim, after=after)


def _names(turn: ClientTurn) -> Set[str]:
    """The ids that the session may have; none where nobody names it."""
    if not turn.session_id and not turn.thread:
        return frozenset()
    return {turn.session_id, _own_name(turn)}


def _own_name(turn: ClientTurn) -> str:
    """The id of a session that has a client's own name."""
    name = "\n".join((turn.caller, turn.character, turn.session_id or turn.thread))
    return str(uuid5(NAMESPACE_URL, f"agent-runtime:{name}"))


def _check_character(session: Session, turn: ClientTurn) -> None:
    if session.character != turn.character:
        raise Refused(f"session {session.id} is with {session.character}, not with {turn.character}")
