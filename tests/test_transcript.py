"""Whole transcripts: true from the first line to the last, and the same byte for byte from the same seed."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from agent_runtime.characters.loading import load_folder
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.clock import SystemClock
from agent_runtime.core.line import Line
from agent_runtime.domains import DOMAINS
from agent_runtime.feed import Feed
from agent_runtime.narration.rules import Pacing
from agent_runtime.projection.journal import Journal
from agent_runtime.projection.projector import Projector
from agent_runtime.rehearsal import Rehearsal
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from tests.transcripts import OUTCOMES, Witness, recorded, with_start

ROOT = Path(__file__).parent.parent
THREE_LOTS = ROOT / "tests" / "data" / "ebay-three-lots.jsonl"
PLAIN = Character(name="Otto", hosts={"auctions": "*"})
HOSTS = [*(each for each in load_folder(ROOT / "characters").characters.values() if each.hosts.is_host), PLAIN]
Stream = Iterable[dict[str, Any]]


def told(events: Stream, rehearsal: Rehearsal, speed: float, heard: Callable[[dict[str, Any]], None]) -> Iterator[Line]:
    """The lines of a rehearsal; `heard` is told of each event at the moment it is taken in, between the lines."""
    began: float | None = None
    for event in events:
        seconds = event["timestamp"] / 1000
        began = seconds if began is None else began
        moment, is_heard = began + max(0.0, seconds - began) / speed, False
        for line in rehearsal.play(json.dumps(event).encode()):
            if line.at >= moment and not is_heard:
                heard(event)
                is_heard = True
            yield line
        if not is_heard:
            heard(event)
    yield from rehearsal.finish()


def rehearsal_of(character: Character, speed: float | None, seed: str = "0") -> Rehearsal:
    return Rehearsal(character, Pacing(is_paced=speed is not None), seed, speed=speed or 1.0, locale="en_US")


def checked(events: Stream, character: Character, speed: float | None = None, seed: str = "0") -> list[Line]:
    """The lines, each true when it was said; every opening and outcome said once."""
    witness, lines = Witness(), []
    for line in told(events, rehearsal_of(character, speed, seed), speed or 1.0, witness.hears_event):
        witness.hears_line(line.subject, line.family, line.text)
        lines.append(line)
    witness.hears_the_end(may_miss_openings=speed is not None)
    assert witness.untruths == []
    return lines


@pytest.fixture(params=HOSTS, ids=lambda host: host.slug)
def host(request: pytest.FixtureRequest) -> Character:
    found: Character = request.param
    return found


LIES = [
    ("bid", "Xbox game console is at $999."),
    ("bid", "$6, with somebody. I ask $8."),
    ("bid", "Xbox game console at $5, with amber_ant."),
    ("milestone", "We reach $100."),
    ("bid", "Palm Pilot M515 PDA at $6."),
    ("bid", "As good as sold at $6."),
    ("bid", "The bid is $1,250.50."),
    ("sold", "Sold to grand_elk for $6."),
]


@pytest.mark.parametrize(("family", "lie"), LIES, ids=[lie for _, lie in LIES])
def test_the_witness_catches_a_lie(family: str, lie: str) -> None:
    witness = Witness(titles={"Palm Pilot M515 PDA"}, handles={"another": "amber_ant"})
    lot = "473f07d0-c95c-56a2-94a1-2d2f4b24edec"
    for event in recorded(THREE_LOTS):
        if event["data"]["auctionId"] == lot:
            witness.hears_event(event)
            if event["data"].get("currentPrice") == "6":
                break
    witness.hears_line(lot, "bid", "Xbox game console is at $6, with grand_elk.")
    assert witness.untruths == []
    witness.hears_line(lot, family, lie)
    assert len(witness.untruths) >= 1


def test_the_witness_misses_what_was_not_said_and_notices_what_was_said_twice() -> None:
    witness = Witness()
    for event in recorded(THREE_LOTS):
        witness.hears_event(event)
    witness.hears_the_end()
    assert len(witness.untruths) == 6
    lot = next(iter(witness.lots))
    for _ in range(2):
        witness.hears_line(lot, "sold", witness.lots[lot].title)
    assert "said after the outcome" in witness.untruths[-1]


@pytest.mark.parametrize("speed", [None, 60.0, 600.0, 3600.0], ids=["max", "60", "600", "3600"])
def test_everything_said_of_three_lots_is_true(host: Character, speed: float | None) -> None:
    lines = checked(recorded(THREE_LOTS), host, speed)
    assert len(lines) > 30
    assert sum(line.family in OUTCOMES for line in lines) == 3


@pytest.mark.parametrize("reserve", ["77.77", "1234.56", "150.01"])
@pytest.mark.parametrize("speed", [None, 60.0], ids=["max", "60"])
def test_no_reserve_is_ever_said(host: Character, reserve: str, speed: float | None) -> None:
    lines = checked(with_start(recorded(THREE_LOTS), reservePrice=reserve), host, speed)
    spoken = " ".join(line.text for line in lines)
    for form in (reserve, f"{float(reserve):,}"):
        assert form not in spoken
    assert speed is not None or reserve == "1234.56" or "reserve_met" in {line.family for line in lines}


def test_other_currencies_and_titles_are_said_as_they_are(host: Character) -> None:
    odd = with_start(recorded(THREE_LOTS), currency="ETH", artItemName="Nº 7 {amount} — «Étude»\u202e")
    lines = checked(odd, host)
    assert any(" ETH" in line.text for line in lines)
    assert not any("$" in line.text or "\u202e" in line.text for line in lines)
    assert sum("{amount} — «Étude»" in line.text for line in lines) >= 6


def test_the_same_seed_tells_the_same_and_another_does_not(host: Character) -> None:
    for speed in (None, 600.0):
        transcripts = [checked(recorded(THREE_LOTS), host, speed, seed) for seed in ("0", "0", "1")]
        assert transcripts[0] == transcripts[1]
        assert [line.text for line in transcripts[0]] != [line.text for line in transcripts[2]]


def replayed(hash_seed: str, *options: str) -> bytes:
    """What the command prints, in a process of its own."""
    command = [sys.executable, "-m", "agent_runtime", "replay", "--speed", "max", *options]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of a runtime that has heard the recording; nobody uses it now."""
    url = f"sqlite:///{tmp_path_factory.mktemp('log') / 'runtime.db'}"
    schema.upgrade(url)
    asyncio.run(kept(url, [json.dumps(event).encode() for event in recorded(THREE_LOTS)]))
    return url


async def kept(url: str, raws: list[bytes]) -> None:
    async with Database(url) as database:
        clock = SystemClock()
        journal = Journal(database.events)
        feed = Feed(Projector(DOMAINS), journal, [], Broadcast(keep=1), clock, new_id=lambda: str(uuid4()))
        for raw in raws:
            feed.hear("events:auction", raw)
        await journal.close()


def test_the_command_prints_the_same_bytes_whatever_the_process(log: str) -> None:
    first = replayed("1", str(THREE_LOTS), "--seed", "7", "-o", "json")
    assert first == replayed("2", str(THREE_LOTS), "--seed", "7", "-o", "json")
    assert first == replayed("3", "--from-log", "--database", log, "--seed", "7", "-o", "json")
    assert first != replayed("1", str(THREE_LOTS), "--seed", "8", "-o", "json")
    assert len(first.splitlines()) > 150


def test_two_side_by_side_are_the_same_bytes_whatever_the_process(log: str) -> None:
    pair = ("--compare", "vesper", "wren")
    first = replayed("1", str(THREE_LOTS), *pair)
    assert first == replayed("2", "--from-log", "--database", log, *pair)
    assert first != replayed("1", str(THREE_LOTS), "--compare", "wren", "vesper")


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def distinct_per_hundred(texts: list[str]) -> float:
    windows = [texts[start : start + 100] for start in range(0, max(1, len(texts) - 99), 20)]
    return 100 * sum(len(set(window)) / len(window) for window in windows) / len(windows)


def recording() -> Path:
    return Path(os.environ.get("TEST_RECORDING", THREE_LOTS))


@pytest.mark.slow
@pytest.mark.parametrize("speed", [None, 60.0, 600.0, 3600.0], ids=["max", "60", "600", "3600"])
def test_everything_said_of_a_whole_recording_is_true(host: Character, speed: float | None) -> None:
    lines = checked(recorded(recording()), host, speed)
    outcomes = [line.subject for line in lines if line.family in OUTCOMES]
    assert (
        len(outcomes) == len(set(outcomes)) == sum(event["type"] == "auction:start" for event in recorded(recording()))
    )
    sys.stdout.write(
        f"{host.slug} at {speed or 'max'}: {len(lines)} lines, {sum(line.interrupts for line in lines)} cut\n"
    )


@pytest.mark.slow
def test_a_whole_recording_is_told_fast_in_flat_memory_and_in_ever_new_words(host: Character) -> None:
    raws = [json.dumps(event).encode() for event in recorded(recording())]
    rehearsal, texts, resident = rehearsal_of(host, None), [], []
    began = time.perf_counter()
    for number, raw in enumerate(raws):
        texts += [line.text for line in rehearsal.play(raw)]
        if number % (len(raws) // 30) == 0:
            resident.append(resident_mb())
    texts += [line.text for line in rehearsal.finish()]
    rate = len(raws) / (time.perf_counter() - began)
    thirds = [sum(part) / len(part) for part in (resident[:10], resident[-10:])]
    sys.stdout.write(
        f"{host.slug}: {len(raws)} events, {len(texts)} lines, {distinct_per_hundred(texts):.1f} distinct per hundred, "
        f"{rate:.0f} events/s, {thirds[0]:.1f} to {thirds[1]:.1f} MB\n"
    )
    assert thirds[1] - thirds[0] < 15
    assert distinct_per_hundred(texts) > 60
