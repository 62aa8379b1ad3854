"""HTTP: push leads, follow runs, try failures again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from leadbridge.crm.errors import Fault
from leadbridge.kit.document import Body
from leadbridge.sync.model import Run
from leadbridge.sync.service import PushResult, SyncService
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1", tags=["sync"], route_class=ApiRoute)


async def sync_service(request: Request) -> SyncService:
    """Return the hub's sync service."""
    service: SyncService = request.app.state.hub.sync
    return service


SyncDep = Annotated[SyncService, Depends(sync_service)]
Pusher = Annotated[Caller, needs(Right.SYNC_RUN)]
Follower = Annotated[Caller, needs(Right.RUNS_READ)]


class SyncLeadsBody(Body):
    """Which leads to push, and where to; without a connection the primary one is meant."""

    lead_ids: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        description="Ids of leads, or the host application's own (external) ids; at most 500.",
        examples=[["674085f0c2a1b94d3e5f6071", "customer-17"]],
    )
    connection_id: str | None = None
    provider: str | None = None


@router.post("/crm-integration/sync-leads", summary="Push leads to the CRM")
async def sync_leads(body: SyncLeadsBody, caller: Pusher, sync: SyncDep) -> Response:
    """Push the leads now and tell each one's outcome, in the order of the request."""
    result = await sync.push(
        caller.company_id,
        body.lead_ids,
        connection_id=body.connection_id,
        provider=body.provider,
        request_id=caller.request_id,
    )
    return ok(push_view(result))


@router.get("/runs/{run_id}", summary="A run and its counts")
async def get_run(run_id: str, caller: Follower, sync: SyncDep) -> Response:
    """Return how far a run is and what became of its records."""
    return ok(run_view(await sync.run(caller.company_id, run_id)))


@router.post("/crm-integration/error-logs/{error_id}/retry", status_code=202, summary="Try a failure again")
async def retry_error(error_id: str, caller: Pusher, sync: SyncDep) -> Response:
    """Push the lead of a failure once more and return the run; 409 where that cannot help."""
    return ok(run_view(await sync.retry(caller.company_id, error_id, caller.request_id)), 202)


def push_view(result: PushResult) -> dict[str, Any]:
    """Return a push as the API shows it: both lists in the order of the request."""
    successful, failed = [], []
    for asked, settled in result.items:
        if settled.fault is not None:
            failed.append({"leadId": asked.sent, "provider": result.run.provider, **_fault_view(settled.fault)})
            continue
        item = {
            "leadId": asked.sent,
            "crmId": settled.crm_id,
            "provider": result.run.provider,
            "action": settled.action,
        }
        successful.append(item | ({"keptFromCrm": list(settled.kept)} if settled.kept else {}))
    return {
        "successful": successful,
        "failed": failed,
        "total": len(result.items),
        "run": run_view(result.run),
    }


def run_view(run: Run) -> dict[str, Any]:
    """Return a run as the API shows it."""
    shown = run.model_dump(
        mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"}, exclude_none=True
    )
    return shown | {"url": f"/api/v1/runs/{run.id}"}


def _fault_view(fault: Fault) -> dict[str, Any]:
    return {"code": fault.code, "error": fault.message, "hint": fault.hint, "retryable": fault.retryable}
