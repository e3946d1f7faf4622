"""Locales and time zones, checked by those who know them all."""

from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from babel.core import Locale, UnknownLocaleError


def check_locale(name: str) -> str:
    """`name` as it is. Raises ValueError unless it is a locale with data, written like `en_US`."""
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        raise ValueError("unknown locale; write language and country, such as en_US or de_DE") from None
    return name


def check_time_zone(name: str) -> str:
    """`name` as it is. Raises ValueError unless it is in the time zone database."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        close = get_close_matches(name[:100], available_timezones(), n=1)
        hint = f"did you mean {close[0]}?" if close else "write it such as America/New_York"
        raise ValueError(f"unknown time zone; {hint}") from None
    return name
