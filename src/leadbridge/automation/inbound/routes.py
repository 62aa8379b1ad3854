"""The inbound address as the API document shows it; calls are answered by the door, which stands before the routes."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadbridge.automation.inbound.door import InboundDoor
from leadbridge.web.rights import open_to_all
from leadbridge.web.routing import ApiRoute, failing

router = APIRouter(prefix="/api/v1/webhook/automation", tags=["webhooks in"], route_class=ApiRoute)

_BODY = {
    "requestBody": {
        "description": "Anything up to 256 KB; it becomes the event's `data`. With a top-level `executionId` it is a "
        "report on that execution.",
        "content": {
            "application/json": {"schema": {}, "example": {"test": "data"}},
            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "/{key}",
    status_code=202,
    summary="Where an automation is called",
    openapi_extra=open_to_all("proved by the automation's webhook secret, in a header or as a signature") | _BODY,
    responses=failing(
        s401="The key belongs to no automation, or the secret or signature is missing or wrong: both look alike.",
        s409="The automation is not active, or the call has been handed on by automations too often.",
        s413="The body is larger than 256 KB.",
        s429="More calls came than are taken, or the month's executions are used up.",
    ),
)
async def receive(key: str, request: Request) -> Response:  # the door reads it from the path
    """Start the automation with what is sent, or report on one of its executions. Stored before it is answered."""
    door: InboundDoor = request.app.state.hub.door
    return await door.respond(request.scope, request.receive)
