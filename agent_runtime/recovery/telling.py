"""What hosts are told after a gap: results and openings as they are, everything else in one line, nothing twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agent_runtime.core.domain import Appraisal, Cue, Rank, Slot, Stage
from agent_runtime.projection.projector import Step
from agent_runtime.recovery.reading import Adopted
from agent_runtime.recovery.remembering import Ending

_STILL_NEWS_S = 60.0  # a process that was killed in between is back within seconds
_SLACK_S = 10.0  # a dead connection is known as such after six seconds
_RECORDED_S = 86_400.0


class RecoveryHost(Protocol):
    """A host as recovery sees it (see agents/agent.py). Moments are monotonic seconds."""

    def hosts(self, subject: str, campaign: str | None) -> bool: ...

    def witness(self, step: Step, cause: str, now: float) -> None: ...

    def feed_lost(self, now: float) -> None:
        """The events have stopped coming."""
        ...

    def feed_back(self, now: float, cue: Cue | None) -> None:
        """They come again; `cue` says what changed meanwhile, None when nothing did."""
        ...

    def spoke_of(self, subject: str) -> bool:
        """Whether it has ever said a line about this."""
        ...

    def told_outcome(self, subject: str) -> bool:
        """Whether it has said how this ended."""
        ...


@dataclass(frozen=True, slots=True)
class Gap:
    """What lies behind: `since` is when it began (epoch seconds). A start is a long gap."""

    since: float
    is_long: bool = False
    is_start: bool = False


def tell(host: RecoveryHost, adopted: Sequence[Adopted], gap: Gap, now: float) -> None:
    """Let a host witness what the keys knew."""
    own = [_fit(host, each, gap) for each in adopted if _hosts(host, each.step.stage)]
    if not gap.is_long:
        for each in own:
            host.witness(each.step, each.cause, now)
        return
    moved = []
    for each in own:
        passing = tuple(cue for cue in each.step.appraisal.cues if _passes(cue))
        if len(passing) < len(each.step.appraisal.cues) and not passing:
            moved.append(each)
        appraisal = replace(each.step.appraisal, cues=passing)
        host.witness(replace(each.step, appraisal=appraisal), each.cause, now)
    host.feed_back(now, _meanwhile(moved))


def tell_campaigns(host: RecoveryHost, steps: Sequence[Step], gap: Gap, now: float) -> None:
    """Let a host witness how its campaigns stand: in silence at a start, since that is nothing new to an audience."""
    for step in steps:
        if _hosts(host, step.stage):
            cause = next((cue.cause for cue in step.appraisal.cues), step.stage.subject)
            host.witness(replace(step, appraisal=Appraisal()) if gap.is_start else step, cause, now)


def tell_standing(host: RecoveryHost, stages: Sequence[Stage], now: float) -> None:
    """Let a host know of what was going on before a restart, without a word; the newest comes last."""
    for stage in stages:
        if _hosts(host, stage):
            host.witness(Step(Appraisal(), stage), stage.as_of or stage.subject, now)


def tell_untold(
    host: RecoveryHost, stages: Sequence[Stage], endings: Mapping[str, Ending], wall: float, now: float
) -> None:
    """Have the outcomes said that were heard before a restart and not said, if the host knows the lot or heard lately.

    The process may have been killed between hearing and saying.
    """
    for stage in stages:
        ending = endings.get(stage.subject)
        if ending is None or stage.is_open or stage.outcome is None or not _hosts(host, stage):
            continue
        is_due = host.spoke_of(stage.subject) or wall - ending.heard_at <= _STILL_NEWS_S
        if is_due and not host.told_outcome(stage.subject):
            cue = Cue("outcome", Rank.CRITICAL, stage.subject, ending.cause)
            host.witness(Step(Appraisal(cues=(cue,)), stage), ending.cause, now)


def tell_lost(host: RecoveryHost, open_lots: Sequence[Stage], now: float) -> None:
    """Say that the events have stopped, if there is a lot in hand."""
    if any(_hosts(host, stage) for stage in open_lots):
        host.feed_lost(now)


def _hosts(host: RecoveryHost, stage: Stage) -> bool:
    return host.hosts(stage.subject, stage.campaign)


def _fit(host: RecoveryHost, each: Adopted, gap: Gap) -> Adopted:
    """The same, in silence where its outcome is not for this host to tell."""
    tells_outcome = any(cue.family == "outcome" for cue in each.step.appraisal.cues)
    if not tells_outcome or _is_for(host, each, gap):
        return each
    return replace(each, step=replace(each.step, appraisal=Appraisal()))


def _is_for(host: RecoveryHost, each: Adopted, gap: Gap) -> bool:
    """Whether a host tells this outcome: of a lot in its hands, or one that came and went within the gap."""
    if each.was_open and not gap.is_start:
        return True
    if host.told_outcome(each.subject):
        return False
    return _came_and_went(each, gap) or host.spoke_of(each.subject)


def _came_and_went(each: Adopted, gap: Gap) -> bool:
    """Whether all of it fell into the gap. A recording's keys are days old: then it tells that nobody knew of it."""
    if gap.is_start or not each.is_first:
        return False
    is_recorded = each.changed_at < gap.since - _RECORDED_S
    return is_recorded or each.changed_at >= gap.since - _SLACK_S


def _passes(cue: Cue) -> bool:
    return cue.rank is Rank.CRITICAL or cue.family == "open"


def _meanwhile(moved: Sequence[Adopted]) -> Cue | None:
    """The one line about everything that moved: the lot that changed last, and how many others did."""
    if not moved:
        return None
    latest = max(moved, key=lambda each: each.changed_at)
    others: dict[str, Slot] = {"others": len(moved) - 1} if len(moved) > 1 else {}
    return Cue("meanwhile", Rank.HIGH, latest.subject, latest.cause, slots=others)
