"""Limits on what a company uses: vendor calls a day, executions and leads a month, in the company's time zone.

Past the soft limit the company is warned, past the hard one it is refused. What is used is read from the sums and kept
for a moment, so that a check costs nothing when it is repeated; what this process lets through is counted at once. A
limit can therefore be passed by what other processes let through within ``REMEMBERED`` seconds, and by the calls of
the operation that was under way when it was reached.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from leadbridge.kit.clock import Clock, to_seconds_text
from leadbridge.kit.errors import InvalidInput
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.model import QUOTAS, EventType, Limit, Quotas
from leadbridge.usage.service import Failure, UsageService
from leadbridge.usage.summary import Summaries
from leadbridge.usage.tally import month_of, zone_named

REMEMBERED = 2.0
"""Seconds for which what is used is not read again."""
WARNED_AT = 0.8
"""The share of a hard limit at which it is warned where no soft limit is set."""
MAX_KNOWN = 10_000


class Quota(StrEnum):
    """What is limited."""

    VENDOR_CALLS = "vendorCallsPerDay"
    EXECUTIONS = "executionsPerMonth"
    LEADS = "leadsPerMonth"


WORDS: Mapping[Quota, tuple[str, str]] = {
    Quota.VENDOR_CALLS: ("calls to CRMs", "day"),
    Quota.EXECUTIONS: ("executions", "month"),
    Quota.LEADS: ("new leads", "month"),
}
EXECUTIONS = frozenset({EventType.MAKE_WORKFLOW_EXECUTED, EventType.WORKFLOW_EXECUTED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a company is with one limit. ``start`` to ``end`` (both included) is the day or the month."""

    quota: Quota
    used: int
    soft: int | None
    hard: int | None
    start: date
    end: date
    resets_at: datetime

    @property
    def state(self) -> str:
        """``ok``, ``warning`` from the soft limit on, ``exceeded`` at the hard one."""
        if self.hard is not None and self.used >= self.hard:
            return "exceeded"
        return "warning" if self.soft is not None and self.used >= self.soft else "ok"

    def view(self) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "quota": self.quota.value,
            "period": WORDS[self.quota][1],
            "startDate": self.start.isoformat(),
            "endDate": self.end.isoformat(),
            "used": self.used,
            "soft": self.soft,
            "hard": self.hard,
            "state": self.state,
            "resetsAt": to_seconds_text(self.resets_at),
        }


@dataclass(slots=True)
class _Known:
    """What this process knows of a company, until it looks again."""

    until: float
    limits: Mapping[Quota, Limit]
    used: dict[Quota, Standing]
    """Read only where there is a hard limit."""
    admitted: dict[Quota, int]


UnderWay: TypeAlias = Callable[[str, int], Awaitable[int]]
"""Returns how many executions of a company are open, counted up to a limit."""


class QuotaService:
    """Checks limits. ``defaults`` are the operator's: no company can raise them for itself."""

    def __init__(
        self, store: Store, clock: Clock, summaries: Summaries, defaults: Mapping[Quota, int] | None = None
    ) -> None:
        self._store, self._clock, self._summaries = store, clock, summaries
        self._defaults = {quota: limit for quota, limit in (defaults or {}).items() if limit > 0}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._looking = asyncio.Lock()
        self.under_way: UnderWay | None = None
        """Counts executions that have been started and stand in no sum yet: they do when they have ended."""

    async def admit(self, company: str, quota: Quota, amount: int = 1) -> None:
        """Count ``amount`` against a limit; raises ``QuotaExceeded`` where it no longer fits."""
        await self.check(company, quota, amount)
        self.count(company, quota, amount)

    async def check(self, company: str, quota: Quota, amount: int = 1) -> None:
        """Raise ``QuotaExceeded`` where ``amount`` no longer fits, without counting it."""
        known = await self._look(company, quota)
        standing = known.used.get(quota)
        if standing is None or standing.hard is None:
            return
        used = standing.used + known.admitted.get(quota, 0)
        if used + amount > standing.hard:
            raise self._exceeded(standing, used)

    def count(self, company: str, quota: Quota, amount: int) -> None:
        """Count what was stored after a ``check``, until it is read with the sums."""
        known = self._known.get(company)
        if known is not None and quota in known.used:
            known.admitted[quota] = known.admitted.get(quota, 0) + amount

    async def standings(self, company: str) -> list[Standing]:
        """Return how far a company is with each limit, read anew."""
        limits = await self._limits(company)
        zone_name = await self._summaries.zone(company)
        zone = zone_named(zone_name)
        today = self._clock.now().astimezone(zone).date()
        month = month_of(today)
        read = await self._summaries.read(company, month[0], month[1])
        total = read.total
        used = {
            Quota.VENDOR_CALLS: read.days.of(today.isoformat()).api_calls,
            Quota.EXECUTIONS: sum(cell.events for cell in total.cells if cell.event_type in EXECUTIONS),
            Quota.LEADS: total.leads,
        }
        found = []
        for quota in Quota:
            first, last = (today, today) if quota is Quota.VENDOR_CALLS else month
            midnight = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
            limit = limits[quota]
            found.append(Standing(quota, used[quota], limit.soft, limit.hard, first, last, midnight))
        return found

    async def change(self, company: str, limits: Mapping[Quota, Limit]) -> Quotas:
        """Store limits that a company sets itself and return all of its own; raises ``InvalidInput``.

        A limit above the operator's has no effect and is refused, so that nobody relies on it.
        """
        for quota, limit in limits.items():
            _check(quota, limit, self._defaults.get(quota))

        async def build() -> tuple[WriteBatch, Quotas]:
            held = await self._store[QUOTAS].of(company).get(company)
            before = held or Quotas(id=company, company_id=company)
            after = before.model_copy(update={_FIELDS[quota]: limit for quota, limit in limits.items()})
            batch = WriteBatch()
            return (batch.insert(QUOTAS, after) if held is None else batch.replace(QUOTAS, after)), after

        changed = await self._store.attempt(build)
        self._known.pop(company, None)
        return changed

    async def _look(self, company: str, quota: Quota) -> _Known:
        known = self._known.get(company)
        warm = known is not None and known.until > self._clock.monotonic()
        if known is not None and warm and (known.limits[quota].hard is None or quota in known.used):
            return known
        async with self._looking:  # who asks at the same time sees what the ones before were let through
            return await self._read(company, quota)

    async def _read(self, company: str, quota: Quota) -> _Known:
        now = self._clock.monotonic()
        known = self._known.get(company)
        if known is None or known.until <= now:
            known = self._known[company] = _Known(now + REMEMBERED, await self._limits(company), {}, {})
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        if known.limits[quota].hard is not None and quota not in known.used:
            used = {one.quota: one for one in await self.standings(company)}
            executions = used[Quota.EXECUTIONS]
            if self.under_way is not None and executions.hard is not None:
                more = await self.under_way(company, max(1, executions.hard))
                used[Quota.EXECUTIONS] = replace(executions, used=executions.used + more)
            known.used = used
        return known

    async def _limits(self, company: str) -> dict[Quota, Limit]:
        own = await self._store[QUOTAS].of(company).get(company)
        limits = {}
        for quota in Quota:
            limit: Limit = Limit() if own is None else getattr(own, _FIELDS[quota])
            hards = [hard for hard in (limit.hard, self._defaults.get(quota)) if hard is not None]
            hard = min(hards, default=None)
            soft = limit.soft if limit.soft is not None or hard is None else max(1, int(hard * WARNED_AT))
            limits[quota] = Limit(soft=soft, hard=hard)
        return limits

    def _exceeded(self, standing: Standing, used: int) -> QuotaExceeded:
        what, period = WORDS[standing.quota]
        wait = max(1, round((standing.resets_at - self._clock.now()).total_seconds()))
        return QuotaExceeded(
            f"The company's limit of {standing.hard:,} {what} a {period} is used up ({used:,} so far).",
            details=standing.view() | {"used": used},
            headers={"retry-after": str(wait)},
        )


class LeadMeter:
    """Counts new leads: against the month's limit before they are made, and in the batch that makes them.

    Without ``quotas`` they are counted and never refused.
    """

    def __init__(self, quotas: QuotaService | None, usage: UsageService) -> None:
        self._quotas, self._usage = quotas, usage

    async def admit(self, company: str, leads: int = 1) -> None:
        """Count leads about to be made; raises ``QuotaExceeded`` where the company may not make so many more."""
        if self._quotas is not None:
            await self._quotas.admit(company, Quota.LEADS, leads)

    async def check(self, company: str, leads: int) -> None:
        """Raise ``QuotaExceeded`` where the company may not make so many more; nothing is counted yet."""
        if self._quotas is not None:
            await self._quotas.check(company, Quota.LEADS, leads)

    def made(self, company: str, leads: int) -> None:
        """Count leads that were made after a ``check``."""
        if self._quotas is not None:
            self._quotas.count(company, Quota.LEADS, leads)

    def add(self, batch: WriteBatch, company: str, leads: int = 1) -> None:
        """Count leads that ``batch`` makes."""
        self._usage.add_leads(batch, company, leads)


_FIELDS: Mapping[Quota, str] = {
    Quota.VENDOR_CALLS: "vendor_calls_per_day",
    Quota.EXECUTIONS: "executions_per_month",
    Quota.LEADS: "leads_per_month",
}


def _check(quota: Quota, limit: Limit, operators: int | None) -> None:
    if limit.hard is not None and operators is not None and limit.hard > operators:
        raise InvalidInput(
            f"The hard limit of {quota.value} is above {operators:,}, which whoever runs this hub has set.",
            code="invalid_quota",
            hint=f"Set at most {operators:,}, or leave it out.",
        )
    if limit.soft is not None and limit.hard is not None and limit.soft > limit.hard:
        raise InvalidInput(
            f"The soft limit of {quota.value} is above its hard limit.",
            code="invalid_quota",
            hint="A soft limit warns before the hard one refuses: set it lower.",
        )


def warning_of(standing: Standing) -> Failure | None:
    """Return what the error log says of a limit that is reached; None where it is not.

    There is one entry for each limit, period and state, so that nobody is told twice.
    """
    if standing.state == "ok":
        return None
    what, period = WORDS[standing.quota]
    exceeded = standing.state == "exceeded"
    limit = standing.hard if exceeded else standing.soft
    return Failure(
        operation=f"quota:{standing.quota.value}:{standing.start}",
        code="quota_exceeded" if exceeded else "quota_warning",
        message=f"{standing.used:,} {what} were used this {period}; the {'hard' if exceeded else 'soft'} limit is "
        f"{limit:,}.",
        cause="More was used than the limit allows." if exceeded else "The hard limit is near.",
        hint=f"The next {period} begins at {to_seconds_text(standing.resets_at)}; a higher limit can be set before.",
        retryable=False,
    )
