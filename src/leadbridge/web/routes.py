"""Endpoints that belong to no room: tickets for event streams."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from leadbridge.kit.clock import to_text
from leadbridge.kit.document import Body
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute
from leadbridge.web.tickets import LIFETIME, Tickets

router = APIRouter(prefix="/api/v1/events", tags=["events"], route_class=ApiRoute)


class TicketBody(Body):
    """Which stream a ticket is to open."""

    path: Annotated[str, Field(max_length=300, examples=["/api/v1/runs/674085f0c2a1b94d3e5f6071/events"])]


@router.post("/tickets", status_code=201, summary="A ticket to open one event stream, once, within 30 seconds")
async def make(body: TicketBody, caller: Annotated[Caller, needs(Right.ACCOUNT_READ)], request: Request) -> Response:
    """Return a ticket; add it to the stream's address as `?ticket=`."""
    tickets: Tickets = request.app.state.hub.tickets
    made = await tickets.make(
        caller.company_id, caller.user_id, body.path, key_id=None if caller.key is None else caller.key.id
    )
    shown = {
        "ticket": made.text,
        "path": made.path,
        "expiresAt": to_text(made.expires_at),
        "expiresInSeconds": int(LIFETIME.total_seconds()),
    }
    return ok(shown, 201, secrets=("ticket",))
