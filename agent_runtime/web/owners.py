"""Whose a session is, and whatever is in it: for another key it is not there."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

from agent_runtime.core.errors import NotFound
from agent_runtime.web.services import Services

_HELD = 10_000


async def _of_session(_services: Services, identifier: str) -> str:
    return identifier


async def _of_turn(services: Services, identifier: str) -> str:
    return (await services.turns.get(identifier)).session_id


async def _of_message(services: Services, identifier: str) -> str:
    return (await services.messages.get(identifier)).session_id


_SESSION_OF: Mapping[str, Callable[[Services, str], Awaitable[str]]] = {
    "session": _of_session,
    "turn": _of_turn,
    "message": _of_message,
}
_PATHS = {f"/api/{name}s/{{id}}": name for name in _SESSION_OF}


def named_by(path: str) -> str:
    """What the `{id}` of a URL names, where that has an owner: session, turn or message; else nothing."""
    return next((name for start, name in _PATHS.items() if f"{path}/".startswith(f"{start}/")), "")


class Owners:
    """Who owns what was asked for last; that never changes, and ids are not given twice."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], str | None] = OrderedDict()

    async def check(self, services: Services, named: str, identifier: str, owner: str) -> None:
        """Raises NotFound for what is another's, in the words for what is not there."""
        place = (named, identifier)
        if place not in self._known:
            self._known[place] = await _owner(services, named, identifier)
        self._known.move_to_end(place)
        if len(self._known) > _HELD:
            self._known.popitem(last=False)
        if self._known[place] != owner:
            raise NotFound(named, identifier)


async def _owner(services: Services, named: str, identifier: str) -> str | None:
    session_id = await _SESSION_OF[named](services, identifier)
    try:
        return (await services.sessions.get(session_id)).owner
    except NotFound as error:
        raise NotFound(named, identifier) from error
