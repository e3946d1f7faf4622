"""Settings as they may be shown: flat, and without what is secret."""

import re

from pydantic import BaseModel, SecretStr

from agent_runtime.config.settings import Settings

_USERINFO = re.compile(r"//.*@", re.DOTALL)
_SECRET_OPTION = re.compile(r"([?&][^=&]*(?:passw|key|token|secret)[^=&]*=)[^&]*", re.IGNORECASE)


def shown(settings: Settings) -> dict[str, object]:
    """Every dotted key with a value that JSON can hold; keys are `***`, and so is what may be a password in a URL."""
    return _flat(settings, "")


def _flat(section: BaseModel, prefix: str) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, plain in section.model_dump(mode="json").items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            flat |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, SecretStr):
            flat[prefix + name] = "***"
        elif name in {"url", "base_url"}:
            flat[prefix + name] = _masked(plain)
        elif isinstance(value, tuple):
            flat[prefix + name] = [_flat(each, "") if isinstance(each, BaseModel) else each for each in value]
        else:
            flat[prefix + name] = plain
    return flat


def _masked(url: str) -> str:
    return _SECRET_OPTION.sub(r"\1***", _USERINFO.sub("//***@", url))
