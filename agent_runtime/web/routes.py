"""Every URL on one screen, with everything that docs/openapi.json says of it (`agent-runtime openapi` writes that).

A new URL is a new row: its reply is a model of schemas.py or replies.py, its problems are codes of codes.py.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from agent_runtime.core.character import Character
from agent_runtime.core.events import Envelope
from agent_runtime.web import (
    agents,
    auctions,
    cards,
    characters,
    events,
    health,
    memories,
    messages,
    metrics,
    pages,
    session_files,
    sessions,
    sockets,
    turns,
)
from agent_runtime.web.access import ADMIN, ANY_WORK, ANYONE, CHAT, CHAT_OR_READ, OPERATE, READ
from agent_runtime.web.character_views import CharacterDocument, CharacterPage, ImportedView, ValidationView
from agent_runtime.web.openai import completions, models, responses
from agent_runtime.web.openai.chat_replies import ChunkEvent, CompletionView
from agent_runtime.web.openai.parameters import NamedHeaders
from agent_runtime.web.openai.response_stream import STREAM as RESPONSE_STREAM
from agent_runtime.web.openai.response_views import ResponseView
from agent_runtime.web.openai.schemas import ChatBody, ModelList, ModelView, ResponseBody
from agent_runtime.web.parameters import (
    CachedHeaders,
    CardQuery,
    CharacterBody,
    EventQuery,
    EventsBody,
    ExportQuery,
    ImportQuery,
    KeyHeaders,
    MemoryQuery,
    MessageQuery,
    Paging,
    ResumeHeaders,
    SessionQuery,
    WatchQuery,
    WriteHeaders,
)
from agent_runtime.web.replies import (
    AcceptedView,
    AgentPage,
    AgentsSnapshot,
    AgentView,
    AliveView,
    BidPage,
    DraftView,
    EditedView,
    EventPage,
    ExportedView,
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
from agent_runtime.web.route import JSON, PNG, YAML, Route, delete, get, post, put
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
from agent_runtime.web.socket_messages import FilterView, PongView, SocketAsk

_SAYING = ("silent", "busy", "model_failed", "draining")
_TURN = ("turn_running", "busy", "model_failed", "draining", "interrupted")
_FILE = ("invalid_file", "busy")
_KEY = ("bad_key", "key_reused", "turn_running")
_TURN_STREAM: Mapping[str, type[BaseModel]] = {
    "snapshot": TurnSnapshot,
    "delta": TextDelta,
    "draft": DraftView,
    "message": MessageView,
    "done": ReplyView,
    "problem": ProblemView,
}
_EVENT_STREAM: Mapping[str, type[BaseModel]] = {"snapshot": AgentsSnapshot, "*": Envelope}
_SOCKET: Mapping[str, type[BaseModel]] = {
    "snapshot": AgentsSnapshot,
    "pong": PongView,
    "filter": FilterView,
    "problem": ProblemView,
    "*": Envelope,
}

# fmt: off
ROUTES: tuple[Route, ...] = (
    get("/healthz", health.alive, "The process answers", AliveView, to=ANYONE),
    get("/readyz", health.ready, "How every part is", HealthView, otherwise={503: HealthView}, to=ANYONE),
    get("/metrics", metrics.metrics, "Figures of everything, for Prometheus", media="text/plain", to=READ),
    get("/", pages.home, "Leads to the page of this document", status=307, media="text/plain", to=ANYONE),
    get("/openapi.json", pages.openapi, "This document", to=ANYONE),
    get("/docs", pages.docs, "This document as a page to try things on", media="text/html", to=ANYONE),
    get("/static/{name}", pages.static, "A file of a page", media="*/*", to=ANYONE),
    get("/api/agents", agents.listing, "The characters that run, and files that could not be read", AgentPage,
        to=ANY_WORK),
    get("/api/agents/{id}", agents.read, "One that runs", AgentView, to=ANY_WORK),
    post("/api/agents/{id}/pause", agents.pause, "Let it say nothing until it goes on", AgentView, to=OPERATE),
    post("/api/agents/{id}/resume", agents.resume, "Let it go on", AgentView, to=OPERATE),
    post("/api/agents/{id}/mute", agents.mute, "Silence it before this answers; what waited is dropped", AgentView,
        to=OPERATE),
    post("/api/agents/{id}/unmute", agents.unmute, "Let it speak again", AgentView, to=OPERATE),
    post("/api/agents/{id}/say", agents.say, "Let it say a line, or answer a prompt aloud",
        AgentView, status=202, takes=SayBody, may=_SAYING, to=OPERATE),
    get("/api/agents/{id}/memories", memories.listing, "What it remembers, newest first",
        MemoryPage, query=MemoryQuery, to=READ),
    delete("/api/agents/{id}/memories", memories.forget_all, "Forget everything", ForgottenView, to=ADMIN),
    delete("/api/agents/{id}/memories/{memory_id}", memories.forget, "Forget one thing", status=204, to=ADMIN),
    get("/api/characters", characters.listing, "Character files, those that are broken too",
        CharacterPage, query=Paging, may=("busy",), to=CHAT_OR_READ),
    get("/api/characters/{slug}", characters.read, "One, as its file has it",
        CharacterDocument, also=(YAML,), headers=CachedHeaders, otherwise={304: None}, may=_FILE, to=CHAT_OR_READ),
    put("/api/characters/{slug}", characters.put, "Make it, or replace it; it can be talked to at once",
        CharacterDocument, status=201, otherwise={200: CharacterDocument}, takes=Character, sent_as=(JSON, YAML),
        also=(YAML,), headers=WriteHeaders, may=("changed", "unconditional", "refused", *_FILE), to=ADMIN),
    delete("/api/characters/{slug}", characters.delete, "Delete it, unless it runs or is the only one",
        status=204, headers=WriteHeaders, may=("in_use", "changed", "busy"), to=ADMIN),
    get("/api/characters/{slug}/card.png", cards.picture, "A picture with the character in it",
        media=PNG, headers=CachedHeaders, otherwise={304: None}, may=_FILE, to=CHAT_OR_READ),
    get("/api/characters/{slug}/card", cards.card, "The character for another program",
        media="*/*", query=CardQuery, headers=CachedHeaders, otherwise={304: None}, may=_FILE, to=CHAT_OR_READ),
    post("/api/characters/validate", characters.validate, "What is wrong with a character; nothing is kept",
        ValidationView, takes=Character, sent_as=(JSON, YAML), may=("busy",), to=CHAT),
    post("/api/characters/import", cards.take_in, "Make a character of a card; what it is, is found out",
        ImportedView, status=201, sent_as=cards.CARD_TYPES, query=ImportQuery, headers=KeyHeaders,
        may=("bad_key", "key_reused", *_FILE), to=ADMIN),
    get("/api/auctions", auctions.listing, "Lots in hand, then those that are kept", LotPage, query=Paging, to=READ),
    get("/api/auctions/{id}", auctions.read, "One lot as it stands", LotDetail, to=READ),
    get("/api/auctions/{id}/bids", auctions.bids, "The bids on it, newest first", BidPage, query=Paging, to=READ),
    post("/api/sessions", sessions.create, "Begin a conversation",
        SessionView, status=201, takes=NewSessionBody, headers=KeyHeaders,
        may=("not_found", "refused", "draining", "failed", *_KEY), to=CHAT),
    get("/api/sessions", sessions.listing, "Conversations, newest first, or those in which something was said",
        SessionPage, query=SessionQuery, to=CHAT_OR_READ),
    get("/api/sessions/{id}", sessions.read, "One conversation", SessionView, to=CHAT_OR_READ),
    delete("/api/sessions/{id}", sessions.delete, "Delete it with everything said in it", status=204, to=CHAT),
    get("/api/sessions/{id}/messages", sessions.messages, "What was said, oldest first",
        MessagePage, query=MessageQuery, to=CHAT_OR_READ),
    post("/api/sessions/{id}/messages", sessions.turn, "Say something, and be answered",
        ReplyView, takes=TurnBody, streams=_TURN_STREAM, headers=KeyHeaders,
        may=(*_TURN, *_KEY, "failed", "truncated"), to=CHAT, is_turn=True),
    get("/api/sessions/{id}/character-file", session_files.character_file, "The character it keeps",
        CharacterFileView, to=CHAT_OR_READ),
    put("/api/sessions/{id}/character-file", session_files.put_character_file,
        "Give it another character, or `{\"follow\": true}` to take the one in its file",
        CharacterFileView, takes=CharacterBody, to=CHAT),
    post("/api/sessions/{id}/character-file/export", session_files.export_character,
        "Make a character file of it, to be talked to at once",
        ExportedView, status=201, query=ImportQuery, may=("incomplete", "invalid_body", *_FILE), to=ADMIN),
    get("/api/sessions/{id}/export", session_files.export, "The transcript as a file",
        media="*/*", query=ExportQuery, to=CHAT_OR_READ),
    post("/api/sessions/{id}/preview", session_files.preview, "The prompt that would be sent",
        PromptView, takes=PreviewBody, may=("not_found",), to=CHAT),
    get("/api/turns/{id}", turns.read, "A turn as it stands", TurnView, to=CHAT_OR_READ),
    get("/api/turns/{id}/stream", turns.follow, "A turn as it comes, from the beginning or behind an event",
        streams=_TURN_STREAM, headers=ResumeHeaders, has_head=False, to=CHAT_OR_READ),
    post("/api/turns/{id}/stop", turns.stop, "Stop it; what was said of the reply is kept",
        TurnView, may=("turn_running",), to=CHAT),
    get("/api/turns/{id}/trace", turns.trace, "What the model saw, and what it answered", TraceView, to=CHAT_OR_READ),
    get("/api/messages/{id}", messages.read, "A message, and what stands in the same place", MessageDetail,
        to=CHAT_OR_READ),
    post("/api/messages/{id}/regenerate", messages.regenerate, "Another reply beside the one that is there",
        ReplyView, takes=RegenerateBody, streams=_TURN_STREAM, headers=KeyHeaders,
        may=(*_TURN, *_KEY, "refused", "failed", "truncated"), to=CHAT, is_turn=True),
    post("/api/messages/{id}/edit", messages.edit, "Other words in its place; a guest's are answered anew",
        EditedView, takes=EditBody, streams=_TURN_STREAM, headers=KeyHeaders,
        may=(*_TURN, *_KEY, "refused", "failed", "truncated"), to=CHAT, is_turn=True),
    post("/api/messages/{id}/select", messages.select, "Go on from here: the session shows this path",
        TipView, may=("busy", "turn_running"), to=CHAT),
    post("/api/events", events.post, "Hand in events", AcceptedView, status=202, takes=EventsBody, may=("draining",),
        to=OPERATE),
    get("/api/events", events.listing, "The log of events", EventPage, query=EventQuery, to=READ),
    get("/api/events/stream", events.follow, "Everything heard and said",
        streams=_EVENT_STREAM, query=WatchQuery, headers=ResumeHeaders, has_head=False, to=READ),
    get("/api/ws", sockets.connect, "The same as a WebSocket",
        status=101, streams=_SOCKET, hears=SocketAsk, query=WatchQuery, headers=ResumeHeaders, has_head=False,
        may=("not_a_socket", "bad_upgrade", "draining"), to=READ),
    get("/v1/models", models.models, "Characters as models", ModelList, to=CHAT_OR_READ),
    get("/v1/models/{id}", models.model, "One of them", ModelView, to=CHAT_OR_READ),
    post("/v1/chat/completions", completions.completions, "A turn, for clients of the OpenAI API",
        CompletionView, takes=ChatBody, streams={"": ChunkEvent}, headers=NamedHeaders,
        may=(*_TURN, *_KEY, "not_found", "refused", "failed", "truncated"), to=CHAT, is_turn=True),
    post("/v1/responses", responses.responses, "A turn as a response, for clients of the OpenAI API",
        ResponseView, takes=ResponseBody, streams=RESPONSE_STREAM, headers=NamedHeaders,
        may=(*_TURN, *_KEY, "not_found", "refused", "failed", "truncated"), to=CHAT, is_turn=True),
)
# fmt: on
