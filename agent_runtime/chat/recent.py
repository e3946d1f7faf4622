"""Turns that run, and those that ended a short while ago: whoever lost the connection finds them here again."""

from collections import OrderedDict

from agent_runtime.chat.turn import Turn

_ENDED_KEPT = 256  # after these a turn is told from the store: its text is the same, its pieces are not known any more


class Recent:
    """Turns by id; of those that are over only the newest."""

    def __init__(self) -> None:
        self._running: dict[str, Turn] = {}
        self._ended: OrderedDict[str, Turn] = OrderedDict()

    def get(self, turn_id: str) -> Turn | None:
        """The turn, or None when it is unknown here or was over long ago."""
        return self._running.get(turn_id) or self._ended.get(turn_id)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of those that run."""
        return tuple(self._running)

    def add(self, turn: Turn) -> None:
        """A turn that runs from now on."""
        self._running[turn.id] = turn

    def ended(self, turn: Turn) -> None:
        """It is over."""
        self._running.pop(turn.id, None)
        self._ended[turn.id] = turn
        if len(self._ended) > _ENDED_KEPT:
            self._ended.popitem(last=False)
