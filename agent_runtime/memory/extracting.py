"""What a message tells that should outlast it, as memories: quotations with a name before them, never instructions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5

from agent_runtime.core.memory import Memory
from agent_runtime.core.telling import Told, quotation, told_in
from agent_runtime.core.text import display_name
from agent_runtime.core.tone import is_abuse

_IMPORTANCE = {"name": 0.8, "remember": 0.9, "joke": 0.7, "fact": 0.6}
_PUBLIC_SHARE = 0.5  # what a stranger says on a stream matters half as much as what a guest confides
_NOBODY = "a guest"


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it was heard. `user` is an id that lasts, `name` how they are called; `now` when."""

    agent_id: str
    user: str
    name: str
    text: str
    message_id: str
    now: datetime
    is_public: bool = False


def memories_in(heard: Heard) -> tuple[Memory, ...]:
    """The memories a message leaves. Said twice is kept once: an id is made of agent, user and the words."""
    if heard.is_public and is_abuse(heard.text):
        return ()
    return tuple(_memory(heard, told) for told in told_in(heard.text))


def memory_id(*parts: str) -> str:
    """The id of the memory that these parts name, the same one for ever."""
    return str(uuid5(NAMESPACE_OID, "\n".join(("memory", *parts))))


def _memory(heard: Heard, told: Told) -> Memory:
    name = display_name(heard.name, _NOBODY)
    normalised = " ".join(told.words.casefold().split())
    return Memory(
        id=memory_id(heard.agent_id, "public" if heard.is_public else "private", heard.user, normalised),
        agent_id=heard.agent_id,
        kind="joke" if told.kind == "joke" else "fact",
        subject=name,
        text=quotation(name, told.words),
        importance=_IMPORTANCE[told.kind] * (_PUBLIC_SHARE if heard.is_public else 1.0),
        about_user=None if heard.is_public else heard.user,
        source_message_id=heard.message_id,
        created_at=heard.now,
    )
