"""Everyone who is there: the agents that run, and the characters one can only talk to."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from agent_runtime.agents.agent import Agent
from agent_runtime.core.character import Character
from agent_runtime.core.domain import Feeling
from agent_runtime.core.errors import NotFound, Unavailable
from agent_runtime.core.ports import LiveState
from agent_runtime.core.prompt import Circumstances

_KEEP_EVERY_S = 1.0
_GUESTS_HELD = 256


class Company:
    """Agents by id, characters by slug. A character that does not run gets a heart when it is first talked to.

    The `most_guests` that were talked to last are held; what the others feel is kept, and awakes with them.
    """

    def __init__(
        self,
        characters: Mapping[str, Character],
        running: Mapping[str, Agent],
        awaken: Callable[[Character], Awaitable[Agent]],
        live: LiveState,
        most_guests: int = _GUESTS_HELD,
    ) -> None:
        self._characters = dict(characters)
        self._running = running
        self._awaken = awaken
        self._live = live
        self._most_guests = most_guests
        self._guests: OrderedDict[str, Agent] = OrderedDict()
        self._news = asyncio.Event()

    @property
    def running(self) -> tuple[Agent, ...]:
        """The agents, in the order they were configured."""
        return tuple(self._running.values())

    @property
    def characters(self) -> tuple[str, ...]:
        """Slugs of everyone one can talk to."""
        return tuple(self._characters)

    def agent(self, agent_id: str) -> Agent:
        """A running agent. Raises NotFound."""
        if agent_id not in self._running:
            raise NotFound("agent", agent_id, sorted(self._running))
        return self._running[agent_id]

    def character(self, slug: str) -> Character:
        """Raises NotFound."""
        if slug not in self._characters:
            raise NotFound("character", slug, sorted(self._characters))
        return self._characters[slug]

    def recast(self, character: Character) -> None:
        """Take over another version of a character, or a new one to talk to.

        What runs or was talked to goes on as the new version at once; sessions keep the one they began with.
        """
        self._characters[character.slug] = character
        found = self._running.get(character.slug) or self._guests.get(character.slug)
        if found is not None:
            found.recast(character)

    def forget(self, slug: str) -> None:
        """Nobody new can talk to it; sessions that keep it go on with it."""
        self._characters.pop(slug, None)

    async def circumstances(self, character: Character) -> Circumstances:
        """How things stand for a character in a conversation."""
        return (await self._living(character)).circumstances()

    async def touch(self, character: Character, feelings: tuple[Feeling, ...], trigger: str) -> None:
        """Let something said move its mood; words that mean nothing to it are no news to anybody else."""
        living = await self._living(character)
        if feelings:
            living.feel(feelings, trigger)
        elif living.heart.fade(living.clock.time()):
            living.changed()

    async def keep_guests(self) -> None:
        """Keep, for ever, the moods of those who do not run: they have no herald. Never on the path of a reply."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.save_guests()
            await asyncio.sleep(_KEEP_EVERY_S)

    async def save_guests(self) -> None:
        """Keep every guest's mood now, as far as Redis is there."""
        for guest in tuple(self._guests.values()):
            try:
                await self._live.put_affect(guest.id, guest.heart.dump())
            except Unavailable:
                return

    async def _living(self, character: Character) -> Agent:
        slug = character.slug
        found = self._running.get(slug) or self._guests.get(slug)
        if found is None:
            found = self._guests.setdefault(slug, await self._awaken(self._characters.get(slug, character)))
            found.changed = self._news.set
            newest = self._characters.get(slug)
            if newest is not None and newest is not found.character:
                found.recast(newest)  # it was read anew while this one awoke
            await self._let_go()
        if slug in self._guests:
            self._guests.move_to_end(slug)
        return found

    async def _let_go(self) -> None:
        """Sessions bring characters of their own: there is no end to their names."""
        while len(self._guests) > self._most_guests:
            _, oldest = self._guests.popitem(last=False)
            with suppress(Unavailable):
                await self._live.put_affect(oldest.id, oldest.heart.dump())
