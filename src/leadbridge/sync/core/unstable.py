"""Two writers that chase each other over a field: seen by what we wrote lately, and stopped for that field."""

from __future__ import annotations

from collections.abc import Iterable

from leadbridge.sync.core.values import Link, Side, Value, Wrote

WINDOW_MS = 600_000
WRITES = 3


def recent(link: Link, now: int) -> tuple[Wrote, ...]:
    """Return our writes of the last ten minutes."""
    return tuple(one for one in link.wrote if one.at > now - WINDOW_MS)


def chases(link: Link, field: str, side: Side, value: Value, now: int) -> bool:
    """Tell whether writing ``value`` would go on with a chase: three writes in ten minutes, and a value came again.

    A person who types three different values is not a chase; somebody who sets our value back each time is.
    """
    values = [one.value for one in link.wrote if one.f == field and one.side is side and one.at > now - WINDOW_MS]
    return len(values) >= WRITES and len({*values, value}) < len(values) + 1


def remembering(link: Link, side: Side, written: Iterable[tuple[str, Value]], now: int) -> tuple[Wrote, ...]:
    """Return the remembered writes with those of now."""
    return (*recent(link, now), *(Wrote(f=field, side=side, value=value, at=now) for field, value in written))
