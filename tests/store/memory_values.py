"""Memories to keep, each with an id of its own."""

from typing import Any

from agent_runtime.core.memory import Memory
from tests.store.values import NOON, new_id


def memory(text: str, **values: Any) -> Memory:
    """A public fact that Ada remembers since noon."""
    usual = {"id": new_id(), "agent_id": "ada", "kind": "fact", "subject": "", "importance": 0.5, "created_at": NOON}
    return Memory(**{**usual, "text": text, **values})
