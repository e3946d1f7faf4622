"""The parameters of queries and headers, and the body of events: told here for those who read the API.

The handlers read them by hand, so that what is wrong is said in words; tests hold both against each other.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, RootModel, StringConstraints


class Paging(BaseModel):
    limit: int = Field(default=50, ge=1, le=200, description="How many, at most.")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")


class SessionQuery(Paging):
    character: str | None = Field(default=None, description="Sessions with this character only, by slug.")
    q: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, description="Messages that have these words; each session comes with the one found."
    )


class MessageQuery(Paging):
    every: bool = Field(default=False, description="All branches, not only the path that the session shows.")
    last: int | None = Field(default=None, ge=1, le=200, description="The newest so many, instead of a page.")
    before: int | None = Field(
        default=None, ge=0, lt=10**18, description="Of those with a `seq` below this one, the newest `last` (50)."
    )


class ExportQuery(BaseModel):
    format: Literal["md", "json", "jsonl"] = Field(default="md", description="To read, whole, or a line a message.")


class KeyHeaders(BaseModel):
    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None,
        alias="Idempotency-Key",
        description="The same request sent again under this key, within 24 hours, does nothing again.",
    )


class CachedHeaders(BaseModel):
    if_none_match: str | None = Field(
        default=None, alias="If-None-Match", description="The `ETag` one has: 304 where nothing has changed."
    )


class WriteHeaders(BaseModel):
    if_match: str | None = Field(
        default=None, alias="If-Match", description="The `ETag` that was read: 412 where it is another now."
    )
    if_none_match: str | None = Field(
        default=None, alias="If-None-Match", description="`*`: 412 where there is one already."
    )


class ImportQuery(BaseModel):
    replace: bool = Field(default=False, description="In the place of the character that has the same slug.")


class CardQuery(BaseModel):
    format: Literal["json", "eliza", "yaml", "png"] = Field(
        default="json", description="A Character Card V3, elizaOS, our own, or a picture with the card in it."
    )


class CharacterBody(RootModel[dict[str, Any]]):
    """A character as in a file, or `{"follow": true}`."""


class MemoryQuery(Paging):
    q: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, description="What comes to mind at this question, best first; takes no cursor."
    )
    user: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="Whose private memories `q` may find."
    )


class EventQuery(Paging):
    type: str | None = Field(default=None, description="Events of this type only.")
    since: datetime | None = Field(default=None, description="Events from this time on; without offset it is UTC.")
    dead: bool | None = Field(default=None, description="Dead letters only, or none of them.")


class ResumeHeaders(BaseModel):
    last_event_id: str | None = Field(
        default=None, alias="Last-Event-ID", description="Go on behind this event; one of an earlier run is ignored."
    )


class WatchQuery(BaseModel):
    types: str | None = Field(default=None, description="These types of events only, with commas between them.")
    agents: str | None = Field(
        default=None, description="Of events that name an agent, those of these ids only, with commas between them."
    )
    last_event_id: str | None = Field(
        default=None, description="Instead of the header `Last-Event-ID`, for those who cannot send it."
    )


class EventBody(BaseModel):
    """An envelope as the platform publishes it. What cannot be used is kept as a dead letter and counted."""

    id: Annotated[str, StringConstraints(min_length=1)]
    timestamp: int | None = Field(default=None, description="Epoch milliseconds; now, where there is none.")
    type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,32}(:[A-Za-z0-9_]{1,32}){0,3}$")]
    source: str = ""
    version: Annotated[str, StringConstraints(pattern=r"^1(\.[0-9]{1,3}){0,2}$")] = "1.0"
    data: dict[str, Any]


class EventsBody(RootModel[EventBody | Annotated[list[EventBody], Field(min_length=1, max_length=5000)]]):
    """One event or up to 5000, each of at most 64 KB."""
