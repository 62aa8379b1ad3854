"""What only the Sales app does: qualifying a lead, winning and losing an opportunity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import process_flows, unconfirmed
from .addresses import row_key
from .columns import Table
from .errors import Answer, VendorError, bad_query, bad_value, no_such_segment
from .operation import Call
from .records import Record
from .writes import Desk, RowKey

_CONTACT = (
    "firstname",
    "middlename",
    "lastname",
    "jobtitle",
    "emailaddress1",
    "telephone1",
    "mobilephone",
    "fax",
    "websiteurl",
    "description",
    "address1_line1",
    "address1_line2",
    "address1_city",
    "address1_stateorprovince",
    "address1_postalcode",
    "address1_country",
)
_ACCOUNT = (
    "emailaddress1",
    "telephone1",
    "websiteurl",
    "industrycode",
    "numberofemployees",
    "revenue",
    "address1_line1",
    "address1_line2",
    "address1_city",
    "address1_stateorprovince",
    "address1_postalcode",
    "address1_country",
)


def _needed(desk: Desk, name: str) -> Table:
    table = desk.catalogue.table(name)
    if table is None:
        raise no_such_segment(name)
    return table


def qualify(desk: Desk, lead_id: str, body: Mapping[str, Any]) -> list[tuple[Table, Record]]:
    """Qualify a lead; return what was made of it, in the order account, contact, opportunity. Raises VendorError."""
    leads = _needed(desk, "lead")
    lead = desk.must_find(leads, RowKey(lead_id))
    if lead.doc.get("statecode") != 0:
        text = f"The lead with Id {lead_id} is not open and cannot be qualified."
        raise VendorError(400, unconfirmed.ALREADY_QUALIFIED_CODE, text)
    option = leads.columns["statuscode"].option(body.get("Status", 3))
    if option is None or option.extra != 1:
        raise VendorError(400, unconfirmed.BAD_STATUS_CODE, f"{body.get('Status')} is no status of a qualified lead.")
    doc, made = lead.doc, []
    account_id, contact_id = _of(doc.get("parentaccountid")), _of(doc.get("parentcontactid"))
    if body.get("CreateAccount") and doc.get("companyname"):
        accounts = _needed(desk, "account")
        given = {"name": doc["companyname"], **{name: doc[name] for name in _ACCOUNT if name in doc}}
        account = desk.create(accounts, given)
        made.append((accounts, account))
        account_id = account.id
    if body.get("CreateContact"):
        contacts = _needed(desk, "contact")
        given = {name: doc[name] for name in _CONTACT if name in doc}
        if account_id:
            given["parentcustomerid_account@odata.bind"] = f"/accounts({account_id})"
        contact = desk.create(contacts, given)
        made.append((contacts, contact))
        contact_id = contact.id
    changes: dict[str, Any] = {"statecode": 1, "statuscode": option.value}
    if account_id:
        changes["parentaccountid@odata.bind"] = f"/accounts({account_id})"
    if contact_id:
        changes["parentcontactid@odata.bind"] = f"/contacts({contact_id})"
    if body.get("CreateOpportunity"):
        opportunity = _opportunity(desk, lead, body, account_id, contact_id)
        made.append((_needed(desk, "opportunity"), opportunity))
        changes["qualifyingopportunityid@odata.bind"] = f"/opportunities({opportunity.id})"
        process_flows.qualified(desk, lead.id, opportunity.id)
    desk.update(leads, lead, changes)
    return made


def _of(bound: Any) -> str | None:
    return bound[1] if bound else None


def _opportunity(
    desk: Desk, lead: Record, body: Mapping[str, Any], account_id: str | None, contact_id: str | None
) -> Record:
    table = _needed(desk, "opportunity")
    given: dict[str, Any] = {
        "name": lead.doc.get("subject") or lead.doc.get("fullname"),
        "originatingleadid@odata.bind": f"/leads({lead.id})",
    }
    if (amount := lead.doc.get("estimatedamount")) is not None:
        given["estimatedvalue"] = amount
    customer = body.get("OpportunityCustomerId")
    if isinstance(customer, Mapping):
        kind = str(customer.get("@odata.type", "")).rpartition(".")[2]
        chosen = customer.get("accountid") or customer.get("contactid")
        if kind not in ("account", "contact") or not isinstance(chosen, str):
            raise bad_value("OpportunityCustomerId must be an account or a contact.")
        given[f"customerid_{kind}@odata.bind"] = f"/{kind}s({chosen})"
    elif account_id or contact_id:
        kind = "account" if account_id else "contact"
        given[f"customerid_{kind}@odata.bind"] = f"/{kind}s({account_id or contact_id})"
    if account_id:
        given["parentaccountid@odata.bind"] = f"/accounts({account_id})"
    if contact_id:
        given["parentcontactid@odata.bind"] = f"/contacts({contact_id})"
    currency = body.get("OpportunityCurrencyId")
    if isinstance(currency, Mapping) and isinstance(currency.get("transactioncurrencyid"), str):
        given["transactioncurrencyid@odata.bind"] = f"/transactioncurrencies({currency['transactioncurrencyid']})"
    return desk.create(table, given)


def qualify_lead(call: Call) -> Answer:
    """Qualify the lead in the path; answers what was made."""
    table = _needed(call.desk, "lead")
    if call.path[0].inside is None:
        raise bad_query("QualifyLead is bound to a lead.")
    key = row_key(table, call.path[0].inside, call.options)
    made = qualify(call.desk, call.desk.must_find(table, key).id, call.json())
    rows = [{"@odata.type": f"#Microsoft.Dynamics.CRM.{one.name}", one.id_column: record.id} for one, record in made]
    return Answer(200, {"@odata.context": f"{call.root}$metadata#Collection(mscrm.crmbaseentity)", "value": rows})


def _close(call: Call, state: int, statuses: tuple[int, ...]) -> Answer:
    body, desk = call.json(), call.desk
    closing = body.get("OpportunityClose")
    bind = closing.get("opportunityid@odata.bind") if isinstance(closing, Mapping) else None
    if not isinstance(closing, Mapping) or not isinstance(bind, str):
        raise bad_value("OpportunityClose with its opportunityid is needed.")
    if body.get("Status") not in statuses:
        raise VendorError(400, unconfirmed.BAD_STATUS_CODE, f"{body.get('Status')} is not a valid status code.")
    _, bound = desk.bound(_needed(desk, "opportunityclose"), "opportunityid", bind)
    table = _needed(desk, "opportunity")
    opportunity = desk.must_find(table, RowKey(str(bound[1] if bound else "")))
    if opportunity.doc.get("statecode") != 0:
        raise VendorError(400, unconfirmed.INACTIVE_CODE, "The opportunity has already been closed.")
    closed = {name: value for name, value in closing.items() if not name.startswith("@odata.")}
    desk.create(_needed(desk, "opportunityclose"), closed)
    desk.update(table, opportunity, {"statecode": state, "statuscode": body["Status"]})
    return Answer(204)


def win(call: Call) -> Answer:
    """Close an opportunity as won."""
    return _close(call, 1, (3,))


def lose(call: Call) -> Answer:
    """Close an opportunity as lost."""
    return _close(call, 2, (4, 5))
