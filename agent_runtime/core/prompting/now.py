"""How things stand for a character, in the words a model reads: mood, looks, lots, what is over, what is remembered."""

from collections.abc import Sequence

from pydantic_core import to_json

from agent_runtime.core.domain import Stage
from agent_runtime.core.memory import Memory, PastLot
from agent_runtime.core.money import Money, spoken
from agent_runtime.core.past import asked_about
from agent_runtime.core.prompt import Circumstances

_STAGES_SHOWN = 5
_PAST_SHOWN = 3
_MEMORIES_SHOWN = 5


def right_now(circumstances: Circumstances, question: str = "") -> str:
    """Mood, looks and live facts as a model reads them, then what is over and what is remembered.

    Whatever people wrote or are called is a JSON string: data, not orders. Its length does not grow with a session.
    """
    lines = [f"Right now: you feel {circumstances.feeling}."]
    if circumstances.scene is not None and circumstances.scene.background:
        lines.append(f"Behind you: {circumstances.scene.background}.")
    lots = [stage for stage in circumstances.stages if stage.kind == "lot"]
    lines += [_fact(stage, circumstances.locale) for stage in lots[:_STAGES_SHOWN]]
    campaign = next((stage for stage in circumstances.stages if stage.kind == "campaign"), None)
    if campaign is not None:
        lines.append(_campaign(campaign))
    lines += [_past(lot, circumstances.locale) for lot in _past_shown(circumstances, question)]
    lines += [_remembered(memory) for memory in circumstances.memories[:_MEMORIES_SHOWN]]
    if circumstances.summary:
        lines.append(f"Earlier in this conversation: {_quoted(circumstances.summary)}")
    return "\n".join(lines)


def _past_shown(circumstances: Circumstances, question: str) -> Sequence[PastLot]:
    """The lots asked about, else the newest few."""
    campaign = next((stage.campaign for stage in circumstances.stages), None)
    return (asked_about(circumstances.past, question, campaign) or circumstances.past)[:_PAST_SHOWN]


def _past(lot: PastLot, locale: str) -> str:
    result: str = lot.outcome
    if lot.outcome == "sold":
        result += f" to {_quoted(lot.bidder)}" if lot.bidder else ""
        result += f" for {spoken(lot.amount, locale)}" if lot.amount else ""
    return f"Over: lot {lot.number}, {_quoted(lot.title)}: {result}."


def _campaign(stage: Stage) -> str:
    day, days, part = (stage.slots.get(name) for name in ("day", "days", "stage"))
    parts = [f"Campaign {_quoted(stage.title)}"]
    parts += [f"day {day} of {days}" if days is not None else f"day {day}"] if day is not None else []
    parts += [f"stage {_quoted(str(part))}"] if part is not None else []
    return ", ".join(parts) + "."


def _remembered(memory: Memory) -> str:
    return f"You remember: {_quoted(memory.text)}"


def _quoted(text: str) -> str:
    return to_json(text).decode()


def _fact(stage: Stage, locale: str) -> str:
    def said(name: str) -> str | None:
        value = stage.slots.get(name)
        if value is None:
            return None
        return spoken(value, locale) if isinstance(value, Money) else to_json(value).decode()

    title, amount, bidder = said("title"), said("amount"), said("bidder")
    if not stage.is_open:
        result = f"sold to {bidder} for {amount}" if stage.outcome == "sold" else stage.outcome or "ended"
        return f"Lot {title}: {result}."
    parts = [f"Lot {title}: open", f"{stage.bid_count} bids"]
    parts += [f"the bid is {amount}"] if amount else ["no price yet"]
    parts += [f"led by {bidder}"] if bidder else []
    parts += [f"next bid {said('next')}"] if said("next") else []
    parts += [f"{said('seconds')} seconds left"] if said("seconds") else []
    return ", ".join(parts) + "."
