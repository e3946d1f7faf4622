"""The five `user:*` events, typed."""

from typing import Any, Literal

from agent_runtime.core.wire import Event, FreeEvent, Identifier, Moment, Object, Seconds

ConnectionType = Literal["WEB", "TWITTER", "API"]


class UserConnected(Event):
    type: Literal["user:connect"]
    user_id: Identifier | None = None
    session_id: Identifier
    connection_type: ConnectionType
    timestamp: Moment
    client_info: Any = None


class UserDisconnected(Event):
    type: Literal["user:disconnect"]
    user_id: Identifier | None = None
    session_id: Identifier
    connection_type: ConnectionType
    timestamp: Moment
    duration: Seconds


class UserActed(Event):
    type: Literal["user:action"]
    user_id: Identifier
    action_id: Identifier
    action_type: str
    timestamp: Moment
    details: Any = None


class PreferencesChanged(Event):
    type: Literal["user:preference"]
    user_id: Identifier
    preferences: Object
    timestamp: Moment


class UserAuthenticated(FreeEvent):
    type: Literal["user:authenticated"]
