"""The door for live events: what waits to be read, what it is at a glance, and the taking in of each."""

from agent_runtime.feed.backlog import Backlog
from agent_runtime.feed.taking import SEEN_KEPT, Feed, Intake

__all__ = ["SEEN_KEPT", "Backlog", "Feed", "Intake"]
