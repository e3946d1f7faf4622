"""Which addresses only this machine can reach."""

import pytest

from agent_runtime.core.addresses import is_loopback


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_is(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize(
    "address", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1", "fe80::1%eth0", "localhost", "", "127.1", "1"]
)
def test_others_and_what_is_no_address_are_not(address: str) -> None:
    assert not is_loopback(address)
