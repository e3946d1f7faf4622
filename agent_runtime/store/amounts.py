"""Exact amounts of money: 12 digits before the point and 8 after it, in SQL as in Python."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Numeric, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from agent_runtime.store.columns import POSTGRESQL

_WHOLE, _PLACES = 12, 8
_WIDTH = _WHOLE + 1 + _PLACES
_STEP = Decimal(1).scaleb(-_PLACES)
_LIMIT = Decimal(1).scaleb(_WHOLE)
_KEPT = re.compile(rf"[0-9]{{{_WHOLE}}}\.[0-9]{{{_PLACES}}}", re.ASCII)


def is_amount(value: Decimal) -> bool:
    """Whether `value` is kept exactly: finite, not negative, below 10^12, at most 8 places."""
    if not value.is_finite() or value.is_signed() or value >= _LIMIT:
        return False
    exponent = value.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_PLACES


class ExactAmount(TypeDecorator[Decimal]):
    """NUMERIC(20, 8) on PostgreSQL. SQLite has no decimals, and 20 digits are more than its integers hold: there
    it is text of one width, `000000000250.13600000`, whose order is the order of the amounts."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Decimals where there are some."""
        kept = Numeric(_WHOLE + _PLACES, _PLACES) if dialect.name == POSTGRESQL else String(_WIDTH)
        return dialect.type_descriptor(kept)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """What the driver is given. Raises ValueError rather than round."""
        if value is None:
            return None
        if not is_amount(value):
            raise ValueError("an amount has at most 12 digits before the point and 8 after it, and no sign")
        return value if dialect.name == POSTGRESQL else format(value.quantize(_STEP), f"0{_WIDTH}f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """What the driver gave, with 8 places. Raises ValueError for what only another program can have written."""
        if value is None:
            return None
        if dialect.name != POSTGRESQL and not _KEPT.fullmatch(value):
            raise ValueError(f"{value!r} is no amount of ours")
        return Decimal(value).quantize(_STEP)
