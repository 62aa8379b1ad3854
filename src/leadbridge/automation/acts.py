"""What is done with automations that are there: switched, tried, given new secrets, their failures sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadbridge.automation.bodies import RotateBody, TestBody, Which
from leadbridge.automation.delivery.bulk import Count, Recovery
from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import EXECUTIONS, Execution
from leadbridge.automation.delivery.starting import Start, Starts
from leadbridge.automation.errors import (
    AutomationNotFound,
    AutomationNotReady,
    ConfirmationNeeded,
    NoEndpoint,
    NotActive,
)
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus
from leadbridge.automation.parts import Parts, audit_target, shown_remarks
from leadbridge.automation.readiness import confirmations, missing
from leadbridge.automation.service import AutomationService
from leadbridge.kit.clock import Clock, to_text
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
        self,
        store: Store,
        clock: Clock,
        trail: AuditTrail,
        starts: Starts,
        parts: Parts,
        automations: AutomationService,
    ) -> None:
        self._store, self._clock, self._trail, self._starts = store, clock, trail, starts
        self._parts, self._automations = parts, automations

    async def activate(self, company: str, by: Author, id: str, *, confirm: bool = False) -> Automation:
        """Activate an automation and return it; one that is active stays as it is.

        Raises ``AutomationNotReady`` with all that is missing, and ``ConfirmationNeeded`` unless ``confirm``.
        """

        async def build() -> tuple[WriteBatch | None, Automation]:
            before = await self._automations.one(company, id)
            if before.status is AutomationStatus.ACTIVE:
                return None, before
            endpoint = await self._automations.endpoint(before)
            around = await self._automations.around(before, endpoint)
            if lacking := missing(before, around):
                more = f" And {len(lacking) - 1} more." if len(lacking) > 1 else ""
                raise AutomationNotReady(
                    lacking[0].message + more, hint=lacking[0].hint, details={"missing": shown_remarks(lacking)}
                )
            if (unsure := confirmations(before, around)) and not confirm:
                raise ConfirmationNeeded(unsure[0].message, details={"warnings": shown_remarks(unsure)})
            now = self._clock.now()
            after = before.model_copy(
                update={
                    "status": AutomationStatus.ACTIVE,
                    "reason": None,
                    "listens": before.trigger.type,
                    "activated_at": now,
                    "updated_at": now,
                }
            )
            batch = WriteBatch().replace(AUTOMATIONS, after)
            await self._parts.listening.activated(batch, after)
            if endpoint is not None:
                await self._parts.delivery.revive(batch, company, endpoint.id)
            self._trail.add(batch, company, by, "automation.activated", audit_target(id))
            return batch, after

        return await self._store.attempt(build)

    async def deactivate(self, company: str, by: Author, id: str) -> Automation:
        """Deactivate an automation and return it: nothing starts it, and what waits is cancelled."""

        async def build() -> tuple[WriteBatch | None, Automation]:
            before = await self._automations.one(company, id)
            if before.status is AutomationStatus.INACTIVE:
                return None, before
            after = before.model_copy(
                update={
                    "status": AutomationStatus.INACTIVE,
                    "reason": None,
                    "listens": None,
                    "updated_at": self._clock.now(),
                }
            )
            batch = WriteBatch().replace(AUTOMATIONS, after)
            await self._parts.listening.deactivated(batch, after)
            await self._parts.bulk.cancel_waiting(batch, company, id)
            self._trail.add(batch, company, by, "automation.deactivated", audit_target(id))
            return batch, after

        return await self._store.attempt(build)

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

        Raises ``AutomationNotFound``, and ``NotActive`` where they would be cancelled again instead of being sent.
        """
        automation = await self._automations.one(company, id)
        if automation.status is not AutomationStatus.ACTIVE:
            raise NotActive(f"The automation is {automation.status.value}: nothing is sent for it.")
        count = await self._parts.bulk.recover(company, id, asked)
        after = {"since": to_text(asked.since), "until": to_text(asked.until), "count": count.count}
        await self._trail.record(company, by, "automation.recovered", audit_target(id), after=after)
        return count
