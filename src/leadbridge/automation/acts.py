"""What is done with automations that are there: tried, given new secrets, their failures sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.automation.bodies import RotateBody, TestBody, Which
from leadbridge.automation.delivery.bulk import Count, Recovery
from leadbridge.automation.delivery.errors import NotDeliverable
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import EXECUTIONS, Execution
from leadbridge.automation.delivery.starting import Start, Starts
from leadbridge.automation.errors import AutomationNotFound, AutomationNotReady, NoEndpoint
from leadbridge.automation.model import AutomationStatus
from leadbridge.automation.readiness import missing
from leadbridge.automation.service import AutomationService, Parts, audit_target, shown_remarks
from leadbridge.kit.clock import to_text
from leadbridge.security.secret import Secret
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.tenancy.audit import AuditTrail, Author

ORIGIN = "api"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret in place of another, which is good as well until ``previous_until``."""

    secret: Secret
    previous_until: datetime | None


class AutomationActs:
    """Acts on automations of every company."""

    def __init__(
        self, store: Store, trail: AuditTrail, starts: Starts, parts: Parts, automations: AutomationService
    ) -> None:
        self._store, self._trail, self._starts = store, trail, starts
        self._parts, self._automations = parts, automations

    async def test(self, company: str, id: str, body: TestBody) -> Execution:
        """Start an execution with a test event, also of an inactive automation, and return it.

        Raises ``AutomationNotReady`` where there is nowhere for it to go, ``InvalidAutomation`` for the type.
        """

        async def build() -> tuple[WriteBatch, str]:
            automation = await self._automations.one(company, id)
            endpoint = await self._automations.endpoint(automation)
            if lacking := missing(automation, await self._automations.around(automation, endpoint)):
                raise AutomationNotReady(
                    lacking[0].message, hint=lacking[0].hint, details={"missing": shown_remarks(lacking)}
                )
            event = await self._parts.tests.event(automation, body)
            batch = WriteBatch()
            goes_out = endpoint is not None and automation.delivers_to == endpoint.id
            start = Start(
                id=event.execution_id,
                company_id=company,
                automation_id=id,
                endpoint_id=automation.delivers_to,
                event_id=event.id,
                event_type=event.type,
                record_id=event.record_id,
                origin=ORIGIN,
                hop=0,
                body=event.body,
                test=True,
                form=lane_form(endpoint) if goes_out and endpoint is not None else None,
            )
            await self._starts.add(batch, [start])
            return batch, event.execution_id

        execution_id = await self._store.attempt(build)
        execution = await self._store[EXECUTIONS].of(company).get(execution_id)
        if execution is None:
            raise AutomationNotFound("The automation's test was deleted meanwhile.")
        return execution

    async def rotate(self, company: str, by: Author, id: str, body: RotateBody) -> NewSecret:
        """Make a new secret in place of one; raises ``AutomationNotFound``, ``NoEndpoint``."""
        overlap = timedelta(hours=body.overlap_hours)
        automation = await self._automations.one(company, id)
        after = {"which": body.which.value, "overlapHours": body.overlap_hours}
        if body.which is Which.INBOUND:
            rotated = await self._parts.addresses.rotate(company, id, overlap)
            await self._trail.record(company, by, "automation.secret_rotated", audit_target(id), after=after)
            return NewSecret(rotated.secret, rotated.previous_until)

        async def build() -> tuple[WriteBatch, NewSecret]:
            endpoint = await self._automations.endpoint(automation)
            if endpoint is None:
                raise NoEndpoint("The automation has no address, and so no signing secret.")
            batch = WriteBatch()
            issued = await self._parts.endpoints.rotate(batch, endpoint, overlap)
            self._trail.add(batch, company, by, "automation.secret_rotated", audit_target(id), after=after)
            return batch, NewSecret(issued.secret, issued.endpoint.previous_until)

        return await self._store.attempt(build)

    async def recoverable(self, company: str, id: str, asked: Recovery) -> Count:
        """Return how many executions a recovery would send again; raises ``AutomationNotFound``."""
        await self._automations.one(company, id)
        return await self._parts.bulk.recoverable(company, id, asked)

    async def recover(self, company: str, by: Author, id: str, asked: Recovery) -> Count:
        """Send executions of a time again, and return how many they are.

        Raises ``AutomationNotFound``, and ``NotDeliverable`` for an automation that is not active.
        """
        automation = await self._automations.one(company, id)
        if automation.status in (AutomationStatus.INACTIVE, AutomationStatus.DISABLED):
            raise NotDeliverable(
                f"The automation is {automation.status}: what is sent again would be cancelled.",
                hint="Activate it, then recover.",
            )
        count = await self._parts.bulk.recover(company, id, asked)
        after = {"since": to_text(asked.since), "until": to_text(asked.until), "count": count.count}
        await self._trail.record(company, by, "automation.recovered", audit_target(id), after=after)
        return count
