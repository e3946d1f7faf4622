"""What is said over a socket: what a watcher may ask, and the messages it is sent beside the events."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, ValidationError

from agent_runtime.web.errors import Problem
from agent_runtime.web.sse import ServerEvent
from agent_runtime.web.watching import Wanted

Name = Annotated[str, StringConstraints(max_length=64)]
Names = Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]


class _Ask(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PingAsk(_Ask):
    """Is anybody there? `token` comes back in the `pong`."""

    ask: Literal["ping"]
    token: Name | None = None


class FilterAsk(_Ask):
    """From now on these types of events and these agents only; without names, all."""

    ask: Literal["filter"]
    types: Names | None = None
    agents: Names | None = None


class SnapshotAsk(_Ask):
    """How does everyone stand now?"""

    ask: Literal["snapshot"]


class SocketAsk(RootModel[Annotated[PingAsk | FilterAsk | SnapshotAsk, Field(discriminator="ask")]]):
    """What a watcher may ask."""


class PongView(BaseModel):
    """The answer to `ping`."""

    token: str | None = None


class FilterView(BaseModel):
    """The answer to `filter`: what is sent from now on; null is everything."""

    types: tuple[str, ...] | None
    agents: tuple[str, ...] | None

    @classmethod
    def of(cls, wanted: Wanted) -> "FilterView":
        """The filter with its names in order."""
        return cls(types=_sorted(wanted.types), agents=_sorted(wanted.agents))


def read_ask(text: str) -> PingAsk | FilterAsk | SnapshotAsk:
    """What a message asks. Raises Problem."""
    try:
        return SocketAsk.model_validate_json(text).root
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(400, "invalid_json", first["msg"], pointer="") from error
        place = "".join(f"/{part}" for part in first["loc"][1:])  # the first part names the ask
        raise Problem(422, "invalid_body", first["msg"], pointer=place) from error


def encoded(event: ServerEvent) -> bytes:
    """A message as it is sent: JSON with `id`, `event` and `data`. Names and ids hold nothing that needs escaping."""
    return b'{"id":"%b","event":"%b","data":%b}' % ((event.id or "").encode(), event.event.encode(), event.data)


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))
