"""Live events become state, mood and scene."""
