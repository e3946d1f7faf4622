"""The roof: builds every part of a runtime, connects them, runs them, and takes them down in reverse."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import structlog

from agent_runtime.agents.agent import Agent
from agent_runtime.agents.company import Company
from agent_runtime.agents.herald import Herald
from agent_runtime.characters.loading import Roster, load_folder
from agent_runtime.chat.conversations import Conversations
from agent_runtime.chat.lanes import Lanes
from agent_runtime.chat.windows import Windows
from agent_runtime.config import Settings
from agent_runtime.core.broadcast import Broadcast
from agent_runtime.core.character import Character
from agent_runtime.core.clock import Clock, SystemClock, utc
from agent_runtime.core.errors import Misconfigured, Unavailable
from agent_runtime.core.events import CHANNELS, Envelope
