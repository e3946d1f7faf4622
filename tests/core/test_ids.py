"""Ids: random UUIDs, whoever asks for them, and from whichever thread."""

from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from agent_runtime.core.ids import RandomIds


def test_each_is_a_random_uuid_in_its_usual_form() -> None:
    new_id = RandomIds()
    for _ in range(1000):
        text = new_id()
        parsed = UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (4, RFC_4122, text)


def test_none_is_given_twice_also_not_to_several_threads() -> None:
    new_id = RandomIds()
    with ThreadPoolExecutor(4) as threads:
        given = list(threads.map(lambda _: [new_id() for _ in range(5_000)], range(4)))
    assert len({each for some in given for each in some}) == 20_000


def test_every_place_that_is_random_takes_every_value() -> None:
    new_id = RandomIds()
    columns = [set(column) for column in zip(*(new_id() for _ in range(2_000)), strict=True)]
    assert {len(column) for column in columns} == {1, 4, 16}
    assert [len(column) for column in columns].count(16) == 30
