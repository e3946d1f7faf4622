"""What lasts: conversations and the event log, in SQLite or PostgreSQL.

`database.Database` is what the roof builds; its repositories fulfil the ports in `core.ports`. Units of work are
plain functions of a `Connection`; the engine runs each in a task of its own, through aiosqlite or asyncpg.
"""
