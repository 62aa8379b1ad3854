"""The pages a person sees: consent, what is wrong with a request, and an organisation's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..control import ControlProblem
from ..pages import Pages
from . import values
from .records import place_of

if TYPE_CHECKING:
    from .human import DynamicsControl

PAGE_SIZE = 50
page = Pages("dynamics")
TABLES = ("lead", "contact", "account", "opportunity")
_COLUMNS = {
    "lead": ("subject", "fullname", "companyname", "emailaddress1", "telephone1", "statecode", "statuscode"),
    "contact": ("fullname", "emailaddress1", "telephone1", "jobtitle", "statecode"),
    "account": ("name", "emailaddress1", "telephone1", "websiteurl", "statecode"),
    "opportunity": ("name", "estimatedvalue", "estimatedclosedate", "statecode", "statuscode"),
}


async def records_page(human: DynamicsControl, request: Request) -> HTMLResponse:
    """Return the page that lists an organisation's records, 50 at a time."""
    asked = request.query_params
    at = human.desk(asked.get("organization") or None)
    table = at.catalogue.table(asked.get("table", ""))
    if table is None or table.name not in TABLES:
        table = at.catalogue.table("lead") or human.table(at, "contact")
    after = asked.get("after", "")
    found = []
    for record in at.records.scan(table.name, "place > ?", (after,)):
        found.append(record)
        if len(found) > PAGE_SIZE:
            break
    rows = [
        {
            "id": record.id,
            "values": [_shown(table.columns[name], record.doc.get(name)) for name in _COLUMNS[table.name]],
            "updated": values.iso(record.modified),
        }
        for record in found[:PAGE_SIZE]
    ]
    return page(
        "records.html",
        200,
        organization=at.organization,
        organizations=list(human.vendor.organizations.values()),
        table=table,
        tables=[one for name in TABLES if (one := at.catalogue.table(name)) is not None],
        columns=_COLUMNS[table.name],
        rows=rows,
        next=place_of(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else None,
        is_first=not after,
        total=at.records.count(table.name),
        events=human.hooks.counts(),
        calls=human.vendor.world.counters.as_json()["total"],
    )


def _shown(column: Any, value: Any) -> str:
    if value is None:
        return ""
    option = column.option(value) if isinstance(value, int) else None
    return option.label if option is not None else str(value)


async def record_page(human: DynamicsControl, request: Request) -> Response:
    """Return one record's page, where a person changes or deletes it; a post does so and leads back to it."""
    name, record_id = request.path_params["table"], request.path_params["record"]
    account = request.query_params.get("organization") or None
    problem = ""
    try:
        at = human.desk(account)
        table = human.table(at, name)
        if request.method == "POST":
            form = await request.form()
            back = f"/record/{table.name}/{record_id}?organization={at.organization.organization_id}"
            if form.get("do") == "delete":
                human.archive(account, name, record_id)
                back = f"/?organization={at.organization.organization_id}&table={table.name}"
            else:
                human.edit(account, name, record_id, {str(form.get("column") or ""): str(form.get("value") or "")})
            return RedirectResponse(back, 303)
    except ControlProblem as error:
        problem = str(error)
        if request.method == "GET":
            return page("problem.html", 404, title="No such table", problem=problem)
        at, table = human.desk(account), human.table(human.desk(account), name)
    record = at.records.get(table.name, record_id)
    if record is None:
        return page("problem.html", 404, title="No such record", problem=f"There is no {table.name} {record_id}.")
    writable = sorted(one.name for one in table.columns.values() if one.updatable and not one.attribute_of)
    return page(
        "record.html",
        400 if problem else 200,
        organization=at.organization,
        table=table,
        record=human.shown(record),
        problem=problem,
        writable=writable,
    )
