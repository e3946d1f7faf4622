"""docs/live.md against what a socket takes, answers, and is closed with."""

import re
from typing import get_args

from aiohttp import WSCloseCode
from pydantic_core import from_json

from agent_runtime.web import open_socket
from agent_runtime.web.replies import AgentsSnapshot
from agent_runtime.web.socket_messages import SocketAsk, read_ask
from tests.docs.pages import ROOT, labelled, page

TEXT = page("live.md")


def test_every_ask_is_shown_as_it_may_be_sent() -> None:
    shown = re.findall(r"^\| `(\{.+?\})` \| `(\w+)`", TEXT, re.MULTILINE)
    asks = [read_ask(text) for text, _ in shown]
    assert {type(ask) for ask in asks} == set(get_args(SocketAsk.model_fields["root"].annotation))
    assert [answer for _, answer in shown] == ["pong", "filter", "snapshot"]


def test_a_message_is_as_the_page_shows_it() -> None:
    shown = from_json(labelled("live.md")["socket snapshot"])
    assert list(shown) == ["id", "event", "data"]
    AgentsSnapshot.model_validate(shown["data"])


def test_every_code_a_socket_is_closed_with_is_named() -> None:
    source = (ROOT / "agent_runtime" / "web" / "open_socket.py").read_text()
    raised = {int(WSCloseCode[name]) for name in re.findall(r"WSCloseCode\.(\w+)", source)}
    rows = re.findall(r"^\| (1\d{3}(?:, 1\d{3})*) \|", TEXT, re.MULTILINE)
    named = {int(code) for row in rows for code in row.split(", ")}
    assert raised <= named
    assert named - raised == {WSCloseCode.PROTOCOL_ERROR, WSCloseCode.INVALID_TEXT, WSCloseCode.MESSAGE_TOO_BIG}


def test_the_limits_are_those_of_the_page() -> None:
    for said in (
        f"{open_socket.LONGEST_BYTES // 1024} KB",
        f"{open_socket.PACE.heartbeat_s:.0f} seconds",
        "ten seconds",
    ):
        assert said in TEXT
    assert open_socket.PACE.pong_within_s == open_socket.PACE.write_within_s == 10
