"""Every URL on one screen, with everything that docs/openapi.json says of it (`agent-runtime openapi` writes that).

A new URL is a new row: its reply is a model of schemas.py or replies.py, its problems are codes of codes.py.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from agent_runtime.core.events import Envelope
from agent_runtime.web import (
    agents,
    auctions,
    events,
    health,
    memories,
    messages,
    pages,
    session_files,
    sessions,
    turns,
)
from agent_runtime.web.parameters import (
    CharacterBody,
    EventQuery,
    EventsBody,
    ExportQuery,
    KeyHeaders,
    MemoryQuery,
    MessageQuery,
    Paging,
    ResumeHeaders,
    SessionQuery,
)
from agent_runtime.web.replies import (
    AcceptedView,
    AgentPage,
    AgentsSnapshot,
    AgentView,
    AliveView,
    BidPage,
    EditedView,
    EventPage,
    ForgottenView,
    HealthView,
    LotDetail,
    LotPage,
    MemoryPage,
    MessageDetail,
    MessagePage,
    ProblemView,
    PromptView,
    ReplyView,
    SessionPage,
    TextDelta,
    TipView,
    TraceView,
    TurnSnapshot,
)
from agent_runtime.web.route import Route, delete, get, post, put
from agent_runtime.web.schemas import (
    CharacterFileView,
    EditBody,
    MessageView,
    NewSessionBody,
    PreviewBody,
    RegenerateBody,
    SayBody,
    SessionView,
    TurnBody,
    TurnView,
)

_SAYING = ("silent", "busy", "model_failed", "draining")
_TURN = ("turn_running", "busy", "model_failed", "draining", "interrupted")
_KEY = ("bad_key", "key_reused", "turn_running")
_TURN_STREAM: Mapping[str, type[BaseModel]] = {
    "snapshot": TurnSnapshot,
    "delta": TextDelta,
    "message": MessageView,
    "done": ReplyView,
    "problem": ProblemView,
}
_EVENT_STREAM: Mapping[str, type[BaseModel]] = {"snapshot": AgentsSnapshot, "*": Envelope}

# fmt: off
ROUTES: tuple[Route, ...] = (
    get("/healthz", health.alive, "The process answers", AliveView),
    get("/readyz", health.ready, "How every part is", HealthView, otherwise={503: HealthView}),
    get("/openapi.json", pages.openapi, "This document"),
    get("/docs", pages.docs, "This document as a page to try things on", media="text/html"),
    get("/static/{name}", pages.static, "A file of a page", media="*/*"),
    get("/api/agents", agents.listing, "The characters that run, and files that could not be read", AgentPage),
    get("/api/agents/{id}", agents.read, "One that runs", AgentView),
    post("/api/agents/{id}/pause", agents.pause, "Let it say nothing until it goes on", AgentView),
    post("/api/agents/{id}/resume", agents.resume, "Let it go on", AgentView),
    post("/api/agents/{id}/mute", agents.mute, "Silence it before this answers; what waited is dropped", AgentView),
    post("/api/agents/{id}/unmute", agents.unmute, "Let it speak again", AgentView),
    post("/api/agents/{id}/say", agents.say, "Let it say a line, or answer a prompt aloud",
        AgentView, status=202, takes=SayBody, may=_SAYING),
    get("/api/agents/{id}/memories", memories.listing, "What it remembers, newest first",
        MemoryPage, query=MemoryQuery),
    delete("/api/agents/{id}/memories", memories.forget_all, "Forget everything", ForgottenView),
    delete("/api/agents/{id}/memories/{memory_id}", memories.forget, "Forget one thing", status=204),
    get("/api/auctions", auctions.listing, "Lots in hand, then those that are kept", LotPage, query=Paging),
    get("/api/auctions/{id}", auctions.read, "One lot as it stands", LotDetail),
    get("/api/auctions/{id}/bids", auctions.bids, "The bids on it, newest first", BidPage, query=Paging),
    post("/api/sessions", sessions.create, "Begin a conversation",
        SessionView, status=201, takes=NewSessionBody, headers=KeyHeaders,
        may=("not_found", "refused", "draining", *_KEY)),
    get("/api/sessions", sessions.listing, "Conversations, newest first, or those in which something was said",
        SessionPage, query=SessionQuery),
    get("/api/sessions/{id}", sessions.read, "One conversation", SessionView),
    delete("/api/sessions/{id}", sessions.delete, "Delete it with everything said in it", status=204),
    get("/api/sessions/{id}/messages", sessions.messages, "What was said, oldest first",
        MessagePage, query=MessageQuery),
    post("/api/sessions/{id}/messages", sessions.turn, "Say something, and be answered",
        ReplyView, takes=TurnBody, streams=_TURN_STREAM, headers=KeyHeaders,
        may=(*_TURN, *_KEY, "failed", "truncated")),
    get("/api/sessions/{id}/character-file", session_files.character_file, "The character it keeps",
        CharacterFileView),
    put("/api/sessions/{id}/character-file", session_files.put_character_file,
        "Give it another character, or `{\"follow\": true}` to take the one in its file",
        CharacterFileView, takes=CharacterBody),
    get("/api/sessions/{id}/export", session_files.export, "The transcript as a file",
        media="*/*", query=ExportQuery),
    post("/api/sessions/{id}/preview", session_files.preview, "The prompt that would be sent",
        PromptView, takes=PreviewBody, may=("not_found",)),
    get("/api/turns/{id}", turns.read, "A turn as it stands", TurnView),
    get("/api/turns/{id}/stream", turns.follow, "A turn as it comes, from the beginning or behind an event",
        streams=_TURN_STREAM, headers=ResumeHeaders, has_head=False),
    post("/api/turns/{id}/stop", turns.stop, "Stop it; what was said of the reply is kept", TurnView),
    get("/api/turns/{id}/trace", turns.trace, "What the model saw, and what it answered", TraceView),
    get("/api/messages/{id}", messages.read, "A message, and what stands in the same place", MessageDetail),
    post("/api/messages/{id}/regenerate", messages.regenerate, "Another reply beside the one that is there",
        ReplyView, takes=RegenerateBody, streams=_TURN_STREAM, may=(*_TURN, "refused")),
    post("/api/messages/{id}/edit", messages.edit, "Other words in its place; a guest's are answered anew",
        EditedView, takes=EditBody, streams=_TURN_STREAM, may=_TURN),
    post("/api/messages/{id}/select", messages.select, "Go on from here: the session shows this path", TipView),
    post("/api/events", events.post, "Hand in events", AcceptedView, status=202, takes=EventsBody, may=("draining",)),
    get("/api/events", events.listing, "The log of events", EventPage, query=EventQuery),
    get("/api/events/stream", events.follow, "Everything heard and said",
        streams=_EVENT_STREAM, headers=ResumeHeaders, has_head=False),
)
# fmt: on
