"""What may be said of lots in public: one set of facts for each lot, each campaign, each memory of the records."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from agent_runtime.agents.figures import BIDS, DAY, MONEY, NUMBER, TIME, Figures, figures_in
from agent_runtime.core.domain import Slot, Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.money import Money, amount_text, spoken
from agent_runtime.core.prompt import Circumstances

_UNITS_OF_TIME = (1, 60, 3_600, 86_400)
_JOINERS = ("\u200c", "\u200d")
_CODE = re.compile(r"\b[A-Z]{3,5}\b")


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that belong together. `kind` is lot, past, campaign or memory; `outcome` is None while open."""

    kind: str
    title: str
    figures: Figures
    bidder: str | None = None
    currencies: frozenset[str] = frozenset()
    outcome: str | None = None
    is_open: bool = False
    has_bids: bool = True


def known_facts(circumstances: Circumstances) -> tuple[Known, ...]:
    """The lot in hand first, then other lots and the campaign, lots that are over, memories of the records."""
    return tuple(_all(circumstances))


def folded(text: str) -> str:
    """`text` as it is compared: one form of every digit and letter, no invisible joiners, no capitals."""
    for joiner in _JOINERS:
        text = text.replace(joiner, "")
    return unicodedata.normalize("NFKC", text).casefold()


def _all(circumstances: Circumstances) -> Iterator[Known]:
    locale = circumstances.locale
    for stage in circumstances.stages:
        yield _of_stage(stage, locale) if stage.kind == "lot" else _of_campaign(stage)
    for lot in circumstances.past:
        yield _of_past(lot, locale)
    for memory in circumstances.memories:
        if memory.kind in ("outcome", "bidder"):
            yield _of_memory(memory)


def _of_stage(stage: Stage, locale: str) -> Known:
    """While a bid is still settling, price and leader do not belong together: neither is known."""
    is_settled = stage.settles_at is None
    money = [slot for slot in stage.slots.values() if isinstance(slot, Money)] if is_settled else []
    bidder = stage.slots.get("bidder")
    return Known(
        kind="lot",
        title=folded(stage.title),
        figures={
            MONEY: _of_money(money, locale),
            TIME: _of_time(stage.slots.get("seconds")),
            BIDS: frozenset({str(stage.bid_count)} if is_settled else ()),
        },
        bidder=folded(bidder) if isinstance(bidder, str) and is_settled else None,
        currencies=frozenset(each.currency for each in money),
        outcome=stage.outcome,
        is_open=stage.is_open,
        has_bids=stage.bid_count > 0 or not is_settled or bool(money and stage.slots.get("amount")),
    )


def _of_campaign(stage: Stage) -> Known:
    days = frozenset(str(stage.slots[name]) for name in ("day", "days") if name in stage.slots)
    return Known("campaign", folded(stage.title), {DAY: days, TIME: days}, is_open=stage.is_open)


@lru_cache(maxsize=1024)
def _of_past(lot: PastLot, locale: str) -> Known:
    money = [lot.amount] if lot.amount else []
    return Known(
        kind="past",
        title=folded(lot.title),
        figures={MONEY: _of_money(money, locale), NUMBER: frozenset({str(lot.number)})},
        bidder=folded(lot.bidder) if lot.bidder else None,
        currencies=frozenset(each.currency for each in money),
        outcome=lot.outcome,
    )


def _of_memory(memory: Memory) -> Known:
    """Its words were made of the records: what they say may be said again, of its subject."""
    subject, text = folded(memory.subject), folded(memory.text)
    is_bidder = memory.kind == "bidder"
    outcome = "sold" if is_bidder or " sold" in text else "cancelled" if "withdrawn" in text else "passed"
    return Known(
        kind="memory",
        title=subject,
        figures=figures_in(text.replace(subject, " ")),
        bidder=subject if is_bidder else None,
        currencies=frozenset(_CODE.findall(memory.text)) | ({"USD"} if "$" in memory.text else frozenset()),
        outcome=outcome,
    )


def _of_money(money: Iterable[Money], locale: str) -> frozenset[str]:
    texts = [text for each in money for text in (spoken(each, locale), amount_text(each.amount))]
    return frozenset(figure for text in texts for figure in figures_in(folded(text)).get(MONEY, ()))


def _of_time(seconds: Slot | None) -> frozenset[str]:
    """The figures in which a time left may be told: its whole days, hours, minutes, and what is over each."""
    if not isinstance(seconds, int):
        return frozenset()
    wholes = [seconds // unit for unit in _UNITS_OF_TIME]
    return frozenset(str(each) for each in (*wholes, seconds % 60, seconds // 60 % 60, seconds // 3_600 % 24))
