"""What makes messages findable by their words, filled behind the turns, and how far each session is."""

from sqlalchemy import Column, ForeignKey, Integer, Table

from agent_runtime.store.columns import SearchWords, counter_column
from agent_runtime.store.naming import id_column, metadata

message_words = Table(
    "message_words",
    metadata,
    # When the message was said and something of its id: the newest are found first, without sorting.
    Column("place", counter_column(), primary_key=True, autoincrement=False),
    id_column("message_id", ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("words", SearchWords, nullable=False),
)

searched_sessions = Table(
    "searched_sessions",
    metadata,
    id_column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("upto_seq", Integer, nullable=False),
)

WORDS = (message_words, searched_sessions)
