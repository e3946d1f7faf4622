"""Somebody in the audience says something to an agent: how much it is worth answering, and how often one may ask."""

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from agent_runtime.core.text import display_name, plain

_CONTENT_LIMIT = 500
_ANYBODY = "somebody in the audience"


class Addressed(Protocol):
    """The event `agent:interaction` (see domains/agent/events.py)."""

    @property
    def event_id(self) -> str: ...

    @property
    def agent_id(self) -> str: ...

    @property
    def interaction_id(self) -> str: ...

    @property
    def user_id(self) -> str | None: ...

    @property
    def twitter_handle(self) -> str | None: ...

    @property
    def content(self) -> str: ...

    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A message to an agent, made safe. `at` is when it came (monotonic seconds), `worth` ranks those that wait."""

    event_id: str
    interaction_id: str
    user: str
    handle: str | None
    content: str
    at: float
    worth: float
    wants_answer: bool

    @property
    def name(self) -> str:
        """What to call who asks."""
        return self.handle or _ANYBODY


def asked(event: Addressed, names: Iterable[str], at: float, *, is_new_user: bool) -> Asked:
    """An event as it waits: worth more by naming the agent, by being a question, by coming from somebody new."""
    content = plain(event.content, _CONTENT_LIMIT)
    is_mention = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", content, re.IGNORECASE) for name in names if name)
    is_question = event.kind == "QUESTION" or "?" in content
    worth = 1.0 + 0.5 * is_mention + 0.3 * is_question + 0.1 * (event.kind == "QUESTION") + 0.2 * is_new_user
    return Asked(
        event_id=event.event_id,
        interaction_id=event.interaction_id,
        user=user_of(event),
        handle=display_name(event.twitter_handle, "") or None,
        content=content,
        at=at,
        worth=round(worth, 2),
        wants_answer=bool(content) and (is_mention or is_question),
    )


def user_of(event: Addressed) -> str:
    """Whom its frequency is counted under; all who do not say who they are share one place."""
    return event.user_id or (f"@{event.twitter_handle}" if event.twitter_handle else "")


class Frequency:
    """A token bucket a user: `most` messages at once, so many again `within_s` later; the newest users are held."""

    def __init__(self, most: int = 3, within_s: float = 60.0, users: int = 10_000) -> None:
        self._most = most
        self._within_s = within_s
        self._users = users
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def knows(self, user: str) -> bool:
        """Whether this user was heard lately."""
        return user in self._held

    def allows(self, user: str, now: float) -> bool:
        """Take one of the user's messages, if one is left at `now` (monotonic seconds)."""
        left, at = self._held.get(user, (float(self._most), now))
        left = min(float(self._most), left + (now - at) * self._most / self._within_s)
        is_allowed = left >= 1
        self._held[user] = (left - is_allowed, now)
        self._held.move_to_end(user)
        if len(self._held) > self._users:
            self._held.popitem(last=False)
        return is_allowed
