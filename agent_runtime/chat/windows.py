"""The newest messages of the sessions in use, so that a turn does not read what it has just written."""

from collections import OrderedDict, deque

from agent_runtime.core.conversation import Message
from agent_runtime.core.ports import Messages


class Windows:
    """A bounded cache of recent messages. A gap in `seq` (another writer) sends the reader to the store."""

    def __init__(self, messages: Messages, size: int, sessions: int = 1000) -> None:
        self._messages = messages
        self._size = size
        self._sessions = sessions
        self._held: OrderedDict[str, deque[Message]] = OrderedDict()

    async def before(self, message: Message) -> tuple[Message, ...]:
        """The window that ends just before `message`, oldest first: whole turns only."""
        held = self._held.get(message.session_id)
        if held is None or (held[-1].seq if held else 0) != message.seq - 1:
            recent = await self._messages.recent(message.session_id, self._size + 1)
            held = deque((each for each in recent if each.seq < message.seq), maxlen=self._size)
            self._hold(message.session_id, held)
        return _whole_turns(held)

    def add(self, message: Message) -> None:
        """Remember a message just kept in a session whose window is held."""
        held = self._held.get(message.session_id)
        if held is None:
            return
        if (held[-1].seq if held else 0) != message.seq - 1:
            del self._held[message.session_id]
            return
        held.append(message)
        self._held.move_to_end(message.session_id)

    def _hold(self, session_id: str, window: deque[Message]) -> None:
        self._held[session_id] = window
        self._held.move_to_end(session_id)
        if len(self._held) > self._sessions:
            self._held.popitem(last=False)


def _whole_turns(messages: deque[Message]) -> tuple[Message, ...]:
    """What belongs in a prompt: a question whose reply never came, and a reply cut off, are left out."""
    answered = {each.turn_id for each in messages if each.role == "assistant" and not each.interrupted}
    return tuple(each for each in messages if each.turn_id is None or each.turn_id in answered)
