"""docs/http.md against the routes, the errors and the answers of a running runtime."""

import re
from typing import Any
from urllib.error import HTTPError

import pytest
from pydantic_core import from_json

from agent_runtime.core import errors
from agent_runtime.llm.failures import ProviderFailed
from agent_runtime.web.errors import problem_of
from agent_runtime.web.routes import ROUTES
from tests.docs.asking import ask
from tests.docs.pages import ROOT, labelled, page
from tests.docs.shapes import is_same_shape
from tests.process.runtime import RuntimeProcess
from tests.web.faults import FAULTS

TEXT = page("http.md")


def test_every_url_is_named_and_no_other() -> None:
    named = re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?\s]*)`", TEXT)
    assert set(named) == {(route.method, route.path) for route in ROUTES}


def test_every_error_code_is_named_with_its_status_and_no_other() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "agent_runtime" / "web").glob("*.py"))
    raised = {(int(status), code) for status, code in re.findall(r'Problem\(\s*(\d+), "(\w+)"', sources)}
    late = [errors.ModelFailed("timeout", "late"), *(ProviderFailed(each, "") for each in ("unreachable", "timeout"))]
    raised |= {(problem["status"], problem["code"]) for problem in map(problem_of, [*FAULTS, *late])}
    raised |= {(404, "no_such_url"), (405, "method_not_allowed"), (500, "internal"), (413, "too_large")}
    assert _named() == raised


def _named() -> set[tuple[int, str]]:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", TEXT, re.MULTILINE)
    named = {(int(status), code) for status, cell in rows for code in re.findall(r"`([a-z0-9_]+)`", cell)}
    assert "504 when it took too long" in TEXT
    return named - {(502, "reason"), (409, "turn_id")} | {(504, "model_failed")}


def test_every_reason_of_a_failed_model_is_explained() -> None:
    reasons = set(re.findall(r"^\| `([a-z_]+)` \|", page("models.md"), re.MULTILINE))
    known = re.search(r"one of: (.+?)\. `status`", errors.ModelFailed.__doc__ or "", re.DOTALL)
    assert known is not None
    assert reasons == set(re.findall(r"[a-z_]+", known[1]))


def test_answers_look_as_the_page_shows_them(live: RuntimeProcess) -> None:
    shown: dict[str, Any] = {
        label: from_json(text) for each in ("http.md", "turns.md") for label, text in labelled(each).items()
    }
    guest = {"character": "wren", "user": {"name": "Ada"}, "metadata": {"page": "home"}}
    session = ask(f"{live.url}/api/sessions", guest)
    agent = ask(f"{live.url}/api/agents/vesper")
    assert is_same_shape(shown["session"], session)
    assert is_same_shape(
        shown["reply"], ask(f"{live.url}/api/sessions/{session['id']}/messages", {"content": "Hello!"})
    )
    assert is_same_shape(shown["ready"], ask(f"{live.url}/readyz"))
    assert shown["agent"].keys() == agent.keys()
    assert is_same_shape(shown["agent"]["scene"], agent["scene"])


@pytest.mark.parametrize("name", ["http.md", "models.md"])
def test_a_problem_looks_as_the_page_shows_it(name: str, live: RuntimeProcess) -> None:
    shown = from_json(labelled(name)["problem"])
    with pytest.raises(HTTPError) as refused:
        ask(f"{live.url}/api/sessions", {})
    real = from_json(refused.value.read())
    assert shown.keys() - {"reason", "errors"} == real.keys() - {"errors"}
    assert shown["title"] == {502: "The model failed", 422: real["title"]}[shown["status"]]
