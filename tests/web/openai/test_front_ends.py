"""Requests shaped like those of real front ends: whatever a person does there, it stays one session, and nothing twice.

The shapes are those that Open WebUI, SillyTavern (Chat Completion, custom endpoint) and LibreChat send.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.process.http import Client
from tests.web.openai.conftest import FrontEnd, assert_nothing_twice, assistant, system


def open_webui(client: Client, *, is_forwarding: bool = False) -> FrontEnd:
    """Sends the whole chat, streamed; with ENABLE_FORWARD_USER_INFO_HEADERS it names the chat and the user."""
    headers = {
        "X-OpenWebUI-User-Name": "Ada%20L",
        "X-OpenWebUI-User-Id": "9f1c",
        "X-OpenWebUI-User-Email": "ada@example.com",
        "X-OpenWebUI-User-Role": "user",
        "X-OpenWebUI-Chat-Id": "0b1de6ad-4bbb-4bd9-9a32-6f6e8a1bb7a0",
        "X-OpenWebUI-Message-Id": "51f2",
    }
    body = {"stream": True, "stream_options": {"include_usage": True}, "tools": [], "temperature": None}
    return FrontEnd(client, headers if is_forwarding else {}, body)


def silly_tavern(client: Client) -> FrontEnd:
    """Sends its own prompt in many system messages, example dialogues, a greeting, and every sampler it knows."""
    body = {
        "temperature": 1,
        "max_tokens": 300,
        "stream": True,
        "presence_penalty": 0,
        "frequency_penalty": 0,
        "top_p": 1,
        "logit_bias": {},
        "stop": [],
        "chat_completion_source": "custom",
        "user_name": "Grace",
        "char_name": "Wren",
        "group_names": [],
        "include_reasoning": False,
        "enable_web_search": False,
        "custom_prompt_post_processing": "",
    }
    before = [
        system("Write Wren's next reply in a fictional chat between Wren and Grace."),
        system("[Start a new Chat]"),
        {"role": "system", "content": "Hi!", "name": "example_user"},
        {"role": "system", "content": "Well met.", "name": "example_assistant"},
        system("[Start a new Chat]"),
    ]
    return FrontEnd(client, body=body, before=before, history=[assistant("The kettle is on. Sit down.")])


def libre_chat(client: Client) -> FrontEnd:
    """Sends parts instead of strings, `user` as an id, and a system message with its instructions."""
    body = {
        "user": "65f0c2a1b3",
        "stream": True,
        "stream_options": {"include_usage": True},
        "top_p": 1,
        "frequency_penalty": 0,
    }
    return FrontEnd(client, body=body, before=[system("The current date is November 21.")])


FRONT_ENDS: dict[str, Callable[[Client], FrontEnd]] = {
    "Open WebUI": open_webui,
    "Open WebUI that names the chat": lambda client: open_webui(client, is_forwarding=True),
    "SillyTavern": silly_tavern,
    "LibreChat": libre_chat,
}


@pytest.fixture(params=FRONT_ENDS.values(), ids=list(FRONT_ENDS))
def front_end(request: pytest.FixtureRequest, client: Client) -> FrontEnd:
    """A new chat in one of them, by a user of its own for each test."""
    made: FrontEnd = request.param(client)
    if "X-OpenWebUI-Chat-Id" in made.headers:
        made.headers["X-OpenWebUI-Chat-Id"] = request.node.name
    else:
        made.body["user"] = request.node.name
    return made


def wrapped(front_end: FrontEnd, words: str) -> Any:
    """The words as this front end sends them."""
    is_libre = bool(front_end.before) and len(front_end.before) == 1
    return [{"type": "text", "text": words}] if is_libre else words


async def shown(front_end: FrontEnd) -> list[str]:
    """What the session shows."""
    return [each["content"] for each in await front_end.client.messages(front_end.session)]


def told(front_end: FrontEnd) -> list[str]:
    """What the front end shows."""
    texts = [each["content"] for each in front_end.history]
    return [text if isinstance(text, str) else text[0]["text"] for text in texts]


async def test_a_chat_is_one_session(front_end: FrontEnd) -> None:
    for words in ("One?", "Two?", "Three?"):
        await front_end.say(wrapped(front_end, words))
    assert await shown(front_end) == told(front_end)
    assert_nothing_twice(await front_end.kept())


async def test_another_reply_is_beside_the_first(front_end: FrontEnd) -> None:
    await front_end.say(wrapped(front_end, "One?"))
    await front_end.regenerate()
    await front_end.say(wrapped(front_end, "Two?"))
    await front_end.regenerate()
    await front_end.regenerate()
    await front_end.say(wrapped(front_end, "Three?"))
    kept = await front_end.kept()
    assert_nothing_twice(kept)
    assert [each["role"] for each in kept if each["parent_id"]].count("assistant") == 2 + 3 + 1
    assert await shown(front_end) == told(front_end)


async def test_an_edited_message_is_a_branch(front_end: FrontEnd) -> None:
    for words in ("One?", "Two?", "Three?"):
        await front_end.say(wrapped(front_end, words))
    before = len(await front_end.kept())
    await front_end.edit(len(front_end.history) - 4, wrapped(front_end, "Two, rather?"))
    await front_end.say(wrapped(front_end, "And three?"))
    kept = await front_end.kept()
    assert len(kept) == before + 4
    assert_nothing_twice(kept)
    assert await shown(front_end) == told(front_end)


async def test_a_chat_cut_off_at_its_beginning_goes_on(front_end: FrontEnd) -> None:
    for number in range(5):
        await front_end.say(wrapped(front_end, f"Number {number}?"))
    before = len(await front_end.kept())
    front_end.history = front_end.history[-4:]
    await front_end.say(wrapped(front_end, "And now?"))
    await front_end.regenerate()
    front_end.history = front_end.history[-3:]
    await front_end.say(wrapped(front_end, "And then?"))
    kept = await front_end.kept()
    assert len(kept) == before + 3 + 2
    assert_nothing_twice(kept)


async def test_a_reply_that_was_cut_by_the_front_end_is_known(front_end: FrontEnd) -> None:
    await front_end.say(wrapped(front_end, "One?"))
    front_end.history[-1] = assistant(front_end.history[-1]["content"] + "  \n")
    await front_end.say(wrapped(front_end, "Two?"))
    kept = await front_end.kept()
    assert_nothing_twice(kept)
    assert [each["role"] for each in kept if each["parent_id"]].count("assistant") == 2


async def test_a_chat_with_another_character_has_a_session_of_its_own(client: Client) -> None:
    front_end = open_webui(client, is_forwarding=True)
    await front_end.say("Whoever you are?")
    front_end.body["model"] = "vesper"
    await front_end.say("And you?")
    first, second = front_end.sessions
    assert first != second
    kept = [each["content"] for each in await client.messages(second)]
    assert kept == told(front_end)


async def test_a_continuation_that_silly_tavern_asks_for_is_another_reply(client: Client) -> None:
    front_end = silly_tavern(client)
    front_end.body["user"] = "continues"
    await front_end.say("Go on?")
    front_end.history.append(system("[Continue your last message without repeating its original content.]"))
    await front_end.send()
    kept = await front_end.kept()
    assert_nothing_twice(kept)
    assert len(kept) == 4
