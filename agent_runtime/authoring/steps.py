"""The questions of the interview in their order, and where a conversation stands among them.

Nothing is kept of where it stands: the last thing that the author said tells, so that a reply that is made again, or a
message said with other words, finds the question that it answers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_runtime.authoring.system import boundaries_in

READY = 'Shall I save it? Say "save it", or tell me what to change.'


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `field` is what the answer is about, `lacks` whether a draft still needs it asked."""

    field: str
    question: str
    lacks: Callable[[Mapping[str, Any]], bool]
    hint: str = ""


def _without(*fields: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda draft: not any(draft.get(field) for field in fields)


WHO = Step(
    "who",
    "What is the character called, and who are they? A sentence or two is plenty.",
    _without("name", "description"),
    "Something like: Otto Brandt, who has kept the lighthouse at Skerry Point for thirty years.",
)
NAME = Step("name", "What are they called?", lambda draft: not draft.get("name") and bool(draft.get("description")))
STORY = Step(
    "description",
    "Who are they, in a sentence or two? What do they do, and where?",
    lambda draft: bool(draft.get("name")) and not draft.get("description"),
)
STEPS = (
    WHO,
    NAME,
    STORY,
    Step(
        "personality",
        "What are they like? A handful of adjectives will do, and what drives them, if you know.",
        _without("personality", "adjectives"),
        "Such as: gruff, patient, secretly sentimental.",
    ),
    Step(
        "style",
        "How do they talk? Short or long, plain or flowery, a word they love, a habit.",
        _without("style"),
        "Such as: short sentences, sea words, calls everybody 'captain'.",
    ),
    Step(
        "topics",
        "What do they love to talk about? A few things, with commas between.",
        _without("topics"),
    ),
    Step(
        "greetings",
        "How do they greet somebody who comes in? In their own words; one greeting a line.",
        _without("greetings"),
    ),
    Step(
        "examples",
        'What do they say when they are asked something? Write "Q: ..." and "A: ..." once or twice, in their voice.',
        _without("examples"),
    ),
    Step(
        "world",
        'What do they know that others do not, and what must they never do? Write facts as "lighthouse: it has been '
        'dark since 1911", and begin what is forbidden with "never".',
        lambda draft: not draft.get("lore") and not boundaries_in(str(draft.get("system") or "")),
    ),
)
_BY_FIELD = {step.field: step for step in STEPS} | {"adjectives": STEPS[3], "lore": STEPS[-1], "boundaries": STEPS[-1]}


def step_of(field: str) -> Step:
    """The step that asks about a field."""
    return _BY_FIELD[field]


def asked_in(said: str) -> Step | None:
    """The question that the author's words end with; None for other words."""
    places = [(said.rfind(step.question), number) for number, step in enumerate(STEPS)]
    place, number = max(places)
    return STEPS[number] if place >= 0 else None


def next_step(draft: Mapping[str, Any], asked: Step | None, *, is_passed: bool) -> Step | None:
    """What to ask now: from the step asked on, or behind it where it is passed; None when all was asked.

    What a file cannot do without is asked again at the end.
    """
    begin = 0 if asked is None else STEPS.index(asked) + is_passed
    return _lacking(draft, STEPS[begin:]) or _lacking(draft, (WHO, NAME, STORY))


def before(step: Step | None) -> Step:
    """The step to go back to."""
    return STEPS[-1] if step is None else STEPS[max(0, STEPS.index(step) - 1)]


def _lacking(draft: Mapping[str, Any], steps: Iterable[Step]) -> Step | None:
    return next((step for step in steps if step.lacks(draft)), None)
