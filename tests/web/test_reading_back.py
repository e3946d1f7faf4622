"""The end of a conversation first, and back from there, however long it is."""

import pytest

from tests.process.http import Client, assert_problem


async def test_the_newest_messages_come_first_and_those_before_them_on_asking(client: Client) -> None:
    session = await client.session_with("wren")
    for number in range(5):
        assert (await client.say(session, f"Number {number}.")).status == 200
    whole = await client.messages(session)
    back: list[dict[str, object]] = []
    place = f"/api/sessions/{session}/messages?last=4"
    while (page := (await client.get(place)).json)["data"]:
        assert page["next_cursor"] is None
        back = page["data"] + back
        place = f"/api/sessions/{session}/messages?last=4&before={back[0]['seq']}"
    assert back == whole
    assert len(whole) == 10


async def test_other_branches_are_passed_over_unless_they_are_asked_for(client: Client) -> None:
    session = await client.session_with("wren")
    first = (await client.say(session, "Hello!")).json["message"]
    second = (await client.post(f"/api/messages/{first['id']}/regenerate")).json["message"]
    place = f"/api/sessions/{session}/messages?last=2"
    assert [each["seq"] for each in (await client.get(place)).json["data"]] == [1, second["seq"]]
    every = (await client.get(f"{place}&every=true")).json["data"]
    assert [each["id"] for each in every] == [first["id"], second["id"]]


@pytest.mark.parametrize(
    "query",
    ["last=0", "last=201", "last=x", "last=", "last=2&before=x", "last=2&before=-1", "last=2&before=\u0663",
     "last=2&cursor=x", "last=2&limit=2", "before=9" + "9" * 18],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(client: Client, query: str) -> None:
    session = await client.session_with("wren")
    assert_problem(await client.get(f"/api/sessions/{session}/messages?{query}"), 422, "invalid_query")
    assert_problem(await client.get("/api/sessions/nowhere/messages?last=2"), 404, "not_found")
