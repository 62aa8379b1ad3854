"""The HTTP endpoints of leads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from leadbridge.leads.change import Author
from leadbridge.leads.imports.routes import router as imports_router
from leadbridge.leads.model import LeadBody, lead_view
from leadbridge.leads.service import Filters, LeadService, Sort
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1/leads", tags=["leads"], route_class=ApiRoute)
router.include_router(imports_router)  # first: "imports" is no lead id


async def leads_service(request: Request) -> LeadService:
    """Return the hub's leads."""
    service: LeadService = request.app.state.hub.leads
    return service


ServiceDep = Annotated[LeadService, Depends(leads_service)]
Reader = Annotated[Caller, needs(Right.LEADS_READ)]
Writer = Annotated[Caller, needs(Right.LEADS_WRITE)]


def author_of(caller: Caller) -> Author:
    """Return whose change a request makes."""
    return Author(caller.origin, f"user:{caller.user_id}")


@router.post("", status_code=201, summary="Create a lead")
async def create(body: LeadBody, caller: Writer, leads: ServiceDep) -> Response:
    return ok(lead_view(await leads.create(caller.company_id, author_of(caller), body)), 201)


@router.get("", summary="List leads")
async def listed(
    caller: Reader,
    leads: ServiceDep,
    paging: PageDep,
    sort: Annotated[Sort, Query(description="With 'email' or 'externalId' the order is by id.")] = "-createdAt",
    email: str | None = None,
    external_id: Annotated[str | None, Query(alias="externalId")] = None,
    status: str | None = None,
    source: str | None = None,
    tag: str | None = None,
) -> Response:
    filters = Filters(email, external_id, status, source, tag)
    found = await leads.page(caller.company_id, filters, sort, limit=paging.limit, after=paging.after)
    return page([lead_view(lead) for lead in found.items], found.next)


@router.get("/{id}", summary="Read a lead by its id or external id")
async def read(id: str, caller: Reader, leads: ServiceDep) -> Response:
    return ok(lead_view(await leads.get(caller.company_id, id)))


@router.patch("/{id}", summary='Change fields of a lead; null or "" unsets one')
async def update(id: str, body: LeadBody, caller: Writer, leads: ServiceDep) -> Response:
    return ok(lead_view(await leads.update(caller.company_id, author_of(caller), id, body)))
