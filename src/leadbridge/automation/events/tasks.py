"""The tasks of events: find out what they start, and let the week's time come for an automation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

import structlog

from leadbridge.automation.delivery.starting import Start, Starts
from leadbridge.automation.events.fanout import Event, FanOut, Unread, batches, cut
from leadbridge.automation.events.listening import WEEKLY, WEEKLY_TYPE, WeeklyRef
from leadbridge.automation.events.telling import FAN_OUT, FanOutRef
from leadbridge.automation.events.turns import Places
from leadbridge.automation.model import AUTOMATIONS
from leadbridge.kit.clock import Clock, to_text
from leadbridge.leads.occurrences import OCCURRENCES, Occurrence
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Contention, Store
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.service import Failure, UsageService
from leadbridge.work.handlers import Done, Handler, Result, TaskContext

TIMEOUT = 300.0
"""Seconds for one task: 300 events for 700 who listen take some."""
WEEK = timedelta(days=7)
EVENTS_AT_ONCE = 50
"""Events of a task that are looked at together: for 700 who listen that is 35,000 bodies at most."""
MAX_TOLD = 10_000

log = structlog.get_logger("leadbridge.automation")


class EventTasks:
    """Handles both kinds of tasks."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        fan: FanOut,
        starts: Starts,
        quotas: QuotaService,
        usage: UsageService,
    ) -> None:
        self._store, self._clock, self._fan, self._starts = store, clock, fan, starts
        self._quotas, self._usage = quotas, usage
        self._places = Places()
        self._told: dict[str, str] = {}
        """Whose filter was told of by this process, and on which day."""

    def handlers(self) -> tuple[Handler, Handler]:
        """Return the handlers to register with a worker."""
        return (
            Handler(FAN_OUT, self.fan_out, ref=FanOutRef, timeout=TIMEOUT),
            Handler(WEEKLY, self.weekly, ref=WeeklyRef, timeout=60.0),
        )

    async def fan_out(self, context: TaskContext) -> Result:
        """Start what the events start. Done twice it starts nothing twice: what exists already is left alone."""
        ref: FanOutRef = context.ref
        company = context.company_id
        with self._places.take(company) as place:
            for some in cut(ref.events, EVENTS_AT_ONCE):  # every body that they start is held at once
                events = await self._fan.events(company, some)
                found, unread = await self._fan.starts(company, events, asked=ref.asked)
                await self._tell(company, unread)
                if any(one.order_seq is not None for one in found):
                    await place.reached()  # an endpoint that keeps the order hears of no change before the one before
                await self._start(context, found)
        return Done()

    async def weekly(self, context: TaskContext) -> Result:
        """Let the week's time come for one automation, if it still listens to it."""
        company, id = context.company_id, context.ref.automation
        automation = await self._store[AUTOMATIONS].of(company).get(id)
        if automation is None or automation.listens != WEEKLY_TYPE:
            return Done()
        now = self._clock.now()
        data = {
            "automationId": id,
            "from": to_text(now - WEEK),
            "to": to_text(now),
            "timeZone": context.ref.zone,
        }
        # of the task: a second try of the same firing is the same occurrence
        occurrence = Occurrence(
            id=hashlib.blake2b(f"weekly:{context.task.id}".encode(), digest_size=12).hexdigest(),
            company_id=company,
            type=WEEKLY_TYPE,
            at=now,
            origin="schedule",
            data=data,
        )
        if await self._store[OCCURRENCES].of(company).get(occurrence.id) is None:
            await _stored(context, WriteBatch().insert(OCCURRENCES, occurrence))
        event = Event(occurrence.id, (WEEKLY_TYPE,), now, "schedule", 0, None, None, {WEEKLY_TYPE: data})
        found, unread = await self._fan.starts(company, [event], asked=False)
        await self._tell(company, unread)
        await self._start(context, [one for one in found if one.automation_id == id])
        return Done()

    async def _tell(self, company: str, unread: Sequence[Unread]) -> None:
        """Write into the error log who hears nothing because of a filter, once a day each."""
        day = self._clock.now().date().isoformat()
        fresh = [one for one in unread if self._told.get(one.listener_id) != day]
        if not fresh:
            return
        if len(self._told) > MAX_TOLD:
            self._told.clear()
        self._told |= {one.listener_id: day for one in fresh}  # before it is written: several tasks run at once
        await self._usage.record_failures(
            company,
            [
                Failure(
                    operation=f"filter:{one.listener_id}",
                    code="invalid_filter",
                    message=f"Events start nothing here: {one.message}",
                    cause="A field that the filter names is no longer declared, or is of another type now.",
                    hint=(
                        "Subscribe anew with a filter that can be read."
                        if one.hook
                        else "Change the automation's filter, or declare the field again."
                    ),
                    retryable=False,
                )
                for one in fresh
            ],
        )

    async def _start(self, context: TaskContext, found: Sequence[Start]) -> None:
        """Store executions batch by batch; those of automations beyond the month's limit are told, and not started."""
        for some in batches(found):
            admitted = await self._admitted(context, some)
            if admitted:
                batch = WriteBatch()
                await self._starts.add(batch, admitted)
                await _stored(context, batch)

    async def _admitted(self, context: TaskContext, starts: Sequence[Start]) -> list[Start]:
        company = context.company_id
        counted = [one for one in starts if one.automation_id is not None]
        try:
            if counted:
                await self._quotas.admit(company, Quota.EXECUTIONS, len(counted))
            return list(starts)
        except QuotaExceeded as error:
            admitted, left = [one for one in starts if one.automation_id is None], 0
            for one in counted:
                try:
                    await self._quotas.admit(company, Quota.EXECUTIONS)
                except QuotaExceeded:
                    left += 1
                else:
                    admitted.append(one)
            log.warning("executions_over_quota", company=company, left=left)
            day = self._clock.now().date().isoformat()
            failure = Failure(
                operation=f"automation:{day}",
                code=error.code,
                message=f"Events of {day} started no automation: {error.message}",
                cause="The company's limit of executions a month is used up.",
                hint=error.hint,
                retryable=False,
            )
            await self._usage.record_failures(company, [failure])
            return admitted


async def _stored(context: TaskContext, batch: WriteBatch) -> None:
    result = await context.store(batch)
    if not isinstance(result, Applied):
        # another try looks again which of them exist
        raise Contention(f"Executions could not be stored: {result.kind} was changed by somebody else.")
