"""The chat-completions format: what may be asked, and answers of real servers read leniently into values."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent_runtime.core.errors import ModelFailed

_MOST_CHARS = 16_000
_CHARS_A_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is asked of the model besides the messages.

    `token_field` is what the server calls the limit (`max_tokens`; newer OpenAI models want
    `max_completion_tokens`). `max_chars` is our own cap on a reply, whatever the server does; by default what
    `max_tokens` may be.
    """

    max_tokens: int = 400
    token_field: str = "max_tokens"  # noqa: S105 - tokens of a model, no secret
    temperature: float | None = None
    max_chars: int | None = None

    @property
    def most_chars(self) -> int:
        """The longest reply, in characters."""
        return max(_MOST_CHARS, self.max_tokens * _CHARS_A_TOKEN) if self.max_chars is None else self.max_chars


@dataclass(frozen=True, slots=True)
class Piece:
    """What one answer or chunk says. `error` is set when it reports one, `error_status` when it has a number.

    `is_thought` tells that the model thinks aloud where nobody is meant to listen.
    """

    text: str = ""
    is_thought: bool = False
    finish: str | None = None
    error: str | None = None
    error_status: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _TextPart(_Wire):
    text: str | None = None


class _Content(_Wire):
    content: str | list[_TextPart] | None = None
    reasoning: Any = None
    reasoning_content: Any = None


class _Choice(_Wire):
    index: int = 0
    delta: _Content | None = None
    message: _Content | None = None
    finish_reason: str | None = None


class _Answer(_Wire):
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


def parse_piece(text: str | bytes) -> Piece:
    """One chunk of a stream, or a whole answer. Raises ModelFailed("malformed")."""
    try:
        answer = _Answer.model_validate_json(text)
    except ValidationError as error:
        raise ModelFailed("malformed", "the model's answer is not in the chat-completions format") from error
    if answer.error:
        return Piece(error=error_text(answer.error), error_status=_error_status(answer.error))
    choice = next((choice for choice in answer.choices or () if choice.index == 0), _Choice())
    said = choice.message or choice.delta or _Content()
    return Piece(
        text=_text(said),
        is_thought=bool(said.reasoning or said.reasoning_content),
        finish=choice.finish_reason or None,
        prompt_tokens=_count(answer.usage, "prompt_tokens"),
        completion_tokens=_count(answer.usage, "completion_tokens"),
    )


def error_text(error: Any) -> str:
    """The sentence in `{"message": …}`, `{"detail": …}`, `{"msg": …}`, a list of those, or a string."""
    match error:
        case str():
            return error
        case {"message": str(text)} | {"msg": str(text)}:
            return text
        case {"error": inner} | {"detail": inner} | {"message": inner}:
            return error_text(inner)
        case [first, *_]:
            return error_text(first)
    return ""


def _error_status(error: Any) -> int | None:
    match error:
        case {"code": int(code)} | {"status": int(code)} if 400 <= code < 600:
            return code
    return None


def _text(said: _Content) -> str:
    match said.content:
        case str(text):
            return text
        case [*parts]:
            return "".join(part.text or "" for part in parts)
    return ""


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
