"""Characters that are alive in this process."""
