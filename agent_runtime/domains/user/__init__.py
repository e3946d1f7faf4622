"""Users of the platform: they come, act, choose and go."""

from agent_runtime.core.domain import Hearing
from agent_runtime.core.wire import by_type
from agent_runtime.domains.user.events import (
    PreferencesChanged,
    UserActed,
    UserAuthenticated,
    UserConnected,
    UserDisconnected,
)

USER = Hearing(
    name="user",
    channel="events:user",
    types=by_type(UserConnected, UserDisconnected, UserActed, PreferencesChanged, UserAuthenticated),
)
