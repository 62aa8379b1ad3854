"""Notifications: channels, and what is sent to them."""

from __future__ import annotations

from collections.abc import Sequence

from ..world import World
from .news import Change
from .settings import Settings


class Watch:
    """Channels by organisation."""

    def __init__(self, world: World[Settings]) -> None:
        self.world = world

    def reset(self) -> None:
        """Forget everything."""

    def note(self, zgid: str, changes: Sequence[Change]) -> None:
        """Take in what one call changed."""

    def wake(self) -> None:
        """Start sending if anything waits."""
