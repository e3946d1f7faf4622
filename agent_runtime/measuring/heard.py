"""Figures of what is heard: Redis and its gaps, and events as they come in."""

from collections.abc import Iterator

from prometheus_client import Metric

from agent_runtime.core.events import CHANNELS
from agent_runtime.feed import Feed
from agent_runtime.live.channels import Subscriber
from agent_runtime.measuring.families import by, counters, gauge, histogram
from agent_runtime.measuring.measured import Measured
from agent_runtime.recovery import Recovery

_STATES = {"down": 0, "subscribing": 1, "live": 3}
_RESYNCING = 2
_NO_GAPS = dict.fromkeys(("silent", "denied", "lost", "reconnected"), 0)
_DEAD = "dead:"
_DROPPED = ("duplicate", "unknown", "wrong_channel")


def families(runtime: Measured) -> Iterator[Metric]:
    """All of it."""
    yield from _redis(runtime.subscriber, runtime.recovery)
    yield from _events(runtime.feed)
    yield gauge("rt_events_waiting", "Events heard and not yet taken in", len(runtime.backlog))
    open_lots = len(runtime.projector.open_lots())
    yield gauge("rt_auctions_tracked", "Lots that are open", open_lots)


def _redis(subscriber: Subscriber, recovery: Recovery) -> Iterator[Metric]:
    is_resyncing = subscriber.state == "live" and recovery.is_behind
    state = _RESYNCING if is_resyncing else _STATES[subscriber.state]
    yield gauge("rt_redis_state", "0 down, 1 subscribing, 2 catching up, 3 live", state)
    yield counters("rt_redis_gaps", "Subscriptions that ended, by cause", ("cause",), by(_NO_GAPS | subscriber.gaps))
    yield histogram("rt_redis_resync_seconds", "How long catching up with the engine's keys took", recovery.resyncs)
    yield gauge("rt_redis_silence_seconds", "Since when the subscription has said nothing", subscriber.silence_s)


def _events(feed: Feed) -> Iterator[Metric]:
    taken = [((_channel(feed, kind), kind), number) for kind, number in feed.types.items()]
    yield counters("rt_events", "Events taken in; also those over HTTP", ("channel", "type"), taken)
    dropped = {name: feed.counts[name] for name in _DROPPED if name in feed.counts}
    dropped |= {name.removeprefix(_DEAD): n for name, n in feed.counts.items() if name.startswith(_DEAD)}
    yield counters("rt_events_dropped", "Events that were not taken in", ("reason",), by(dropped))
    yield histogram("rt_event_age_seconds", "How old events were when they were taken in", feed.ages)


def _channel(feed: Feed, kind: str) -> str:
    channel = feed.channel_of(kind)
    return channel if channel in CHANNELS else "other"
