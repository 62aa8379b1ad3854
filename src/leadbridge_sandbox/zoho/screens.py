"""An organisation's records as a person sees and changes them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..control import ControlProblem
from .actions import Actions
from .catalogue import Field
from .desk import Desk
from .human import ZohoControl
from .org import Org, Zoho
from .pages import page
from .records import Record
from .times import iso

PAGE_SIZE = 50
_COLUMNS = {
    "Leads": ("Full_Name", "Company", "Email", "Phone", "City", "Lead_Source", "Lead_Status", "Converted__s"),
    "Contacts": ("Full_Name", "Account_Name", "Email", "Phone", "Title", "Mailing_City"),
    "Accounts": ("Account_Name", "Website", "Phone", "Industry", "Billing_City"),
    "Deals": ("Deal_Name", "Amount", "Stage", "Account_Name", "Closing_Date"),
}
_TYPED = ("lookup", "ownerlookup", "userlookup", "multiselectpicklist")


def _text(value: Any) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    if isinstance(value, list):
        return "; ".join(_text(one) for one in value)
    return str(value)


def _value(field: Field | None, text: str) -> Any:
    """Return what a person typed as the field takes it; a text that does not fit is left for the field to refuse."""
    if not text:
        return None
    kind = field.type if field else ""
    if kind == "boolean":
        return text.lower() == "true"
    if kind == "integer" and text.lstrip("-").isdecimal():
        return int(text)
    if kind in ("double", "currency", "percent"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


class Screens:
    """The pages of the sandbox itself."""

    def __init__(self, zoho: Zoho, human: ZohoControl, actions: Actions) -> None:
        self.zoho, self.human, self.actions = zoho, human, actions

    def _org(self, request: Request) -> Org:
        return self.zoho.orgs.get(request.query_params.get("org", "")) or self.zoho.default_org()

    async def records(self, request: Request) -> HTMLResponse:
        """Return the page that lists a module's records, 50 at a time, live or deleted."""
        org = self._org(request)
        definitions = self.zoho.definitions(org.zgid)
        module = definitions.module(request.query_params.get("module", "")) or definitions.modules["Leads"]
        deleted = request.query_params.get("deleted") == "true"
        first = request.query_params.get("from", "")
        from_id = int(first) if first.isdecimal() and len(first) < 19 + (first < "9") else 0
        columns = _COLUMNS.get(module.api_name, ("Name", "Email"))
        with self.human.at_work(org.zgid, module.api_name) as desk:
            where = f"deleted IS {'NOT ' if deleted else ''}NULL"
            rows = desk.records.select(f"{where} AND id >= ? ORDER BY id LIMIT ?", from_id, PAGE_SIZE + 1)
            shown = [self._row(desk, row, columns) for row in rows[:PAGE_SIZE]]
            live, gone = desk.records.count("deleted IS NULL"), desk.records.count("deleted IS NOT NULL")
        channels = [
            {"channel": channel, "module": name, "events": doc["events"], "url": doc["notify_url"],
             "expires": iso(expires, org.time_zone)}
            for channel, name, expires, doc in self.zoho.watch.channels(org.zgid)
        ]  # fmt: skip
        return page(
            "records.html",
            200,
            org=org,
            orgs=list(self.zoho.orgs.values()),
            module=module,
            modules=list(definitions.modules.values()),
            columns=columns,
            rows=shown,
            live=live,
            gone=gone,
            deleted=deleted,
            next_id=rows[PAGE_SIZE].id if len(rows) > PAGE_SIZE else None,
            is_first=from_id == 0,
            events=self.zoho.watch.counts(),
            channels=channels,
            calls=self.zoho.world.counters.as_json()["total"],
            credits=self.zoho.credits.used(org.zgid),
        )

    def _row(self, desk: Desk, record: Record, columns: tuple[str, ...]) -> dict[str, Any]:
        shown = desk.shown(record, columns)
        values = [_text(shown.get(name)) for name in columns]
        return {"id": record.id, "values": values, "modified": iso(record.modified, desk.org.time_zone)}

    async def record(self, request: Request) -> Response:
        """Return one record's page, where a person changes it; a post does so and leads back to it."""
        name, text = request.path_params["module"], request.path_params["record"]
        org, problem = self._org(request), ""
        try:
            if request.method == "POST":
                self._do(org, name, text, {key: str(value) for key, value in (await request.form()).items()})
                return RedirectResponse(f"/record/{name}/{text}?org={org.zgid}", 303)
        except ControlProblem as error:
            problem = str(error)
        try:
            with self.human.at_work(org.zgid, name) as desk:
                record = desk.records.get_any(int(text)) if text.isdecimal() and len(text) < 19 + (text < "9") else None
                values = {key: _text(value) for key, value in desk.shown(record).items()} if record else {}
        except ControlProblem as error:
            return page("problem.html", 404, title="No such module", problem=str(error))
        if record is None:
            return page("problem.html", 404, title="No such record", problem=f"There is no {name} {text}.")
        writable = [one.api_name for one in desk.fields.values() if not one.read_only and one.type not in _TYPED]
        return page(
            "record.html",
            400 if problem else 200,
            org=org,
            person=desk.user,
            module=desk.module,
            record=record,
            problem=problem,
            values={key: value for key, value in values.items() if value},
            writable=writable,
        )

    def _do(self, org: Org, module: str, record: str, form: dict[str, str]) -> None:
        """Do what a form on a record's page asks for. Raises ControlProblem."""
        given = {"zgid": org.zgid, "object": module, "id": record}
        what = form.get("do")
        if what == "delete":
            self.human.archive(org.zgid, module, record)
        elif what == "restore":
            self.actions.restore(given)
        elif what == "convert":
            self.actions.convert(given)
        else:
            name = form.get("field", "")
            found = self.zoho.definitions(org.zgid)
            known = found.module(module)
            field = found.fields(known.api_name).get(name) if known else None
            self.human.edit(org.zgid, module, record, {name: _value(field, form.get("value", ""))})
