"""The door after a gap: what the engine's keys say is taken in, and told in one line."""
