"""HTTP: push leads, follow runs, try failures again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from leadbridge.kit.clock import Clock
from leadbridge.kit.document import Body
from leadbridge.sync.errors import RunNotFound
from leadbridge.sync.linked import links_of
from leadbridge.sync.model import OPEN, Item, Provenance, Run
from leadbridge.sync.runs import LOOK_SECONDS, Progress
from leadbridge.sync.service import WAIT_SECONDS, SyncService
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok
from leadbridge.web.rights import Right, needs, needs_to_stream
from leadbridge.web.routing import ApiRoute
from leadbridge.web.streams import MEDIA_TYPE, Streams, event

router = APIRouter(prefix="/api/v1", tags=["sync"], route_class=ApiRoute)


async def sync_service(request: Request) -> SyncService:
    """Return the hub's sync service."""
    service: SyncService = request.app.state.hub.sync
    return service


SyncDep = Annotated[SyncService, Depends(sync_service)]
Pusher = Annotated[Caller, needs(Right.SYNC_RUN)]
Follower = Annotated[Caller, needs(Right.RUNS_READ)]
Watcher = Annotated[Caller, needs_to_stream(Right.RUNS_READ)]
Reader = Annotated[Caller, needs(Right.LEADS_READ)]
LastEvent = Annotated[str | None, Header(alias="last-event-id", max_length=40, description="Of the last event seen.")]


class SyncLeadsBody(Body):
    """Which leads to push, and where to; without a connection the primary one is meant."""

    lead_ids: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        description="Ids of leads, or the host application's own (external) ids; at most 10,000.",
        examples=[["674085f0c2a1b94d3e5f6071", "customer-17"]],
    )
    connection_id: str | None = None
    provider: str | None = None


Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async`: answer at once with the run; `wait=N`: wait at most N seconds (RFC 7240).",
    ),
]


@router.post("/crm-integration/sync-leads", summary="Push leads to the CRM")
async def sync_leads(body: SyncLeadsBody, caller: Pusher, sync: SyncDep, prefer: Prefer = None) -> Response:
    """Push the leads and tell each one's outcome, in the order of the request.

    Up to 500 ids are waited for, up to 20 seconds. Else the answer is 202 with the outcomes so far, and the run goes
    on; `run.url` shows how far it is.
    """
    done = await sync.push(
        caller.company_id,
        body.lead_ids,
        connection_id=body.connection_id,
        provider=body.provider,
        request_id=caller.request_id,
        cause=Provenance(caller.origin, caller.hop),
        seconds=preferred_wait(prefer),
    )
    return ok(push_view(done), 202 if done.run.status in OPEN else 200)


@router.get("/leads/{id}/links", summary="The records in CRMs that a lead is linked to")
async def lead_links(id: str, request: Request, caller: Reader) -> Response:
    """Return the lead's links, those of leads merged into it included, with the account each leads to."""
    hub = request.app.state.hub
    lead = await hub.leads.get(caller.company_id, id)
    return ok(await links_of(hub.store, caller.company_id, (lead.id, *lead.merged)))


@router.get("/runs/{run_id}", summary="A run: its counts, and every outcome so far")
async def get_run(run_id: str, caller: Follower, sync: SyncDep) -> Response:
    """Return how far a run is and what became of its records, in the order they were sent."""
    progress = await sync.progress(caller.company_id, run_id)
    return ok(run_view(progress.run, progress.hint) | outcomes(progress))


@router.get(
    "/runs/{run_id}/events",
    summary="A run's progress, as server-sent events",
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}, "description": "Events until the run ends."},
        204: {"description": "The run has ended, and `Last-Event-ID` says that this is known."},
    },
)
async def run_events(run_id: str, request: Request, caller: Watcher, sync: SyncDep, last: LastEvent = None) -> Response:
    """Tell how far a run is, whenever it gets further: `progress` events, and at its end one `end` event.

    The data of each is the run as `GET /runs/{id}` shows it, without the outcomes of single records; its id goes into
    `Last-Event-ID` of a stream that is opened again, which then begins with what is new. A stream lasts ten minutes
    at most. A browser opens it with a ticket (`POST /api/v1/events/tickets`).
    """
    run = await sync.runs.get(caller.company_id, run_id)
    if run.status not in OPEN and last == _event_id(run):
        return Response(status_code=204)  # by which a browser's EventSource stops opening it again
    streams: Streams = request.app.state.hub.streams
    return streams.answer(caller.company_id, _told(run, sync, streams, request.app.state.hub.clock, last))


async def _told(run: Run, sync: SyncService, streams: Streams, clock: Clock, last: str | None) -> AsyncIterator[bytes]:
    began = clock.monotonic()
    with suppress(RunNotFound):  # it was deleted meanwhile
        while True:
            if run.status not in OPEN:
                yield event("end", _event_id(run), run_view(run))
                return
            yield b"" if last == _event_id(run) else event("progress", _event_id(run), run_view(run))
            last = _event_id(run)
            if not streams.lasts(began):
                return
            run = await sync.runs.changed(run, LOOK_SECONDS)


def _event_id(run: Run) -> str:
    return str(run.rev)


@router.post("/runs/{run_id}/cancel", status_code=202, summary="Cancel a run")
async def cancel_run(run_id: str, caller: Pusher, sync: SyncDep) -> Response:
    """Let the run do nothing more; what was written stays. What has no outcome yet fails as `run_cancelled`."""
    return ok(run_view(await sync.cancel(caller.company_id, run_id)), 202)


@router.post("/crm-integration/error-logs/{error_id}/retry", status_code=202, summary="Try a failure again")
async def retry_error(error_id: str, caller: Pusher, sync: SyncDep) -> Response:
    """Push the lead of a failure once more and return the run; 409 where that cannot help."""
    progress = await sync.retry(caller.company_id, error_id, caller.request_id)
    return ok(run_view(progress.run, progress.hint), 202)


def preferred_wait(prefer: str | None) -> float:
    """Return how many seconds a caller wants to wait, by the ``Prefer`` header (RFC 7240); what it means not is left.

    ``respond-async`` alone means not at all.
    """
    wishes = [wish.strip().lower() for wish in (prefer or "").split(",")]
    for wish in wishes:
        name, _, value = wish.partition("=")
        if name.strip() == "wait" and value.strip().isdigit():
            return min(WAIT_SECONDS, float(value))
    return 0.0 if "respond-async" in wishes else WAIT_SECONDS


def push_view(progress: Progress) -> dict[str, Any]:
    """Return a push as the API shows it: both lists in the order of the request."""
    return outcomes(progress) | {"run": run_view(progress.run, progress.hint)}


def outcomes(progress: Progress) -> dict[str, Any]:
    """Return what became of every id so far. ``total`` ids were sent."""
    provider = progress.run.provider
    successful = [_success(item, provider) for item in progress.items if item.action and item.fault is None]
    failed = [_failure(item, provider) for item in progress.items if item.fault is not None]
    return {"successful": successful, "failed": failed, "total": progress.run.total}


def run_view(run: Run, hint: str | None = None) -> dict[str, Any]:
    """Return a run as the API shows it; ``hint`` says what keeps it from going on."""
    hidden = {"company_id", "rev", "v", "subjects", "patient", "stopped"}
    shown = run.model_dump(mode="json", by_alias=True, exclude=hidden, exclude_none=True)
    return shown | {"url": f"/api/v1/runs/{run.id}"} | ({} if hint is None else {"hint": hint})


def _success(item: Item, provider: str) -> dict[str, Any]:
    shown = {"leadId": item.sent, "crmId": item.crm_id, "provider": provider, "action": item.action}
    return shown | ({"keptFromCrm": list(item.kept)} if item.kept else {})


def _failure(item: Item, provider: str) -> dict[str, Any]:
    fault = item.fault
    if fault is None:
        raise TypeError("only failed items have a failure to show")
    told = {"code": fault.code, "error": fault.message, "hint": fault.hint, "retryable": fault.retryable}
    return {"leadId": item.sent, "provider": provider, **told}
