"""The default voice: instant, offline, in the character's own words, and right about the lot in hand."""

import re
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from random import Random

from agent_runtime.core.ports import Delta, Finish
from agent_runtime.core.prompt import Prompt
from agent_runtime.llm.conversing import Talk
from agent_runtime.llm.voice import PhrasesOf

_WORD = re.compile(r"\S+\s*")
_MOST_WORDS = 3


@dataclass(frozen=True)
class Scripted:
    """A ChatModel that cannot fail. The same prompt is always answered in the same words.

    `phrases` gives the long variants a character has of a family, possibly none.
    """

    phrases: PhrasesOf

    @property
    def name(self) -> str:
        """Not a model, and it says so."""
        return "scripted"

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]:
        """A few words at a time, at once."""
        talk = Talk.about(prompt, self.phrases)
        for words in _groups(talk.reply(), talk.voice.rng):
            yield Delta(words)
        yield Finish("stop", model=self.name)

    async def close(self) -> None:
        """There is nothing to let go of."""


def _groups(text: str, rng: Random) -> Iterator[str]:
    words = _WORD.findall(text)
    while words:
        count = rng.randint(1, min(_MOST_WORDS, max(1, len(words) // 2)))
        yield "".join(words[:count])
        del words[:count]
