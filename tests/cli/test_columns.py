"""Two transcripts side by side."""

from agent_runtime.cli.columns import Columns, rows
from agent_runtime.core.domain import Rank
from agent_runtime.core.line import Line


def said(text: str, at: float) -> Line:
    return Line(1, "otto", "lot-1", "bid", Rank.LOW, text, (), None, at, 1.0, 25.0)


def texts(a: list[Line], b: list[Line]) -> list[tuple[float, str | None, str | None]]:
    return [(row.at, row.a and row.a.text, row.b and row.b.text) for row in rows(a, b)]


def test_lines_of_one_millisecond_stand_beside_each_other_and_all_in_order() -> None:
    a = [said("one", 10.0), said("two", 10.0), said("four", 12.5)]
    b = [said("uno", 10.0004), said("tres", 11.0)]
    assert texts(a, b) == [(10.0, "one", "uno"), (10.0, "two", None), (11.0, None, "tres"), (12.5, "four", None)]


def test_columns_share_the_width_and_wrap_by_words() -> None:
    columns = Columns(124)
    assert columns.column == 48
    (row,) = rows([said("word " * 20, 0.0)], [said("short", 0.0)])
    shown = columns.row(row).splitlines()
    assert shown[0] == f"1970-01-01T00:00:00.000Z  {' '.join(['word'] * 9):48}  short"
    assert [line.strip() for line in shown[1:]] == [" ".join(["word"] * 9), "word word"]


def test_a_narrow_terminal_still_has_forty_characters_for_each() -> None:
    assert Columns(20).column == Columns(80).column == 40
    (row,) = rows([], [said("x" * 100, 0.0)])
    assert {len(line) for line in Columns(20).row(row).splitlines()} == {108, 88}
