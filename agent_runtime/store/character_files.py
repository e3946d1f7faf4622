"""Character files in SQL: the port `core.ports.CharacterFiles`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.exc import IntegrityError

from agent_runtime.core.conversation import CharacterFile
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.store.columns import to_millisecond
from agent_runtime.store.dialects import DIALECTS, insert
from agent_runtime.store.engine import Engine
from agent_runtime.store.tables import character_files, sessions
from agent_runtime.store.text import check_id, check_json, check_known
from agent_runtime.store.writer import Writer, one_by_one

_COLUMNS = tuple(character_files.c[name] for name in CharacterFile.model_fields)
_NEW = {dialect: insert(dialect, character_files) for dialect in DIALECTS}
_SAVE = {
    dialect: new.on_conflict_do_update(
        index_elements=["session_id"],
        set_={"content": new.excluded.content, "updated_at": new.excluded.updated_at},
    ).returning(*_COLUMNS)
    for dialect, new in _NEW.items()
}


@dataclass(frozen=True)
class SqlCharacterFiles:
    """One character file a session, in either database."""

    engine: Engine
    writer: Writer

    async def save(self, session_id: str, content: dict[str, Any], *, file_id: str, now: datetime) -> CharacterFile:
        """Insert or replace; keeps the first id and created_at. Raises NotFound, Refused."""
        check_known("session", session_id)
        check_id("character file id", file_id)
        check_json("character file", content)
        moment = to_millisecond(now)
        file = CharacterFile(id=file_id, session_id=session_id, content=content, created_at=moment, updated_at=moment)
        try:
            return await self.writer.write(_save, file)
        except IntegrityError as error:
            raise Refused(f"the character file id {file_id!r} is taken, or its session was just deleted") from error

    async def get(self, session_id: str) -> CharacterFile:
        """Raises NotFound."""
        check_known("character file", session_id)
        query = select(*_COLUMNS).where(character_files.c.session_id == session_id)
        row = await self.engine.read(lambda db: db.execute(query).first())
        if row is None:
            raise NotFound("character file", session_id)
        return _file(row)

    async def delete(self, session_id: str) -> None:
        """Raises NotFound."""
        check_known("character file", session_id)
        await self.writer.write(_delete, session_id)


def _file(row: Row[Any]) -> CharacterFile:
    return CharacterFile(**row._mapping)


def _save_one(db: Connection, file: CharacterFile) -> CharacterFile | NotFound:
    if db.execute(select(sessions.c.id).where(sessions.c.id == file.session_id)).first() is None:
        return NotFound("session", file.session_id)
    return _file(db.execute(_SAVE[db.dialect.name], dict(file)).one())


def _delete_one(db: Connection, session_id: str) -> NotFound | None:
    gone = db.execute(delete(character_files).where(character_files.c.session_id == session_id)).rowcount
    return None if gone else NotFound("character file", session_id)


_save = one_by_one(_save_one)
_delete = one_by_one(_delete_one)
