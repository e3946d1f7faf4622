"""The headers in which clients of the OpenAI API name a session: told here for those who read the API."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agent_runtime.web.parameters import KeyHeaders


class NamedHeaders(KeyHeaders):
    session: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, alias="X-Session-Id", description="The session to go on in; begun where there is none."
    )
    chat: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None,
        alias="X-OpenWebUI-Chat-Id",
        description="What a front end calls its conversation (`http.session_headers` names others).",
    )
