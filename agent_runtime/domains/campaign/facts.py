"""What the free data of a `campaign:*` event says of a campaign: read field by field, each of them or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args

from agent_runtime.core.events import is_identifier
from agent_runtime.core.platform import CampaignStatus
from agent_runtime.core.text import plain
from agent_runtime.core.wire import FreeEvent

TITLE_LIMIT = 80
_STATUSES: Mapping[str, CampaignStatus] = {status: status for status in get_args(CampaignStatus)}
_MOST_DAYS = 10_000
_DATE_LENGTH = len("2026-11-21")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a campaign; None and "" are not said.

    `day` counts from 1, of `days`. `starts`, `ends` and `on` (the date of the day) are moments in UTC, or plain
    dates, which are those of the campaign's own time zone. `lot` is the one in hand.
    """

    name: str = ""
    day: int | None = None
    days: int | None = None
    status: CampaignStatus | None = None
    starts: date | None = None
    ends: date | None = None
    on: date | None = None
    lot: str | None = None


def campaign_id_in(event: FreeEvent) -> str | None:
    """Which campaign an event is about."""
    said = event.model_extra or {}
    return next((said[name] for name in ("campaignId", "id") if is_identifier(said.get(name))), None)


def facts_in(event: FreeEvent) -> Facts:
    """What can be read of the event's data."""
    said = event.model_extra or {}
    status, lot = said.get("status"), said.get("currentAuctionId")
    return Facts(
        name=title_from(said.get("name")),
        day=_first_count(said, "newDay", "day", "currentDay"),
        days=_first_count(said, "totalDays"),
        status=_STATUSES.get(status.upper()) if isinstance(status, str) else None,
        starts=_date(said.get("startDate")),
        ends=_date(said.get("endDate")),
        on=_date(said.get("date")),
        lot=lot if is_identifier(lot) else None,
    )


def title_from(value: object) -> str:
    """A campaign's name, fit to be said."""
    return plain(value, TITLE_LIMIT) if isinstance(value, str) else ""


def count_from(value: object) -> int | None:
    """A day's number, or how many there are: from 1."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_MOST_DAYS)):
        value = int(value)
    return value if type(value) is int and 1 <= value <= _MOST_DAYS else None


def _first_count(said: Mapping[str, Any], *names: str) -> int | None:
    counts = (count_from(said.get(name)) for name in names)
    return next((count for count in counts if count is not None), None)


def _date(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        if len(value) == _DATE_LENGTH:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
