"""The table of docs/records.md that is made from the code: every table with its columns, rules and indexes."""

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from agent_runtime.store.tables import TABLES

Row = tuple[str, ...]


def rows() -> list[Row]:
    """One row a table."""
    head: list[Row] = [("table", "columns (? may be empty)", "rules", "indexes")]
    return [*head, *(_row(table) for table in TABLES)]


def _row(table: Table) -> Row:
    columns = ", ".join(f"`{column.name}`{'?' if column.nullable else ''}{_usual(column)}" for column in table.columns)
    indexes = sorted((each for each in table.indexes if each.name), key=lambda each: str(each.name))
    found = [_named([column.name for column in each.columns]) + _only(each) for each in indexes]
    return f"`{table.name}`", columns, "; ".join(_rules(table)), "; ".join(found)


def _rules(table: Table) -> Iterator[str]:
    """In a fixed order: key, unique, belongs to, allowed values."""
    for kind in (PrimaryKeyConstraint, UniqueConstraint, ForeignKeyConstraint, CheckConstraint):
        yield from sorted(_rule(rule) for rule in table.constraints if isinstance(rule, kind))


def _rule(rule: object) -> str:
    match rule:
        case PrimaryKeyConstraint():
            return f"key {_named([column.name for column in rule.columns])}"
        case UniqueConstraint():
            return f"unique {_named([column.name for column in rule.columns])}"
        case ForeignKeyConstraint():
            target = next(iter(rule.elements)).target_fullname
            return f"{_named(rule.column_keys)} → `{target}`" + (", deleted with it" if rule.ondelete else "")
        case CheckConstraint():
            return str(rule.sqltext).replace("'", "")
    raise TypeError(f"{rule!r} has no wording yet")


def _usual(column: Column[object]) -> str:
    usual = column.info.get("usual")
    return "" if usual is None else f" (`{str(usual).lower() if isinstance(usual, bool) else usual}`)"


def _only(index: Index) -> str:
    """Which rows it is of, where not of all."""
    where = index.dialect_options["sqlite"]["where"]
    return "" if where is None else f" where {where}".replace(f"{index.table.name}.", "")  # type: ignore[union-attr]


def _named(names: Sequence[str]) -> str:
    return f"(`{'`, `'.join(names)}`)" if len(names) > 1 else f"`{names[0]}`"
