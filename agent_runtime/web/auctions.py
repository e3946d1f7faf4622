"""Lots: those in hand as they stand now, those that are over as they were kept, and the bids on them."""

import re
from typing import Any

from aiohttp import web

from agent_runtime.core.domain import Stage
from agent_runtime.core.errors import NotFound, Unavailable
from agent_runtime.core.platform import Auction
from agent_runtime.web.bodies import limit_of, page_reply, reply
from agent_runtime.web.lots import BidView, LotView
from agent_runtime.web.services import SERVICES, Lots

_IN_HAND = re.compile(r"~([0-9]{1,6})", re.ASCII)  # no cursor of the store begins like this


async def listing(request: web.Request) -> web.Response:
    """GET /api/auctions: lots in hand, open ones first, then those that are kept, newest first"""
    lots, limit, cursor = request.app[SERVICES].lots, limit_of(request), request.query.get("cursor")
    held = {
        stage.subject: stage for stage in sorted(lots.stages(), key=lambda each: not each.is_open) if _is_lot(stage)
    }
    match = _IN_HAND.fullmatch(cursor or "~0")
    begin = int(match[1]) if match else len(held)
    shown = list(held.values())[begin : begin + limit]
    data = [LotView.in_hand(each).model_dump(mode="json") for each in shown]
    if len(shown) == limit:
        return page_reply(data, f"~{begin + limit}")
    page = await lots.auctions.list(limit=limit - len(shown), cursor=None if match else cursor)
    kept = [each for each in page.data if each.id not in held]
    return page_reply(data + await _views(lots, kept), page.next_cursor)


async def read(request: web.Request) -> web.Response:
    """GET /api/auctions/{id}"""
    lots, lot_id = request.app[SERVICES].lots, request.match_info["id"]
    stage, record = await _known(lots, lot_id)
    if stage is not None:
        body = LotView.in_hand(stage, record).model_dump(mode="json")
    else:
        body = (await _views(lots, [record] if record else []))[0]
    return reply({**body, "coalesced": dict(lots.coalesced(lot_id)), "overtaken": lots.overtaken(lot_id)})


async def bids(request: web.Request) -> web.Response:
    """GET /api/auctions/{id}/bids, newest first"""
    lots, lot_id = request.app[SERVICES].lots, request.match_info["id"]
    await _known(lots, lot_id)
    page = await lots.bids.of_auction(lot_id, limit=limit_of(request), cursor=request.query.get("cursor"))
    return page_reply([BidView.of(each).model_dump(mode="json") for each in page.data], page.next_cursor)


async def _known(lots: Lots, lot_id: str) -> tuple[Stage | None, Auction | None]:
    """The lot in hand and as kept, one of them at least. Raises NotFound; Unavailable when it can only be kept."""
    stage = lots.stage(lot_id)
    held = stage if stage is not None and _is_lot(stage) else None
    try:
        return held, await lots.auctions.get(lot_id)
    except (NotFound, Unavailable):
        if held is None:
            raise
        return held, None


async def _views(lots: Lots, records: list[Auction]) -> list[dict[str, Any]]:
    """Lots that are not in hand any more, with their titles and who won them."""
    titles = await lots.titles([each.id for each in records]) if records else {}
    views = []
    for each in records:
        winner = await lots.auctions.winner(each.id) if each.winning_bid_id else None
        views.append(LotView.kept(each, titles.get(each.id), winner).model_dump(mode="json"))
    return views


def _is_lot(stage: Stage) -> bool:
    return stage.kind == "lot"
