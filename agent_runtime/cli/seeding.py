"""Records into a database that may not be there yet: a SQLite file is made and upgraded, then kept to one process."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext

from agent_runtime.app import database_url
from agent_runtime.config import Settings
from agent_runtime.core.platform import Record
from agent_runtime.store import schema
from agent_runtime.store.database import Database
from agent_runtime.store.folder import DataFolder


async def sow(settings: Settings, records: Sequence[Record]) -> None:
    """Keep `records` in the configured database; again, it changes nothing.

    Raises Unavailable while a runtime uses the data folder of a SQLite file, SchemaBehind, Misconfigured.
    """
    url = database_url(settings)
    database = Database(url)
    is_file = database.address.kind == "sqlite"
    with DataFolder(settings.data_dir) if is_file else nullcontext():
        if is_file and (await database.standing()).is_behind:
            await asyncio.to_thread(schema.upgrade, url)
        async with database:
            await database.records.upsert(records)
