"""The newest messages of the paths in use, so that a turn does not read what it has just written."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence

from agent_runtime.core.conversation import Message
from agent_runtime.core.ports import Messages


class Windows:
    """A bounded cache of recent messages. A window that does not end where it should sends the reader to the store."""

    def __init__(self, messages: Messages, size: int, sessions: int = 1000) -> None:
        self._messages = messages
        self._size = size
        self._sessions = sessions
        self._held: OrderedDict[str, deque[Message]] = OrderedDict()

    async def before(self, message: Message) -> tuple[Message, ...]:
        """The window that ends just before `message` on its path, oldest first: whole turns only."""
        held = self._held.get(message.session_id)
        if held is None or _end_of(held) != message.parent_id:
            parent = message.parent_id
            path = await self._messages.path(parent, self._size) if parent is not None and self._size else ()
            held = deque(path, maxlen=self._size)
            self._hold(message.session_id, held)
        return _whole_turns(held)

    def left_behind(self, newest: Message) -> str | None:
        """The last message before the window that ends with `newest`; None when there is none, or it is not held."""
        if not self._size:
            return newest.id
        held = self._held.get(newest.session_id)
        return held[0].parent_id if held and len(held) == self._size else None

    async def replies(self, question: Message) -> Sequence[Message]:
        """What was answered to it so far."""
        return await self._messages.replies(question)

    def add(self, message: Message) -> None:
        """Remember a message just kept in a session whose window is held."""
        held = self._held.get(message.session_id)
        if held is None:
            return
        if _end_of(held) != message.parent_id:
            del self._held[message.session_id]
            return
        held.append(message)
        self._held.move_to_end(message.session_id)

    def _hold(self, session_id: str, window: deque[Message]) -> None:
        self._held[session_id] = window
        self._held.move_to_end(session_id)
        if len(self._held) > self._sessions:
            self._held.popitem(last=False)


def _end_of(window: deque[Message]) -> str | None:
    return window[-1].id if window else None


def _whole_turns(messages: Iterable[Message]) -> tuple[Message, ...]:
    """What belongs in a prompt: a question whose reply never came, and a reply cut off, are left out.

    A question and its reply need not be of one turn: replies are asked for anew, and edited.
    """
    answered: set[str] = set()
    question: Message | None = None
    for each in messages:
        if each.role == "user":
            question = each
        elif question is not None and each.kind == "chat" and not each.interrupted:
            answered.add(question.id)
    return tuple(
        [
            each
            for each in messages
            if (not each.interrupted if each.role != "user" else each.turn_id is None or each.id in answered)
        ]
    )
