"""Real servers for tests: found by URL, on the machine, or in a wheel; never skipped silently."""
