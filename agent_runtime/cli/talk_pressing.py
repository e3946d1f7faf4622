"""Ctrl-C and SIGTERM while one talks: the first stops what goes on, the second ends the talk."""

import asyncio
import signal
from dataclasses import dataclass, field
from typing import Any

import click


@dataclass(frozen=True)
class Pressing:
    """`ended` is set by SIGTERM. Ctrl-C is for whoever waits; pressed twice without effect it ends everything."""

    ended: asyncio.Event
    _pressed: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        """Take Ctrl-C from now on, for the task that calls."""
        task = asyncio.current_task()

        def on_press() -> None:
            if self._pressed.is_set() and task is not None:
                task.cancel()
            self._pressed.set()

        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, on_press)

    async def lets(self, work: "asyncio.Future[Any]") -> bool:
        """Wait until `work` is done; False when Ctrl-C was pressed first, and it goes on. Raises Abort at SIGTERM."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self.ended, self._pressed)]
        try:
            await asyncio.wait({work, *waits}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if work.done():
            return True
        if self.ended.is_set():
            raise click.Abort
        self._pressed.clear()
        return False
