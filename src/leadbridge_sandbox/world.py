"""What the parts of one sandboxed vendor share: database, clock, settings, faults, counts, randomness."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .clock import Clock, ClockState
from .counters import Counters
from .faults import Faults
from .settings import Settings
from .store import Database

S = TypeVar("S", bound=Settings)


@dataclass(slots=True)
class World(Generic[S]):
    """One vendor's surroundings. Settings and clock are kept in the database, faults and counts are not."""

    vendor: str
    db: Database
    settings: S
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    new_token: Callable[[int], str] = secrets.token_urlsafe
    new_uuid: Callable[[], str] = lambda: str(uuid.uuid4())

    @classmethod
    def load(cls, vendor: str, db: Database, settings: S) -> World[S]:
        """Return the world as the database remembers it; `settings` are the vendor's own, as on the first start."""
        kept: dict[str, Any] = db.load(f"{vendor}.settings") or {}
        clock = db.load(f"{vendor}.clock")
        return cls(
            vendor=vendor,
            db=db,
            clock=Clock(ClockState(**clock) if clock else None),
            settings=settings.changed(kept),
        )

    def save(self) -> None:
        """Keep settings and clock for the next start."""
        state = self.clock.state
        with self.db.transaction():
            self.db.save(f"{self.vendor}.settings", self.settings.as_json())
            self.db.save(f"{self.vendor}.clock", {"offset_ms": state.offset_ms, "frozen_at_ms": state.frozen_at_ms})
