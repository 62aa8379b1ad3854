"""The pages a person sees: consent, what is wrong with a request, and the org's records."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse

from ..clock import iso_ms
from .catalogue import BUSINESS
from .org import Salesforce

PAGE_SIZE = 50
_HEADERS = {
    # No form-action: browsers apply it to redirects too, and a consent ends with one to the app.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_templates = Environment(loader=PackageLoader("leadbridge_sandbox.salesforce"), autoescape=True)
_COLUMNS = {
    "Lead": ("Name", "Company", "Email", "Phone", "Status", "City", "Country", "IsConverted"),
    "Contact": ("Name", "Email", "Phone", "Title", "AccountId", "MailingCity", "MailingCountry"),
    "Account": ("Name", "Website", "Industry", "Phone", "BillingCity", "BillingCountry"),
    "Opportunity": ("Name", "StageName", "Amount", "CloseDate", "AccountId"),
}


def page(template: str, status: int, **values: Any) -> HTMLResponse:
    """Return a rendered page; every value is escaped."""
    return HTMLResponse(_templates.get_template(template).render(**values), status, _HEADERS)


async def records_page(vendor: Salesforce, request: Request) -> HTMLResponse:
    """Return the page that lists an org's records, 50 at a time, live or deleted."""
    query = request.query_params
    org = vendor.orgs.get(query.get("org", "")) or vendor.default_org()
    deleted = query.get("deleted") == "true"
    name = query.get("object", "") if query.get("object", "") in _COLUMNS else "Lead"
    kind = vendor.schema.kind(org.org_id, name)
    text = query.get("from", "")
    from_seq = int(text) if text.isdecimal() and len(text) < 19 else 0
    rows = vendor.records.page(org.org_id, name, deleted=deleted, from_seq=from_seq, limit=PAGE_SIZE + 1)
    live, gone = vendor.records.counts(org.org_id, name)
    return page(
        "records.html",
        200,
        org=org,
        orgs=list(vendor.orgs.values()),
        kind=kind,
        kinds=BUSINESS,
        columns=_COLUMNS[name],
        rows=[
            {
                "id": one.id,
                "values": [one.doc.get(column, "") for column in _COLUMNS[name]],
                "stamp": iso_ms(one.stamp),
                "master": one.master,
            }
            for one in rows[:PAGE_SIZE]
        ],
        next_seq=rows[PAGE_SIZE].seq if len(rows) > PAGE_SIZE else None,
        is_first=from_seq == 0,
        live=live,
        gone=gone,
        deleted=deleted,
        calls=vendor.world.counters.as_json()["total"],
        used=vendor.usage.used(org.org_id, vendor.now),
        most=vendor.settings.dailyLimit,
    )
