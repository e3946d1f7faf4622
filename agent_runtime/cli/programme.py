"""The options that say what a simulated auction is like, for the commands that play one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from agent_runtime.cli.evening import Evening

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Programme:
    """What to play, evening after evening, and whether the audience asks something."""

    seed: str
    lots: int
    lot_seconds: float
    currency: str
    has_audience: bool

    def evening(self, host: str, number: int = 0) -> "Evening":
        """The `number`th evening, beginning now, with questions to `host`."""
        from agent_runtime.cli.evening import evening  # noqa: PLC0415 - heavy

        return evening(
            datetime.now(UTC).replace(microsecond=0),
            seed=self.seed,
            lots=self.lots,
            lot_seconds=self.lot_seconds,
            number=number,
            currency=self.currency,
            asked=host if self.has_audience else None,
        )


def programme_options(*, has_audience: bool) -> Callable[[F], F]:
    """`--seed`, `--lots`, `--lot-seconds`, `--currency`, `--audience`; the command gets `programme`."""
    options = (
        click.option("--seed", default="0", show_default=True, help="The same seed plays the same auction."),
        click.option("--lots", type=click.IntRange(1, 1000), default=3, show_default=True, help="Lots in an auction."),
        click.option("--lot-seconds", type=click.FloatRange(5, 86_400), default=40.0, show_default=True),
        click.option("--currency", default="ETH", show_default=True),
        click.option(
            "--audience/--no-audience",
            default=has_audience,
            show_default=True,
            help="Let bidders ask the host something now and then.",
        ),
    )

    def with_programme(function: F) -> F:
        @wraps(function)
        def called(seed: str, lots: int, lot_seconds: float, currency: str, audience: bool, **others: Any) -> Any:
            return function(programme=Programme(seed, lots, lot_seconds, currency, audience), **others)

        wrapped: Any = called
        for option in reversed(options):
            wrapped = option(wrapped)
        found: F = wrapped
        return found

    return with_programme
