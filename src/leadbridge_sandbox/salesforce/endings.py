"""What becomes of a record besides being changed: merged into another one, or converted. As a person does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import CONVERTED_STATUS
from .errors import Refused
from .records import Record
from .values import moment_text
from .writes import Desk

MERGEABLE = ("Lead", "Contact", "Account")
_REFERRING = {"Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Account", "ParentId"))}
_TO_ACCOUNT = (
    "Phone",
    "Fax",
    "Website",
    "Industry",
    "Rating",
    "AnnualRevenue",
    "NumberOfEmployees",
)
_TO_CONTACT = (
    "FirstName",
    "LastName",
    "Salutation",
    "Title",
    "Email",
    "Phone",
    "MobilePhone",
    "Fax",
    "LeadSource",
    "Description",
    "HasOptedOutOfEmail",
    "DoNotCall",
)
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def merge(desk: Desk, winner: Record, loser: Record, chosen: Mapping[str, Any]) -> None:
    """Merge `loser` into `winner`, which also gets the values chosen of it and keeps its own of the others.

    The loser goes to the recycle bin with its `MasterRecordId`; what referred to it refers to the winner. Raises
    Refused.
    """
    if winner.object != loser.object or winner.object not in MERGEABLE:
        raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "these records cannot be merged")
    if winner.id == loser.id:
        raise Refused(400, "INVALID_CROSS_REFERENCE_KEY", "a record cannot be merged with itself")
    kind = desk.kind(winner.object)
    for object_name, name in _REFERRING.get(winner.object, ()):
        for child in desk.vendor.records.children(desk.org, object_name, name, loser.id):
            if child.deleted is None:
                desk.update(desk.kind(object_name), child, {name: winner.id})
    loser.master = winner.id
    desk.delete(kind, loser)
    desk.update(kind, winner, chosen)


def convert(desk: Desk, lead: Record, given: Mapping[str, Any]) -> dict[str, str | None]:
    """Convert a lead: an account and a contact are made, or those named are taken, and an opportunity if wanted.

    `given`: accountId, contactId, opportunityName, doNotCreateOpportunity. Returns the ids. Raises Refused.
    """
    if lead.doc.get("IsConverted"):
        raise Refused(400, "CANNOT_UPDATE_CONVERTED_LEAD", "This lead is already converted")
    doc = lead.doc
    account_id = given.get("accountId")
    if account_id:
        account = desk.find(desk.kind("Account"), account_id)
    else:
        taken = {name: doc[name] for name in _TO_ACCOUNT if name in doc}
        taken |= {f"Billing{part}": doc[part] for part in _ADDRESS if part in doc}
        account = desk.create(desk.kind("Account"), {"Name": doc["Company"], "OwnerId": doc["OwnerId"], **taken})
    contact_id = given.get("contactId")
    if contact_id:
        contact = desk.find(desk.kind("Contact"), contact_id)
    else:
        taken = {name: doc[name] for name in _TO_CONTACT if name in doc}
        taken |= {f"Mailing{part}": doc[part] for part in _ADDRESS if part in doc}
        taken |= {"AccountId": account.id, "OwnerId": doc["OwnerId"]}
        contact = desk.create(desk.kind("Contact"), taken)
    opportunity_id = None
    if not given.get("doNotCreateOpportunity"):
        opportunity = {
            "Name": given.get("opportunityName") or f"{doc['Company']}-",
            "StageName": "Prospecting",
            "CloseDate": _quarter_end(desk),
            "AccountId": account.id,
            "OwnerId": doc["OwnerId"],
        }
        opportunity_id = desk.create(desk.kind("Opportunity"), opportunity).id
    made = {
        "ConvertedAccountId": account.id,
        "ConvertedContactId": contact.id,
        "ConvertedOpportunityId": opportunity_id,
    }
    lead.doc |= {name: value for name, value in made.items() if value}
    lead.doc |= {"IsConverted": True, "Status": CONVERTED_STATUS, "ConvertedDate": _day(desk.now)}
    lead.doc["LastModifiedById"] = desk.user
    desk.touch(lead)
    desk.vendor.records.save(desk.org, lead, None)
    return {"accountId": account.id, "contactId": contact.id, "opportunityId": opportunity_id}


def _day(at_ms: int) -> str:
    return moment_text(at_ms)[:10]


def _quarter_end(desk: Desk) -> str:
    """Return the last day of the running quarter, which Salesforce gives a converted lead's opportunity."""
    year, month = _day(desk.now).split("-")[:2]
    ends = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}
    return f"{year}-{ends[(int(month) + 2) // 3]}"
