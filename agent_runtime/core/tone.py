"""The tone of a message: thanks and abuse move a mood, whatever else was said."""

import re

from agent_runtime.core.domain import Feeling

_THANKS = re.compile(
    r"\b(thanks?|thank you|thx|cheers|bravo|well done|brilliant|wonderful|amazing|lovely|i love (you|this|it)|"
    r"you('re| are) (great|good|funny|kind|the best))\b",
    re.IGNORECASE,
)
_ABUSE = re.compile(
    r"\b(idiot|stupid|moron|dumb|shut up|hate you|useless|pathetic|loser|garbage|trash|bitch|asshole|"
    r"fuck(ing)?( you| off)?|you suck)\b",
    re.IGNORECASE,
)


def feelings(text: str) -> tuple[Feeling, ...]:
    """What a message makes its reader feel: gratitude, anger, or nothing of note."""
    if is_abuse(text):
        return (Feeling("anger", 0.3),)
    if _THANKS.search(text):
        return (Feeling("gratitude", 0.3),)
    return ()


def is_abuse(text: str) -> bool:
    """Whether a message insults."""
    return _ABUSE.search(text) is not None
