"""HTTP: erase a person, see how erasures are, export what is held about one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from leadbridge.kit.document import Body
from leadbridge.privacy.model import Erasure
from leadbridge.privacy.service import PrivacyService
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=ApiRoute)


async def privacy_service(request: Request) -> PrivacyService:
    """Return the hub's privacy service."""
    service: PrivacyService = request.app.state.hub.privacy
    return service


PrivacyDep = Annotated[PrivacyService, Depends(privacy_service)]
Eraser = Annotated[Caller, needs(Right.LEADS_ERASE)]


class ErasureBody(Body):
    """Whom to erase: one record, or every record with an e-mail address."""

    lead_id: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="The record's id or external id.", examples=["674085f0c2a1b94d3e5f6071"]
    )
    email: Annotated[str, Field(min_length=3, max_length=320)] | None = None


@router.post("/privacy/erasures", status_code=201, summary="Erase a person")
async def erase(body: ErasureBody, caller: Eraser, privacy: PrivacyDep) -> Response:
    """Erase a person from every document and keep them from being brought in again; it cannot be taken back."""
    by = f"user:{caller.user_id}"
    return ok(erasure_view(await privacy.erase(caller.company_id, by, lead_id=body.lead_id, address=body.email)), 201)


@router.get("/privacy/erasures", summary="List erasures, the newest first")
async def listed(caller: Eraser, privacy: PrivacyDep, paging: PageDep) -> Response:
    """Return erasures with what they deleted; whom they were about is no longer known."""
    found = await privacy.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([erasure_view(erasure) for erasure in found.items], found.next)


@router.get("/privacy/erasures/{id}", summary="Read an erasure")
async def read(id: str, caller: Eraser, privacy: PrivacyDep) -> Response:
    """Return how far an erasure is."""
    return ok(erasure_view(await privacy.one(caller.company_id, id)))


@router.get("/leads/{id}/export", summary="Export everything that is held about a person")
async def export(id: str, caller: Eraser, privacy: PrivacyDep) -> Response:
    """Return the record, its links with the CRMs' ids, and every other document that names it."""
    return ok(await privacy.export(caller.company_id, id))


def erasure_view(erasure: Erasure) -> dict[str, Any]:
    """Return an erasure as the API shows it."""
    hidden = {"company_id", "rev", "v", "subjects", "record_ids", "hashes"}
    return erasure.model_dump(mode="json", by_alias=True, exclude=hidden, exclude_none=True)
