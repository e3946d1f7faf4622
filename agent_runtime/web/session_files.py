"""What belongs to a session: its character, its transcript, and the prompt that would be sent."""

import asyncio
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from agent_runtime.chat.tracing import shown as prompt_shown
from agent_runtime.chat.transcripts import Form, Transcripts
from agent_runtime.core.authoring import Drafted, as_file, is_saved
from agent_runtime.core.character import Character
from agent_runtime.core.errors import NotFound, Unavailable
from agent_runtime.web.bodies import read_body, read_json, read_nothing, reply
from agent_runtime.web.errors import ID, REQUEST_ID, Problem
from agent_runtime.web.kept_turns import shown
from agent_runtime.web.replies import ExportedView
from agent_runtime.web.schemas import CharacterFileView, PreviewBody
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sessions import content_of, guest_of

CHARACTER_BODY_BYTES = 256 * 1024
_WRITE_WITHIN_S = 10.0
_log = structlog.get_logger(__name__)
_MEDIA: dict[Form, str] = {"md": "text/markdown", "json": "application/json", "jsonl": "application/x-ndjson"}


async def character_file(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}/character-file"""
    return reply(CharacterFileView.of(await request.app[SERVICES].character_files.get(request.match_info["id"])))


async def put_character_file(request: web.Request) -> web.Response:
    """PUT /api/sessions/{id}/character-file: a character, or `{"follow": true}` to take the one in its file."""
    services, session_id = request.app[SERVICES], request.match_info["id"]
    body = await read_json(request, CHARACTER_BODY_BYTES)
    if isinstance(body, dict) and body.keys() == {"follow"} and body["follow"] is True:
        await services.starting.follow_file(session_id)
    else:
        await services.starting.keep_character(session_id, _character(body))
    return reply(CharacterFileView.of(await services.character_files.get(session_id)))


async def export_character(request: web.Request) -> web.Response:
    """POST /api/sessions/{id}/character-file/export: the session's character, or what the author has made in it.

    What was made from the same draft before is replaced.
    """
    await read_nothing(request)
    services, session_id = request.app[SERVICES], request.match_info["id"]
    is_replacing = _replaces(request)
    content = (await services.character_files.get(session_id)).content
    is_draft = (await services.talks.of(session_id, guest_of(request))).is_authoring
    is_replacing = is_replacing or (is_draft and is_saved(content))
    character = _character(_complete(as_file(content) if is_draft else content))
    slug = await services.export(character, is_replacing=is_replacing)
    if is_draft:
        await services.starting.note_saved(session_id, slug)
    return reply(ExportedView(slug=slug, name=character.name), status=201)


async def export(request: web.Request) -> web.StreamResponse:
    """GET /api/sessions/{id}/export?format=md|json|jsonl"""
    services = request.app[SERVICES]
    form = request.query.get("format", "md")
    if form not in _MEDIA:
        raise Problem(422, "invalid_query", "format must be md, json or jsonl")
    session = await services.sessions.get(request.match_info["id"])
    talk = await services.talks.of(session.id, guest_of(request))
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_MEDIA[form]}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{session.character}.{form}"',
            REQUEST_ID: request.get(ID, ""),
        }
    )
    transcripts = Transcripts(services.messages, lambda message: shown(message).model_dump(mode="json"))
    names = (talk.known_name or "Guest", talk.character.short_name)
    await response.prepare(request)
    try:
        async for piece in transcripts.pieces(session, form, names=names):
            async with asyncio.timeout(_WRITE_WITHIN_S):
                await response.write(piece)
        async with asyncio.timeout(_WRITE_WITHIN_S):
            await response.write_eof()
    except (NotFound, Unavailable, ConnectionError, TimeoutError) as error:
        # Half of a file that looks whole is worse than none: the connection breaks off.
        _log.warning("export broke off", session=session.id, why=str(error) or "the reader left or stopped reading")
        if request.transport is not None:
            request.transport.abort()
    return response


async def preview(request: web.Request) -> web.Response:
    """POST /api/sessions/{id}/preview: what a model would be sent if this were said; nothing is kept."""
    body = await read_body(request, PreviewBody)
    services = request.app[SERVICES]
    content = content_of(body.content, services.max_chars)
    prompt = await services.conversations.preview(
        request.match_info["id"], content, guest_of(request, body.user), body.notes
    )
    return reply(prompt_shown(prompt.sections()))


def _replaces(request: web.Request) -> bool:
    text = request.query.get("replace", "false")
    if text not in ("true", "false"):
        raise Problem(422, "invalid_query", "replace must be true or false")
    return text == "true"


def _complete(content: dict[str, Any]) -> dict[str, Any]:
    """The same. Raises Problem for what lacks something that no file can be without."""
    if lacking := Drafted.of(content).lacks:
        problem = Problem(422, "incomplete", f"still missing: {', '.join(lacking)}")
        problem.errors = [{"pointer": f"/{each}", "detail": "is missing"} for each in lacking]
        raise problem
    return content


def _character(body: object) -> Character:
    try:
        return Character.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{part}" for part in first["loc"])
        raise Problem(422, "invalid_body", f"{pointer or '/'}: {first['msg']}", pointer=pointer) from error
