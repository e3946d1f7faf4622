"""What Alembic runs: our tables, on the connection it is given (`store.schema`) or at `-x url=...`."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from agent_runtime.store.columns import SearchWords, TextList, UtcTime
from agent_runtime.store.migrating import with_connection
from agent_runtime.store.naming import is_ours
from agent_runtime.store.tables import metadata


def render_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Our own column types in generated migrations by their own name."""
    if kind == "type" and isinstance(value, UtcTime | TextList | SearchWords):
        return f"columns.{type(value).__name__}()"
    return False


def migrate(connection: Connection) -> None:
    """Run what the command asked for, each revision in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        transactional_ddl=True,
        include_object=is_ours,
        render_item=render_type,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with_connection(context.get_x_argument(as_dictionary=True)["url"], migrate)
