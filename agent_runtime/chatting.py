"""The roof's wiring of talk: conversations and everything a turn needs, built of what a runtime stands on."""

from collections.abc import Callable
from dataclasses import dataclass

from agent_runtime.agents.company import Company
from agent_runtime.authors import author_of
from agent_runtime.chat.continuing import Continuing
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.crowds import Crowds
from agent_runtime.chat.drafting import Drafting
from agent_runtime.chat.errands import Errands
from agent_runtime.chat.importing import Importing
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.looking import Looking
from agent_runtime.chat.recollector import Recollector
from agent_runtime.chat.replying import Replier
from agent_runtime.chat.starting import Starting
from agent_runtime.chat.summarising import Summariser
from agent_runtime.chat.talks import Talks
from agent_runtime.chat.tracing import Tracing
from agent_runtime.chat.windows import Windows
from agent_runtime.core.authoring import Export
from agent_runtime.core.character import Character
from agent_runtime.ground import Ground


@dataclass(frozen=True)
class Chat:
    """How people talk with characters: where sessions start, who is spoken to, how turns run, what they saw."""

    starting: Starting
    talks: Talks
    conversations: Conversations
    continuing: Continuing
    errands: Errands
    tracing: Tracing


def chat_of(
    ground: Ground,
    company: Company,
    recollector: Recollector,
    author: Character,
    export: Export,
    new_id: Callable[[], str],
) -> Chat:
    """All of it; nothing runs yet. Turns are marked as the ground's owner's, as no other process marks its own.

    `author` is the built-in one, `export` makes what is made with it a character.
    """
    database, clock = ground.database, ground.clock
    talks = Talks(database.sessions, database.character_files, company.character, author)
    starting = Starting(
        database.sessions, database.messages, database.character_files, database.claims, talks, clock, new_id
    )
    tracing = Tracing(database.traces, clock)
    drafting = Drafting(author_of(ground.settings.llm, ground.models, export), database.character_files, clock, new_id)
    replier = _replier(ground, company, recollector, tracing, drafting, new_id)
    conversations = _conversations(ground, talks, replier, new_id)
    continuing = _continuing(ground, conversations, starting, new_id)
    return Chat(starting, talks, conversations, continuing, Errands(ground.models.other), tracing)


def _replier(
    ground: Ground,
    company: Company,
    recollector: Recollector,
    tracing: Tracing,
    drafting: Drafting,
    new_id: Callable[[], str],
) -> Replier:
    database, models, clock, window = ground.database, ground.models, ground.clock, ground.settings.chat.window
    return Replier(
        database.turns,
        models.chat,
        company,
        clock,
        new_id,
        Windows(database.messages, window),
        tracing,
        models.budget,
        recollector=recollector,
        summariser=Summariser(database.summaries, database.messages, models.other, clock, window),
        drafting=drafting,
    )


def _conversations(ground: Ground, talks: Talks, replier: Replier, new_id: Callable[[], str]) -> Conversations:
    database = ground.database
    return Conversations(
        talks,
        database.turns,
        database.claims,
        database.messages,
        replier,
        Lanes(ground.settings.chat.queue),
        ground.clock,
        new_id,
        owner=ground.owner,
    )


def _continuing(
    ground: Ground, conversations: Conversations, starting: Starting, new_id: Callable[[], str]
) -> Continuing:
    database, clock = ground.database, ground.clock
    return Continuing(
        conversations,
        starting,
        Importing(database.messages, clock, new_id),
        Looking(database.sessions, database.messages, clock),
        Crowds(clock),
    )
