"""What shapes of the platform's keys have in common: read kindly field by field, written only when they are whole."""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import Field

from agent_runtime.core.presence import Shape

Whole = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Figure = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]


class EngineShape(Shape):
    """A value that others of the platform write. What cannot be read of it is None: not known."""

    OPTIONAL: ClassVar[frozenset[str]] = frozenset()

    @property
    @abstractmethod
    def ids(self) -> tuple[str, ...]:
        """What it speaks of, as its key says it."""

    def lacks(self) -> tuple[str, ...]:
        """What the contract asks for and is not known, as it is called in JSON."""
        fields = type(self).model_fields
        missing = [name for name in fields if name not in self.OPTIONAL and getattr(self, name) is None]
        return tuple(fields[name].alias or name for name in missing)
