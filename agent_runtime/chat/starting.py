"""How a session begins: with a character as it is now, and its greeting where one is wanted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_runtime.chat.talks import NOBODY, STRANGER, Guest, Talks
from agent_runtime.core.assembly import greeting as greeting_of
from agent_runtime.core.authoring import in_place_of, with_saved
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.conversation import NewMessage, Session
from agent_runtime.core.errors import NotFound, Refused
from agent_runtime.core.ports import CharacterFiles, Messages, Sessions
from agent_runtime.core.text import display_name
from agent_runtime.core.turns import Claim, Claimed, Claims


@dataclass(frozen=True)
class Starting:
    """Starts sessions. Each keeps its character until it is told to follow the file."""

    sessions: Sessions
    messages: Messages
    character_files: CharacterFiles
    claims: Claims
    talks: Talks
    clock: Clock
    new_id: Callable[[], str]

    async def start(
        self,
        slug: str,
        guest: Guest,
        metadata: Mapping[str, Any],
        *,
        greeting: int | None = None,
        claim: Claim | None = None,
        session_id: str | None = None,
        owner: str | None = None,
    ) -> Session | Claimed:
        """A new session, of the key that `owner` names; with `greeting` the character begins, in its words of that
        number.

        With `claim`: what was started under this key before. Raises NotFound for a character, Refused for a greeting
        it does not have and for a `session_id` that is taken.
        """
        character = self.talks.current(slug)
        now, session_id = utc(self.clock.time()), session_id or self.new_id()
        said = (
            None
            if greeting is None
            else greeting_of(character, display_name(guest.name, STRANGER), greeting, session_id)
        )
        if claim is not None and (claimed := await self.claims.take(claim, "session", session_id, now)) is not None:
            return claimed
        kept = dict(metadata) | ({"user": {"id": guest.id, "name": guest.name}} if guest.name or guest.id else {})
        session = await self.sessions.create(
            Session(id=session_id, character=slug, created_at=now, updated_at=now, owner=owner, metadata=kept)
        )
        await self._write(session.id, {} if self.talks.is_author(slug) else _content(character))  # a draft is to be
        self.talks.hold(session, character)
        if said:
            message = NewMessage(
                id=self.new_id(), session_id=session.id, role="assistant", content=said, created_at=now
            )
            await self.messages.append(message)
            session = await self.sessions.get(session.id)
        return session

    async def keep_character(self, session_id: str, character: Character) -> None:
        """The session's character is this one from now on; in a session with the author, the draft. Raises NotFound."""
        content = _content(character)
        if (await self.talks.of(session_id, NOBODY)).is_authoring:
            content = in_place_of(await self._kept(session_id), content)
        await self._write(session_id, content)
        self.talks.forget(session_id)

    async def note_saved(self, session_id: str, slug: str) -> None:
        """The draft of a session with the author has become the character of this slug. Raises NotFound."""
        newest = (await self.character_files.get(session_id)).content  # a turn may have added to it meanwhile
        await self._write(session_id, with_saved(newest, slug))

    async def follow_file(self, session_id: str) -> None:
        """The session's character is from now on as its file has it. Raises NotFound, Refused for the author's."""
        session = await self.sessions.get(session_id)
        if self.talks.is_author(session.character):
            raise Refused("a session with the author holds a draft: there is no file to follow")
        await self.keep_character(session_id, self.talks.current(session.character))

    async def _kept(self, session_id: str) -> dict[str, Any]:
        try:
            return (await self.character_files.get(session_id)).content
        except NotFound:
            return {}

    async def _write(self, session_id: str, content: dict[str, Any]) -> None:
        now = utc(self.clock.time())
        await self.character_files.save(session_id, content, file_id=self.new_id(), now=now)


def _content(character: Character) -> dict[str, Any]:
    return character.model_dump(mode="json", by_alias=True, exclude_defaults=True)
