"""Waiting for something to happen, but not for ever, by an injected clock."""

from __future__ import annotations

import asyncio

from leadbridge.kit.clock import Clock


async def happened(event: asyncio.Event, clock: Clock, seconds: float) -> bool:
    """Return as soon as ``event`` is set, or after ``seconds``; tell whether it was set. The event is cleared."""
    if not event.is_set():
        await asyncio.sleep(0)  # what is about to happen needs no timer
    if not event.is_set() and seconds > 0:
        sleeping = asyncio.ensure_future(clock.sleep(seconds))
        waiting = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((sleeping, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waiting.cancel()
    was = event.is_set()
    event.clear()
    return was
