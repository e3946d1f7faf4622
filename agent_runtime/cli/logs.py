"""Where log lines go and what they may not hold: never a secret, never a line break of somebody else's."""

import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import structlog

_USERINFO = re.compile(r"(\w+://)[^\s/@:]*:[^\s@]+@")
_BEARER = re.compile(r"(?i)(bearer\s+)\S+")
_LONGEST = 4000


def set_up(style: str, level: str, secrets: tuple[str, ...]) -> None:
    """Text for people on a terminal, JSON lines for machines; `auto` looks where standard error goes."""
    is_text = style == "text" or (style == "auto" and sys.stderr.isatty())
    has_colours = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=has_colours, exception_formatter=structlog.dev.plain_traceback)
        if is_text
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if is_text else [structlog.processors.format_exc_info]),
            renderer,
            _redactor(secrets),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # It tells of every request it could not read, with a traceback and what was sent; those are answered with 400.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def _redactor(secrets: tuple[str, ...]) -> Callable[[Any, str, Any], str]:
    """Works on the finished line, so that nothing slips through in a field nobody thought of."""

    def redact(_logger: Any, _name: str, line: Any) -> str:
        text = str(line)
        for secret in secrets:
            text = text.replace(secret, "***")
        return _BEARER.sub(r"\1***", _USERINFO.sub(r"\1***@", text))[:_LONGEST]

    return redact
