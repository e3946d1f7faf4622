"""One row of the table of URLs: where it is, who answers, and everything a caller may know of it."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from agent_runtime.web.guards import expect_later
from agent_runtime.web.keys import Scope

JSON, YAML = "application/json", "application/yaml"
PNG, ZIP = "image/png", "application/zip"


@dataclass(frozen=True)
class Route(web.AbstractRouteDef):
    """`gives` is what it answers with `status`; without it the answer has no body, or is a file of type `media`.

    `takes` is the body, `sent_as` the media types it may have: more than JSON for what is a file; then `takes` may be
    missing. `also` are other media types it answers with, where that is preferred. `query` and `headers` are models
    whose fields are the parameters. `streams` are its events by name where it streams, `*` any with a name of its own.
    A WebSocket `hears` messages too.
    `may` names problems (codes.py) beside those that follow from the rest of the row, `otherwise` replies of the same
    kind with another status, None for one without a body. `to` are the scopes any of which opens it (access.py): a row
    without them is closed to every key but those that open everything. `is_turn` where the answer costs a turn.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    gives: type[BaseModel] | None = None
    _: KW_ONLY
    status: int = 200
    takes: type[BaseModel] | None = None
    sent_as: tuple[str, ...] = (JSON,)
    also: tuple[str, ...] = ()
    query: type[BaseModel] | None = None
    headers: type[BaseModel] | None = None
    streams: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    hears: type[BaseModel] | None = None
    media: str = JSON
    otherwise: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    may: tuple[str, ...] = ()
    to: tuple[Scope, ...] = ()
    is_turn: bool = False
    has_head: bool = True

    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        """Add it to a router; what can be read can be asked for its head, unless it has no end."""
        methods = ["GET", "HEAD"] if self.method == "GET" and self.has_head else [self.method]
        resource = router.add_resource(self.path)
        return [resource.add_route(each, self.handler, expect_handler=expect_later) for each in methods]


get = partial(Route, "GET")
post = partial(Route, "POST")
put = partial(Route, "PUT")
delete = partial(Route, "DELETE")
