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
from agent_runtime.config.settings import Settings
from agent_runtime.core.authoring import Export
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock
from agent_runtime.models import Models
from agent_runtime.store.database import Database


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
    settings: Settings,
    database: Database,
    company: Company,
    models: Models,
    recollector: Recollector,
    clock: Clock,
    new_id: Callable[[], str],
    owner: str,
    author: Character,
    export: Export,
) -> Chat:
    """All of it; nothing runs yet. Turns are marked as those of `owner`, as no other process on the store marks its.

    `author` is the built-in one, `export` makes what is made with it a character.
    """
    messages, window = database.messages, settings.chat.window
    talks = Talks(database.sessions, database.character_files, company.character, author)
    starting = Starting(database.sessions, messages, database.character_files, database.claims, talks, clock, new_id)
    tracing = Tracing(database.traces, clock)
    replier = Replier(
        database.turns,
        models.chat,
        company,
        clock,
        new_id,
        Windows(messages, window),
        tracing,
        models.budget,
        recollector=recollector,
        summariser=Summariser(database.summaries, messages, models.other, clock, window),
        drafting=Drafting(author_of(settings.llm, models, export), database.character_files, clock, new_id),
    )
    conversations = Conversations(
        talks,
        database.turns,
        database.claims,
        messages,
        replier,
        Lanes(settings.chat.queue),
        clock,
        new_id,
        owner=owner,
    )
    continuing = Continuing(
        conversations,
        starting,
        Importing(messages, clock, new_id),
        Looking(database.sessions, messages, database.turns, clock),
        Crowds(clock),
    )
    return Chat(starting, talks, conversations, continuing, Errands(models.other), tracing)
