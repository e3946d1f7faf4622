"""The author at work in a session: it is given the draft so far, and each one it makes is kept before it is told of."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from agent_runtime.core.authoring import Author, Drafted
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import NotFound
from agent_runtime.core.ports import CharacterFiles, Delta, Finish, Sent
from agent_runtime.core.prompt import Prompt


@dataclass(frozen=True)
class Drafting:
    """Asks the author for replies."""

    author: Author
    character_files: CharacterFiles
    clock: Clock
    new_id: Callable[[], str]

    async def reply(
        self, session_id: str, prompt: Prompt, *, may_save: bool = True
    ) -> AsyncGenerator[Sent | Delta | Drafted | Finish, None]:
        """As Author.reply. What is kept stays kept, also where the reply is stopped or fails."""
        draft = await self._kept(session_id)
        async with aclosing(self.author.reply(prompt, draft, session_id, may_save=may_save)) as parts:
            async for part in parts:
                if isinstance(part, Drafted) and part.content != draft:
                    now = utc(self.clock.time())
                    await self.character_files.save(session_id, part.content, file_id=self.new_id(), now=now)
                yield part

    async def _kept(self, session_id: str) -> dict[str, Any]:
        try:
            return (await self.character_files.get(session_id)).content
        except NotFound:
            return {}
