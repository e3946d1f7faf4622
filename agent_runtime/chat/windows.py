"""The newest messages of the paths in use, so that a turn does not read what it has just written."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from itertools import compress

from agent_runtime.core.conversation import Message
from agent_runtime.core.ports import Messages


class Window:
    """The newest messages of a path, at most so many, and which of them belong in a prompt: a question whose reply
    never came, and a reply cut off, do not.

    A question and its reply need not be of one turn: replies are asked for anew, and edited.
    """

    def __init__(self, size: int) -> None:
        self._messages: deque[Message] = deque(maxlen=size)
        self._belong: deque[bool] = deque(maxlen=size)
        self._unanswered = 0  # how far back the question is that the next reply would answer; 0: there is none

    def add(self, message: Message) -> None:
        """The path goes on with this message."""
        if message.role == "user":
            self._append(message, belongs=message.turn_id is None)
            self._unanswered = 1
            return
        self._append(message, belongs=not message.interrupted)
        if 0 < self._unanswered <= len(self._belong) and message.kind == "chat" and not message.interrupted:
            self._belong[-self._unanswered] = True

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def newest(self) -> str | None:
        """The id of its last message."""
        return self._messages[-1].id if self._messages else None

    @property
    def oldest(self) -> Message:
        """Its first message, of at least one."""
        return self._messages[0]

    def whole(self) -> tuple[Message, ...]:
        """What belongs in a prompt."""
        return tuple(compress(self._messages, self._belong))

    def _append(self, message: Message, *, belongs: bool) -> None:
        self._messages.append(message)
        self._belong.append(belongs)
        if self._unanswered:
            self._unanswered += 1


class Windows:
    """A bounded cache of recent messages. A window that does not end where it should sends the reader to the store."""

    def __init__(self, messages: Messages, size: int, sessions: int = 1000) -> None:
        self._messages = messages
        self._size = size
        self._sessions = sessions
        self._held: OrderedDict[str, Window] = OrderedDict()

    async def before(self, message: Message) -> tuple[Message, ...]:
        """The window that ends just before `message` on its path, oldest first: whole turns only."""
        held = self._held.get(message.session_id)
        if held is None or held.newest != message.parent_id:
            parent = message.parent_id
            path = await self._messages.path(parent, self._size) if parent is not None and self._size else ()
            held = Window(self._size)
            for each in path:
                held.add(each)
            self._hold(message.session_id, held)
        return held.whole()

    def left_behind(self, newest: Message) -> str | None:
        """The last message before the window that ends with `newest`; None when there is none, or it is not held."""
        if not self._size:
            return newest.id
        held = self._held.get(newest.session_id)
        return held.oldest.parent_id if held and len(held) == self._size else None

    async def replies(self, question: Message) -> Sequence[Message]:
        """What was answered to it so far."""
        return await self._messages.replies(question)

    def add(self, message: Message) -> None:
        """Remember a message just kept in a session whose window is held."""
        held = self._held.get(message.session_id)
        if held is None:
            return
        if held.newest != message.parent_id:
            del self._held[message.session_id]
            return
        held.add(message)
        self._held.move_to_end(message.session_id)

    def _hold(self, session_id: str, window: Window) -> None:
        self._held[session_id] = window
        self._held.move_to_end(session_id)
        if len(self._held) > self._sessions:
            self._held.popitem(last=False)
