"""`replay`: the same transcript byte for byte, or the same events to somebody else."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.process.http import Client
from tests.process.runtime import ROOT, command

RECORDING = ROOT / "tests" / "data" / "ebay-three-lots.jsonl"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """The first events of the recording, and a line that is none."""
    lines = RECORDING.read_text().splitlines()[:40]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join([*lines, "not an event", ""]))
    return path


def replayed(*arguments: str | Path) -> tuple[bytes, str]:
    done = command("replay", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.decode()


def test_the_same_file_gives_the_same_transcript_packed_or_not(few: Path, tmp_path: Path) -> None:
    packed = tmp_path / "few.jsonl.gz"
    packed.write_bytes(gzip.compress(few.read_bytes()))
    transcript, tally = replayed(few, "--speed", "max")
    assert replayed(packed, "--speed", "max")[0] == transcript
    assert len(transcript.splitlines()) > 10
    for name in ("events", "lines", "distinct per 100", "events a second", "peak memory"):
        assert name in tally
    assert tally.startswith("events            41 (")


@pytest.mark.slow
def test_another_seed_chooses_other_words(few: Path) -> None:
    assert replayed(few, "--speed", "max")[0] != replayed(few, "--speed", "max", "--seed", "other")[0]


def test_as_json_every_line_says_what_it_answers(few: Path) -> None:
    transcript, _ = replayed(few, "--speed", "max", "-o", "json")
    known = {json.loads(line)["id"] for line in few.read_text().splitlines()[:40]}
    for line in map(json.loads, transcript.splitlines()):
        assert line.keys() == {
            "at", "agent", "lot", "family", "class", "text", "cause", "as_of", "merged", "score",
        }  # fmt: skip
        assert line["agent"] == "vesper"
        assert line["at"].endswith("Z")
        assert set(line["cause"]) <= known


@pytest.mark.slow
def test_the_tally_alone_goes_to_standard_output(few: Path) -> None:
    tally, said = replayed(few, "--speed", "max", "--tally")
    assert tally.startswith(b"events            41 (")
    assert said == ""


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    whole = gzip.compress(RECORDING.read_bytes())
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    done = command("replay", tmp_path / "cut.jsonl.gz", "--speed", "max", "--tally")
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert "cannot be read" in done.stderr.decode()


async def test_to_a_running_runtime_it_sends_with_new_ids_or_its_own(client: Client, few: Path) -> None:
    assert replayed(few, "--to", client.url, "--speed", "max")[1] == "40 events sent, 1 unreadable\n"
    for _ in range(2):
        replayed(few, "--to", client.url, "--speed", "max", "--keep-ids")
    own = [json.loads(line)["id"] for line in few.read_text().splitlines()[:40]]
    rows = (await client.get("/api/events?limit=200")).json["data"]
    heard = [row["id"] for row in rows if row["data"].get("auctionId")]
    assert len(heard) == len(set(heard)) == 80
    assert heard[40:] == own


async def test_to_redis_it_publishes_what_an_engine_would_in_order(redis_url: str, few: Path) -> None:
    async with Redis.from_url(redis_url) as client, client.pubsub() as channel:
        await channel.subscribe("events:auction")
        assert (await channel.get_message(timeout=10)) is not None
        replayed(few, "--to", redis_url, "--speed", "max", "--keep-ids")
        heard: list[object] = []
        async with asyncio.timeout(20):
            while len(heard) < 40:
                if (message := await channel.get_message(timeout=1)) is not None:
                    heard.append(json.loads(message["data"]))
    assert heard == [json.loads(line) for line in few.read_text().splitlines()[:40]]
