"""The gist of a conversation without a model: what the guest told and asked, newest kept, never longer than so much."""

from collections.abc import Iterator, Sequence

from agent_runtime.core.conversation import Message
from agent_runtime.core.telling import quotable, sentences_of, told_in

GIST_LIMIT = 1000
_ASKED = "asked: "
_TOLD = "told: "
_QUESTIONS_A_MESSAGE = 2


def gist_of(previous: str, messages: Sequence[Message]) -> str:
    """The previous gist with that of `messages` (ascending) added: one line for each thing told or asked.

    When it grows too long the oldest questions go first, then the oldest lines.
    """
    lines = [line for line in previous.splitlines() if line.strip()]
    for message in messages:
        if message.role == "user":
            lines += _lines(message.content)
    return "\n".join(_fitting(list(dict.fromkeys(reversed(lines)))[::-1]))


def _lines(content: str) -> Iterator[str]:
    yield from (f'{_TOLD}"{told.words}"' for told in told_in(content))
    questions = [sentence for sentence in sentences_of(content) if "?" in sentence]
    yield from (f'{_ASKED}"{quotable(question)}"' for question in questions[:_QUESTIONS_A_MESSAGE])


def _fitting(lines: list[str]) -> list[str]:
    while lines and len("\n".join(lines)) > GIST_LIMIT:
        oldest_question = next((place for place, line in enumerate(lines) if line.startswith(_ASKED)), 0)
        del lines[oldest_question]
    return lines
