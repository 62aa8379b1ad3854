"""The pages a person sees: consent, what is wrong with a request, and the portal's records."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..clock import iso_ms
from ..control import ControlProblem
from ..pages import Pages
from .human import HubSpotControl
from .object_types import OBJECT_TYPES, ObjectType
from .portal import HubSpot
from .records import Record, Records

PAGE_SIZE = 50
page = Pages("hubspot")
_COLUMNS = {
    "contacts": (
        "email",
        "firstname",
        "lastname",
        "phone",
        "company",
        "jobtitle",
        "city",
        "country",
        "lifecyclestage",
    ),
    "companies": ("name", "domain", "industry", "phone", "city", "country", "lifecyclestage"),
    "deals": ("dealname", "amount", "dealstage", "pipeline", "closedate", "hubspot_owner_id"),
}


def _row(kind: ObjectType, record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "values": [record.properties.get(name, "") for name in _COLUMNS[kind.name]],
        "updated": iso_ms(record.updated),
        "archived": record.archived is not None,
    }


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else default


async def records_page(hub: HubSpot, request: Request) -> HTMLResponse:
    """Return the page that lists a portal's records, 50 at a time, live or archived."""
    portal = hub.portals.get(_number(request.query_params.get("portal", ""), 0)) or hub.default_portal()
    archived = request.query_params.get("archived") == "true"
    wanted = request.query_params.get("object", "")
    kind = next((one for one in OBJECT_TYPES if one.name == wanted), OBJECT_TYPES[0])
    records = Records(hub.world.db, portal.portal_id, kind.name)
    from_id = _number(request.query_params.get("from", ""), 0)
    rows = records.page(archived=archived, from_id=from_id, limit=PAGE_SIZE + 1)
    live, gone = records.counts()
    return page(
        "records.html",
        200,
        portal=portal,
        portals=list(hub.portals.values()),
        kind=kind,
        columns=_COLUMNS[kind.name],
        kinds=OBJECT_TYPES,
        events=hub.hooks.counts(),
        rows=[_row(kind, record) for record in rows[:PAGE_SIZE]],
        next_id=rows[PAGE_SIZE].id if len(rows) > PAGE_SIZE else None,
        is_first=from_id == 0,
        live=live,
        gone=gone,
        archived=archived,
        calls=hub.world.counters.as_json()["total"],
    )


async def record_page(hub: HubSpot, human: HubSpotControl, request: Request) -> Response:
    """Return one record's page, where a person changes or archives it; a post does so and leads back to it."""
    name, text = request.path_params["object"], request.path_params["record"]
    portal = hub.portals.get(_number(request.query_params.get("portal", ""), 0)) or hub.default_portal()
    problem = ""
    try:
        at = human.desk(str(portal.portal_id), name)
        if request.method == "POST":
            form = await request.form()
            back = f"/record/{at.kind.name}/{text}?portal={portal.portal_id}"
            if form.get("do") == "archive":
                human.archive(str(portal.portal_id), name, text)
                back = f"/?portal={portal.portal_id}&object={at.kind.name}&archived=true"
            else:
                human.edit(
                    str(portal.portal_id), name, text, {str(form.get("property") or ""): str(form.get("value") or "")}
                )
            return RedirectResponse(back, 303)
    except ControlProblem as error:
        problem = str(error)
        if not problem or request.method == "GET":
            return page("problem.html", 404, title="No such object", problem=problem)
    record = at.records.get_any(_number(text, 0))
    if record is None:
        return page("problem.html", 404, title="No such record", problem=f"There is no {at.kind.singular} {text}.")
    links = human.links(portal.portal_id)
    return page(
        "record.html",
        400 if problem else 200,
        portal=portal,
        kind=at.kind,
        record=record,
        problem=problem,
        history={item: [version[0] for version in versions] for item, versions in record.history().items()},
        writable=sorted(
            item["name"]
            for item in at.definitions.listed(archived=False)
            if not item["modificationMetadata"]["readOnlyValue"]
        ),
        associations=[(one, links.ids(at.kind, record.id, one)) for one in OBJECT_TYPES],
    )
