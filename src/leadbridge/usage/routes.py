"""HTTP: the summary of usage, single events with their HTTP calls, and quotas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from leadbridge.kit.document import Body
from leadbridge.tenancy.audit import AuditTrail
from leadbridge.usage.events import EventFilter, call_view, event_view
from leadbridge.usage.model import Category, EventType, Limit, Status
from leadbridge.usage.quotas import Quota
from leadbridge.usage.room import UsageRoom
from leadbridge.usage.summary import asked_days, summary_view
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute
from leadbridge.web.spans import SpanDep

router = APIRouter(prefix="/api/v1/automation/usage", tags=["usage"], route_class=ApiRoute)


async def usage_room(request: Request) -> UsageRoom:
    """Return what the hub knows of usage."""
    room: UsageRoom = request.app.state.hub.usage_room
    return room


async def _trail(request: Request) -> AuditTrail:
    trail: AuditTrail = request.app.state.hub.tenancy.trail
    return trail


RoomDep = Annotated[UsageRoom, Depends(usage_room)]
TrailDep = Annotated[AuditTrail, Depends(_trail)]
Reader = Annotated[Caller, needs(Right.USAGE_READ)]
Manager = Annotated[Caller, needs(Right.COMPANY_MANAGE)]
Day = Annotated[str | None, Query(examples=["2026-11-22"], max_length=40)]
Name = Annotated[str | None, Query(max_length=100)]


def asked_events(
    span: SpanDep,
    event_type: Annotated[EventType | None, Query(alias="eventType")] = None,
    category: Category | None = None,
    status: Status | None = None,
    provider: Name = None,
    connection_id: Annotated[str | None, Query(alias="connectionId", max_length=100)] = None,
    automation_id: Annotated[str | None, Query(alias="automationId", max_length=100)] = None,
) -> EventFilter:
    """Return the filter of a request; raises ``InvalidInput`` for a time without a zone."""
    return EventFilter(event_type, category, status, provider, connection_id, automation_id, span.since, span.until)


Asked = Annotated[EventFilter, Depends(asked_events)]


@router.get("/summary", summary="Usage between two days, summed up")
async def summary(
    caller: Reader,
    room: RoomDep,
    start_date: Annotated[Day, Query(alias="startDate", description="Included; default 30 days back.")] = None,
    end_date: Annotated[Day, Query(alias="endDate", description="Included; default today.")] = None,
) -> Response:
    """Return totals, by day, type, category, status, provider and automation, in days of the company's time zone."""
    start, end = asked_days(start_date, end_date, await room.summaries.today(caller.company_id))
    return ok(summary_view(await room.summaries.read(caller.company_id, start, end), start, end))


@router.get("/events", summary="Single operations, newest first")
async def events(caller: Reader, room: RoomDep, paging: PageDep, asked: Asked) -> Response:
    """Return a page of usage events: one for each operation, never for its single HTTP calls."""
    found = await room.events.page(caller.company_id, asked, limit=paging.limit, after=paging.after)
    return page([event_view(event) for event in found.items], found.next)


@router.get(
    "/events.csv",
    summary="Single operations as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def events_csv(caller: Reader, room: RoomDep, asked: Asked) -> Response:
    """Stream all events that match, newest first, for a spreadsheet."""
    return StreamingResponse(
        room.events.csv(caller.company_id, asked),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="usage-events.csv"'},
    )


@router.get("/events/{id}", summary="An operation with its HTTP calls")
async def event(id: str, caller: Reader, room: RoomDep) -> Response:
    """Return a usage event and those of its HTTP calls that are still kept (a week, at most 100 of an operation)."""
    found, calls = await room.events.one(caller.company_id, id)
    return ok(event_view(found) | {"requests": [call_view(call) for call in calls]})


class QuotasBody(Body):
    """Limits that a company sets itself. What is left out stays; an empty object takes a limit away."""

    vendor_calls_per_day: Limit | None = None
    executions_per_month: Limit | None = None
    leads_per_month: Limit | None = None


@router.get("/quotas", summary="Limits, and how much of each is used")
async def quotas(caller: Reader, room: RoomDep) -> Response:
    """Return each limit with what is used of it, whether it warns or refuses, and when its period ends."""
    return ok([standing.view() for standing in await room.quotas.standings(caller.company_id)])


@router.patch("/quotas", summary="Set limits of the company's own")
async def set_quotas(body: QuotasBody, caller: Manager, room: RoomDep, trail: TrailDep) -> Response:
    """Change limits and return all of them. Nobody can go beyond what whoever runs the hub has set."""
    sent = {
        Quota.VENDOR_CALLS: body.vendor_calls_per_day,
        Quota.EXECUTIONS: body.executions_per_month,
        Quota.LEADS: body.leads_per_month,
    }
    given = {quota: limit for quota, limit in sent.items() if limit is not None}
    await room.quotas.change(caller.company_id, given)
    shown = {quota.value: limit.model_dump() for quota, limit in given.items()}
    await trail.record(caller.company_id, caller.author, "quotas.changed", "company:quotas", after=shown)
    return ok([standing.view() for standing in await room.quotas.standings(caller.company_id)])
