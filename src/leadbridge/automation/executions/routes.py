"""HTTP: executions, their attempts, and sending them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime
from starlette.responses import Response

from leadbridge.automation.delivery.model import Execution, ExecutionState
from leadbridge.automation.delivery.service import DeliveryService, ExecutionFilter
from leadbridge.automation.executions.views import attempt_view, execution_in_full, execution_view
from leadbridge.automation.model import AUTOMATIONS
from leadbridge.storage.store import Store
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/automation/executions", tags=["automations"], route_class=ApiRoute)


async def _delivery(request: Request) -> DeliveryService:
    service: DeliveryService = request.app.state.hub.delivery
    return service


async def _store(request: Request) -> Store:
    store: Store = request.app.state.hub.store
    return store


async def _trail(request: Request) -> AuditTrail:
    trail: AuditTrail = request.app.state.hub.tenancy.trail
    return trail


DeliveryDep = Annotated[DeliveryService, Depends(_delivery)]
StoreDep = Annotated[Store, Depends(_store)]
TrailDep = Annotated[AuditTrail, Depends(_trail)]
Reader = Annotated[Caller, needs(Right.AUTOMATIONS_READ)]
Manager = Annotated[Caller, needs(Right.AUTOMATIONS_MANAGE)]


@router.get("", summary="Executions, newest first")
async def listed(
    caller: Reader,
    delivery: DeliveryDep,
    store: StoreDep,
    paging: PageDep,
    automation_id: Annotated[str | None, Query(alias="automationId", max_length=24)] = None,
    status: Annotated[ExecutionState | None, Query(description="How far they are.")] = None,
    event_type: Annotated[str | None, Query(alias="eventType", max_length=64)] = None,
    record_id: Annotated[str | None, Query(alias="recordId", max_length=24)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Made at this time or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Made before this time.")] = None,
) -> Response:
    """Return a page of executions; all that is asked must hold."""
    asked = ExecutionFilter(
        automation_id=automation_id,
        state=status,
        event_type=event_type,
        record_id=record_id,
        since=since,
        until=until,
    )
    found = await delivery.executions(caller.company_id, asked, limit=paging.limit, after=paging.after)
    names = await _names(store, caller.company_id, found.items)
    return page([execution_view(one, names.get(one.automation_id or "")) for one in found.items], found.next)


@router.get("/{id}", summary="An execution: what was sent, every attempt, what to do about a failure")
async def one(id: str, caller: Reader, delivery: DeliveryDep, store: StoreDep) -> Response:
    """Return an execution in full."""
    return ok(await _in_full(await delivery.execution(caller.company_id, id), delivery, store))


@router.get("/{id}/attempts", summary="The attempts of an execution, the first one first")
async def attempts(id: str, caller: Reader, delivery: DeliveryDep) -> Response:
    """Return what was sent with each attempt and what came back, without secrets."""
    execution = await delivery.execution(caller.company_id, id)
    return ok([attempt_view(one) for one in await delivery.attempts(caller.company_id, execution.id)])


@router.post("/{id}/resend", status_code=202, summary="Send an execution again, under the same id")
async def resend(id: str, caller: Manager, delivery: DeliveryDep, store: StoreDep, trail: TrailDep) -> Response:
    """Send the same body again now. Who has taken this id before knows it by its `webhook-id`."""
    execution = await delivery.resend(caller.company_id, id)
    await trail.record(caller.company_id, caller.author, "execution.resent", f"execution:{id}")
    return ok({"execution": await _shown(execution, store)}, 202)


@router.post("/{id}/replay", status_code=202, summary="Run an execution's event once more, as a new execution")
async def replay(id: str, caller: Manager, delivery: DeliveryDep, store: StoreDep, trail: TrailDep) -> Response:
    """Make a new execution of the same event: it has an id of its own, so that the receiver takes it as new."""
    execution = await delivery.replay(caller.company_id, id)
    made = {"execution": execution.id}
    await trail.record(caller.company_id, caller.author, "execution.replayed", f"execution:{id}", after=made)
    return ok({"execution": await _shown(execution, store)}, 202)


@router.post("/{id}/cancel", summary="Let an execution that waits not be tried any more")
async def cancel(id: str, caller: Manager, delivery: DeliveryDep, store: StoreDep, trail: TrailDep) -> Response:
    """Cancel an execution; a call that is under way ends as it would have. 409 where it has settled."""
    execution = await delivery.cancel(caller.company_id, id)
    await trail.record(caller.company_id, caller.author, "execution.cancelled", f"execution:{id}")
    return ok(await _shown(execution, store))


async def _names(store: Store, company: str, executions: Sequence[Execution]) -> dict[str, str]:
    ids = list(dict.fromkeys(one.automation_id for one in executions if one.automation_id is not None))
    found = await store[AUTOMATIONS].of(company).get_many(ids) if ids else {}
    return {id: automation.name for id, automation in found.items()}


async def _shown(execution: Execution, store: Store) -> dict[str, Any]:
    names = await _names(store, execution.company_id, [execution])
    return execution_view(execution, names.get(execution.automation_id or ""))


async def _in_full(execution: Execution, delivery: DeliveryService, store: Store) -> dict[str, Any]:
    names = await _names(store, execution.company_id, [execution])
    tried = await delivery.attempts(execution.company_id, execution.id)
    return execution_in_full(execution, tried, names.get(execution.automation_id or ""))
