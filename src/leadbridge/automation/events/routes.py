"""HTTP: the catalogue of events, and samples of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from leadbridge.automation.events.catalogue import CATALOGUE
from leadbridge.automation.events.samples import Samples
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/automation/events", tags=["event catalogue"], route_class=ApiRoute)


async def _samples(request: Request) -> Samples:
    samples: Samples = request.app.state.hub.samples
    return samples


SamplesDep = Annotated[Samples, Depends(_samples)]
Reader = Annotated[Caller, needs(Right.AUTOMATIONS_READ)]
LeadReader = Annotated[Caller, needs(Right.LEADS_READ)]


@router.get("", summary="The catalogue of events: each with a JSON Schema of its body and an example")
async def catalogue(caller: Reader) -> Response:
    """Return every event; `starts` tells whether automations and subscriptions can listen to it."""
    return page([event.view() for event in CATALOGUE.values()], None)


@router.get("/samples", summary="Bodies of an event as they would be sent: the company's newest, else the example")
async def samples(
    caller: LeadReader, found: SamplesDep, type: Annotated[str, Query(description="A name of the catalogue.")]
) -> Response:
    """Return up to three bodies, the newest first."""
    return ok(await found.of(caller.company_id, type))
