"""Figures in running text are those of the code."""

import pytest

from agent_runtime.cli.main import cli
from agent_runtime.config.settings import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Initiative, Temper
from agent_runtime.domains.auction.hammer import WINNER_WAIT_S
from agent_runtime.domains.auction.pairing import SETTLE_S
from agent_runtime.feed import SEEN_KEPT
from agent_runtime.live.keys import Expiry
from agent_runtime.llm.deadlines import Deadlines
from agent_runtime.narration.rules import Pacing
from agent_runtime.narration.speaker import KEEP_WITHIN_S
from agent_runtime.projection.labels import EMOTION_WEIGHT, HYSTERESIS, NEUTRAL_BELOW
from agent_runtime.projection.mood import MOOD_SHARE
from agent_runtime.web.bodies import EVENTS_BODY_BYTES, MESSAGE_BODY_BYTES
from agent_runtime.web.sse import HEARTBEAT_S
from tests.docs.pages import page

SETTINGS = Settings()
SAID = [
    ("models.md", f"Connecting {Deadlines().connect:g} s"),
    ("models.md", f"`llm.first_token_s`, {SETTINGS.llm.first_token_s:g} s"),
    ("models.md", f"`llm.idle_s`, {SETTINGS.llm.idle_s:g} s"),
    ("models.md", f"`llm.total_s`, {SETTINGS.llm.total_s:g} s"),
    ("models.md", f"({SETTINGS.chat.window}, `chat.window`)"),
    ("http.md", f"{SETTINGS.chat.max_chars // 1000} 000 characters (`chat.max_chars`)"),
    ("turns.md", f"at most {SETTINGS.chat.queue} wait"),
    ("http.md", f"`http://{SETTINGS.http.host}:{SETTINGS.http.port}`"),
    ("http.md", f"every {HEARTBEAT_S:g} seconds"),
    ("http.md", f"a body of {MESSAGE_BODY_BYTES // 1024} KB, a body of events {EVENTS_BODY_BYTES // 1024**2} MB"),
    ("http.md", f"the newest {Broadcast[int]()._items.maxlen} are held"),
    ("narration.md", f"the newest {SEEN_KEPT // 1000} 000 event ids"),
    ("narration.md", f"more than {KEEP_WITHIN_S * 1000:g} ms"),
    ("narration.md", "about three lots"),
    ("events.md", f"lives for {Expiry.DAY // 1000} {Expiry.DAY % 1000} seconds"),
    ("mood.md", f"`d = {EMOTION_WEIGHT:g} · e + (m − b)`"),
    ("mood.md", f"below {NEUTRAL_BELOW:g} the name is NEUTRAL; out of NEUTRAL it takes {NEUTRAL_BELOW + HYSTERESIS:g}"),
    ("mood.md", f"`{HYSTERESIS:g} · |d|`"),
    ("mood.md", f"`{MOOD_SHARE:g} · i · v`"),
    ("mood.md", f"half-life {Temper().emotion_half_life.total_seconds():g} s by default"),
    ("mood.md", f"half-life {Temper().mood_half_life.total_seconds() / 60:g} minutes by default"),
    ("characters.md", f"`{Initiative().idle_after.total_seconds():g}s`"),
]


@pytest.mark.parametrize(("name", "text"), SAID, ids=lambda value: value if value.endswith(".md") else "")
def test_a_figure_is_the_one_in_the_code(name: str, text: str) -> None:
    assert text in " ".join(page(name).split())


def test_words_for_figures_are_right_too() -> None:
    pacing = Pacing()
    assert (SETTLE_S, WINNER_WAIT_S) == (0.25, 0.5)  # a quarter of a second, half a second
    assert int(pacing.promise_s / pacing.turn_s) == 3  # about three lots


def test_every_exit_code_of_the_help_is_explained() -> None:
    text = page("configuration.md")
    codes = {word for word in (cli.help or "").partition("Exit codes:")[2].replace(",", " ").split() if word.isdigit()}
    assert codes == {row.split("|")[1].strip() for row in text.splitlines() if row[2:3].isdigit()} - {"130"}


def test_every_command_is_in_the_index() -> None:
    named = {line.split()[2].strip("`") for line in page("index.md").splitlines() if line.startswith("| `./run ")}
    assert named == set(cli.list_commands(None))  # type: ignore[arg-type]
