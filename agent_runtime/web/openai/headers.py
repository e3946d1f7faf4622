"""What an answer says of where it is kept: session, turn and messages, by their ids."""

from agent_runtime.chat.turn import Turn
from agent_runtime.web.openai.reading import SESSION

BODY_BYTES = 4 * 1024 * 1024
"""The longest body: clients resend histories, and definitions of tools that nobody here uses."""


def names_of(turn: Turn) -> dict[str, str]:
    """The headers; `X-Message-Id` is the reply's, known before it is made."""
    question = turn.user_message
    return {
        SESSION: question.session_id,
        "X-Turn-Id": turn.id,
        "X-Message-Id": turn.reply_id,
        "X-User-Message-Id": question.id,
    }
