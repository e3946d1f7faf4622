"""One socket: asked and answered in a few words, never held up, and ended when a peer is gone, deaf or a nuisance."""

from typing import Any

import pytest
from aiohttp import WSMsgType

from agent_runtime.web.open_socket import Pace
from tests.waiting import until
from tests.web.socketed import HEAD_WITHIN_S, deaf, event, peer, serving

PATIENT = Pace()


async def test_events_come_numbered_behind_a_snapshot() -> None:
    async with serving(PATIENT) as served, peer(served.url) as watcher:
        assert await watcher.next() == {"id": "e-0", "event": "snapshot", "data": {"agents": []}}
        served.stream.send(event(1))
        seen = await watcher.next()
        assert (seen["id"], seen["event"], seen["data"]["data"]) == ("e-1", "user:action", {"n": 1})


async def test_asks_are_answered_with_where_the_watcher_is() -> None:
    async with serving(PATIENT) as served, peer(served.url) as watcher:
        served.stream.send(event(1))
        await watcher.until("user:action")
        await watcher.ask(ask="ping", token="a")
        assert await watcher.next() == {"id": "e-1", "event": "pong", "data": {"token": "a"}}
        await watcher.ask(ask="ping")
        assert (await watcher.next())["data"] == {}
        await watcher.ask(ask="snapshot")
        assert await watcher.next() == {"id": "e-1", "event": "snapshot", "data": {"agents": []}}


async def test_what_is_wanted_changes_from_one_message_to_the_next() -> None:
    async with serving(PATIENT) as served, peer(served.url) as watcher:
        await watcher.until("snapshot")
        await watcher.ask(ask="filter", types=["user:connect", "agent:mood"])
        chosen = await watcher.next()
        assert (chosen["event"], chosen["data"]) == (
            "filter",
            {"types": ["agent:mood", "user:connect"], "agents": None},
        )
        served.stream.send(event(1))
        await watcher.ask(ask="ping")
        assert (await watcher.next())["event"] == "pong"
        await watcher.ask(ask="filter")
        assert (await watcher.next())["data"] == {"types": None, "agents": None}
        served.stream.send(event(2))
        assert (await watcher.next())["data"]["data"] == {"n": 2}


MISTAKES: dict[str, tuple[Any, str, str]] = {
    "nothing": ("", "invalid_json", ""),
    "half a value": ('{"ask": "ping"', "invalid_json", ""),
    "no object": ('["ping"]', "invalid_body", ""),
    "no ask": ("{}", "invalid_body", ""),
    "another ask": ('{"ask": "shutdown"}', "invalid_body", ""),
    "an ask that is no text": ('{"ask": ["ping"]}', "invalid_body", ""),
    "another field": ('{"ask": "ping", "now": true}', "invalid_body", "/now"),
    "a long token": ('{"ask": "ping", "token": "%s"}' % ("a" * 65), "invalid_body", "/token"),
    "no list": ('{"ask": "filter", "types": "agent:mood"}', "invalid_body", "/types"),
    "an empty list": ('{"ask": "filter", "types": []}', "invalid_body", "/types"),
    "a number among names": ('{"ask": "filter", "agents": [5]}', "invalid_body", "/agents/0"),
    "an unknown type": ('{"ask": "filter", "types": ["agent:moood"]}', "invalid_query", ""),
    "an unknown agent": ('{"ask": "filter", "agents": ["nobody"]}', "invalid_query", ""),
    "deep brackets": ("[" * 4000, "invalid_json", ""),
    "half a character": ('{"ask": "ping", "token": "\\ud800"}', "invalid_json", ""),
}


@pytest.mark.parametrize(("text", "code", "pointer"), MISTAKES.values(), ids=list(MISTAKES))
async def test_what_makes_no_sense_is_a_problem_and_changes_nothing(text: str, code: str, pointer: str) -> None:
    async with serving(PATIENT) as served, peer(served.url) as watcher:
        await watcher.until("snapshot")
        await watcher.ws.send_str(text)
        problem = await watcher.next()
        assert (problem["event"], problem["data"]["code"]) == ("problem", code)
        assert problem["data"].get("errors", [{"pointer": ""}])[0]["pointer"] == pointer
        served.stream.send(event(1))
        assert (await watcher.next())["event"] == "user:action"


async def test_several_mistakes_in_a_row_are_too_many() -> None:
    async with serving(PATIENT) as served, peer(served.url) as watcher:
        for _ in range(2):
            for _ in range(5):
                await watcher.ws.send_str("?")
            await watcher.ask(ask="ping")  # and all is forgotten
            await watcher.until("pong")
        for _ in range(6):
            await watcher.ws.send_str("?")
        assert await watcher.closed() == 1008
        await until(lambda: served.stream.watchers == 0)


@pytest.mark.parametrize(
    ("frame", "kind", "code"),
    [
        (b"x" * 4097, WSMsgType.TEXT, 1009),
        (b'{"ask": "ping"}', WSMsgType.BINARY, 1003),
        (b'"\xff"', WSMsgType.TEXT, 1007),
        (b"x", 11, 1002),
    ],
    ids=["too long", "binary", "not UTF-8", "a frame of no kind"],
)
async def test_frames_that_are_no_messages_end_the_socket(frame: bytes, kind: Any, code: int) -> None:
    async with serving(PATIENT) as served, peer(served.url) as nuisance, peer(served.url) as other:
        await nuisance.ws.send_frame(frame, kind)
        assert await nuisance.closed() == code
        served.stream.send(event(1))
        assert (await other.until("user:action"))["id"] == "e-1"
        await until(lambda: served.ended == 1)


@pytest.mark.parametrize("kind", [WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG])
async def test_a_flood_ends_the_socket(kind: WSMsgType) -> None:
    async with serving(PATIENT) as served, peer(served.url, autoping=False) as nuisance:
        for _ in range(200):
            await nuisance.ws.send_frame(b'{"ask":"ping"}', kind)
        assert await nuisance.closed() == 1008
        await until(lambda: served.ended == 1)


async def test_a_peer_who_answers_pings_stays_longer_than_a_head_may_take() -> None:
    beats = 4
    async with (
        serving(Pace(heartbeat_s=1.5 * HEAD_WITHIN_S / beats)) as served,
        peer(served.url, autoping=False) as watcher,
    ):
        await watcher.until("snapshot")
        for _ in range(beats):
            ping = await watcher.received()
            assert ping.type is WSMsgType.PING
            await watcher.ws.pong(ping.data)
        served.stream.send(event(1))
        assert (await watcher.next())["event"] == "user:action"


async def test_a_peer_who_does_not_is_let_go() -> None:
    async with serving(Pace(heartbeat_s=0.05, pong_within_s=0.05)) as served:
        async with peer(served.url, autoping=False) as watcher:
            await until(lambda: served.ended == 1)
            assert await watcher.closed() == 1006
        assert served.stream.watchers == 0


async def test_a_ping_of_the_peer_is_answered() -> None:
    async with serving(PATIENT) as served, peer(served.url, autoping=False) as watcher:
        await watcher.until("snapshot")
        await watcher.ws.ping(b"there?")
        pong = await watcher.received()
        assert (pong.type, pong.data) == (WSMsgType.PONG, b"there?")


async def test_who_stops_reading_is_dropped_and_nobody_else_notices() -> None:
    async with serving(Pace(write_within_s=0.2)) as served, peer(served.url) as other:
        await other.until("snapshot")
        async with deaf(served.port), deaf(served.port):
            await until(lambda: served.stream.watchers == 3)
            sent = 0
            while served.stream.watchers > 1:
                sent += 1
                served.stream.send(event(sent, more="x" * 60_000))
                assert (await other.next())["data"]["data"]["n"] == sent
                assert max(each.get_write_buffer_size() for each in served.transports) < 500_000
            await until(lambda: served.ended == 2)
            assert all(each.is_closing() and each.get_write_buffer_size() == 0 for each in served.transports[1:])


async def test_when_the_stream_ends_watchers_are_told_after_what_they_have_not_seen() -> None:
    async with serving(PATIENT) as served, peer(served.url) as one, peer(served.url) as two:
        for watcher in (one, two):
            await watcher.until("snapshot")
        served.stream.send(event(1))
        served.stream.close()
        for watcher in (one, two):
            assert (await watcher.next())["event"] == "user:action"
            assert await watcher.closed() == 1001
        await until(lambda: served.ended == 2)


async def test_a_peer_who_leaves_is_forgotten_with_or_without_a_word() -> None:
    async with serving(PATIENT) as served:
        async with peer(served.url) as watcher:
            await watcher.until("snapshot")
            assert served.stream.watchers == 1
        await until(lambda: served.stream.watchers == 0)
        async with deaf(served.port):
            await until(lambda: served.stream.watchers == 1)
        await until(lambda: served.stream.watchers == 0)
