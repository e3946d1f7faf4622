"""Fixtures every test may use; the real servers live in tests/servers."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.servers.postgres", "tests.servers.redis", "tests.servers.no_skips"]

# How fast examples are made says something of the machine and its load, nothing of the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
