"""Settings: flags over environment over `.env` over config.yaml over defaults; imported by app and cli only."""

from agent_runtime.config.loading import Loaded, load, load_settings
from agent_runtime.config.settings import Settings
from agent_runtime.config.shown import shown

__all__ = ["Loaded", "Settings", "load", "load_settings", "shown"]
