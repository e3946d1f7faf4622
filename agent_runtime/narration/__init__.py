"""When to speak, what is true, how it sounds."""
