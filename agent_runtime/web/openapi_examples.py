"""Bodies that work, for those who try the API: every request model has some."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from agent_runtime.core.character import Character
from agent_runtime.web.openai.schemas import ChatBody, ResponseBody
from agent_runtime.web.parameters import CharacterBody, EventsBody
from agent_runtime.web.schemas import EditBody, NewSessionBody, PreviewBody, RegenerateBody, SayBody, TurnBody

_BID = {
    "id": "7c1d0f52-1f0e-4f1c-9a53-0a6a0c7a3a10",
    "timestamp": 1795251660000,
    "type": "auction:bid:placed",
    "source": "auction-engine",
    "version": "1.0",
    "data": {
        "auctionId": "lot-1",
        "bidId": "bid-1",
        "userId": "user-1",
        "amount": "120",
        "currency": "USD",
        "source": "web",
        "timestamp": 1795251660000,
    },
}

EXAMPLES: Mapping[type[BaseModel], Mapping[str, Any]] = {
    NewSessionBody: {
        "with a character": {"character": "wren"},
        "as somebody": {"character": "wren", "user": {"name": "Ada"}, "metadata": {"page": "home"}},
    },
    TurnBody: {
        "a turn": {"content": "Hello!"},
        "as a stream": {"content": "How was your day?", "stream": True},
        "not waiting": {"content": "Hello!", "mode": "reject"},
    },
    RegenerateBody: {"another reply": {}, "as a stream": {"stream": True}},
    EditBody: {"other words": {"content": "Good evening!"}},
    PreviewBody: {"a question": {"content": "How was your day?"}},
    CharacterBody: {"that of its file": {"follow": True}, "a small one": {"name": "Ada Finch"}},
    SayBody: {
        "a line": {"content": "Five minutes to the next lot."},
        "a prompt": {"prompt": "Welcome those who have just come in."},
    },
    Character: {
        "a small one": {
            "name": "Ada Finch",
            "description": "A clockmaker who hums.",
            "greetings": ["Mind the springs."],
        },
    },
    EventsBody: {"one event": _BID, "several": [_BID]},
    ChatBody: {
        "a question": {"model": "wren", "messages": [{"role": "user", "content": "Hello!"}]},
        "a history": {
            "model": "wren",
            "messages": [
                {"role": "system", "content": "Answer in one sentence."},
                {"role": "user", "content": "Hello!"},
                {"role": "assistant", "content": "Hello. Sit down."},
                {"role": "user", "content": "How was your day?"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
        },
    },
    ResponseBody: {
        "a question": {"model": "wren", "input": "Hello!"},
        "a stream": {"model": "wren", "instructions": "Be brief.", "input": "How was your day?", "stream": True},
    },
}
