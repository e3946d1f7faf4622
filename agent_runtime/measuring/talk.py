"""Figures of conversations: turns, first words, and what models were asked and cost."""

from collections.abc import Iterator, Mapping
from typing import get_args

from prometheus_client import Metric

from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.tallying import TurnTally
from agent_runtime.core.turns import TurnKind, TurnState
from agent_runtime.measuring.families import Rows, by, counters, gauge, gauges, histograms
from agent_runtime.measuring.measured import Measured
from agent_runtime.models import Models

_OVER = frozenset(get_args(TurnState)) - {"accepted", "running"}
_STATES = {"closed": 0, "half-open": 1, "open": 2}


def families(runtime: Measured, replays: Mapping[str, int]) -> Iterator[Metric]:
    """All of talk."""
    provider = runtime.settings.llm.provider
    yield from _turns(runtime.chat.conversations, replays, provider)
    yield from _models(runtime.models, provider)


def _turns(conversations: Conversations, replays: Mapping[str, int], provider: str) -> Iterator[Metric]:
    tally = conversations.replier.tally
    yield counters("rt_turns", "Turns, by how they ended", ("kind", "outcome"), _outcomes(tally, replays))
    times = [((kind,), seconds) for kind, seconds in tally.seconds.items()]
    yield histograms("rt_turn_seconds", "How long turns took, from the message on disk to the end", ("kind",), times)
    first = {"scripted": tally.scripted_first_piece}
    if provider != "scripted":
        first[provider] = tally.model_first_piece
    waits = [((name,), waited) for name, waited in first.items()]
    yield histograms("rt_first_token_seconds", "How long guests waited for the first words", ("provider",), waits)
    running, waiting = conversations.lanes.occupied
    yield gauge("rt_turns_running", "Turns under way", running)
    yield gauge("rt_turn_queue_depth", "Turns that wait for one before them in their session", waiting)


def _outcomes(tally: TurnTally, replays: Mapping[str, int]) -> Rows:
    """Every outcome there can be, so that the first of its kind is seen as one more than none."""
    for kind in get_args(TurnKind):
        yield (kind, "replayed"), replays.get(kind, 0)
        for state in sorted(_OVER):
            yield (kind, state), tally.outcomes.get((kind, state), 0)


def _models(models: Models, provider: str) -> Iterator[Metric]:
    """Nothing where nobody but the scripted voice answers."""
    if models.caller is None or models.account is None:
        return
    book, account = models.caller.calls.by_model, models.account
    ends = [((provider, model, end), n) for model, calls in book.items() for end, n in calls.outcomes.items()]
    yield counters("rt_llm_requests", "Requests to models, by how they ended", ("provider", "model", "outcome"), ends)
    times = [((model,), calls.seconds) for model, calls in book.items() if calls.outcomes]
    yield histograms("rt_llm_seconds", "How long requests to models took, whole replies", ("model",), times)
    tokens = {"sent": account.sent, "received": account.received}
    yield counters("rt_llm_tokens", "Tokens; estimated where a provider does not count", ("direction",), by(tokens))
    states = [((provider, model), _STATES[state]) for model, state in models.caller.states.items()]
    yield gauges("rt_llm_breaker_state", "0 asked, 1 being tried, 2 left alone", ("provider", "model"), states)
