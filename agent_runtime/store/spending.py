"""Tokens spent on models in SQL: the port `core.spending.Ledger`."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from agent_runtime.store.dialects import DIALECTS, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.turn_tables import spending
from agent_runtime.store.writer import Writer, one_by_one

_MOST = 2**48  # at once: some thousand of such sums fit into the column
_NEW = {dialect: insert(dialect, spending) for dialect in DIALECTS}
_ADD = {
    dialect: new.on_conflict_do_update(
        index_elements=["day"], set_={"tokens": spending.c.tokens + new.excluded.tokens}
    ).returning(spending.c.tokens)
    for dialect, new in _NEW.items()
}


@dataclass(frozen=True)
class SqlSpending:
    """One number a day, in either database."""

    engine: Engine
    writer: Writer

    async def spent(self, day: date) -> int:
        """Tokens of that day, 0 when there are none. Raises Unavailable."""
        query = select(spending.c.tokens).where(spending.c.day == day)
        return await self.engine.read(lambda db: db.execute(query).scalar()) or 0

    async def add(self, day: date, tokens: int) -> int:
        """Add to the day, when nothing more urgent is to be written; its tokens, these included. Raises Unavailable,
        Busy."""
        return await self.writer.write(_add, (day, min(max(tokens, 0), _MOST)), bulk_rows=1)


def _add_one(db: Connection, spent: tuple[date, int]) -> int:
    day, tokens = spent
    return int(db.execute(_ADD[db.dialect.name], {"day": day, "tokens": tokens}).scalar_one())


_add = one_by_one(_add_one)
