"""The promises under load, over random bursts: no bid later than promised, no stale price, no outcome late."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_runtime.core.events import Envelope
from agent_runtime.core.line import Line
from agent_runtime.narration.rules import Pacing
from tests.domains.streams import EPOCH, Engine
from tests.narration.shows import Show
from tests.transcripts import OUTCOMES, Witness

BID_FAMILIES = {"first_bid", "bid", "bids_merged", "race", "jump", "new_bidder", "milestone"}
LONGEST_SHORT_LINE_S = 3.2  # nine words, of which a title has up to four
PACES = st.sampled_from([0.04, 0.1, 0.3, 1.0, 4.0])
BURSTS = st.lists(st.tuples(PACES, st.integers(1, 40)), min_size=1, max_size=5)


@dataclass
class Load:
    """Bursts of bids on several lots, every lot ended at the end; deterministic for its arguments."""

    lots: int
    bursts: list[tuple[float, int]]
    turns: list[int]
    events: list[Envelope] = field(default_factory=list)

    def __post_init__(self) -> None:
        engine, now = Engine(), 5.0 * self.lots
        names = [f"lot-{number}" for number in range(self.lots)]
        events = [engine.start(5.0 * n, lot=name, title=f"Quiet Work {n}") for n, name in enumerate(names)]
        prices = dict.fromkeys(names, 50)
        for burst, (pace, bids) in enumerate(self.bursts):
            now += 6.0
            for number in range(bids):
                now += pace
                turn = self.turns[(burst * 7 + number) % len(self.turns)]
                lot = names[turn % self.lots]
                prices[lot] += 5 * (1 + turn % 3)
                leads = turn % 4 > 0 or prices[lot] < 70
                maximum = str(prices[lot] + 1000) if leads else None
                price = str(prices[lot])
                events += engine.bid(now, f"u{turn % 5}", price, lot=lot, leads=leads, maximum=maximum)
            events.append(engine.timer(now, 30, lot=names[burst % self.lots]))
        events += [engine.end(now + 2, "CANCELLED", lot=name) for name in names]
        self.events = sorted(events, key=lambda event: event.timestamp)


@dataclass
class Watch:
    """Plays a load and measures how long each bid waited for a line that speaks for it."""

    show: Show = field(default_factory=Show)
    witness: Witness = field(default_factory=Witness)
    unsaid: dict[str, list[float]] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    late_outcomes: list[Line] = field(default_factory=list)

    def follow(self, load: Load) -> "Watch":
        for thing in self.show.played(load.events):
            match thing:
                case Envelope():
                    self.witness.hears_event(thing.model_dump())
                    if thing.type == "auction:bid:accepted":
                        received = thing.timestamp / 1000 - EPOCH
                        self.unsaid.setdefault(thing.data["auctionId"], []).append(received)
                case Line():
                    self._said(thing)
        return self

    def _said(self, line: Line) -> None:
        self.witness.hears_line(line.subject, line.family, line.text)
        if line.family in BID_FAMILIES | OUTCOMES:
            self.waits += [line.at - received for received in self.unsaid.pop(line.subject, [])]
        if line.family in OUTCOMES and line.at > self.show.now:
            self.late_outcomes.append(line)


def check(watch: Watch, promised_s: float) -> None:
    assert watch.witness.untruths == []
    watch.witness.hears_the_end()
    assert watch.witness.untruths == []
    assert watch.unsaid == {}
    assert max(watch.waits, default=0) <= promised_s
    assert watch.late_outcomes == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), BURSTS, st.lists(st.integers(0, 99), min_size=1, max_size=30))
def test_on_up_to_three_lots_every_bid_is_spoken_for_within_five_seconds(
    lots: int, bursts: list[tuple[float, int]], turns: list[int]
) -> None:
    check(Watch().follow(Load(lots, bursts, turns)), promised_s=5.0)


@settings(max_examples=15, deadline=None)
@given(st.integers(4, 20), BURSTS, st.lists(st.integers(0, 99), min_size=10, max_size=60))
def test_on_more_lots_every_bid_is_spoken_for_in_proportion_to_them(
    lots: int, bursts: list[tuple[float, int]], turns: list[int]
) -> None:
    """One mouth: with n lots waiting, each has its turn after n lines."""
    check(Watch().follow(Load(lots, bursts, turns)), promised_s=5.0 + lots * (LONGEST_SHORT_LINE_S + 0.3))


def test_twenty_five_bids_a_second_on_three_lots_for_a_minute() -> None:
    watch = Watch().follow(Load(3, [(0.04, 1500)], [0, 4, 8, 1, 5, 9, 2]))
    check(watch, promised_s=5.0)
    gaps = [second.at - first.at for first, second in zip(watch.show.lines, watch.show.lines[1:], strict=False)]
    assert max(gaps[5:-3]) < 5


def test_twenty_five_bids_a_second_on_twenty_lots_leave_nobody_out() -> None:
    watch = Watch().follow(Load(20, [(0.04, 3000)], list(range(20))))
    check(watch, promised_s=5.0 + 20 * (LONGEST_SHORT_LINE_S + 0.3))
    told = [line.subject for line in watch.show.lines if line.family in BID_FAMILIES]
    assert min(told.count(lot) for lot in set(told)) >= max(told.count(lot) for lot in set(told)) - 2
    assert len(set(told)) == 20
    assert not any(line.interrupts for line in watch.show.lines if line.family in BID_FAMILIES)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 3), BURSTS, st.lists(st.integers(0, 99), min_size=1, max_size=30))
def test_a_line_that_had_no_need_to_hurry_kept_to_the_rules(
    lots: int, bursts: list[tuple[float, int]], turns: list[int]
) -> None:
    """Gap and words, for every line that neither passes freely nor was pressed by the promise."""
    pacing, show = Pacing(promise_s=1e9), Show(Pacing(promise_s=1e9))
    show.play(*Load(lots, bursts, turns).events)
    words, words_at, busy_until = pacing.bucket_words, 0.0, -1.0
    for line in show.lines:
        words = min(pacing.bucket_words, words + (line.at - words_at) * pacing.words_per_s)
        is_free = line.rank == 0 or line.family == "open"
        assert is_free or line.interrupts or line.at >= busy_until + pacing.gap_s - 1e-9
        assert is_free or line.rank == 1 or words >= -1e-6
        words, words_at = max(words - len(line.text.split()), -pacing.bucket_words), line.at
        busy_until = (line.at if line.interrupts else max(line.at, busy_until)) + line.takes_s
