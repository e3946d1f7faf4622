"""The platform's services: how they are, what they measure, what fails, what is configured."""

from agent_runtime.core.domain import Hearing
from agent_runtime.core.wire import by_type
from agent_runtime.domains.system.events import ConfigChanged, HealthReported, MetricMeasured, ServiceFailed

SYSTEM = Hearing(
    name="system",
    channel="events:system",
    types=by_type(HealthReported, MetricMeasured, ServiceFailed, ConfigChanged),
)
