"""Fixtures every test may use; the real servers live in tests/servers."""

pytest_plugins = ["tests.servers.postgres", "tests.servers.redis", "tests.servers.no_skips"]
