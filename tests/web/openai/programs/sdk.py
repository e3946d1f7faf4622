"""What the openai SDK makes of a runtime, as JSON: `python sdk.py URL`. Runs where the SDK is installed."""

import asyncio
import json
import sys
from typing import Any

from openai import APIStatusError, AsyncOpenAI, NotFoundError, OpenAI

URL = sys.argv[1] + "/v1"


def chat(client: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Hello from the SDK"}]
    raw = client.chat.completions.with_raw_response.create(model="wren", messages=messages)
    first = raw.parse()
    messages += [
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": "And?"},
    ]
    again = client.chat.completions.with_raw_response.create(model="wren", messages=messages, n=2, stop=[], seed=1)
    return {
        "text": first.choices[0].message.content,
        "usage": first.usage.total_tokens,
        "choices": len(again.parse().choices),
        "sessions": [raw.headers["x-session-id"], again.headers["x-session-id"]],
    }


def stream(client: Any) -> dict[str, Any]:
    asked = [{"role": "user", "content": "Stream to the SDK"}]
    chunks = list(
        client.chat.completions.create(
            model="wren", messages=asked, stream=True, stream_options={"include_usage": True}
        )
    )
    return {
        "text": "".join(each.choices[0].delta.content or "" for each in chunks if each.choices),
        "finish": [each.choices[0].finish_reason for each in chunks if each.choices][-1],
        "usage": chunks[-1].usage.total_tokens,
    }


def responses(client: Any) -> dict[str, Any]:
    first = client.responses.create(model="wren", input="Respond to the SDK", instructions="Be brief.")
    second = client.responses.create(model="wren", input="Go on", previous_response_id=first.id)
    with client.responses.stream(model="wren", input="Stream a response") as events:
        kinds = [event.type for event in events]
        final = events.get_final_response()
    return {
        "text": first.output_text,
        "is_same": first.conversation.id == second.conversation.id,
        "kinds": kinds,
        "streamed": final.output_text,
        "usage": final.usage.total_tokens,
    }


def errors(client: Any) -> dict[str, Any]:
    try:
        client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "?"}])
    except NotFoundError as error:
        unknown = error.code
    try:
        client.chat.completions.create(model="wren", messages=[])
    except APIStatusError as error:
        return {"unknown": unknown, "status": error.status_code, "param": error.param}
    return {}


async def parallel() -> list[str]:
    async with AsyncOpenAI(base_url=URL, api_key="none") as client:
        asked = [{"role": "user", "content": "All at once"}]
        create = client.chat.completions.with_raw_response.create
        answers = await asyncio.gather(*(create(model="wren", messages=asked) for _ in range(10)))
        return [each.headers["x-session-id"] for each in answers]


with OpenAI(base_url=URL, api_key="none") as sdk:
    told = {
        "models": [each.id for each in sdk.models.list()],
        "model": sdk.models.retrieve("wren").owned_by,
        "chat": chat(sdk),
        "stream": stream(sdk),
        "responses": responses(sdk),
        "errors": errors(sdk),
        "parallel": asyncio.run(parallel()),
    }
sys.stdout.write(json.dumps(told))
