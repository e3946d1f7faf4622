"""Cards taken into the library: a character of its own for each, and once only where a key was given."""

from dataclasses import dataclass

from agent_runtime.characters.cards.reading import Imported, read_card
from agent_runtime.characters.drafts import Draft, drafted
from agent_runtime.characters.library import Library
from agent_runtime.characters.saving import save_original
from agent_runtime.core.clock import Clock, utc
from agent_runtime.core.errors import InvalidFile, Unavailable
from agent_runtime.core.turns import Claim, Claimed, Claims


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a card: its character is called `slug`. `claimed` where the key had been used before."""

    slug: str
    imported: Imported
    claimed: Claimed | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for people."""
        wanted = self.imported.character
        renamed = f"there is a '{wanted.slug}' already: this one is '{self.slug}' (replace=true takes its place)"
        hosts = "it hosts live events: see 'hosts' in its file"
        return (
            *self.imported.notes,
            *((renamed,) if self.slug != wanted.slug else ()),
            *((hosts,) if wanted.hosts.is_host else ()),
        )


@dataclass(frozen=True)
class Importing:
    """Takes cards in."""

    library: Library
    claims: Claims
    clock: Clock

    async def take_in(self, raw: bytes, file: str, *, is_replacing: bool, claim: Claim | None) -> TakenIn:
        """Keep the character in a card, and the card itself; `file` is what findings call it.

        Raises InvalidFile for what is no card, Refused where there is no room, Busy, Unavailable.
        """
        imported = await self.library.aside(read_card, raw, file)
        async with self.library.held():
            slug = imported.character.slug if is_replacing else self.library.free_slug(imported.character.slug)
            draft = await self._draft(imported, slug, file)
            claimed = await self._claimed(claim, slug)
            if claimed is not None and (_is_another(claim, claimed) or self.library.path_of(claimed.id) is not None):
                return TakenIn(claimed.id, imported, claimed)
            if claimed is not None and claimed.id != slug:
                # The process ended between claim and file: it is made now, under the slug it was to have.
                slug = claimed.id
                draft = await self._draft(imported, slug, file)
            await self._keep(draft, imported, raw)
        return TakenIn(slug, imported)

    async def _claimed(self, claim: Claim | None, slug: str) -> Claimed | None:
        if claim is None:
            return None
        now = utc(self.clock.time())
        # Looked up first: to take a key twice for the same slug looks like taking it once.
        found = await self.claims.get(claim.scope, claim.key, at=now)
        return found or await self.claims.take(claim, "character", slug, now)

    async def _draft(self, imported: Imported, slug: str, file: str) -> Draft:
        return await self.library.aside(drafted, imported.character.model_copy(update={"slug": slug}), file)

    async def _keep(self, draft: Draft, imported: Imported, raw: bytes) -> None:
        slug = draft.character.slug
        await self.library.put(slug, draft)
        if imported.format == "native" or imported.holds_secrets:
            return
        try:
            await self.library.aside(save_original, raw, self.library.folder, f"{slug}.{imported.container}")
        except InvalidFile as error:  # of the disk: the card itself is good
            raise Unavailable(error.findings[0].message) from error


def _is_another(claim: Claim | None, claimed: Claimed) -> bool:
    return claim is None or claim.fingerprint != claimed.fingerprint
