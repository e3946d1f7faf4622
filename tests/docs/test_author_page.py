"""What the page of the author says is what the author does."""

import re

from pydantic_core import from_json

from agent_runtime.authoring.commands import command_in
from tests.authoring.talking import Interview
from tests.docs.pages import labelled, page

_ROW = re.compile(r"^\| (`.+`) \| ", re.MULTILINE)


async def test_the_draft_shown_is_what_the_author_makes_of_the_words_shown() -> None:
    shown = from_json(labelled("author.md")["draft"])
    interview = Interview()
    await interview.say("Otto Brandt, who has kept the lighthouse for thirty years")
    assert interview.drafted.missing == tuple(shown["missing"])
    assert interview.drafted.problems == tuple(shown["problems"])
    begins = {name: text.removesuffix(" …") for name, text in shown["content"].items()}
    assert {name: str(text)[: len(begins[name])] for name, text in interview.draft.items()} == begins


def test_every_wish_in_the_table_is_understood() -> None:
    words = [each for row in _ROW.findall(page("author.md")) for each in re.findall("`([^`]+)`", row)]
    assert len(words) > 10
    for each in words:
        assert command_in(each.replace("…", "Mara")) is not None, each
