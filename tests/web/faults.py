"""Every kind of failure that a request can end with."""

from agent_runtime.core import errors

FAULTS = (
    errors.RuntimeFault("crashed"),
    errors.NotFound("session", "1"),
    errors.Refused("no"),
    errors.Busy("busy"),
    errors.TurnRunning("1"),
    errors.Draining("stopping"),
    errors.Interrupted("stopped"),
    errors.ModelFailed("empty", "nothing"),
    errors.Unavailable("gone"),
)
