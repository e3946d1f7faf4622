"""Every URL on one screen."""

from aiohttp import web

from agent_runtime.web import agents, auctions, events, health, memories, sessions

ROUTES = (
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
    web.get("/api/agents", agents.listing),
    web.get("/api/agents/{id}", agents.read),
    web.post("/api/agents/{id}/pause", agents.pause),
    web.post("/api/agents/{id}/resume", agents.resume),
    web.post("/api/agents/{id}/mute", agents.mute),
    web.post("/api/agents/{id}/unmute", agents.unmute),
    web.post("/api/agents/{id}/say", agents.say),
    web.get("/api/agents/{id}/memories", memories.listing),
    web.delete("/api/agents/{id}/memories", memories.forget_all),
    web.delete("/api/agents/{id}/memories/{memory_id}", memories.forget),
    web.get("/api/auctions", auctions.listing),
    web.get("/api/auctions/{id}", auctions.read),
    web.get("/api/auctions/{id}/bids", auctions.bids),
    web.post("/api/sessions", sessions.create),
    web.get("/api/sessions", sessions.listing),
    web.get("/api/sessions/{id}", sessions.read),
    web.delete("/api/sessions/{id}", sessions.delete),
    web.get("/api/sessions/{id}/messages", sessions.messages),
    web.post("/api/sessions/{id}/messages", sessions.turn),
    web.post("/api/events", events.post),
    web.get("/api/events", events.listing),
    web.get("/api/events/stream", events.follow, allow_head=False),
)
