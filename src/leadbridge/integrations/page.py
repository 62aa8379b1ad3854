"""The endpoint of the integrations page. It needs no login and shows nothing of any company to whoever asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from leadbridge.integrations.addresses import RESULT_COOKIE
from leadbridge.integrations.outcomes import render
from leadbridge.integrations.service import ConnectionService
from leadbridge.settings import INTEGRATIONS_PAGE

router = APIRouter(include_in_schema=False)


def connection_service(request: Request) -> ConnectionService:
    """Return the hub's connections."""
    service: ConnectionService = request.app.state.hub.connections
    return service


ServiceDep = Annotated[ConnectionService, Depends(connection_service)]


@router.get(INTEGRATIONS_PAGE)
async def integrations(request: Request, service: ServiceDep) -> Response:
    """Show what can be connected, and how a connect ended; the account only to the browser that connected it."""
    reference = request.cookies.get(RESULT_COOKIE, "")
    shown = await service.account_shown(reference) if reference else None
    html = render(service.providers(), request.query_params, shown)
    return HTMLResponse(html, headers={"cache-control": "no-store"})
