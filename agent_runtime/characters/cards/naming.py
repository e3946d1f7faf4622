"""Names of cards: fit for a line, and a slug for every one of them, also where no letter is Latin."""

import unicodedata
import zlib

from agent_runtime.characters.cards.values import text_of
from agent_runtime.core.character import slug_of
from agent_runtime.core.text import plain

_LONGEST = 200  # more than a character may have: what is longer is refused, not cut


def name_of(value: object) -> str:
    """A display name: one line, composed, without control characters."""
    return plain(text_of(value), _LONGEST)


def slug_for(name: str) -> str:
    """`Zoë Ångström` -> `zoe-angstrom`; of a name without Latin letters a number that stays the same."""
    folded = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return slug_of(folded) or f"character-{zlib.crc32(name.encode()):08x}"
