"""The OpenAPI document: complete, the same every time, as committed, and true of what the runtime answers."""

import re
from typing import Any

import pytest
from aiohttp import web
from pydantic import BaseModel

from agent_runtime.web import codes
from agent_runtime.web.errors import problem_of
from agent_runtime.web.openapi import document, problems_of
from agent_runtime.web.openapi_examples import EXAMPLES
from agent_runtime.web.route import JSON, Route, get
from agent_runtime.web.routes import ROUTES
from agent_runtime.web.schemas import TurnBody
from tests.docs.pages import ROOT
from tests.process.http import Client, assert_problem
from tests.process.runtime import command
from tests.web.faults import FAULTS

DOCUMENT = document(ROUTES)
BY_PLACE = {(route.method, route.path): route for route in ROUTES}


def test_it_is_committed_as_it_is() -> None:
    written = command("openapi")
    assert written.returncode == 0
    committed = (ROOT / "docs" / "openapi.json").read_bytes()
    assert committed == written.stdout, "run: agent-runtime openapi > docs/openapi.json"


async def test_a_runtime_answers_with_it(client: Client) -> None:
    answer = await client.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json == DOCUMENT == document(ROUTES)


def test_every_url_is_in_it_with_a_name_of_its_own() -> None:
    operations = [each for path in DOCUMENT["paths"].values() for each in path.values()]
    assert len(operations) == len(BY_PLACE) == len(ROUTES)
    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in names)


def test_everything_it_refers_to_is_there() -> None:
    refs = set(_refs(DOCUMENT))
    assert refs
    for ref in refs:
        found: Any = DOCUMENT
        for part in ref.removeprefix("#/").split("/"):
            found = found[part]
    unused = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]} - refs
    assert not unused


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_row_says_all_there_is_to_say(route: Route) -> None:
    assert (route.handler.__doc__ or "").startswith(f"{route.method} {route.path}"), "the docstring names another URL"
    assert route.summary[0].isupper()
    assert not route.summary.endswith(".")
    assert problems_of(route) is not None
    is_file = route.path == "/openapi.json" or route.media != JSON
    assert route.gives or route.streams or route.status == 204 or is_file, "what does it answer?"
    assert bool(route.takes) <= (route.method in {"POST", "PUT", "PATCH"})


@pytest.mark.parametrize(
    "model", dict.fromkeys(route.takes for route in ROUTES if route.takes), ids=lambda model: str(model.__name__)
)
def test_every_body_has_examples_that_are_valid(model: type[BaseModel]) -> None:
    assert EXAMPLES[model]
    for example in EXAMPLES[model].values():
        model.model_validate(example)


def test_a_problem_nobody_knows_is_refused() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(ValueError, match="no such problem: tired"):
        document([*ROUTES, get("/nap", handler, "Sleep", TurnBody, may=("tired",))])


def test_the_codes_are_those_that_are_raised() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "agent_runtime" / "web").glob("*.py"))
    raised = {code: int(status) for status, code in re.findall(r'(?:Problem|_document)\(\s*(\d+), "(\w+)"', sources)}
    raised |= {code: int(status) for status, code in re.findall(r'(\d+): \("(\w+)", ', sources) if status != "200"}
    for fault in FAULTS:
        problem = problem_of(fault)
        raised[problem["code"]] = problem["status"]
    assert {code: status for code, (status, _) in codes.CODES.items()} == raised
    assert list(codes.CODES.values()) == sorted(codes.CODES.values(), key=lambda each: each[0])


async def test_a_refusal_is_a_problem_as_described(client: Client) -> None:
    answer = await client.post("/api/sessions", {"character": 5})
    assert_problem(answer, 422, "invalid_body")
    shape = DOCUMENT["components"]["schemas"]["ProblemView"]
    assert set(shape["required"]) <= answer.json.keys() <= shape["properties"].keys()


def _refs(value: Any) -> list[str]:
    match value:
        case dict():
            own = [value["$ref"]] if "$ref" in value else []
            return own + [ref for each in value.values() for ref in _refs(each)]
        case list():
            return [ref for each in value for ref in _refs(each)]
        case _:
            return []
