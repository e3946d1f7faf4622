"""A window of a conversation: a user and a character by turns."""

from agent_runtime.core.conversation import Message
from tests.store.values import message


def history(*contents: str) -> tuple[Message, ...]:
    """The user begins."""
    roles = ("user", "assistant")
    return tuple(
        Message(**message("s", content, role=roles[number % 2]).model_dump(), seq=number + 1)
        for number, content in enumerate(contents)
    )
