"""Where the newest conversations ended: the next turn of each is nearly always behind that."""

from collections import OrderedDict
from collections.abc import Set
from typing import NamedTuple

from agent_runtime.core.conversation import Message

_HELD = 4096


class Tip(NamedTuple):
    """The last message of a session, when it was seen."""

    session_id: str
    message_id: str


class Tips:
    """Ends of conversations by their chains, a bounded number. They are hearsay: whoever goes on from one has the
    store check that it is the end still."""

    def __init__(self) -> None:
        # None where a conversation has gone on from, or several came to: which of them is meant is to be looked up.
        self._held: OrderedDict[str, Tip | None] = OrderedDict()

    def add(self, message: Message) -> None:
        """A session ends with this message now."""
        if message.chain is None:
            return
        is_another = message.chain in self._held
        self._held[message.chain] = None if is_another else Tip(message.session_id, message.id)
        self._held.move_to_end(message.chain)
        if len(self._held) > _HELD:
            self._held.popitem(last=False)

    def take(self, chain: str, sessions: Set[str] = frozenset()) -> Tip | None:
        """The end of the one conversation with this chain, to go on from; None where it is not of one of the
        `sessions`, if there are any."""
        tip = self._held.get(chain)
        if tip is None or (sessions and tip.session_id not in sessions):
            return None
        self._held[chain] = None
        return tip
