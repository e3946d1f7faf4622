"""The model that says what a test wants, as conversations have it."""

import pytest

from tests.chat.conftest import Puppet


@pytest.fixture
async def puppet() -> Puppet:
    """A model that does not wait."""
    puppet = Puppet()
    puppet.go.set()
    return puppet
