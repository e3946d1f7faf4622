"""What belongs to a session: its character, its transcript, and the prompt that would be sent."""

from aiohttp import web
from pydantic import ValidationError

from agent_runtime.chat.tracing import shown as prompt_shown
from agent_runtime.chat.transcripts import Form, Transcripts
from agent_runtime.core.character import Character
from agent_runtime.web.bodies import read_body, read_json, reply
from agent_runtime.web.errors import Problem
from agent_runtime.web.schemas import CharacterFileView, PreviewBody
from agent_runtime.web.services import SERVICES
from agent_runtime.web.sessions import content_of, guest_of
from agent_runtime.web.turns import shown

CHARACTER_BODY_BYTES = 256 * 1024
_MEDIA: dict[Form, str] = {"md": "text/markdown", "json": "application/json", "jsonl": "application/x-ndjson"}


async def character_file(request: web.Request) -> web.Response:
    """GET /api/sessions/{id}/character-file"""
    return reply(CharacterFileView.of(await request.app[SERVICES].character_files.get(request.match_info["id"])))


async def put_character_file(request: web.Request) -> web.Response:
    """PUT /api/sessions/{id}/character-file: a character, or `{"follow": true}` to take the one in its file."""
    services, session_id = request.app[SERVICES], request.match_info["id"]
    body = await read_json(request, CHARACTER_BODY_BYTES)
    if body == {"follow": True}:
        await services.starting.follow_file(session_id)
    else:
        await services.starting.keep_character(session_id, _character(body))
    return reply(CharacterFileView.of(await services.character_files.get(session_id)))


async def export(request: web.Request) -> web.StreamResponse:
    """GET /api/sessions/{id}/export?format=md|json|jsonl"""
    services = request.app[SERVICES]
    form = request.query.get("format", "md")
    if form not in _MEDIA:
        raise Problem(422, "invalid_query", "format must be md, json or jsonl")
    session = await services.sessions.get(request.match_info["id"])
    talk = await services.talks.of(session.id, guest_of(None))
    response = web.StreamResponse(
        headers={
            "Content-Type": f"{_MEDIA[form]}; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{session.character}.{form}"',
        }
    )
    transcripts = Transcripts(services.sessions, services.messages, shown)
    names = (talk.known_name or "Guest", talk.character.short_name)
    await response.prepare(request)
    async for piece in transcripts.pieces(session, form, names=names):
        await response.write(piece)
    await response.write_eof()
    return response


async def preview(request: web.Request) -> web.Response:
    """POST /api/sessions/{id}/preview: what a model would be sent if this were said; nothing is kept."""
    body = await read_body(request, PreviewBody)
    services = request.app[SERVICES]
    content = content_of(body.content, services.max_chars)
    prompt = await services.conversations.preview(request.match_info["id"], content, guest_of(body.user), body.notes)
    return reply(prompt_shown(prompt.sections()))


def _character(body: object) -> Character:
    try:
        return Character.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{part}" for part in first["loc"])
        raise Problem(422, "invalid_body", f"{pointer or '/'}: {first['msg']}", pointer=pointer) from error
