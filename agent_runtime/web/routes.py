"""Every URL on one screen."""

from aiohttp import web

from agent_runtime.web import agents, events, health, sessions

ROUTES = (
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
    web.get("/api/agents", agents.listing),
    web.get("/api/agents/{id}", agents.read),
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
