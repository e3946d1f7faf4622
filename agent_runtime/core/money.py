"""Money: exact decimals in, and amounts as people of a locale read them out."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, NamedTuple

from babel.numbers import format_currency, format_decimal, get_currency_precision, is_currency
from pydantic import BeforeValidator, PlainSerializer

_PLAIN_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,18})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z0-9]{2,10}", re.ASCII)
_PLACES = Decimal("0.00000001")
_MOST_DIGITS = 30


def parse_amount(value: object) -> Decimal:
    """A non-negative amount from a plain decimal string or a JSON number, kept to 8 places.

    Only `digits[.digits]` is read: `Decimal("1e999999")` is eight bytes that block a process for most of
    a minute. Raises ValueError for anything else.
    """
    text = value if isinstance(value, str) else ""
    if type(value) in (int, float):
        text = format(Decimal(repr(value)), "f")  # a small JSON number reads as 1e-05
    elif isinstance(value, Decimal):
        text = format(value, "f") if -_MOST_DIGITS < value.adjusted() < _MOST_DIGITS else ""
    return _amount(text)


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal:
    """The amount `text` says. The same few come again and again: as bid, as price, as the price before."""
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise ValueError('an amount must be a plain decimal such as "0.136"')
    amount = Decimal(text)
    return amount if -int(amount.as_tuple().exponent) <= 8 else amount.quantize(_PLACES)


def amount_text(amount: Decimal) -> str:
    """The contract's form: plain digits, at most 8 places, trailing zeros trimmed (`"0.136"`)."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_currency(value: object) -> str:
    """A currency code of 2 to 10 capitals and digits; anything else reads as unknown (empty)."""
    return value if isinstance(value, str) and _CURRENCY.fullmatch(value) else ""


Amount = Annotated[Decimal, BeforeValidator(parse_amount), PlainSerializer(amount_text, return_type=str)]
Currency = Annotated[str, BeforeValidator(parse_currency)]


class Money(NamedTuple):
    """An amount of a currency; `currency` is empty when nobody said which."""

    amount: Decimal
    currency: str


@lru_cache(maxsize=4096)
def spoken(money: Money, locale: str = "en_US") -> str:
    """`$1,250`, `$0.99`, `0.136 ETH`: cents only when there are some, codes of no country behind the number."""
    amount, currency = money
    if is_currency(currency):
        whole = amount == amount.to_integral_value()
        digits = "" if whole else "." + "0" * max(get_currency_precision(currency), _places(amount))
        return format_currency(amount, currency, f"¤#,##0{digits}", locale=locale, currency_digits=False)
    number = format_decimal(amount, "#,##0.########", locale=locale)
    return f"{number} {currency}".strip()


def _places(amount: Decimal) -> int:
    text = amount_text(amount)
    return len(text.partition(".")[2])
