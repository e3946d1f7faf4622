"""Full-text search over memories: which of them answer how much of a question, alike on SQLite and PostgreSQL.

A question weighs what its words weigh, a rare word more than a frequent one; the relevance of a memory is the share
of that weight whose words it has. Words carry whose they are, so the memories of others are neither read nor counted.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, Row, TextClause, column, text

from agent_runtime.core.memory import Memory
from agent_runtime.store.columns import POSTGRESQL, dump_json
from agent_runtime.store.memory_tables import memories
from agent_runtime.store.words import asked_words, owner_tag

CANDIDATES = 50
_COUNTED = 1000  # a word that more memories have is as good as in all
_WEIGHT = 1000  # whole numbers: sums are the same in any order

_COLUMNS = [memories.c[name] for name in Memory.model_fields]
_KEPT = ", ".join(f"m.{each.name}" for each in _COLUMNS)
_COUNT = {
    "sqlite": """SELECT (SELECT count(*) FROM (SELECT 1 FROM memory_words
        WHERE memory_words MATCH json_extract(asked.value, '$.word') LIMIT :counted))
        FROM json_each(:asked) AS asked ORDER BY asked.key""",
    # Joined, because PostgreSQL would read the whole table for a subquery with a LIMIT, or one by one.
    POSTGRESQL: """SELECT least(count(had.seq), :counted)
        FROM jsonb_array_elements(CAST(CAST(:asked AS text) AS jsonb)) WITH ORDINALITY AS asked(value, place)
        LEFT JOIN memories AS had ON had.words @@ CAST(asked.value ->> 'word' AS tsquery)
        GROUP BY asked.place ORDER BY asked.place""",
}
_FOUND = {
    "sqlite": """SELECT memory_words.rowid AS seq, sum(json_extract(asked.value, '$.weight')) AS weight
        FROM json_each(:asked) AS asked
        JOIN memory_words ON memory_words MATCH json_extract(asked.value, '$.word')
        GROUP BY memory_words.rowid""",
    POSTGRESQL: """SELECT had.seq, sum(asked.weight) AS weight
        FROM jsonb_to_recordset(CAST(CAST(:asked AS text) AS jsonb)) AS asked(word text, weight integer)
        JOIN memories AS had ON had.words @@ CAST(asked.word AS tsquery)
        GROUP BY had.seq""",
}
# The tags say whose a memory is; the owner is compared all the same.
_BEST = """SELECT {kept}, found.weight
    FROM ({found} ORDER BY weight DESC, seq DESC LIMIT :candidates) AS found
    JOIN memories AS m ON m.seq = found.seq
    WHERE m.agent_id = :agent_id AND (m.about_user IS NULL OR m.about_user = :about_user)
    ORDER BY found.weight DESC, m.seq DESC"""


def _best(dialect: str) -> TextClause:
    wording = _BEST.format(kept=_KEPT, found=_FOUND[dialect])
    return text(wording).columns(*_COLUMNS, column("weight", Integer))  # type: ignore[return-value]


_COUNTS = {dialect: text(wording) for dialect, wording in _COUNT.items()}
_BESTS = {dialect: _best(dialect) for dialect in _FOUND}


def search(
    agent_id: str, about_user: str | None, question: str
) -> Callable[[Connection], Sequence[tuple[Row[Any], float]]] | None:
    """Work that finds at most fifty memories with their relevance (0 to 1), most relevant first, then newest kept.

    None for a question without a word to look for.
    """
    words = asked_words(question)
    if not words:
        return None
    owners = {None, about_user}
    tags = sorted(owner_tag(agent_id, owner) for owner in owners)

    def work(db: Connection) -> Sequence[tuple[Row[Any], float]]:
        phrased = [_phrased(db.dialect.name, tags, word) for word in words]
        weights = _weights(db, phrased)
        asked = [{"word": word, "weight": weight} for word, weight in zip(phrased, weights, strict=True)]
        given = {"asked": dump_json(asked), "agent_id": agent_id, "about_user": about_user, "candidates": CANDIDATES}
        rows = db.execute(_BESTS[db.dialect.name], given).all()
        return [(row, row.weight / sum(weights)) for row in rows]

    return work


def _weights(db: Connection, phrased: Sequence[str]) -> list[int]:
    """What each word weighs: the rarer, the more; most when no memory has it."""
    asked = dump_json([{"word": word} for word in phrased])
    counts = db.execute(_COUNTS[db.dialect.name], {"asked": asked, "counted": _COUNTED}).scalars()
    return [round(_WEIGHT / (1 + count) ** 0.5) for count in counts]


def _phrased(dialect: str, tags: Sequence[str], word: str) -> str:
    """A word in the language of the search, behind each of the tags. It has only letters and digits, and is quoted."""
    begins = word.endswith("*")
    if dialect == POSTGRESQL:
        return " | ".join(f"'{tag}{word.removesuffix('*')}'{':*' if begins else ''}" for tag in tags)
    return " OR ".join(f'"{tag}{word.removesuffix("*")}"{"*" if begins else ""}' for tag in tags)
