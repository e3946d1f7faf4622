"""What a refusal of a provider means: a reason, a sentence that is safe to show, and whether to try again."""

import math
import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from pydantic import SecretStr
from pydantic_core import from_json

from agent_runtime.core.errors import ModelFailed
from agent_runtime.core.text import plain
from agent_runtime.llm.wire import error_text

MESSAGE_LIMIT = 200
_TRY_AGAIN = {408, 409, 429}
_REASONS = {408: "timeout", 429: "rate_limited"}
_DETAIL_LIMIT = 4_000
_TOO_LONG = {400, 413, 422, 500}  # llama.cpp and others have said it with a 500
_OVERFLOW = re.compile(
    r"context[ _](length|size|window)|maximum context|max_model_len|prompt (is )?too long|too many (input )?tokens|"
    r"input (is )?too long|exceeds? the (available|maximum) (context|number of tokens)",
    re.IGNORECASE,
)


class ProviderFailed(ModelFailed):
    """A failure of one attempt. `pause` is how many seconds the provider asked to wait, where it did.

    `detail` is what the provider said, safe to show; `is_overflow` tells that the prompt was too long for the model.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        status: int | None = None,
        *,
        may_retry: bool = False,
        pause: float | None = None,
        detail: str = "",
        is_overflow: bool = False,
    ) -> None:
        super().__init__(reason, message[:MESSAGE_LIMIT], status)
        self.may_retry = may_retry
        self.pause = pause
        self.detail = detail
        self.is_overflow = is_overflow


def status_failure(
    status: int, detail: str, key: SecretStr | None = None, *, pause: float | None = None
) -> ProviderFailed:
    """The failure an HTTP status (or the number in an error chunk) stands for; `detail` is the server's own text."""
    reason = "server_error" if status >= 500 else _REASONS.get(status, "refused")
    said = safe_detail(detail, key)
    message = f"the model's server answered {status} {_phrase(status)}".rstrip()
    return ProviderFailed(
        reason,
        f"{message}: {said}" if said else message,
        status,
        may_retry=status in _TRY_AGAIN or status >= 500,
        pause=pause,
        detail=said,
        is_overflow=status in _TOO_LONG and _OVERFLOW.search(said) is not None,
    )


def detail_of(body: bytes, content_type: str) -> str:
    """The sentence in an error's body: `{"error": …}`, `{"detail": …}` or text; a web page has none."""
    text = body.decode("utf-8", "replace").strip()
    if "html" in content_type or text.startswith("<"):
        return ""
    try:
        return error_text(from_json(text))
    except ValueError:
        return text


def safe_detail(detail: str, key: SecretStr | None) -> str:
    """One plain line without the key; hidden before and after tidying, so that no invisible letter saves it."""
    secret = key.get_secret_value() if key else ""
    text = detail.replace(secret, "***") if secret else detail
    text = plain(text, _DETAIL_LIMIT)
    return text.replace(secret, "***") if secret else text


def asked_pause(value: str, now: float) -> float | None:
    """`Retry-After` in seconds, given as a number or a date; None for what makes no sense (`-1`, `nan`, the past).

    `now` is in epoch seconds.
    """
    try:
        seconds = float(value)
    except ValueError:
        seconds = _moment(value) - now
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _moment(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return math.nan


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
