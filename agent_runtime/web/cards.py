"""Characters as cards of other programs: taken in, and given out."""

from hashlib import sha256
from pathlib import Path
from typing import get_args

from aiohttp import web

from agent_runtime.characters.cards.reading import MAX_BYTES
from agent_runtime.characters.cards.writing import CardFormat, write_card
from agent_runtime.characters.files import read_bytes
from agent_runtime.characters.saving import ORIGINALS
from agent_runtime.core.character import Character
from agent_runtime.core.errors import InvalidFile
from agent_runtime.web.bodies import read_raw, reply
from agent_runtime.web.character_views import ImportedView
from agent_runtime.web.errors import Problem
from agent_runtime.web.findings import invalid_file
from agent_runtime.web.idempotency import REPLAYED, check_same, claim_for
from agent_runtime.web.preconditions import Conditions
from agent_runtime.web.route import JSON, PNG, YAML, ZIP
from agent_runtime.web.services import SERVICES

CARD_TYPES = (PNG, JSON, ZIP, YAML)
_NAMES = {PNG: "card.png", JSON: "card.json", ZIP: "card.charx", YAML: "card.yaml"}
_MEDIA: dict[CardFormat, tuple[str, str]] = {
    "json": (JSON, "json"),
    "eliza": (JSON, "eliza.json"),
    "yaml": (YAML, "yaml"),
    "png": (PNG, "png"),
}


async def take_in(request: web.Request) -> web.Response:
    """POST /api/characters/import: the bytes of a card; what it is, is found out from what is in it"""
    is_replacing = _flag(request, "replace")
    raw = await read_raw(request, MAX_BYTES)
    claim = claim_for(request, raw + (b"\0replace" if is_replacing else b""))
    try:
        taken = await request.app[SERVICES].importing.take_in(
            raw, _NAMES.get(request.content_type, "card"), is_replacing=is_replacing, claim=claim
        )
    except InvalidFile as error:
        raise invalid_file(error) from error
    if taken.claimed is not None:
        check_same(claim, taken.claimed)
    response = reply(ImportedView(character=taken.slug, format=taken.imported.format, notes=taken.notes), status=201)
    response.headers["Location"] = f"/api/characters/{taken.slug}"
    if taken.claimed is not None:
        response.headers[REPLAYED] = "true"
    return response


async def picture(request: web.Request) -> web.Response:
    """GET /api/characters/{slug}/card.png: in the picture it came in, where it came in one"""
    return await _card(request, "png")


async def card(request: web.Request) -> web.Response:
    """GET /api/characters/{slug}/card?format=json|eliza|yaml|png"""
    wanted = request.query.get("format", "json")
    format: CardFormat | None = next((each for each in get_args(CardFormat) if each == wanted), None)
    if format is None:
        raise Problem(422, "invalid_query", "format must be json, eliza, yaml or png")
    return await _card(request, format)


async def _card(request: web.Request, format: CardFormat) -> web.Response:
    library, slug = request.app[SERVICES].library, request.match_info["slug"]
    media, suffix = _MEDIA[format]
    try:
        held = await library.read(slug)
        if held.character is None:
            raise InvalidFile(held.findings)
        raw = await library.aside(_written, held.character, format, library.folder / ORIGINALS / f"{slug}.png")
    except InvalidFile as error:
        raise invalid_file(error) from error
    headers = {
        "ETag": f'"{sha256(raw).hexdigest()[:32]}"',
        "Cache-Control": "no-cache",
        "Content-Disposition": f'attachment; filename="{slug}.{suffix}"',
        "X-Content-Type-Options": "nosniff",
    }
    if Conditions.of(request).is_known(headers["ETag"]):
        return web.Response(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    return web.Response(body=raw, content_type=media, charset=None if format == "png" else "utf-8", headers=headers)


def _written(character: Character, format: CardFormat, original: Path) -> bytes:
    image = read_bytes(original, MAX_BYTES) if format == "png" and original.is_file() else None
    return write_card(character, format, image)


def _flag(request: web.Request, name: str) -> bool:
    word = request.query.get(name, "false")
    if word not in ("true", "false"):
        raise Problem(422, "invalid_query", f"{name} must be true or false")
    return word == "true"
