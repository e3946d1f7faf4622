"""What somebody else does to a PostgreSQL database, past this project's own code."""

import asyncpg


async def run_by_hand(url: str, *statements: str) -> None:
    """Each of them, one after the other."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
