"""What a character remembers beyond a stream, and what comes back to it."""
