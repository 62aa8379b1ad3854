"""What can be done with automations: make, change and end them; acts.py has what is done with those that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from leadbridge.automation import drafts
from leadbridge.automation.bodies import ChangeBody, CreateBody
from leadbridge.automation.delivery.endpoints import KEEP, Issued
from leadbridge.automation.delivery.lanes import reform_lane
from leadbridge.automation.delivery.model import Endpoint, OwnerKind
from leadbridge.automation.errors import (
    AutomationNotFound,
    AutomationNotReady,
    TooManyAutomations,
)
from leadbridge.automation.model import AUTOMATIONS, MAX_AUTOMATIONS, Automation, AutomationStatus
from leadbridge.automation.parts import Parts, audit_target, audited, shown_remarks
from leadbridge.automation.readiness import Around, missing
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.security.secret import Secret
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Eq, Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.audit import AuditTrail, Author


@dataclass(frozen=True, slots=True)
class Made:
    """A new automation, with the secrets that are shown this once."""

    automation: Automation
    endpoint: Endpoint | None
    webhook_url: str = field(repr=False)
    webhook_secret: Secret
    signing_secret: Secret | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed automation; ``signing_secret`` where the change gave it its first address."""

    automation: Automation
    signing_secret: Secret | None = None


class AutomationService:
    """Automations of every company."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource, trail: AuditTrail, parts: Parts) -> None:
        self._store, self._clock, self._ids, self._trail, self._parts = store, clock, ids, trail, parts

    # reading

    async def one(self, company: str, id: str) -> Automation:
        """Return an automation; raises ``AutomationNotFound``."""
        found = await self._store[AUTOMATIONS].of(company).get(id)
        if found is None:
            raise AutomationNotFound("There is no such automation.")
        return found

    async def page(
        self,
        company: str,
        *,
        status: AutomationStatus | None,
        template_id: str | None,
        limit: int,
        after: Position | None,
    ) -> Page[Automation]:
        """Return a page of automations, newest first."""
        automations = self._store[AUTOMATIONS].of(company)
        residual = None if template_id is None else Eq("templateId", template_id)
        if status is None:
            return await automations.find(
                order=["createdAt"], descending=True, residual=residual, limit=limit, after=after
            )
        return await automations.find(
            eq={"status": status.value},
            order=["createdAt"],
            descending=True,
            residual=residual,
            limit=limit,
            after=after,
        )

    async def all(self, company: str) -> Sequence[Automation]:
        """Return every automation of a company, at most ``MAX_AUTOMATIONS``."""
        found = await self._store[AUTOMATIONS].of(company).find(order=["createdAt"], limit=MAX_AUTOMATIONS)
        return found.items

    async def endpoint(self, automation: Automation) -> Endpoint | None:
        """Return the endpoint of an automation, or None where it has none."""
        return await self._parts.endpoints.of(automation.company_id, automation.id)

    async def around(self, automation: Automation, endpoint: Endpoint | None) -> Around:
        """Return what is true around an automation."""
        return await self._parts.surroundings.of(automation, endpoint)

    # making and changing

    async def create(self, company: str, by: Author, body: CreateBody) -> Made:
        """Store a new, inactive automation and return it with its secrets.

        Raises ``InvalidAutomation``, ``TemplateNotFound``, ``TooManyAutomations``, ``TargetRefused``, ``BadAddress``.
        """
        events = await self._parts.surroundings.events(company)
        draft = drafts.created(body, events.check)

        async def build() -> tuple[WriteBatch, Made]:
            if len(await self.all(company)) >= MAX_AUTOMATIONS:
                raise TooManyAutomations(
                    f"The company has {MAX_AUTOMATIONS} automations, which is as many as one may have."
                )
            batch, id, now = WriteBatch(), self._ids(), self._clock.now()
            issued = await self._issue(batch, company, id, draft.address)
            automation = Automation(
                id=id,
                company_id=company,
                endpoint_id=None if issued is None else issued.endpoint.id,
                created_by=by.user_id,
                created_at=now,
                updated_at=now,
                **draft.values,
            )
            batch.insert(AUTOMATIONS, automation)
            inbound = await self._parts.addresses.make(batch, company, id)
            self._trail.add(batch, company, by, "automation.created", audit_target(id), after=audited(automation))
            endpoint, secret = (None, None) if issued is None else (issued.endpoint, issued.secret)
            return batch, Made(automation, endpoint, inbound.url, inbound.secret, secret)

        return await self._store.attempt(build)

    async def _issue(self, batch: WriteBatch, company: str, id: str, address: drafts.Address) -> Issued | None:
        if address.url is None:
            return None
        return await self._parts.endpoints.make_endpoint(
            batch, company, OwnerKind.AUTOMATION, id, address.url, form=address.form, make_api_key=address.key
        )

    async def change(self, company: str, by: Author, id: str, body: ChangeBody) -> Changed:
        """Change what ``body`` names and return the automation.

        Raises ``AutomationNotFound``, ``InvalidAutomation``, ``TargetRefused``, ``BadAddress``, and
        ``AutomationNotReady`` where an active one would no longer have what it needs.
        """
        events = await self._parts.surroundings.events(company)

        async def build() -> tuple[WriteBatch, tuple[Changed, str | None]]:
            before = await self.one(company, id)
            endpoint = await self.endpoint(before)
            draft = drafts.changed(before, endpoint, body, events.check)
            batch = WriteBatch()
            after = before.model_copy(update=draft.values | {"updated_at": self._clock.now()})
            kept, secret = await self._readdressed(batch, before, endpoint, draft.address)
            after = after.model_copy(update={"endpoint_id": None if kept is None else kept.id})
            renewed = draft.address.url_given or draft.address.key_given
            if before.status is AutomationStatus.ACTIVE:
                after = await self._still_active(batch, before, after, kept)
            elif renewed and before.status in (AutomationStatus.PAUSED, AutomationStatus.DISABLED):
                # what was wrong was the address: a person activates it again
                after = after.model_copy(update={"status": AutomationStatus.INACTIVE, "reason": None})
            batch.replace(AUTOMATIONS, after)
            names = {"fields": sorted(body.model_fields_set)}
            self._trail.add(batch, company, by, "automation.changed", audit_target(id), after=names)
            revived = kept.id if renewed and kept is not None and secret is None else None
            return batch, (Changed(after, secret), revived)

        done, revived = await self._store.attempt(build)
        if body.require_signature is not None:
            await self._parts.addresses.require_signature(company, id, body.require_signature)
        if revived is not None and done.automation.status is AutomationStatus.ACTIVE:
            await self._revive(company, revived)
        return done

    async def _readdressed(
        self, batch: WriteBatch, automation: Automation, endpoint: Endpoint | None, address: drafts.Address
    ) -> tuple[Endpoint | None, Secret | None]:
        """Add to ``batch`` what becomes of the address; return the endpoint as it will be, and a new one's secret."""
        company, endpoints = automation.company_id, self._parts.endpoints
        if endpoint is None:
            issued = await self._issue(batch, company, automation.id, address)
            return (None, None) if issued is None else (issued.endpoint, issued.secret)
        if address.silent:
            return endpoint, None
        if address.url_given and address.url is None:
            endpoints.delete(batch, endpoint)
            await self._parts.bulk.cancel_waiting(batch, company, automation.id)
            return None, None
        url = KEEP if address.url is None else address.url
        key = address.key if address.key_given else KEEP
        after = await endpoints.change(batch, endpoint, form=address.form, url=url, make_api_key=key)
        if (after.per_second, after.concurrency) != (endpoint.per_second, endpoint.concurrency):
            await reform_lane(self._store, batch, after)
        return after, None

    async def _still_active(
        self, batch: WriteBatch, before: Automation, after: Automation, endpoint: Endpoint | None
    ) -> Automation:
        """Return an active automation as it goes on after a change; raises ``AutomationNotReady``."""
        lacking = missing(after, await self.around(after, endpoint))
        if lacking:
            raise AutomationNotReady(
                f"The automation is active and would no longer have what it needs: {lacking[0].message}",
                hint="Deactivate it first, or send what is missing along with the change.",
                details={"missing": shown_remarks(lacking)},
            )
        after = after.model_copy(update={"listens": after.trigger.type})
        if (before.trigger, before.config) != (after.trigger, after.config):
            await self._parts.listening.activated(batch, after)
        return after

    async def delete(self, company: str, by: Author, id: str) -> None:
        """End an automation for good: what waits is cancelled, what was done stays to be read."""

        async def build() -> tuple[WriteBatch, None]:
            automation = await self.one(company, id)
            batch = WriteBatch().delete(AUTOMATIONS, company, id, rev=automation.rev)
            endpoint = await self.endpoint(automation)
            if endpoint is not None:
                self._parts.endpoints.delete(batch, endpoint)
            await self._parts.addresses.forget(batch, company, id)
            await self._parts.listening.deactivated(batch, automation)
            await self._parts.bulk.cancel_waiting(batch, company, id)
            self._trail.add(batch, company, by, "automation.deleted", audit_target(id), before=audited(automation))
            return batch, None

        await self._store.attempt(build)

    async def _revive(self, company: str, endpoint_id: str) -> None:
        async def build() -> tuple[WriteBatch, None]:
            batch = WriteBatch()
            await self._parts.delivery.revive(batch, company, endpoint_id)
            return batch, None

        await self._store.attempt(build)
