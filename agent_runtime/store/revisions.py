"""Which schema a database has and which one this code needs, known without loading the migration tool."""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_FILE = re.compile(r"(\d{4})_\w+\.py", re.ASCII)
_VERSION = table("alembic_version", column("version_num"))


@dataclass(frozen=True, slots=True)
class Standing:
    """The revision a database has (None: nothing yet) and the one this code was written for."""

    current: str | None
    head: str

    @property
    def is_head(self) -> bool:
        """Whether nothing is to be done."""
        return self.current == self.head

    @property
    def is_newer(self) -> bool:
        """Whether the database was upgraded by newer code than this."""
        return self.current is not None and self.current not in known()

    @property
    def is_behind(self) -> bool:
        """Whether `agent-runtime db upgrade` would help."""
        return not self.is_head and not self.is_newer


def known() -> tuple[str, ...]:
    """Every revision of this code, oldest first: the numbers that file names in migrations/versions begin with."""
    names = (_FILE.fullmatch(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return tuple(sorted(match[1] for match in names if match))


def head() -> str:
    """The newest revision of this code."""
    return known()[-1]


def current(connection: Connection) -> str | None:
    """The revision of a database, None when it was never migrated."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()
