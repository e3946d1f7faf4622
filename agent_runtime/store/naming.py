"""The schema all tables belong to, and how their constraints and ids are named."""

from typing import Any

from sqlalchemy import Column, MetaData, String
from sqlalchemy.schema import SchemaItem

ID_LIMIT = 64
# Made by migrations on one kind of database alone, and declared by no table.
_APART = frozenset({"ix_memories_words", "ix_message_words_words"})

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column(name: str, *rules: SchemaItem, **options: Any) -> Column[Any]:
    """A column for an id of ours or of the platform's."""
    return Column(name, String(ID_LIMIT), *rules, **options)


def is_ours(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Whether the migration tool compares it. The database may be shared: a table we do not know is somebody else's."""
    return not reflected or ((kind != "table" or name in metadata.tables) and name not in _APART)
