"""docs/operating.md against the shapes of the API."""

from pydantic_core import from_json

from agent_runtime.agents.agent import LONGEST_SAID
from agent_runtime.core.domain import Rank
from agent_runtime.core.line import Line
from agent_runtime.web.lots import BidView, LotView
from agent_runtime.web.schemas import LONGEST_PROMPT, MemoryView
from tests.docs.pages import labelled, page
from tests.docs.shapes import is_same_shape

SHOWN = {label: from_json(text) for label, text in labelled("operating.md").items()}


def test_memories_lots_and_bids_look_as_the_page_shows_them() -> None:
    lot = dict(SHOWN["lot"])
    assert lot.pop("coalesced").keys() == {"vesper"}
    assert lot.pop("overtaken") == 0
    for shown, model in ((SHOWN["memory"], MemoryView), (lot, LotView), (SHOWN["bid"], BidView)):
        real = model.model_validate(shown).model_dump(mode="json", exclude_unset=True)
        assert real == shown
        assert shown.keys() == model.model_fields.keys() - {"score"}


def test_an_explanation_looks_as_the_page_shows_it() -> None:
    line = Line(1, "vesper", "lot-7", "bid", Rank.LOW, "Nine.", (), None, at=0.0, takes_s=1.0, score=31.25)
    assert is_same_shape(SHOWN["explanation"], line.explanation())


def test_the_limits_are_those_of_the_code() -> None:
    assert f"`content` (1 to {LONGEST_SAID} characters)" in page("operating.md")
    assert f"`prompt` (1 to {LONGEST_PROMPT})" in page("operating.md")
