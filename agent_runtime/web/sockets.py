"""The live events as a WebSocket, for pages that have too few connections to spare one for each stream."""

from aiohttp import web

from agent_runtime.core.clock import Clock
from agent_runtime.core.errors import Draining
from agent_runtime.web.errors import ID, REQUEST_ID, Problem
from agent_runtime.web.open_socket import LONGEST_BYTES, PACE, Pace, Socket
from agent_runtime.web.services import SERVICES
from agent_runtime.web.streams import STREAMS
from agent_runtime.web.watching import Watch


async def connect(request: web.Request) -> web.StreamResponse:
    """GET /api/ws: what /api/events/stream sends, message by message; asks for other events without reconnecting"""
    _check_is_upgrade(request)
    services = request.app[SERVICES]
    if services.is_draining():
        raise Draining("the runtime is stopping")
    return await serve(request, Watch.of(request), services.clock)


async def serve(request: web.Request, watch: Watch, clock: Clock, pace: Pace = PACE) -> web.WebSocketResponse:
    """Switch to a socket, and keep it until one of both sides parts. Raises Problem where the request is no upgrade."""
    # Nothing is compressed: what comes in could unpack to anything, and every socket would keep windows of its own.
    ws = web.WebSocketResponse(autoping=False, compress=False, max_msg_size=LONGEST_BYTES, timeout=pace.close_within_s)
    if not ws.can_prepare(request):
        raise Problem(400, "bad_upgrade", "the headers of the upgrade are not those of a WebSocket of version 13")
    request.app[STREAMS].enter(request)
    request_id, transport = request.get(ID, ""), request.transport
    ws.headers[REQUEST_ID] = request_id
    await ws.prepare(request)
    try:
        await Socket(ws, watch, request_id, clock, pace).run()
    finally:
        if transport is not None:
            transport.abort()  # to close it would mean to wait for a peer who takes nothing
    return ws


def _check_is_upgrade(request: web.Request) -> None:
    if request.headers.get("Upgrade", "").strip().lower() != "websocket":
        raise Problem(426, "not_a_socket", "connect with a WebSocket")
    if "Sec-WebSocket-Protocol" in request.headers:
        raise Problem(400, "bad_upgrade", "no subprotocol is spoken here; leave Sec-WebSocket-Protocol out")
