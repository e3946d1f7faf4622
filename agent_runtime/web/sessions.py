"""Sessions and messages: start, list, search, read, and take a turn as JSON or as a stream."""

from collections.abc import Awaitable

from aiohttp import web

from agent_runtime.chat.conversations import Already, Words
from agent_runtime.chat.talks import Guest
from agent_runtime.chat.turn import Turn
from agent_runtime.core.conversation import Message, Session
from agent_runtime.core.errors import NotFound
from agent_runtime.core.turns import Claim, Claimed
from agent_runtime.web.access import caller_of
from agent_runtime.web.bodies import limit_of, page_reply, read_body, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.idempotency import REPLAYED, check_same, claim_of
from agent_runtime.web.kept_turns import replay, shown
from agent_runtime.web.schemas import NewSessionBody, SessionView, TurnBody, UserBody
from agent_runtime.web.services import SERVICES, Services
from agent_runtime.web.sse import stream
from agent_runtime.web.turns import events, reply_body, timing

_LONGEST_SEARCH = 500


async def create(request: web.Request) -> web.Response:
    """POST /api/sessions"""
    body = await read_body(request, NewSessionBody)
    services, claim = request.app[SERVICES], claim_of(request, body)
    session = await services.starting.start(
        body.character,
        guest_of(request, body.user),
        body.metadata,
        greeting=body.greeting,
        claim=claim,
        owner=caller_of(request).owner,
    )
    is_replay = isinstance(session, Claimed)
    if isinstance(session, Claimed):
        check_same(claim, session)
        session = await _begun_before(services, session.id)
    response = reply(SessionView.of(session), status=201)
    response.headers["Location"] = f"/api/sessions/{session.id}"
    if is_replay:
        response.headers[REPLAYED] = "true"
    return response


async def listing(request: web.Request) -> web.Response:
    """GET /api/sessions, newest first; with `?q=` those in which it was said"""
    if "q" in request.query:
        return await _search(request)
    page = await request.app[SERVICES].sessions.list(
        limit=limit_of(request),
        cursor=request.query.get("cursor"),
        character=request.query.get("character"),
        owner=caller_of(request).only_of,
    )
    return page_reply([SessionView.of(each).model_dump(mode="json") for each in page.data], page.next_cursor)


async def read(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}"""
    return reply(SessionView.of(await request.app[SERVICES].sessions.get(request.match_info["id"])))


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/sessions/{id}"""
    services, session_id = request.app[SERVICES], request.match_info["id"]
    await services.sessions.delete(session_id)
    services.talks.forget(session_id)
    return web.Response(status=204)


async def messages(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}/messages, ascending: the active path, with `?every=true` all branches"""
    query, session_id = request.query, request.match_info["id"]
    every = query.get("every", "false")
    if every not in ("true", "false"):
        raise Problem(422, "invalid_query", "every must be true or false")
    kept = request.app[SERVICES].messages
    if "last" in query or "before" in query:
        if "cursor" in query or "limit" in query:
            raise Problem(422, "invalid_query", "last and before take neither limit nor cursor")
        found = await kept.last(session_id, limit_of(request, "last"), before=_before(request), every=every == "true")
        return page_reply([shown(each) for each in found], None)
    page = await kept.list(session_id, limit=limit_of(request), cursor=query.get("cursor"), every=every == "true")
    return page_reply([shown(each) for each in page.data], page.next_cursor)


async def turn(request: web.Request) -> web.StreamResponse:
    """POST /api/sessions/{id}/messages"""
    body = await read_body(request, TurnBody)
    services, claim = request.app[SERVICES], claim_of(request, body)
    words = Words(content_of(body.content, services.max_chars), guest_of(request, body.user), body.mode, claim=claim)
    begun = services.conversations.say(request.match_info["id"], words)
    return await answered(request, begun, claim, as_stream=body.stream)


async def answered(
    request: web.Request, begun: Awaitable[Turn | Message], claim: Claim | None, *, as_stream: bool
) -> web.StreamResponse:
    """A turn as the answer to a request: watched as it comes, or waited for; what was answered before, given again."""
    try:
        running = await begun
    except Already as already:
        check_same(claim, already.claimed)
        return await replay(request, already.claimed, as_stream=_wants_stream(request, is_asked=as_stream))
    if isinstance(running, Message):
        return reply({"message": shown(running)})
    if _wants_stream(request, is_asked=as_stream):
        return await stream(request, events(running))
    response = reply(reply_body(await running.reply()))
    response.headers["Server-Timing"] = timing(running)
    return response


def content_of(text: str, max_chars: int) -> str:
    """What a guest says. Raises Problem for nothing, for too much and for what no database keeps."""
    if len(text) > max_chars:
        raise Problem(413, "too_large", f"a message may have at most {max_chars} characters", pointer="/content")
    if "\x00" in text:
        raise Problem(422, "invalid_body", "a message may not hold NUL characters", pointer="/content")
    if not any(char.isprintable() and not char.isspace() for char in text):
        raise Problem(422, "invalid_body", "a message must not be empty", pointer="/content")
    return text


def guest_of(request: web.Request, user: UserBody | None = None) -> Guest:
    """Who talks."""
    may_save = caller_of(request).may_write
    return Guest(user.id, user.name, may_save) if user is not None else Guest(may_save=may_save)


async def _begun_before(services: Services, session_id: str) -> Session:
    try:
        return await services.sessions.get(session_id)
    except NotFound as error:
        why = "the session asked for under this key is not there (yet, or any more); ask again with a new key"
        raise Problem(409, "failed", why) from error


async def _search(request: web.Request) -> web.Response:
    words = request.query["q"]
    if not 0 < len(words) <= _LONGEST_SEARCH:
        raise Problem(422, "invalid_query", f"q must have 1 to {_LONGEST_SEARCH} characters")
    page = await request.app[SERVICES].sessions.search(
        words,
        limit=limit_of(request),
        cursor=request.query.get("cursor"),
        character=request.query.get("character"),
        owner=caller_of(request).only_of,
    )
    found = [
        {**SessionView.of(each.session).model_dump(mode="json"), "found": shown(each.message)} for each in page.data
    ]
    return page_reply(found, page.next_cursor)


def _wants_stream(request: web.Request, *, is_asked: bool) -> bool:
    return is_asked or "text/event-stream" in request.headers.get("Accept", "")


def _before(request: web.Request) -> int | None:
    text = request.query.get("before")
    if text is not None and not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem(422, "invalid_query", "before must be the seq of a message")
    return None if text is None else int(text)
