"""The four `system:*` events, typed."""

from typing import Any, Literal

from agent_runtime.core.wire import Code, Event, Identifier, Moment, Number, Part


class Check(Part):
    """One thing a service looked at to say how it is."""

    name: str
    status: Literal["PASS", "WARN", "FAIL"]
    message: str | None = None


class HealthDetails(Part):
    checks: tuple[Check, ...] = ()


class HealthReported(Event):
    type: Literal["system:health"]
    service: str
    status: Literal["HEALTHY", "DEGRADED", "UNHEALTHY"]
    timestamp: Moment
    details: HealthDetails | None = None


class MetricMeasured(Event):
    type: Literal["system:metric"]
    service_id: Identifier
    metric_name: str
    metric_value: Number
    timestamp: Moment
    unit: str | None = None


class ServiceFailed(Event):
    type: Literal["system:error"]
    service: str
    error_code: Code
    message: str
    stack: str | None = None
    timestamp: Moment
    context: Any = None


class ConfigChanged(Event):
    type: Literal["system:config"]
    service_id: Identifier
    config_key: str
    config_value: Any
    timestamp: Moment
