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
    for name in ("events", "lines", "coalesced", "distinct per 100", "events a second", "peak memory"):
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
            "at", "agent", "lot", "family", "class", "text", "cause", "as_of", "merged", "score", "explanation",
        }  # fmt: skip
        assert line["explanation"]["family"] == line["family"]
        assert line["agent"] == "vesper"
        assert line["at"].endswith("Z")
        assert set(line["cause"]) <= known


@pytest.mark.slow
def test_the_tally_alone_goes_to_standard_output(few: Path) -> None:
    tally, said = replayed(few, "--speed", "max", "--tally")
    assert tally.startswith(b"events            41 (")
    assert said == ""


def test_the_tally_as_json_counts_lines_by_family_and_what_one_line_stands_for(few: Path) -> None:
    tally = json.loads(replayed(few, "--speed", "100000000", "--tally", "-o", "json")[0])
    assert tally["outcomes"] == {"accepted": 40, "dead:bad_json": 1}
    assert sum(tally["families"].values()) == tally["lines"]
    assert tally["coalesced"] > 0


def test_any_character_file_narrates_even_of_one_who_hosts_nothing(few: Path, tmp_path: Path) -> None:
    (tmp_path / "ada.yaml").write_text('name: Ada\nphrases: {open: {long: ["Behold {title}."]}}\n')
    transcript, _ = replayed(few, "--speed", "max", "--character", tmp_path / "ada.yaml")
    assert b"Behold Xbox game console." in transcript
    (tmp_path / "ada.yaml").write_text("nme: Ada\n")
    done = command("replay", few, "--character", tmp_path / "ada.yaml")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"ada.yaml:1:1: unknown key 'nme'" in done.stderr


def test_two_characters_stand_side_by_side_each_as_if_alone(few: Path) -> None:
    shown, tally = replayed(few, "--speed", "max", "--compare", "vesper", "characters/wren.yaml", "-o", "json")
    rows = [json.loads(line) for line in shown.splitlines()]
    for side, slug in (("a", "vesper"), ("b", "wren")):
        alone = replayed(few, "--speed", "max", "--character", slug)[0].decode().splitlines()
        assert [f"{row['at']}  {row[side]}" for row in rows if row[side] is not None] == alone
    assert all(row["a"] and row["b"] for row in rows)
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert tally.splitlines()[0] == "Vesper Quill"
    assert tally.count("coalesced") == 2


def test_two_columns_have_names_above_them_and_no_colour_in_a_file(few: Path) -> None:
    shown, _ = replayed(few, "--speed", "max", "--compare", "vesper", "wren")
    assert shown.split()[:4] == [b"Vesper", b"Quill", b"Wren", b"Halloran"]
    assert b"\x1b" not in shown


def test_events_are_exported_as_a_recording_packed_or_not_and_nothing_is_written_over(
    few: Path, tmp_path: Path
) -> None:
    own = few.read_bytes().splitlines()[:41]
    for name, opened in (("copy.jsonl", open), ("copy.jsonl.gz", gzip.open)):
        assert replayed(few, "--export", tmp_path / name) == (b"", f"41 events written to {tmp_path / name}\n")
        with opened(tmp_path / name, "rb") as lines:
            assert lines.read().splitlines() == own
        again = command("replay", few, "--export", tmp_path / name)
        assert (again.returncode, again.stderr.count(b"\n")) == (2, 1)
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(RECORDING.read_bytes())[:2000])
    assert command("replay", cut, "--export", tmp_path / "none.jsonl").returncode == 2
    assert not (tmp_path / "none.jsonl").exists()


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "give either FILE, a recording, or --from-log"),
        ("{few} --from-log", "not both"),
        ("{few} --since 2026-01-01", "--since is about the event log"),
        ("{few} --database sqlite:///x.db", "--database is about the event log"),
        ("--from-log --since yesterday", "no ISO 8601 time"),
        ("{few} --compare vesper", "requires 2 arguments"),
        ("{few} --compare vesper nobody", "no valid character 'nobody'"),
        ("{few} --compare vesper wren --character wren", "--character and --compare do not go together"),
        ("{few} --export x --to http://127.0.0.1:1", "do not go together"),
        ("{few} --character nowhere.yaml", "nowhere.yaml"),
    ],
)
def test_what_does_not_go_together_is_told(typed: str, why: str, few: Path) -> None:
    done = command("replay", *typed.format(few=few).split())
    assert (done.returncode, done.stdout) == (2, b"")
    assert why in done.stderr.decode()


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
