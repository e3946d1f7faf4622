"""How far a lot is, as a stage set shows it: a word for each act, and the act a lot is in."""

from enum import StrEnum

from agent_runtime.core.domain import Stage

_CLOSING_S = 60


class LotStage(StrEnum):
    """The acts of a lot."""

    WAITING = "WAITING"
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    SOLD = "SOLD"
    PASSED = "PASSED"
    CANCELLED = "CANCELLED"


_OUTCOMES = {"sold": LotStage.SOLD, "passed": LotStage.PASSED, "cancelled": LotStage.CANCELLED}


def lot_stage(lot: Stage | None) -> LotStage:
    """The act of the lot in hand: CLOSING in its last minute and until its end is told, WAITING without a lot."""
    if lot is None:
        return LotStage.WAITING
    if not lot.is_open:
        waiting = LotStage.WAITING if lot.settles_at is None else LotStage.CLOSING
        return _OUTCOMES.get(lot.outcome or "", waiting)
    seconds = lot.slots.get("seconds")
    is_closing = seconds <= _CLOSING_S if isinstance(seconds, int) else lot.is_last_call
    return LotStage.CLOSING if is_closing else LotStage.OPEN
