"""The table of what becomes of events is made by playing them, and no cell of it is empty without a reason."""

import re

import pytest

from agent_runtime.core.phrases import FAMILIES
from agent_runtime.domains import catalogue
from agent_runtime.store.tables import TABLES
from tests.docs.coverage import Watch, rows, seen
from tests.docs.pages import page
from tests.docs.reasons import FOLDED_NOWHERE, NEVER_NARRATED
from tests.domains.streams import Engine

KINDS = [entry.kind for entry in catalogue()]
MODELS = {entry.kind: entry.model.__name__ for entry in catalogue()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_is_read_as_its_model_and_logged(kind: str) -> None:
    assert list(seen()[kind].models) == [MODELS[kind]]
    assert "event_logs" in seen()[kind].tables


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_changes_something_or_has_a_reason_not_to_and_never_both(kind: str) -> None:
    assert bool(seen()[kind].folded) != (kind in FOLDED_NOWHERE), "mend reasons.py"


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_is_told_or_has_a_reason_not_to_be_and_never_both(kind: str) -> None:
    assert bool(seen()[kind].families) != (kind in NEVER_NARRATED), "mend reasons.py"


def test_reasons_are_given_for_types_of_the_catalogue_only() -> None:
    assert FOLDED_NOWHERE.keys() | NEVER_NARRATED.keys() <= set(KINDS)


def test_what_is_seen_is_known_by_name() -> None:
    for each in seen().values():
        assert each.families.keys() <= FAMILIES.keys()
        assert each.tables.keys() <= {table.name for table in TABLES}


def test_newer_names_of_a_type_do_what_the_older_ones_do() -> None:
    for kind in KINDS:
        if kind.startswith("lot:"):
            assert _cells(kind) == _cells(kind.replace("lot:", "auction:"))


def test_no_cell_is_empty() -> None:
    assert len(rows()) == len(KINDS) + 1
    assert all(cell.strip() for row in rows() for cell in row)


def test_every_type_has_a_row_on_the_page() -> None:
    shown = re.findall(r"^\| `([a-z_:]+)` \| `", page("contract.md"), re.MULTILINE)
    assert shown == KINDS


def test_an_event_that_is_not_accepted_is_no_evidence() -> None:
    start = Engine().start()
    with pytest.raises(ValueError, match="duplicate"):
        Watch(seen()).play([start, start])


def _cells(kind: str) -> list[list[str]]:
    each = seen()[kind]
    return [list(each.models), sorted(each.folded), sorted(each.families), sorted(each.tables)]
