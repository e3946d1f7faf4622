"""Character files: listed, read, made, replaced, removed, and checked without being kept."""

import re

from aiohttp import web

from agent_runtime.characters.drafts import Draft
from agent_runtime.characters.library import Entry, Held, Standing, check_slug
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile, Refused
from agent_runtime.web.bodies import limit_of, page_reply, read_raw, reply
from agent_runtime.web.character_views import CharacterEntry, FileFault, ValidationView
from agent_runtime.web.errors import Problem
from agent_runtime.web.findings import fault_of, invalid_file
from agent_runtime.web.preconditions import Conditions, tag_of
from agent_runtime.web.route import JSON, YAML
from agent_runtime.web.services import SERVICES, Services

CHARACTER_BYTES = 256 * 1024
_LONGEST_FILE_NAME = 255
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?", re.ASCII)


async def listing(request: web.Request) -> web.Response:
    """GET /api/characters, by file name"""
    services, limit, after = request.app[SERVICES], limit_of(request), _cursor(request)
    files = [each for each in await services.library.entries() if each.file > after]
    page = [_entry(services, each).model_dump(mode="json") for each in files[:limit]]
    return page_reply(page, files[limit - 1].file if len(files) > limit else None)


async def read(request: web.Request) -> web.Response:
    """GET /api/characters/{slug}, as JSON, or as YAML where that is preferred"""
    try:
        held = await request.app[SERVICES].library.read(request.match_info["slug"])
    except InvalidFile as error:
        raise invalid_file(error) from error
    return _shown(request, held)


async def put(request: web.Request) -> web.Response:
    """PUT /api/characters/{slug}: 201 for a new one; one that is there is replaced where If-Match names it"""
    services, slug, conditions = request.app[SERVICES], request.match_info["slug"], Conditions.of(request)
    check_slug(slug)

    def allow(standing: Standing) -> None:
        conditions.check(standing.version, is_must=True)

    try:
        draft = await _draft(request, f"{slug}.yaml")
    except InvalidFile as error:
        raise invalid_file(error) from error
    if draft.character.slug != slug:
        raise Problem(422, "invalid_body", f"its slug is '{draft.character.slug}', not '{slug}'", pointer="/slug")
    held, is_new = await services.library.save(slug, draft, allow)
    response = _shown(request, held)
    response.set_status(201 if is_new else 200)
    response.headers["Location"] = f"/api/characters/{slug}"
    return response


async def delete(request: web.Request) -> web.Response:
    """DELETE /api/characters/{slug}, unless it runs or is the only one"""
    services, slug, conditions = request.app[SERVICES], request.match_info["slug"], Conditions.of(request)

    def allow(standing: Standing) -> None:
        conditions.check(standing.version, is_must=False)
        running = _running(services) & {slug, *standing.slugs}
        if running:
            raise Problem(409, "in_use", f"'{running.pop()}' runs; take it out of `agents`, restart, then delete it")
        if standing.is_only:
            raise Problem(409, "in_use", "it is the only character there is: a runtime needs one")

    await services.library.delete(slug, allow)
    return web.Response(status=204)


async def validate(request: web.Request) -> web.Response:
    """POST /api/characters/validate: what is wrong with a character; nothing is kept"""
    try:
        draft = await _draft(request, "character.yaml")
    except InvalidFile as error:
        faults = tuple(FileFault(**fault_of(each)) for each in error.findings)
        return reply(ValidationView(valid=False, slug=None, errors=faults))
    return reply(ValidationView(valid=True, slug=draft.character.slug, errors=()))


async def _draft(request: web.Request, file: str) -> Draft:
    raw = await read_raw(request, CHARACTER_BYTES)
    is_json = request.content_type != YAML
    name = file.replace(".yaml", ".json") if is_json else file
    return await request.app[SERVICES].library.draft(raw, name, is_json=is_json)


def _shown(request: web.Request, held: Held) -> web.Response:
    """In the form that the caller prefers, or only that it has not changed."""
    form = "yaml" if _prefers_yaml(request) else "json"
    tag = tag_of(held.version, form)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if request.method in {"GET", "HEAD"} and Conditions.of(request).is_known(tag):
        return web.Response(status=304, headers=headers)
    if form == "yaml":
        return web.Response(body=held.raw, content_type=YAML, charset="utf-8", headers=headers)
    if held.character is None:
        raise invalid_file(InvalidFile(held.findings))
    response = reply(_document(held.character))
    response.headers.update(headers)
    return response


def _document(character: Character) -> dict[str, object]:
    given = character.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"schema": character.schema_, "name": character.name, "slug": character.slug} | given


def _entry(services: Services, entry: Entry) -> CharacterEntry:
    character = entry.character
    return CharacterEntry(
        slug=entry.slug,
        file=entry.file,
        name=character.name if character else None,
        tags=character.tags if character else (),
        greetings=len(character.greetings) if character else 0,
        running=entry.slug in _running(services),
        broken=character is None,
        errors=tuple(FileFault(**fault_of(each)) for each in entry.findings),
    )


def _running(services: Services) -> set[str]:
    return {agent.character.slug for agent in services.company.running}


def _cursor(request: web.Request) -> str:
    cursor = request.query.get("cursor", "")
    if cursor and (not cursor.endswith((".yaml", ".yml")) or len(cursor) > _LONGEST_FILE_NAME):
        raise Refused("the cursor is not one of this list")
    return cursor


def _prefers_yaml(request: web.Request) -> bool:
    wanted = request.headers.get("Accept", "")
    return _weight(wanted, YAML) > max(_weight(wanted, JSON), _weight(wanted, "*/*"), _weight(wanted, "application/*"))


def _weight(accept: str, media: str) -> float:
    """How much a media type is wanted, from 0 to 1; 0 where it is not named."""
    for part in accept.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        if name == media:
            told = next((each[2:] for each in parameters if each.startswith("q=")), "1")
            return float(told) if _QUALITY.fullmatch(told) else 0.0
    return 0.0
