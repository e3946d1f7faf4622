"""Idempotency keys in SQL: the port `core.turns.Claims`, and what beginning a turn does with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, String, bindparam, delete, select, text

from agent_runtime.core.errors import Refused
from agent_runtime.core.turns import CLAIM_LIFETIME, Claim, Claimed, ClaimKind
from agent_runtime.store.columns import EPOCH, POSTGRESQL, dump_json, to_millisecond
from agent_runtime.store.dialects import insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.prepared import Prepared
from agent_runtime.store.text import check_id, is_storable
from agent_runtime.store.turn_tables import KEY_LIMIT, idempotency_keys
from agent_runtime.store.writer import Writer, one_by_one

_COLUMNS = tuple(idempotency_keys.c[name] for name in Claimed.model_fields)
_MILLISECOND = timedelta(milliseconds=1)


class Taking(NamedTuple):
    """A key that is to stand for what is called `id`."""

    scope: str
    key: str
    fingerprint: str
    kind: ClaimKind
    id: str
    created_at: datetime
    expired: datetime


@dataclass(frozen=True)
class SqlClaims:
    """Idempotency keys, in either database."""

    engine: Engine
    writer: Writer

    async def take(self, claim: Claim, kind: ClaimKind, identifier: str, at: datetime) -> Claimed | None:
        """None when the key is now this one's, else what it stands for. Raises Refused."""
        return await self.writer.write(_take, taking(claim, kind, identifier, at))

    async def get(self, scope: str, key: str, *, at: datetime) -> Claimed | None:
        """What the key stands for at that moment."""
        if not _is_key(scope) or not _is_key(key):
            return None
        table = idempotency_keys
        query = select(*_COLUMNS).where(table.c.scope == scope, table.c.key == key)
        query = query.where(table.c.created_at > to_millisecond(at) - CLAIM_LIFETIME)
        row = await self.engine.read(lambda db: db.execute(query).first())
        return None if row is None else Claimed(**row._mapping)

    async def purge(self, before: datetime, limit: int) -> int:
        """Delete at most `limit` of the oldest, in one transaction."""
        return await self.writer.write(_purge, (before, max(limit, 0)), bulk_rows=max(limit, 1))


def taking(claim: Claim, kind: ClaimKind, identifier: str, at: datetime) -> Taking:
    """The claim as a row. Raises Refused for what no key can be."""
    if not _is_key(claim.scope) or not _is_key(claim.key):
        raise Refused(f"an idempotency key must have 1 to {KEY_LIMIT} characters, none of them NUL")
    check_id("fingerprint", claim.fingerprint)
    check_id(f"{kind} id", identifier)
    moment = to_millisecond(at)
    return Taking(claim.scope, claim.key, claim.fingerprint, kind, identifier, moment, moment - CLAIM_LIFETIME)


def taken(db: Connection, wanted: Sequence[Taking]) -> dict[tuple[str, str], Claimed]:
    """Take the keys that are free; what each of them stands for now. The first of two that want the same has it."""
    if wanted:
        # Ordered (sorting keeps the order of equals): two processes that take the same keys cannot hold one each.
        rows = sorted(wanted, key=lambda each: (each.scope, each.key))
        _TAKE.run_each(db, [each._asdict() for each in rows])
    return standing(db, wanted)


def standing(db: Connection, wanted: Sequence[Taking]) -> dict[tuple[str, str], Claimed]:
    """What the keys stand for, for a day or for longer, where nobody has taken them since."""
    if not wanted:
        return {}
    asked = dump_json(list({(each.scope, each.key): None for each in wanted}))
    return {(row[0], row[1]): _claimed(row) for row in _HELD.rows(db, {"asked": asked})}


def release(db: Connection, given: Taking) -> None:
    """Nothing came of it: the key is free again."""
    mine = (idempotency_keys.c.scope == given.scope, idempotency_keys.c.key == given.key)
    db.execute(delete(idempotency_keys).where(*mine, idempotency_keys.c.id == given.id))


def _is_key(word: str) -> bool:
    return 0 < len(word) <= KEY_LIMIT and is_storable(word)


def _claimed(row: Sequence[Any]) -> Claimed:
    return Claimed(fingerprint=row[2], kind=row[3], id=row[4], created_at=EPOCH + row[5] * _MILLISECOND)


def _upsert(dialect: str) -> Executable:
    table = idempotency_keys
    new = insert(dialect, table).values({each.name: bindparam(each.name, type_=each.type) for each in table.columns})
    expired = bindparam("expired", type_=table.c.created_at.type)
    said = {each.name: new.excluded[each.name] for each in table.columns if not each.primary_key}
    return new.on_conflict_do_update(index_elements=["scope", "key"], set_=said, where=table.c.created_at <= expired)


_NAMED = "SELECT held.scope, held.key, held.fingerprint, held.kind, held.id"
_FOUND = {
    "sqlite": f"""{_NAMED}, held.created_at
        FROM json_each(:asked) AS asked JOIN idempotency_keys AS held
        ON held.scope = json_extract(asked.value, '$[0]') AND held.key = json_extract(asked.value, '$[1]')""",
    # A LIMIT, because PostgreSQL takes the list for a hundred keys and would rather read the table than look them up.
    POSTGRESQL: f"""{_NAMED}, CAST(extract(epoch FROM held.created_at) * 1000 AS bigint)
        FROM jsonb_array_elements(CAST(CAST(:asked AS text) AS jsonb)) AS asked(value)
        CROSS JOIN LATERAL (SELECT * FROM idempotency_keys AS each
            WHERE each.scope = asked.value ->> 0 AND each.key = asked.value ->> 1 LIMIT 1) AS held""",  # noqa: S608 - words of this file
}
_TAKE = Prepared(_upsert)
_HELD = Prepared(lambda dialect: text(_FOUND[dialect]).bindparams(bindparam("asked", type_=String)))


_DELETE = (
    delete(idempotency_keys)
    .where(idempotency_keys.c.scope == bindparam("of_scope"))
    .where(idempotency_keys.c.key == bindparam("of_key"))
)


def _take(db: Connection, wanted: Sequence[Taking]) -> list[Claimed | None]:
    held = taken(db, wanted)
    return [None if held[each.scope, each.key].id == each.id else held[each.scope, each.key] for each in wanted]


def _purge_some(db: Connection, asked: tuple[datetime, int]) -> int:
    before, limit = asked
    table = idempotency_keys
    old = select(table.c.scope, table.c.key).where(table.c.created_at < before).order_by(table.c.created_at)
    rows = [row._asdict() for row in db.execute(old.limit(limit))]
    if rows:
        db.execute(_DELETE, [{f"of_{name}": value for name, value in row.items()} for row in rows])
    return len(rows)


_purge = one_by_one(_purge_some)
