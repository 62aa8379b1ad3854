"""How a record ends other than by deletion: merged into another, or, a lead, converted into other records."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from . import unconfirmed
from .call import Call
from .desk import Desk, find
from .errors import ItemError, Json, VendorError, answer, unknown_id
from .records import Record
from .times import iso
from .writes import respond

MERGE_MAX = 2
_CARRIED = {
    "Contacts": {"First_Name": "First_Name", "Last_Name": "Last_Name", "Email": "Email", "Phone": "Phone",
                 "Mobile": "Mobile", "Fax": "Fax", "Designation": "Title", "Lead_Source": "Lead_Source",
                 "Secondary_Email": "Secondary_Email", "Salutation": "Salutation", "Street": "Mailing_Street",
                 "City": "Mailing_City", "State": "Mailing_State", "Zip_Code": "Mailing_Zip",
                 "Country": "Mailing_Country", "Description": "Description"},
    "Accounts": {"Company": "Account_Name", "Phone": "Phone", "Fax": "Fax", "Website": "Website",
                 "Industry": "Industry", "No_of_Employees": "Employees", "Annual_Revenue": "Annual_Revenue",
                 "Rating": "Rating"},
}  # fmt: skip
"""Which field of a lead becomes which of the records it is converted into."""


def _carried(lead: Record, module: str) -> Json:
    return {name: lead.values[held] for held, name in _CARRIED[module].items() if lead.values.get(held) is not None}


def convert(desk: Desk, lead: Record, given: Json, path: str) -> Json:
    """Convert a lead; return the lookups of what it became. Raises ItemError.

    An account is found by its name, or made, where the lead has a company; a deal is made where one is described.
    """
    if lead.converted:
        raise ItemError("ID_ALREADY_CONVERTED", "id already converted", {"id": str(lead.id)})
    accounts, contacts = desk.other("Accounts"), desk.other("Contacts")
    account: Record | None = None
    chosen = given.get("Accounts")
    if isinstance(chosen, dict) and chosen.get("id"):
        account = find(accounts, chosen["id"], f"{path}.Accounts.id")
    elif lead.values.get("Company"):
        held = accounts.records.holders("Account_Name", lead.values["Company"])
        account = accounts.records.get(held[0]) if held else None
        if account is None:
            account = accounts.create(_carried(lead, "Accounts"), path)
    chosen = given.get("Contacts")
    link = {"Account_Name": {"id": str(account.id)}} if account else {}
    if isinstance(chosen, dict) and chosen.get("id"):
        contact = find(contacts, chosen["id"], f"{path}.Contacts.id")
    else:
        contact = contacts.create(_carried(lead, "Contacts") | link, path)
    deal: Record | None = None
    wanted = given.get("Deals")
    if isinstance(wanted, dict):
        deals = desk.other("Deals")
        deal = deals.create(wanted | link | {"Contact_Name": {"id": str(contact.id)}}, f"{path}.Deals")
    became = {"Converted_Contact": contact, "Converted_Account": account, "Converted_Deal": deal}
    changes: dict[str, Any] = {name: {"id": str(one.id)} for name, one in became.items() if one is not None}
    changes["Converted_Date_Time"] = iso(desk.now, desk.org.time_zone)
    desk.store(lead, changes, converted=True)

    def shown(module: str, record: Record | None) -> Json | None:
        return None if record is None else {"name": desk.other(module).name_of(record), "id": str(record.id)}

    return {
        "Contacts": shown("Contacts", contact),
        "Accounts": shown("Accounts", account),
        "Deals": shown("Deals", deal),
    }


def merge(desk: Desk, winner: Record, losers: list[Record], taken: dict[int, list[str]]) -> Record:
    """Merge records into one and return it. Its values win where it has any, but for those `taken` from a loser.

    Nothing leads from a loser to the winner: it only stands among the deleted records.
    """
    changes: dict[str, Any] = {}
    for loser in losers:
        for name, value in loser.values.items():
            missing = winner.values.get(name) is None and name not in changes
            if name != "Owner" and (missing or name in taken.get(loser.id, ())):
                changes[name] = value
        desk.delete(loser, gone=unconfirmed.MERGED_AWAY_TYPE == "permanent")
    return desk.store(winner, changes, modified=desk.now)


def convert_lead(call: Call) -> Response:
    """Convert the lead that the path names; 200 or 400."""
    desk = call.desk(call.module("Leads"))
    try:
        lead = find(desk, call.path("record"), "$.path.id")
        given = call.rows("data", 1)[0]
        details = convert(desk, lead, given, "$.data[0]")
    except ItemError as error:
        return answer(error.http, {"data": [error.row()]})
    text = "The record has been converted successfully"
    return answer(200, {"data": [{"code": "SUCCESS", "details": details, "message": text, "status": "success"}]})


def merge_records(call: Call) -> Response:
    """Merge one or two records into the one that the path names; 201 or 400."""
    desk, given = call.desk(), call.rows("merge", 1)[0]
    data = given.get("data")
    if not isinstance(data, list) or not data:
        details = {"api_name": "data", "json_path": "$.merge[0].data"}
        raise VendorError(400, "MANDATORY_NOT_FOUND", "required field not found", details)
    if len(data) > MERGE_MAX:
        raise VendorError(400, "LIMIT_EXCEEDED", "Record count exceeded", {"limit": MERGE_MAX})
    try:
        winner = find(desk, call.path("record"), "$.path.id")
        losers: list[Record] = []
        taken: dict[int, list[str]] = {}
        for place, one in enumerate(data):
            path = f"$.merge[0].data[{place}].id"
            loser = find(desk, one.get("id") if isinstance(one, dict) else None, path)
            if loser.id == winner.id or loser in losers:
                raise unknown_id(path)
            losers.append(loser)
            taken[loser.id] = [str(field.get("api_name")) for field in one.get("_fields") or []]
        merge(desk, winner, losers, taken)
    except ItemError as error:
        return respond([error.row()], [error], 201, "merge")
    details = {"id": str(winner.id)}
    text = "The records has been merged successfully"
    return answer(201, {"merge": [{"code": "SUCCESS", "details": details, "message": text, "status": "success"}]})
