"""The door after a gap: what the engine's keys say is taken in, and told in one line."""

from agent_runtime.recovery.recovering import Recovery, Rhythm
from agent_runtime.recovery.telling import RecoveryHost

__all__ = ["Recovery", "RecoveryHost", "Rhythm"]
