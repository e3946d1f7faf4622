"""Where words that come with a history belong: beside a reply, behind a message or in a new session. Pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from agent_runtime.chat.chain import Said, link, links, root
from agent_runtime.chat.talks import NOBODY, Guest
from agent_runtime.core.conversation import Message
from agent_runtime.core.turns import Claim

ORIGIN = "origin"
_TELLING = 2


class Parent(NamedTuple):
    """The message that words follow; its chain where it has one."""

    id: str
    chain: str | None


@dataclass(frozen=True)
class ClientTurn:
    """A turn as a client asks for it. `said` is what it knows of the conversation; the last is a user's, and new.

    `session_id` names a session; one that is not there is begun and found again under the same name. `thread` is what
    a front end that resends everything calls its conversation. `after` is the message that the words follow. `owner`
    is whose the session is if one begins, `only_of` whose it must be if one goes on (None: anybody's). `claim` is the
    key it is asked for under.
    """

    character: str
    said: tuple[Said, ...]
    guest: Guest = NOBODY
    notes: str = ""
    caller: str = "local"
    session_id: str = ""
    thread: str = ""
    after: str = ""
    owner: str | None = None
    only_of: str | None = None
    claim: Claim | None = None

    @property
    def words(self) -> str:
        """What is new."""
        return self.said[-1].text

    @property
    def history(self) -> tuple[Said, ...]:
        """What was said before it."""
        return self.said[:-1]

    @cached_property
    def root(self) -> str:
        """Where conversations of this caller's user with this character begin (see chat/chain.py)."""
        return root(self.caller, self.character, self.guest.id or self.guest.name)

    @cached_property
    def chains(self) -> list[str]:
        """The chain after each of `said`."""
        return links(self.root, self.said)

    def chain_behind(self, parent: Parent | None) -> str | None:
        """The chain of the new words there; None where they cannot be known again."""
        if parent is None:
            return link(self.root, "user", self.words)
        if parent.chain is None:
            return self.chains[-1] if self.history else None
        if self.history and parent.chain == self.chains[-2]:
            return self.chains[-1]
        return link(parent.chain, "user", self.words)

    @property
    def is_opening(self) -> bool:
        """Whether no user has said anything before: it may be a new conversation, whatever it looks like."""
        return all(said.role == "assistant" for said in self.history)

    def metadata(self) -> dict[str, Any]:
        """What a session remembers of who began it."""
        return {ORIGIN: self.root} | ({"thread": self.thread} if self.thread else {})


@dataclass(frozen=True, slots=True)
class Again:
    """Another reply to what is there already: the message of this id."""

    question_id: str


@dataclass(frozen=True, slots=True)
class After:
    """Behind `parent` in a session (None: at its beginning), once what the client tells besides is kept there.

    `branches` where the session is known to have gone on from there.
    """

    session_id: str
    parent: Parent | None = None
    missing: tuple[Said, ...] = ()
    branches: bool = False


@dataclass(frozen=True, slots=True)
class Anew:
    """In a new session, with the whole history."""


Place = Again | After | Anew


def aligned(path: Sequence[Message], turn: ClientTurn) -> Again | After | None:
    """Where the words belong on the newest part of a path, by its texts; None where the history ends nowhere on it.

    The newest two messages of the history decide, a single one only at the end or away from the beginning of a
    session: greetings are alike.
    """
    for place in reversed(range(len(path))):
        here = path[place]
        if not _ends_alike(path[: place + 1], turn.history):
            continue
        if len(turn.history) < _TELLING and here.seq == 1 and place < len(path) - 1:
            continue
        follower = path[place + 1] if place + 1 < len(path) else None
        if follower is not None and follower.role == "user" and is_same(follower, turn.said[-1]):
            return Again(follower.id)
        return After(here.session_id, Parent(here.id, here.chain), branches=follower is not None)
    return None


def is_same(message: Message, said: Said) -> bool:
    """Whether a client tells this message; white space around it does not count."""
    return message.role == said.role and message.content.strip() == said.text.strip()


def _ends_alike(path: Sequence[Message], history: Sequence[Said]) -> bool:
    count = min(_TELLING, len(history))
    if not count or len(path) < count or history[-1].role != "assistant":
        return False
    return all(is_same(message, said) for message, said in zip(path[-count:], history[-count:], strict=True))
