"""HTTP: dead letters of the caller's company, and the metrics of this process."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response

from leadbridge.kit.clock import from_millis, to_text
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs, open_to_all
from leadbridge.web.routing import ApiRoute
from leadbridge.work.service import Explained, WorkService

router = APIRouter(prefix="/api/v1/work", tags=["work"], route_class=ApiRoute)
root = APIRouter()


async def work_service(request: Request) -> WorkService:
    """Return the hub's work service."""
    service: WorkService = request.app.state.hub.work
    return service


WorkDep = Annotated[WorkService, Depends(work_service)]
Manager = Annotated[Caller, needs(Right.WORK_MANAGE)]


@router.get("/dead", summary="Work that is not tried again by itself")
async def dead_letters(
    caller: Manager,
    work: WorkDep,
    paging: PageDep,
    kind: Annotated[str | None, Query(max_length=100, description="Only tasks of this kind.")] = None,
) -> Response:
    """Return a page of dead letters, newest first, each with its cause and what can be done."""
    found = await work.dead(caller.company_id, kind=kind, limit=paging.limit, after=paging.after)
    return page([view(one) for one in found.items], found.next)


@router.get("/dead/{task_id}", summary="One dead letter")
async def dead_letter(task_id: str, caller: Manager, work: WorkDep) -> Response:
    """Return a dead letter with its cause and what can be done."""
    return ok(view(await work.one(caller.company_id, task_id)))


@router.post("/dead/{task_id}/retry", status_code=202, summary="Try a dead letter again")
async def retry(task_id: str, caller: Manager, work: WorkDep) -> Response:
    """Put a dead letter back into its lane, to be tried from the start."""
    task = await work.retry(caller.company_id, task_id)
    return ok({"_id": task.id, "state": "waiting"}, 202)


@router.delete("/dead/{task_id}", summary="Discard a dead letter")
async def discard(task_id: str, caller: Manager, work: WorkDep) -> Response:
    """Delete a dead letter for good."""
    await work.discard(caller.company_id, task_id)
    return ok({"_id": task_id, "state": "discarded"})


@root.get(
    "/metrics",
    tags=["health"],
    summary="Metrics of this process for Prometheus",
    openapi_extra=open_to_all("no tenant and no record is named"),
    response_class=PlainTextResponse,
)
async def metrics(request: Request) -> Response:
    """Return the counters of this process in Prometheus' text format. They name no tenant and no record."""
    return Response(generate_latest(request.app.state.hub.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def view(one: Explained) -> dict[str, Any]:
    """Return a dead letter as the API shows it."""
    task = one.task
    error = task.last_error
    return {
        "_id": task.id,
        "kind": task.kind,
        "lane": task.lane,
        "ref": orjson.loads(task.ref),
        "attempts": task.attempt,
        "crashes": task.crashes,
        "code": None if error is None else error.code,
        "message": None if error is None else error.message,
        "cause": one.cause,
        "hint": one.hint,
        "trace": task.trace,
        "firstDueAt": to_text(from_millis(task.first_due_at)),
        "failedAt": None if error is None else to_text(from_millis(error.at)),
    }
