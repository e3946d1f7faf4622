"""Database URLs: what people write, and what they are told when it cannot be meant."""

from pathlib import Path

import pytest

from agent_runtime.core.errors import Misconfigured
from agent_runtime.store.address import masked, parse_address


@pytest.mark.parametrize("url", ["sqlite:///data/x.db", "sqlite+aiosqlite:///data/x.db", " sqlite:///data/x.db\n"])
def test_a_relative_path_is_taken_from_the_working_folder(url: str) -> None:
    address = parse_address(url)
    assert address.kind == "sqlite"
    assert address.path == Path.cwd() / "data" / "x.db"
    assert str(address) == f"sqlite:///{address.path}"


def test_an_absolute_path_has_four_slashes() -> None:
    assert parse_address("sqlite:////var/lib/x y%.db").path == Path("/var/lib/x y%.db")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+asyncpg", "postgres"])
def test_a_server_is_shown_without_its_password(scheme: str) -> None:
    address = parse_address(f"{scheme}://me:p%40ss%2Fword@db.example:5433/runtime?sslmode=require")
    assert address.kind == "postgresql"
    assert address.url.password == "p@ss/word"
    assert dict(address.url.query) == {"ssl": "require"}
    assert str(address) == "postgresql://me:***@db.example:5433/runtime?ssl=require"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "not a database URL"),
        ("runtime.db", "not a database URL"),
        ("sqlite://", "in memory"),
        ("sqlite:///", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///file::memory:?cache=shared", "in memory"),
        ("sqlite://data/x.db", "sqlite:///data/x.db"),
        ("sqlite:/x.db", "two slashes"),
        ("sqlite:///x.db?mode=ro", "without options"),
        ("sqlite:///folder/", "name of a file"),
        ("sqlite+pysqlite:///x.db", "write sqlite://"),
        ("sqlit:///x.db", "did you mean sqlite://"),
        ("postgre://me:hush@host/x", "did you mean postgresql://"),
        ("postgresql+psycopg2://me:hush@host/x", "write postgresql://"),
        ("mysql://me:hush@host/x", "not supported"),
        ("postgresql://me:hush@host", "does not name a database"),
        ("postgresql://me:hush@host/", "does not name a database"),
        ("postgresql://me:hush@host:port/x", "cannot be read"),
        ("postgresql://me:hu@sh/hush@host:port/x", "cannot be read"),
        ("postgresql://me:hush@host/x?sslrootcert=a", "unknown option 'sslrootcert'"),
        ("postgresql://host/x?password=hush", "unknown option 'password'"),
    ],
)
def test_an_address_that_cannot_be_meant_is_explained_without_its_password(url: str, told: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        parse_address(url)
    assert told in str(caught.value)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_masking_finds_passwords_with_special_characters() -> None:
    assert masked("at postgresql://me:a@b/c:d@host/x!") == "at postgresql://me:***@host/x!"
    assert masked("postgresql://host/x?user=me&password=a&ssl=1") == "postgresql://host/x?user=me&password=***&ssl=1"
