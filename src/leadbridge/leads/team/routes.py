"""The HTTP endpoints of the sales team."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from leadbridge.leads.team.model import RepBody, rep_view
from leadbridge.leads.team.service import TeamService
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/team", tags=["team"], route_class=ApiRoute)


async def team_service(request: Request) -> TeamService:
    """Return the hub's sales teams."""
    service: TeamService = request.app.state.hub.team
    return service


TeamDep = Annotated[TeamService, Depends(team_service)]
Reader = Annotated[Caller, needs(Right.TEAM_READ)]
Manager = Annotated[Caller, needs(Right.TEAM_MANAGE)]
_EXAMPLE: dict[str, Any] = {
    "_id": "674085f0c2a1b94d3e5f6076", "name": "Ana Ruiz", "email": "ana.ruiz@example.com", "active": True,
    "zone": "Europe/Madrid", "hours": [{"day": "mon", "start": "09:00", "end": "17:30"}], "capacity": 40, "weight": 1,
    "territories": [{"countries": ["ES", "PT"], "regions": [], "postalPrefixes": [], "tags": []}],
    "absences": [{"first": "2026-08-03", "last": "2026-08-21", "reason": "holiday"}],
    "createdAt": "2026-01-05T09:30:00.000Z", "updatedAt": "2026-01-05T09:30:00.000Z",
}  # fmt: skip


def _shown(status: int = 200) -> dict[int | str, dict[str, Any]]:
    body = {"success": True, "data": _EXAMPLE}
    return {status: {"description": "Done.", "content": {"application/json": {"example": body}}}}


@router.get("", summary="List the sales team")
async def listed(caller: Reader, team: TeamDep, paging: PageDep) -> Response:
    """Return a page of the team, oldest first."""
    found = await team.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([rep_view(rep) for rep in found.items], found.next)


@router.post("", status_code=201, summary="Add somebody to the sales team", responses=_shown(201))
async def create(body: RepBody, caller: Manager, team: TeamDep) -> Response:
    return ok(rep_view(await team.create(caller.company_id, body)), 201)


@router.get("/{id}", summary="Read one member of the sales team", responses=_shown())
async def read(id: str, caller: Reader, team: TeamDep) -> Response:
    return ok(rep_view(await team.get(caller.company_id, id)))


@router.patch("/{id}", summary="Change a member; lists are replaced whole", responses=_shown())
async def update(id: str, body: RepBody, caller: Manager, team: TeamDep) -> Response:
    return ok(rep_view(await team.update(caller.company_id, id, body)))


@router.delete("/{id}", summary="Remove a member of the sales team")
async def remove(id: str, caller: Manager, team: TeamDep) -> Response:
    """Leads keep their owner."""
    await team.remove(caller.company_id, id)
    return ok({"_id": id, "removed": True})
