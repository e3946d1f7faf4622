"""Pages for people and the document for programs: files of a fixed list, loaded once, never found by a path."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from pydantic_core import to_json

from agent_runtime.core.errors import NotFound

_STATIC = Path(__file__).parent / "static"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_FILES = ("docs.html", "docs.css", "docs.js", "swagger-ui.css", "swagger-ui-bundle.js")
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-cache",  # keep it, and ask whether it is still so: an upgrade shows at once
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A body that never changes while the process runs; `etag` names its content."""

    body: bytes
    media: str
    etag: str

    @classmethod
    def of(cls, body: bytes, media: str) -> "Asset":
        return cls(body, media, hashlib.sha256(body).hexdigest()[:32])


@dataclass
class Assets:
    """Every file of the list; the document is made when somebody asks for it."""

    files: Mapping[str, Asset]
    _document: Callable[[], object]
    _made: Asset | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def load(cls, document: Callable[[], object]) -> "Assets":
        """Raises OSError when the installation lacks a file."""
        return cls(
            {name: Asset.of((_STATIC / name).read_bytes(), _TYPES[Path(name).suffix]) for name in _FILES}, document
        )

    async def document(self) -> Asset:
        """As JSON. Making it takes some 30 ms, in which others go on; once, however many ask at once."""
        async with self._making:
            if self._made is None:
                self._made = Asset.of(to_json(await asyncio.to_thread(self._document)), "application/json")
        return self._made


ASSETS = web.AppKey("assets", Assets)


async def home(_request: web.Request) -> web.Response:
    """GET /: whoever opens the address finds the page"""
    return web.Response(status=307, text="The page of the API is at /docs.\n", headers={"Location": "/docs"})


async def openapi(request: web.Request) -> web.Response:
    """GET /openapi.json"""
    return _answer(request, await request.app[ASSETS].document())


async def docs(request: web.Request) -> web.Response:
    """GET /docs: the document as a page; a strict policy keeps everything else out of it"""
    response = _answer(request, request.app[ASSETS].files["docs.html"])
    response.headers["Content-Security-Policy"] = _CSP
    return response


async def static(request: web.Request) -> web.Response:
    """GET /static/{name}"""
    name = request.match_info["name"]
    if name not in _FILES or name.endswith(".html"):
        raise NotFound("file", name)
    return _answer(request, request.app[ASSETS].files[name])


def _answer(request: web.Request, asset: Asset) -> web.Response:
    """The asset, or that the caller has it already."""
    if any(each.value in {asset.etag, "*"} for each in request.if_none_match or ()):
        response = web.Response(status=304, headers=_HEADERS)
    else:
        response = web.Response(body=asset.body, content_type=asset.media, charset="utf-8", headers=_HEADERS)
    response.etag = asset.etag
    return response
