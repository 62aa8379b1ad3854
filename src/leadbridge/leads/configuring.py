"""The HTTP endpoints by which a company shapes its records: custom fields, the threshold of high value, saved views."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadbridge.leads.asking import checked_view
from leadbridge.leads.endpoints import Reader, example
from leadbridge.leads.reindexing import reindex
from leadbridge.leads.service import RecordService
from leadbridge.leads.shaping import (
    FieldBody,
    Shapes,
    ThresholdBody,
    field_view,
    standard_fields,
    threshold_view,
)
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.leads.views import SavedViews, ViewBody, view_view
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.rights import Right, needs

Shaper = Annotated[Caller, needs(Right.RECORDS_CONFIGURE)]

_FIELD: dict[str, Any] = {
    "key": "plan", "label": "Plan", "type": "choice", "choices": ["gold", "silver"], "filter": True, "custom": True,
}  # fmt: skip
_VIEW: dict[str, Any] = {
    "_id": "674085f0c2a1b94d3e5f6074", "record": "lead", "name": "Hot leads in Spain",
    "ownerId": "674085f0c2a1b94d3e5f6075", "shared": True, "filters": {"status": ["new"], "country": "ES"},
    "sort": "-createdAt", "columns": ["name", "email"],
}  # fmt: skip


def add_shaping(router: APIRouter, type: RecordType) -> None:
    """Add the endpoints of one type's declared fields, thresholds and views."""

    def shapes(request: Request) -> Shapes:
        found: Shapes = request.app.state.hub.shapes
        return found

    @router.get("/fields", summary="The fields there are, declared custom ones included")
    async def fields(request: Request, caller: Reader) -> Response:
        """Return every field of the type with what it holds."""
        settings = await shapes(request).of(caller.company_id, type)
        return page([*standard_fields(type), *(field_view(one) for one in settings.fields)], None)

    @router.put("/fields/{field}", summary="Declare a custom field, or change it", responses=example(_FIELD))
    async def declare(request: Request, field: str, body: FieldBody, caller: Shaper) -> Response:
        """Declare what a custom field holds. Values are checked from then on; those there are stay as they are.

        With `filter`, records that have the field already are taken into the index in the background.
        """
        settings, lacking = await shapes(request).declare(caller.company_id, type, field, body)
        if lacking:
            await reindex(request.app.state.hub.store, request.app.state.hub.queue, caller.company_id, type)
        return ok(field_view(next(one for one in settings.fields if one.key == " ".join(field.split()))))

    @router.delete("/fields/{field}", summary="Take the declaration of a custom field back")
    async def forget(request: Request, field: str, caller: Shaper) -> Response:
        """Values stay with their records and are no longer checked."""
        await shapes(request).forget(caller.company_id, type, field)
        return ok({"key": field, "removed": True})

    if type is LEAD:
        _thresholds(router, shapes)
    _views(router, type)


def _thresholds(router: APIRouter, shapes: Any) -> None:
    shown = {"value": {"amount": "10000", "currency": "EUR"}, "score": 80}

    @router.get("/high-value", summary="From when on a lead is of high value", responses=example(shown))
    async def threshold(request: Request, caller: Reader) -> Response:
        return ok(threshold_view(await shapes(request).of(caller.company_id, LEAD)))

    @router.put("/high-value", summary="Lay down from when on a lead is of high value", responses=example(shown))
    async def set_threshold(request: Request, body: ThresholdBody, caller: Shaper) -> Response:
        """A lead that first passes it gives the event `lead.high_value`, once."""
        return ok(threshold_view(await shapes(request).set_threshold(caller.company_id, LEAD, body)))


def _views(router: APIRouter, type: RecordType) -> None:
    def saved(request: Request) -> SavedViews:
        found: SavedViews = request.app.state.hub.views
        return found

    async def usable(request: Request, caller: Caller, body: ViewBody) -> None:
        wanted = checked_view(type, body.filters, body.sort)
        service: RecordService = request.app.state.hub.records[type.name]
        await service.check(caller.company_id, wanted.filters, wanted.sort)

    @router.get("/views", summary="Saved views: one's own and shared ones", responses=example(_VIEW, listed=True))
    async def views(request: Request, caller: Reader) -> Response:
        found = await saved(request).all(caller.company_id, caller.user_id, type)
        return page([view_view(view) for view in found], None)

    @router.post("/views", status_code=201, summary="Save a view", responses=example(_VIEW, status=201))
    async def save(request: Request, body: ViewBody, caller: Reader) -> Response:
        """Save filters, sort and columns under a name; `?view=<id>` applies them to the list."""
        await usable(request, caller, body)
        return ok(view_view(await saved(request).save(caller.company_id, caller.user_id, type, body)), 201)

    @router.patch("/views/{view_id}", summary="Change one's own view", responses=example(_VIEW))
    async def change(request: Request, view_id: str, body: ViewBody, caller: Reader) -> Response:
        await usable(request, caller, body)
        return ok(view_view(await saved(request).change(caller.company_id, caller.user_id, type, view_id, body)))

    @router.delete("/views/{view_id}", summary="Delete one's own view")
    async def delete(request: Request, view_id: str, caller: Reader) -> Response:
        await saved(request).delete(caller.company_id, caller.user_id, type, view_id)
        return ok({"_id": view_id, "removed": True})
