"""What the handlers answer that has no class of its own in schemas.py: told here for those who read the API."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from agent_runtime.core.presence import AgentContext, AgentMood, AgentScene, Mood
from agent_runtime.web.lots import BidView, LotView
from agent_runtime.web.schemas import EventView, MemoryView, MessageView, SessionView

V = TypeVar("V")


class Page(BaseModel, Generic[V]):
    """One page of a list; `next_cursor` is null on the last one."""

    data: tuple[V, ...]
    next_cursor: str | None


class ProblemPlace(BaseModel):
    """One thing that is wrong; `pointer` is a JSON pointer into the body. Of a file also where in its text, from 1."""

    pointer: str
    detail: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    hint: str | None = None


class ProblemView(BaseModel):
    """RFC 9457: `code` is for programs, `detail` for people."""

    type: Literal["about:blank"]
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: tuple[ProblemPlace, ...] | None = None
    turn_id: str | None = None
    reason: str | None = None


class AliveView(BaseModel):
    status: Literal["ok"]


class PartView(BaseModel):
    """How one part stands, with its latency where it was measured."""

    status: Literal["ok", "degraded", "down"]
    detail: str
    latency_ms: float | None


class HealthView(BaseModel):
    status: Literal["ok", "degraded", "down", "draining"]
    parts: dict[str, PartView]


class AgentView(BaseModel):
    """A running character; `mood`, `context` and `scene` as other services read them in Redis."""

    id: str
    name: str
    character: str
    status: Literal["INITIALIZING", "ACTIVE", "PAUSED", "INACTIVE"]
    muted: bool
    session_id: str
    mood: AgentMood
    context: AgentContext
    scene: AgentScene


class BrokenView(BaseModel):
    """A character file that cannot be used as it is; `character` is the slug of the version that goes on."""

    file: str
    errors: tuple[str, ...]
    character: str | None


class AgentPage(Page[AgentView]):
    """Those that run, and the character files that could not be read."""

    broken: tuple[BrokenView, ...]


class MemoryPage(Page[MemoryView]):
    """Memories, the newest or the best first."""


class LotPage(Page[LotView]):
    """Lots in hand, then those that are kept, newest first."""


class BidPage(Page[BidView]):
    """Bids, newest first."""


class FoundView(SessionView):
    """A session, with the message that was searched for."""

    found: MessageView | None = None


class SessionPage(Page[FoundView]):
    """Conversations, newest first."""


class MessagePage(Page[MessageView]):
    """Messages by `seq`, without gaps."""


class EventPage(Page[EventView]):
    """Rows of the event log."""


class ForgottenView(BaseModel):
    """How many memories are gone."""

    forgotten: int


class LotDetail(LotView):
    """`coalesced` tells, by agent, how many moments of the lot were told together with others or gave way.

    `overtaken` counts messages that its outcome went before, in a storm.
    """

    coalesced: dict[str, int]
    overtaken: int


class UsageView(BaseModel):
    """What the model told; null for the scripted voice."""

    prompt_tokens: int | None
    completion_tokens: int | None


class DraftView(BaseModel):
    """The character that is made with the author, as it is now: what it still lacks, and what is wrong with it."""

    content: dict[str, Any]
    missing: tuple[str, ...]
    problems: tuple[str, ...]


class ExportedView(BaseModel):
    """The character that was made; with a number behind its slug where the name was taken."""

    slug: str
    name: str


class ReplyView(BaseModel):
    """A turn that is done: both messages as they were kept. `draft` is there in a conversation with the author."""

    turn_id: str
    message: MessageView
    user_message: MessageView
    mood: Mood
    usage: UsageView
    draft: DraftView | None = None


class EditedView(BaseModel):
    """A guest's message edited gives the fields of a turn, a reply edited only `message`."""

    message: MessageView
    turn_id: str | None = None
    user_message: MessageView | None = None
    mood: Mood | None = None
    usage: UsageView | None = None
    draft: DraftView | None = None


class MessageDetail(BaseModel):
    """`siblings` stand in the same place of the conversation, the message among them."""

    message: MessageView
    siblings: tuple[MessageView, ...]


class TipView(BaseModel):
    """The newest message of the path that the session shows now."""

    tip: MessageView


class SectionView(BaseModel):
    """A part of a prompt; `message` is the number of the message it belongs to, `tokens` an estimate."""

    name: str
    role: Literal["system", "user", "assistant"]
    tokens: int
    message: int
    text: str


class PromptMessageView(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class PromptView(BaseModel):
    """A prompt by section, and as the messages these make up."""

    sections: tuple[SectionView, ...]
    messages: tuple[PromptMessageView, ...]
    tokens: int


class TraceView(PromptView):
    """What a model saw. `is_sent` is false for the scripted voice, which reads no prompt: then it is the one that
    a model would have been sent."""

    turn_id: str
    session_id: str
    kind: str
    cause: str
    model: str
    is_sent: bool
    timings_ms: dict[str, float]
    reply: str
    state: str
    problem: str | None


class TurnSnapshot(BaseModel):
    """How far a turn is when its stream begins."""

    turn_id: str
    user_message: MessageView
    text: str


class TextDelta(BaseModel):
    """A piece of the reply."""

    text: str


class AcceptedView(BaseModel):
    """What became of the events sent; the three add up to their number."""

    accepted: int = Field(ge=0)
    duplicate: int = Field(ge=0)
    dead: int = Field(ge=0)


class AgentsSnapshot(BaseModel):
    """How everyone stands when a stream begins."""

    agents: tuple[AgentView, ...]
