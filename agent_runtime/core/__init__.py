"""Values, ports and rules everyone may use: plain Python and pydantic, no I/O."""
