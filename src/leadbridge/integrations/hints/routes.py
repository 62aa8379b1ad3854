"""Endpoints that CRMs call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadbridge.integrations.hints.service import HintService
from leadbridge.kit.errors import TooLarge
from leadbridge.web.envelope import ok
from leadbridge.web.rights import open_to_all
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/webhook/crm", tags=["CRM integration"], route_class=ApiRoute)

MAX_BODY = 1024 * 1024
"""HubSpot sends at most 100 events in one call, about 40 KB."""


async def _service(request: Request) -> HintService:
    service: HintService = request.app.state.hub.hints
    return service


ServiceDep = Annotated[HintService, Depends(_service)]


@router.post(
    "/{provider}",
    summary="Where a CRM tells that records have changed",
    openapi_extra=open_to_all("proved by the vendor's signature"),
    responses={401: {"description": "The signature is missing, wrong, or older than five minutes."}},
)
async def receive(provider: str, request: Request, service: ServiceDep) -> Response:
    """Take in a webhook that is signed for the whole app (HubSpot). Nothing in it is believed but which record to look
    at; the same event is taken in once."""
    body = await request.body()
    if len(body) > MAX_BODY:
        raise TooLarge(f"A webhook carries at most {MAX_BODY // 1024} KB.")
    query = request.scope["query_string"].decode("ascii", "replace")
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii", "replace").partition("?")[0]
    received = await service.receive(
        provider,
        method=request.method,
        path_and_query=f"{path}?{query}" if query else path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )
    return ok({"kept": received.kept, "repeated": received.repeated, "unknown": received.strange})
