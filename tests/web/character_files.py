"""Character files as they are sent over HTTP."""

from tests.process.http import Answer, Client

YAML = {"Content-Type": "application/yaml"}
AS_YAML = {"Accept": "application/yaml"}
FINCH = "# by hand\nname: Ada Finch\nslug: {}\ngreetings: [Mind the springs.]\ntags: [clocks]\n"


async def put(client: Client, slug: str, text: str | bytes | None = None, **headers: str) -> Answer:
    """Send a character file; a good one by default."""
    body = FINCH.format(slug) if text is None else text
    sent = YAML | {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.request("PUT", f"/api/characters/{slug}", data=body, headers=sent)


async def made(client: Client, slug: str) -> str:
    """The tag of a new character."""
    answer = await put(client, slug)
    assert answer.status == 201, answer.raw
    return answer.headers["ETag"]
