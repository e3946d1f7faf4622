"""The parts of a runtime that have something to tell; see runtime.py for what each of them is."""

from typing import Protocol

from agent_runtime.agents.company import Company
from agent_runtime.casting import Cast
from agent_runtime.chatting import Chat
from agent_runtime.config import Settings
from agent_runtime.core.supervision import Supervisor
from agent_runtime.feed import Backlog, Feed
from agent_runtime.live.channels import Subscriber
from agent_runtime.measuring.lag import Ticker
from agent_runtime.models import Models
from agent_runtime.projection.projector import Projector
from agent_runtime.recovery import Recovery
from agent_runtime.store.database import Database


class Measured(Protocol):
    """What is looked at when somebody asks."""

    settings: Settings
    database: Database
    projector: Projector
    company: Company
    chat: Chat
    feed: Feed
    backlog: Backlog
    models: Models
    subscriber: Subscriber
    recovery: Recovery
    casts: tuple[Cast, ...]
    supervisor: Supervisor
    ticker: Ticker
