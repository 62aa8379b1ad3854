"""What is known of usage, put together once for a hub."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.kit.clock import Clock
from leadbridge.storage.store import Store
from leadbridge.usage.events import UsageEvents
from leadbridge.usage.fold import Folder, ZoneOf
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.summary import Summaries


@dataclass(frozen=True, slots=True)
class UsageRoom:
    """Reading usage: sums, single events, limits; and the folder that makes the sums."""

    folder: Folder
    summaries: Summaries
    events: UsageEvents
    quotas: QuotaService


def usage_room(store: Store, clock: Clock, zone_of: ZoneOf, limits: Mapping[Quota, int]) -> UsageRoom:
    """Return the room; ``zone_of`` names a company's time zone, ``limits`` are the operator's (0: none)."""
    summaries = Summaries(store, clock, zone_of)
    return UsageRoom(
        Folder(store, clock, zone_of), summaries, UsageEvents(store), QuotaService(store, clock, summaries, limits)
    )
