"""Endpoints that CRMs call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadbridge.integrations.hints.service import HintService
from leadbridge.kit.errors import TooLarge
from leadbridge.web.envelope import ok
from leadbridge.web.ratelimit import RateLimiter, Rule
from leadbridge.web.rights import open_to_all
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/webhook/crm", tags=["CRM integration"], route_class=ApiRoute)

MAX_BODY = 1024 * 1024
"""HubSpot sends at most 100 events in one call, about 40 KB."""


MAX_NEWS = 256 * 1024
"""Zoho tells of 100 records in one call, about 15 KB; Dynamics 365 sends at most 256 KB."""
MAX_QUERY = 4096
"""Characters of a query: Dynamics sends its secret there."""
CALLS_PER_MINUTE = 1200
"""Calls to one connection's address."""


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


@router.post(
    "/{provider}/{connection_key}",
    summary="Where a CRM tells one connection that records have changed",
    openapi_extra=open_to_all("proved by the address's key and the secret that the CRM was given with it"),
    responses={
        401: {"description": "The key belongs to no connection, or the secret is missing or wrong: both look alike."},
        413: {"description": "The call is larger than a CRM's news."},
        429: {"description": "More calls came to this address than a CRM makes."},
    },
)
async def receive_at(provider: str, connection_key: str, request: Request, service: ServiceDep) -> Response:
    """Take in a webhook that was ordered for one connection (Zoho CRM, Dynamics).

    Nothing in it is believed but which record to look at; the same event is taken in once.
    """
    addressed = await service.addressed(provider, connection_key)
    limiter: RateLimiter = request.app.state.hub.limiter
    verdict = await limiter.take([Rule("crm_webhook", addressed.connection.id, CALLS_PER_MINUTE)])
    if verdict is not None and not verdict.allowed:
        raise verdict.refusal()
    received = await service.receive_at(
        addressed,
        connection_key,
        method=request.method,
        query=request.scope["query_string"].decode("ascii", "replace")[:MAX_QUERY],
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await _within(request, MAX_NEWS),
    )
    return ok({"kept": received.kept, "repeated": received.repeated, "unknown": received.strange})


async def _within(request: Request, limit: int) -> bytes:
    """Return the body; raises ``TooLarge`` as soon as it is, without reading on."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise TooLarge(f"A webhook carries at most {limit // 1024} KB.", headers={"connection": "close"})
    return bytes(body)
