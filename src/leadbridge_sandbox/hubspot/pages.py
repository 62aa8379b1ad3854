"""The pages a person sees: consent, what is wrong with a request, and the portal's records."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ..clock import iso_ms
from .object_types import OBJECT_TYPES
from .portal import HubSpot
from .records import Record, Records

PAGE_SIZE = 50
_HEADERS = {
    # No form-action: browsers apply it to redirects too, and a consent ends with one to the app.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_templates = Environment(loader=PackageLoader("leadbridge_sandbox.hubspot"), autoescape=True)
_COLUMNS = (
    "email",
    "firstname",
    "lastname",
    "phone",
    "company",
    "jobtitle",
    "city",
    "country",
    "lifecyclestage",
)


def page(template: str, status: int, **values: Any) -> HTMLResponse:
    """Return a rendered page; every value is escaped."""
    return HTMLResponse(_templates.get_template(template).render(**values), status, _HEADERS)


def _row(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "values": [record.properties.get(name, "") for name in _COLUMNS],
        "updated": iso_ms(record.updated),
        "archived": record.archived is not None,
    }


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else default


async def records_page(hub: HubSpot, request: Request) -> HTMLResponse:
    """Return the page that lists a portal's records, 50 at a time, live or archived."""
    portal = hub.portals.get(_number(request.query_params.get("portal", ""), 0)) or hub.default_portal()
    archived = request.query_params.get("archived") == "true"
    kind = OBJECT_TYPES[0]
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
        columns=_COLUMNS,
        rows=[_row(record) for record in rows[:PAGE_SIZE]],
        next_id=rows[PAGE_SIZE].id if len(rows) > PAGE_SIZE else None,
        is_first=from_id == 0,
        live=live,
        gone=gone,
        archived=archived,
        calls=hub.world.counters.as_json()["total"],
    )
