"""What an automation needs beside its own document in order to hear: that its company listens, and its schedule."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

import msgspec

from leadbridge.automation.events.audience import Audience
from leadbridge.automation.events.telling import fan_lane
from leadbridge.automation.model import Automation
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.work.errors import BadSchedule
from leadbridge.work.model import SCHEDULES, Queue, Schedule
from leadbridge.work.schedules import next_fire

WEEKLY_TYPE = "schedule.weekly"
WEEKLY = "automation.weekly"
"""The kind of the task that a weekly schedule makes."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT_DAY = "monday"
DEFAULT_HOUR = 8


class InvalidSchedule(InvalidInput):
    """An automation's day, hour or time zone cannot be used."""

    default_code: ClassVar[str] = "invalid_schedule"
    default_hint: ClassVar[str] = "Give 'day' (monday to sunday), 'hour' (0 to 23) and 'timeZone' (Europe/Berlin)."


class WeeklyRef(msgspec.Struct, frozen=True):
    """What a weekly task refers to."""

    automation: str
    zone: str


class Listening:
    """Lets automations listen, and no longer. ``zone_of`` returns a company's time zone."""

    def __init__(
        self, store: Store, clock: Clock, audience: Audience, zone_of: Callable[[str], Awaitable[str]]
    ) -> None:
        self._store, self._clock, self._audience, self._zone_of = store, clock, audience, zone_of

    async def activated(self, batch: WriteBatch, automation: Automation) -> None:
        """Add to ``batch``, which lets ``automation`` listen, what it needs for it; call it inside ``store.attempt``.

        Raises ``InvalidSchedule``. Called for one that listens already it follows a changed configuration.
        """
        await self._audience.enter(batch, automation.company_id)
        if automation.trigger.type != WEEKLY_TYPE:
            await self.deactivated(batch, automation)
            return
        company, id = automation.company_id, schedule_id(automation.id)
        zone = automation.config.get("timeZone") or await self._zone_of(company)
        cron = weekly_cron(automation.config)
        if not isinstance(zone, str):
            raise InvalidSchedule("The time zone is not a text.")
        try:
            next_at = to_millis(next_fire(cron, zone, self._clock.now()))
        except BadSchedule as error:
            raise InvalidSchedule(str(error)) from None
        known = await self._store[SCHEDULES].of(company).get(id)
        schedule = Schedule(
            id=id,
            company_id=company,
            rev=0 if known is None else known.rev,
            cron=cron,
            tz=zone,
            next_at=next_at,
            lane=fan_lane(company),
            kind=WEEKLY,
            ref=msgspec.json.encode(WeeklyRef(automation.id, zone)).decode(),
            q=int(Queue.LIVE),
        )
        if known is None:
            batch.insert(SCHEDULES, schedule)
        else:
            batch.replace(SCHEDULES, schedule)

    async def deactivated(self, batch: WriteBatch, automation: Automation) -> None:
        """Add to ``batch`` that ``automation`` no longer listens: for an end, a pause, a disabling, a deletion."""
        id = schedule_id(automation.id)
        if await self._store[SCHEDULES].of(automation.company_id).get(id) is not None:
            batch.delete(SCHEDULES, automation.company_id, id)


def schedule_id(automation_id: str) -> str:
    """Return the id of an automation's schedule."""
    return f"weekly:{automation_id}"


def weekly_cron(config: object) -> str:
    """Return the cron fields of a configuration with ``day`` and ``hour``; raises ``InvalidSchedule``."""
    named = config if isinstance(config, dict) else {}
    day, hour = named.get("day", DEFAULT_DAY), named.get("hour", DEFAULT_HOUR)
    if not isinstance(day, str) or day.lower() not in DAYS:
        raise InvalidSchedule(f"The day {str(day)[:40]!r} is no day of the week.")
    if isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23:
        raise InvalidSchedule(f"The hour {str(hour)[:40]!r} is not a whole number between 0 and 23.")
    return f"0 {hour} * * {(DAYS.index(day.lower()) + 1) % 7}"
