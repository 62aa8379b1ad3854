"""The task of an execution that is run here: the event's lead goes into the CRM by the one way that all pushes go.

The run is stored in the batch that notes it at the execution, so that there is one run however often the task is tried;
how the run ends is how the execution ends.
"""

from __future__ import annotations

import msgspec

from leadbridge.automation.delivery.giving_up import GivingUp
from leadbridge.automation.delivery.model import EXECUTIONS, SETTLED, Execution, ExecutionState, counted_as
from leadbridge.automation.delivery.starting import RUN, ExecutionRef
from leadbridge.automation.events.rules import AUTOMATION
from leadbridge.automation.model import AUTOMATIONS, Automation, AutomationStatus
from leadbridge.automation.native import decide
from leadbridge.automation.native.decide import Outcome
from leadbridge.automation.readiness import LEAD_TO_CRM
from leadbridge.automation.surroundings import CONNECTION
from leadbridge.automation.testing import lead_in
from leadbridge.integrations.errors import NoActiveConnection, NoSuchConnection, NotConnected
from leadbridge.integrations.service import ConnectionService
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.model import LEADS, State
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from leadbridge.sync.errors import RunNotFound
from leadbridge.sync.model import OPEN, Item, Provenance, Run
from leadbridge.sync.runs import Runs
from leadbridge.usage.errors import QuotaExceeded
from leadbridge.usage.model import Category
from leadbridge.usage.quotas import Quota, QuotaService
from leadbridge.usage.service import UsageService
from leadbridge.work.handlers import Done, Handler, Reschedule, Result, TaskContext
from leadbridge.work.model import Queue


class NativeTasks:
    """Runs executions whose work is done here."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        connections: ConnectionService,
        runs: Runs,
        quotas: QuotaService,
        usage: UsageService,
    ) -> None:
        self._store, self._clock, self._connections = store, clock, connections
        self._runs, self._quotas, self._usage = runs, quotas, usage
        self._giving_up = GivingUp(store, clock, usage)

    def handler(self) -> Handler:
        """Return the handler to register with a worker."""
        return Handler(RUN, self.run, ref=ExecutionRef, timeout=30.0, given_up=self._giving_up.end)

    async def run(self, context: TaskContext) -> Result:
        """Begin an execution's push, or look how far it is. Doing it twice does no harm."""
        ref: ExecutionRef = context.ref
        company = context.company_id
        execution = await self._store[EXECUTIONS].of(company).get(ref.execution)
        if execution is None or execution.state in SETTLED:
            return Done()
        if execution.run_id is not None:
            return await self._follow(context, execution, execution.run_id)
        automation = await self._store[AUTOMATIONS].of(company).get(execution.automation_id or "")
        silenced = automation is None or automation.status is not AutomationStatus.ACTIVE
        if automation is None or (silenced and not execution.test):
            return await self._settle(context, execution, decide.DEACTIVATED)
        if automation.template_id != LEAD_TO_CRM:
            return await self._settle(context, execution, decide.NOT_AVAILABLE)
        lead_id = execution.record_id or _lead_of(execution)
        if lead_id is None:
            return await self._settle(context, execution, decide.NO_LEAD)
        lead = await self._store[LEADS].of(company).get(lead_id)
        if lead is None or lead.state is not State.LIVE:
            return await self._settle(context, execution, decide.LEAD_GONE)
        return await self._begin(context, execution, automation, lead.id)

    async def _begin(self, context: TaskContext, execution: Execution, automation: Automation, lead_id: str) -> Result:
        company = context.company_id
        try:
            await self._quotas.check(company, Quota.VENDOR_CALLS)
            connection = await self._connections.usable(company, automation.config.get(CONNECTION))
        except (QuotaExceeded, NoActiveConnection, NoSuchConnection, NotConnected) as error:
            return await self._wait(context, execution, error)
        now = self._clock.now()
        batch = WriteBatch()
        queue, cause = Queue(context.task.q), Provenance(f"{AUTOMATION}{automation.id}", execution.hop + 1)
        items = [Item(sent=lead_id, lead=lead_id)]
        run = await self._runs.add(batch, connection, items, queue=queue, patient=True, cause=cause)
        begun = msgspec.structs.replace(
            execution,
            state=ExecutionState.RETRYING,
            attempts=execution.attempts + 1,
            record_id=lead_id,
            subjects=tuple(dict.fromkeys((*execution.subjects, lead_id))),
            run_id=run.id,
            code=None,
            message=None,
            first_tried_at=execution.first_tried_at or now,
            next_at=None,
        )
        batch.replace(EXECUTIONS, begun)
        after = decide.next_look(now, now) if isinstance(await context.store(batch), Applied) else now
        return Reschedule(to_millis(after))

    async def _wait(self, context: TaskContext, execution: Execution, why: LeadbridgeError) -> Result:
        """Let the execution wait for what is not there just now, for three days at most."""
        now = self._clock.now()
        if execution.expires_at is not None and now >= execution.expires_at:
            return await self._settle(context, execution, decide.expired(why.code, why.message))
        then = decide.next_try(execution.created_at, now)
        waiting = msgspec.structs.replace(
            execution, state=ExecutionState.RETRYING, code=why.code, message=why.message, next_at=then
        )
        await context.store(WriteBatch().replace(EXECUTIONS, waiting))
        return Reschedule(to_millis(then))

    async def _follow(self, context: TaskContext, execution: Execution, run_id: str) -> Result:
        try:
            run = await self._runs.get(context.company_id, run_id)
        except RunNotFound:
            return await self._settle(context, execution, decide.RUN_GONE)
        now = self._clock.now()
        if run.status in OPEN:
            return Reschedule(to_millis(decide.next_look(execution.first_tried_at or now, now)))
        [item] = (await self._runs.progress(run)).items
        return await self._settle(context, execution, decide.pushed(item), run)

    async def _settle(
        self, context: TaskContext, execution: Execution, outcome: Outcome, run: Run | None = None
    ) -> Result:
        """Store how an execution ended, with its usage event; tests and what was cancelled are counted nowhere."""
        now = self._clock.now()
        begun = execution.first_tried_at or now
        settled = msgspec.structs.replace(
            execution,
            state=outcome.state,
            code=outcome.code,
            message=outcome.message,
            attempts=max(1, execution.attempts)
            if outcome.state is not ExecutionState.CANCELLED
            else execution.attempts,
            first_tried_at=None if outcome.state is ExecutionState.CANCELLED else begun,
            settled_at=now,
            next_at=None,
        )
        batch = WriteBatch()
        counts = outcome.state is not ExecutionState.CANCELLED and not execution.test
        if counts and execution.counted:  # it had ended before, and was run again: still one execution
            succeeded = outcome.state is ExecutionState.SUCCEEDED
            await self._usage.correct(batch, execution.company_id, execution.id, succeeded=succeeded)
        elif counts:
            settled = msgspec.structs.replace(settled, counted=True)
            event = self._usage.event(
                execution.company_id,
                counted_as(execution),
                Category.AUTOMATION,
                succeeded=outcome.state is ExecutionState.SUCCEEDED,
                milliseconds=to_millis(now) - to_millis(begun),
                records=1 if run is not None else 0,
                provider=None if run is None else run.provider,
                connection_id=None if run is None else run.connection_id,
                automation_id=execution.automation_id,
                run_id=execution.run_id,
                request={"eventType": execution.event_type},
                response={"code": outcome.code},
                id=execution.id,
            )
            self._usage.add(batch, event)
        batch.replace(EXECUTIONS, settled)
        # where somebody changed it meanwhile (a person cancelled it) it is looked at again
        applied = isinstance(await context.store(batch), Applied)
        return Done() if applied else Reschedule(to_millis(now))


def _lead_of(execution: Execution) -> str | None:
    """Return the lead that a call from outside names in its body."""
    body = msgspec.json.decode(execution.body)
    return lead_in(body.get("data")) if isinstance(body, dict) else None
