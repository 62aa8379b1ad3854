"""Taking in the calls to automations: who is called, what proves the caller, call-back or event, stored before told."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

import orjson

from leadbridge.automation.delivery.lanes import lane_form
from leadbridge.automation.delivery.model import ENDPOINTS, EXECUTIONS, Execution
from leadbridge.automation.delivery.starting import Start, Starts, execution_id
from leadbridge.automation.inbound.addresses import InboundAddresses
from leadbridge.automation.inbound.calls import Call, Known, Proof, Taken
from leadbridge.automation.inbound.decide import hop_of, named_execution, report_of, reported
from leadbridge.automation.inbound.errors import (
    AutomationInactive,
    LoopSuspected,
    TooManyHops,
    WebhookBodyTooLarge,
    WebhookRefused,
)
from leadbridge.automation.inbound.intake import Entry, Fate, Intake
from leadbridge.automation.inbound.model import CALLS, InboundCall
from leadbridge.automation.inbound.reading import Content, read
from leadbridge.automation.inbound.verify import holds_secret, holds_signature, signing_key
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus
from leadbridge.kit.clock import Clock, to_text
from leadbridge.kit.errors import LeadbridgeError, Unavailable
from leadbridge.kit.ids import IdSource
from leadbridge.leads.history import MAX_HOPS
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.kind import MAX_DOCUMENT_BYTES
from leadbridge.storage.query import Eq
from leadbridge.storage.store import Store
from leadbridge.usage.brief import Counted
from leadbridge.usage.model import Category, EventType, Status
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.service import UsageService

RECEIVED = "webhook.received"
TRIGGERS = frozenset({RECEIVED, "webhook"})
"""Trigger types of automations that are made to be called."""
REMEMBERED = 30.0
"""Seconds for which an address is not read again; what is written depends on it being as it was."""
MAX_KNOWN = 5000
LOOP_WINDOW = timedelta(seconds=60)
MAX_KEPT = MAX_DOCUMENT_BYTES - 32 * 1024
"""Bytes of an event as they are kept, JSON within JSON: what reports and answers add fits in as well."""
_ROUNDS = 5


class InboundService:
    """Takes calls in."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        addresses: InboundAddresses,
        starts: Starts,
        usage: UsageService,
        quotas: QuotaService,
    ) -> None:
        self._store, self._clock, self._ids, self.addresses = store, clock, ids, addresses
        self._usage, self._quotas = usage, quotas
        self._intake = Intake(store, clock, starts, usage)
        self._known: OrderedDict[str, Known] = OrderedDict()
        # what a call to nobody's address is compared with, so that it costs what a call to somebody's does
        self._nobody = (secrets.token_hex(24).encode(),)

    # who is called

    async def known(self, key_hash: str) -> Known:
        """Return whose address a key's hash leads to, as remembered, else as stored."""
        held = self._known.get(key_hash)
        if held is not None and self._clock.monotonic() - held.read_at < REMEMBERED:
            return held
        return await self.look(key_hash)

    async def look(self, key_hash: str) -> Known:
        """Return whose address a key's hash leads to, as stored. Nobody's is not remembered."""
        at = self._clock.monotonic()
        opened = await self.addresses.found(key_hash)
        automation = endpoint = None
        if opened is not None:
            automation = await self._store[AUTOMATIONS].of(opened.address.company_id).get(opened.address.id)
        if opened is None or automation is None:
            self._known.pop(key_hash, None)
            return Known(None, None, None, at, self._nobody, self._nobody)
        keys = tuple(signing_key(secret) for secret in opened.secrets)
        if automation.delivers_to is not None:
            endpoint = await self._store[ENDPOINTS].of(automation.company_id).get(automation.delivers_to)
        known = Known(opened, automation, endpoint, at, tuple(secret.encode() for secret in opened.secrets), keys)
        self._known[key_hash] = known
        self._known.move_to_end(key_hash)
        if len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return known

    # what proves the caller

    def proved_by_secret(self, known: Known, proof: Proof) -> bool:
        """Tell whether the secret in the header is enough; nothing of the body is needed for it."""
        held = holds_secret(proof.secret or b"", known.secrets[: known.holding(self._clock.now())])
        return held and known.opened is not None and not known.opened.address.require_signature

    def proved_by_signature(self, known: Known, proof: Proof, body: bytes) -> bool:
        """Tell whether one of the signatures is that of these bytes, made within the window."""
        if proof.message_id is None or proof.timestamp is None or proof.signatures is None:
            return False
        now = self._clock.now()
        keys = known.keys[: known.holding(now)]
        held = holds_signature(proof.message_id, proof.timestamp, proof.signatures, body, keys, now)
        return held and known.opened is not None

    def proved(self, known: Known, proof: Proof, body: bytes) -> bool:
        """Tell whether either proves the caller."""
        return self.proved_by_secret(known, proof) or self.proved_by_signature(known, proof, body)

    # what the call is

    async def take(self, key_hash: str, known: Known, call: Call, proved: Callable[[Known], bool]) -> Taken:
        """Store what a proved call says and return what it led to.

        ``proved`` is asked again where the address has changed since it was read. Raises ``WebhookRefused`` where it
        no longer holds, ``BadWebhookBody``, ``WebhookBodyTooLarge``, ``AutomationInactive``, ``TooManyHops``,
        ``LoopSuspected``, ``QuotaExceeded``, ``Unavailable``.
        """
        content, admitted = read(call.content_type, call.body), False
        for again in range(_ROUNDS):
            if known.opened is None or known.automation is None or (again and not proved(known)):
                raise refused()
            company, automation = known.automation.company_id, known.automation
            named = named_execution(call.execution, content)
            execution = None if named is None else await self._store[EXECUTIONS].of(company).get(named)
            if execution is not None and execution.automation_id == automation.id:
                if (fresh := await self.look(key_hash)).revs[0] != known.revs[0]:
                    known = fresh
                    continue
                await self._report(company, execution.id, content)
                return Taken("call-back", execution.id)
            if automation.status is not AutomationStatus.ACTIVE:
                fresh = await self.look(key_hash)
                if fresh.automation is not None and fresh.automation.status is not AutomationStatus.ACTIVE:
                    raise AutomationInactive(f"The automation is {fresh.automation.status}; a call starts nothing.")
                known = fresh
                continue
            ledger = None if call.key is None else _ledger_id(automation.id, call.key)
            try:
                hop = await self._hop(automation, execution, hop_of(call.hop))
                if not admitted:
                    await self._quotas.admit(company, Quota.EXECUTIONS)
                    admitted = True
            except LeadbridgeError:
                # the store tells a repeated call by itself; it is looked for only where a new one would be refused
                if ledger is not None and (before := await self._store[CALLS].of(company).get(ledger)) is not None:
                    return Taken("event", before.execution_id, duplicate=True)
                raise
            outcome = await self._intake.add(self._entry(known, automation, content, hop, ledger))
            if outcome.fate is Fate.REPEATED:
                self._quotas.count(company, Quota.EXECUTIONS, -1)
                return Taken("event", outcome.execution_id, duplicate=True)
            if outcome.fate is Fate.STORED:
                return Taken("event", outcome.execution_id)
            known = await self.look(key_hash)
        raise Unavailable("The automation is being changed just now; send the call again.")

    def _entry(self, known: Known, automation: Automation, content: Content, hop: int, ledger: str | None) -> Entry:
        event, now, company = self._ids(), self._clock.now(), automation.company_id
        execution = execution_id(event, automation.id)
        start = Start(
            id=execution,
            company_id=company,
            automation_id=automation.id,
            endpoint_id=automation.delivers_to,
            form=None if known.endpoint is None else lane_form(known.endpoint),
            event_id=event,
            event_type=RECEIVED,
            origin="api",
            hop=hop,
            body=envelope(automation, event, execution, hop, now, content),
        )
        usage = Counted(
            EventType.WEBHOOK_RECEIVED, Category.AUTOMATION, Status.SUCCESS, 0, 0, now, automation_id=automation.id
        )
        call = None
        if ledger is not None:
            call = InboundCall(
                id=ledger, company_id=company, automation_id=automation.id, execution_id=execution, at=now
            )
        return Entry(start, automation.id, known.revs, self._ids(), usage, call)

    async def _hop(self, automation: Automation, named: Execution | None, told: int | None) -> int:
        """Return how often automations have handed on what a call comes of; raises ``TooManyHops``, ``LoopSuspected``.

        An automation that hands to an address, and was not made to be called, is called by hand or by what it handed
        to. Where the caller tells nothing of the event it acts on, a call soon after another such call counts as come
        of it: so a scenario that calls back without an execution's id comes to an end.
        """
        hop = max(told or 0, 0 if named is None else named.hop + 1)
        if hop > MAX_HOPS:
            raise TooManyHops(f"The call comes of an event that automations have handed on {hop} times.")
        if told is not None or named is not None or automation.delivers_to is None:
            return hop
        if automation.trigger.type in TRIGGERS:
            return hop
        before = await self._lately(automation)
        if before is None:
            return hop
        if before.hop >= MAX_HOPS:
            wait = (before.created_at + LOOP_WINDOW - self._clock.now()).total_seconds()
            raise LoopSuspected(
                "Calls without an executionId came one after the other, each soon after what the one before set off.",
                headers={"retry-after": str(max(1, round(wait)))},
            )
        return before.hop + 1

    async def _lately(self, automation: Automation) -> Execution | None:
        page = (
            await self._store[EXECUTIONS]
            .of(automation.company_id)
            .find(
                eq={"automationId": automation.id},
                order=["createdAt"],
                low=self._clock.now() - LOOP_WINDOW,
                residual=Eq("eventType", RECEIVED),
                descending=True,
                limit=1,
            )
        )
        return page.items[0] if page.items else None

    # call-backs

    async def _report(self, company: str, id: str, content: Content) -> None:
        report = report_of(content, self._clock.now())

        async def build() -> tuple[WriteBatch | None, None]:
            here = await self._store[EXECUTIONS].of(company).get(id)
            decision = None if here is None else reported(here, report)
            if here is None or decision is None or not decision.values:
                return None, None
            batch = WriteBatch().patch(EXECUTIONS, company, id, values=decision.values, rev=here.rev)
            if decision.spoilt:
                await self._usage.correct(batch, company, id, succeeded=False)
            return batch, None

        await self._store.attempt(build)


def envelope(automation: Automation, event: str, execution: str, hop: int, now: datetime, content: Content) -> str:
    """Return the body of a call's event; raises ``WebhookBodyTooLarge``. The data stands in it as it came."""
    body = {
        "type": RECEIVED,
        "id": event,
        "timestamp": to_text(now),
        "executionId": execution,
        "automationId": automation.id,
        "companyId": automation.company_id,
        "origin": "api",
        "hop": hop,
        "data": orjson.Fragment(content.json),
    }
    text = orjson.dumps(body).decode()
    if len(text) > MAX_KEPT // 2 and (kept := len(orjson.dumps(text))) > MAX_KEPT:
        raise WebhookBodyTooLarge(
            f"The event takes {kept // 1024} KB as it is kept, with quotes escaped; at most {MAX_KEPT // 1024} KB are."
        )
    return text


def _ledger_id(automation_id: str, key: bytes) -> str:
    return f"{automation_id}:{hashlib.sha256(key).hexdigest()[:48]}"


def refused() -> WebhookRefused:
    """Return what everybody is told who is not proved, whatever the reason."""
    return WebhookRefused(
        "Nothing is taken in here without the address and the secret of an automation.",
        headers={"connection": "close"},  # the body may not have been read
    )
