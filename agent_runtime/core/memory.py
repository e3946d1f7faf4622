"""What outlasts a stream: memories, lots that are over, summaries of conversations; and the ports that keep them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from agent_runtime.core.conversation import Page
from agent_runtime.core.money import Money

MemoryKind = Literal["outcome", "bidder", "fact", "joke"]
HALF_LIFE = timedelta(days=30)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Memory(_Value):
    """One thing an agent remembers, worded so that it can be read to a model or an audience.

    `subject` is what it is about (a lot's title, a bidder's name, a guest's). `importance` is 0 to 1. `about_user`
    is set for what a guest told in private: it is recalled for that guest alone, never on a stream; None is public.
    `source_message_id` is the message or event it comes from.
    """

    id: str
    agent_id: str
    kind: MemoryKind
    subject: str
    text: str
    importance: float = Field(ge=0, le=1)
    about_user: str | None = None
    source_message_id: str | None = None
    created_at: datetime
    last_used_at: datetime | None = None


class Recollection(_Value):
    """A memory that came to mind; `score` is relevance x importance x 2^(-age / half-life), 0 to 1.

    Age counts from when it was made or last used, whichever is later: what is used stays fresh.
    """

    memory: Memory
    score: float


class PastLot(_Value):
    """A lot that is over. `number` is its place in its campaign (or among lots of none), counted from 1 by start."""

    auction_id: str
    number: int
    title: str
    outcome: Literal["sold", "passed", "cancelled"]
    bidder: str | None = None
    amount: Money | None = None
    ended_at: datetime | None = None
    campaign_id: str | None = None


class Summary(_Value):
    """What a long conversation was about, up to and with the message at place `upto_seq`."""

    session_id: str
    upto_seq: int
    text: str
    updated_at: datetime


class Memories(Protocol):
    """Memories as kept. Raises Unavailable; Refused for what cannot be kept."""

    async def remember(self, memories: Sequence[Memory]) -> Sequence[Memory]:
        """Keep each by its id, all or none; those that are new or in new words, in their order.

        Keeping the same words twice changes nothing. What was forgotten stays so, whatever its words are by now;
        only a fact or joke told after that is told anew. An id that is another agent's is left as it is.
        """
        ...

    async def recall(
        self,
        agent_id: str,
        question: str,
        *,
        now: datetime,
        about_user: str | None = None,
        half_life: timedelta = HALF_LIFE,
        limit: int = 5,
    ) -> Sequence[Recollection]:
        """What comes to mind at `question`, best first: public memories and those of `about_user`.

        Relevance is 0 to 1 by full-text search; the cost does not grow with what is forgotten or of others. Any text
        may be asked; one without a word to look for brings nothing to mind. Raises Refused for a half-life of zero.
        """
        ...

    async def touch(self, ids: Sequence[str], now: datetime) -> None:
        """They were used just now; ids that are not there are left out."""
        ...

    async def newest(self, agent_id: str, limit: int) -> Sequence[Memory]:
        """The newest public ones, newest first."""
        ...

    async def list(self, agent_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Memory]:
        """Private ones too, newest first, stable under inserts. Raises Refused for a cursor that is not ours."""
        ...

    async def forget(self, agent_id: str, memory_id: str) -> None:
        """At once and for good: it is not remembered again (see `remember`). Raises NotFound("memory", id)."""
        ...

    async def forget_all(self, agent_id: str) -> int:
        """Forget each, as `forget` does; how many there were."""
        ...


class Summaries(Protocol):
    """One summary a session."""

    async def get(self, session_id: str) -> Summary | None: ...

    async def save(self, summary: Summary, upto: str | None = None) -> None:
        """Insert or replace; an older one than is kept (by `upto_seq`) changes nothing.

        `upto` is the last message that it sums up: once that is deleted, or the path goes on elsewhere, there is
        nothing to keep. Raises NotFound.
        """
        ...


class Chronicle(Protocol):
    """What the records tell of lots that are over, of bidders and of campaigns. Raises Unavailable."""

    async def past_lots(self, *, campaign_id: str | None = None, limit: int = 200) -> Sequence[PastLot]:
        """Lots that are over, the newest first; of one campaign, or of all."""
        ...

    async def regulars(self, limit: int = 1000) -> frozenset[str]:
        """User ids of those who bid in any lot so far, those with the newest bids first up to `limit`.

        Looks at a bounded number of the newest bids: rejected ones do not count.
        """
        ...

    async def titles(self, auction_ids: Sequence[str]) -> dict[str, str]:
        """Names of the works of lots, where they are known."""
        ...
