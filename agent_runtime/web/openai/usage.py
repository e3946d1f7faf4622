"""What a reply cost: as the model counted, else as estimated from what was said."""

from collections.abc import Sequence
from typing import NamedTuple

from agent_runtime.core.ports import Finish
from agent_runtime.core.prompt import PromptMessage
from agent_runtime.core.tokens import MESSAGE_TOKENS, tokens_in

_REASONS = {"length", "content_filter"}


class Usage(NamedTuple):
    """Tokens in and out."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """Both."""
        return self.prompt + self.completion

    def plus(self, other: "Usage") -> "Usage":
        """Another reply to the same: what was asked counts once, as OpenAI counts it."""
        return Usage(self.prompt, self.completion + other.completion)


def usage_of(finish: Finish, sent: Sequence[PromptMessage], text: str) -> Usage:
    """The tokens of one reply; `sent` is what the client sent."""
    prompt = finish.prompt_tokens
    if prompt is None:
        prompt = sum(tokens_in(each.content) + MESSAGE_TOKENS for each in sent)
    completion = finish.completion_tokens
    return Usage(prompt, tokens_in(text) if completion is None else completion)


def finish_reason(finish: Finish) -> str:
    """In the words that clients know."""
    return finish.reason if finish.reason in _REASONS else "stop"
