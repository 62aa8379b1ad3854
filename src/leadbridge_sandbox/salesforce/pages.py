"""The pages a person sees: consent, what is wrong with a request, and the org's records."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..clock import iso_ms
from ..control import ControlProblem
from ..pages import Pages
from . import ids
from .actions import Actions
from .catalogue import BUSINESS
from .fields import Kind
from .human import SalesforceControl
from .org import Org, Salesforce
from .records import Record
from .views import value

PAGE_SIZE = 50
page = Pages("salesforce")
_COLUMNS = {
    "Lead": ("Name", "Company", "Email", "Phone", "Status", "City", "Country", "IsConverted"),
    "Contact": ("Name", "Email", "Phone", "Title", "AccountId", "MailingCity", "MailingCountry"),
    "Account": ("Name", "Website", "Industry", "Phone", "BillingCity", "BillingCountry"),
    "Opportunity": ("Name", "StageName", "Amount", "CloseDate", "AccountId"),
}


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


async def record_page(human: SalesforceControl, actions: Actions, request: Request) -> Response:
    """Return one record's page, where a person works on it; a post does what its form says and leads back to it."""
    vendor = human.vendor
    org = vendor.orgs.get(request.query_params.get("org", "")) or vendor.default_org()
    name, record_id = request.path_params["object"], ids.full(request.path_params["record"]) or ""
    problem = ""
    if request.method == "POST":
        form = {key: str(text) for key, text in (await request.form()).items()}
        try:
            _done(human, actions, org, name, record_id, form)
        except ControlProblem as refused:
            problem = str(refused)
        else:
            return RedirectResponse(f"/record/{name}/{record_id}?org={org.org_id}", 303)
    record = vendor.records.by_id(org.org_id, record_id)
    if record is None or record.object != name:
        return page("problem.html", 404, title="No such record", problem=f"There is no {name} {record_id}.")
    kind = vendor.schema.whole(org.org_id, name)
    return page(
        "record.html",
        400 if problem else 200,
        org=org,
        kind=kind,
        record=record,
        problem=problem,
        shown=_shown(kind, record),
        writable=[one.name for one in kind.fields.values() if one.updateable],
    )


def _shown(kind: Kind, record: Record) -> list[tuple[str, Any]]:
    found = [(one.name, value(kind, one, record)) for one in kind.fields.values() if one.kind != "address"]
    return [(name, text) for name, text in found if text is not None]


def _done(
    human: SalesforceControl, actions: Actions, org: Org, name: str, record_id: str, form: dict[str, str]
) -> None:
    """Do what a form asks for. Raises ControlProblem."""
    given = {"account": org.org_id, "id": record_id, "primary": record_id, "other": form.get("other")}
    what = form.get("do", "")
    if what == "delete":
        human.archive(org.org_id, name, record_id)
    elif what == "merge":
        actions.merge(given)
    elif what == "convert":
        actions.convert(given)
    elif what == "undelete":
        actions.undelete(given)
    else:
        human.edit(org.org_id, name, record_id, {form.get("field", ""): form.get("value", "")})
