"""What an organisation is born with: its users, its currency, its process, and the messages that steps are for."""

from __future__ import annotations

from typing import Any

from .columns import stable_id
from .organization import Dynamics, Organization
from .process_flows import PROCESS, PROCESS_ID, STAGES, stage_id
from .records import Record, Records

MESSAGES = ("Create", "Update", "Delete", "Merge", "Assign", "CreateMultiple", "UpdateMultiple", "UpsertMultiple")
LISTENED = ("lead", "contact", "account", "opportunity", "leadtoopportunitysalesprocess")


def message_id(name: str) -> str:
    """Return the id of an SDK message."""
    return stable_id("sdkmessage", name)


def filter_id(message: str, table: str) -> str:
    """Return the id of the filter that lets steps listen to a message on one table."""
    return stable_id("sdkmessagefilter", message, table)


def furnish(vendor: Dynamics, organization: Organization) -> None:
    """Add the rows a new organisation has."""
    records = Records(vendor.world.db, organization.organization_id)
    now = vendor.world.clock.now_ms() // 1000

    def add(table: str, record_id: str, **doc: Any) -> None:
        known = {name: value for name, value in doc.items() if value is not None}
        records.insert(table, Record(record_id, vendor.next_version(), now, now, known), {})

    unit = ["businessunit", organization.business_unit_id]
    add("businessunit", organization.business_unit_id, name=organization.friendly_name)
    people = (
        (organization.user_id, organization.first_name, organization.last_name, organization.user_email, None),
        (organization.person_id, "Sam", "Sales", f"sam.sales@{organization.tenant_domain}", None),
        (organization.app_user_id, "#", "Leadbridge", f"app@{organization.tenant_domain}", stable_id("app")),
    )
    for user_id, first, last, email, application in people:
        add(
            "systemuser",
            user_id,
            firstname=first,
            lastname=last,
            fullname=f"{first} {last}",
            internalemailaddress=email,
            domainname=email,
            azureactivedirectoryobjectid=organization.user_object_id if user_id == organization.user_id else None,
            applicationid=application,
            businessunitid=unit,
            isdisabled=False,
            accessmode=4 if application else 0,
        )
    currency = organization.currency_id
    add(
        "transactioncurrency",
        currency,
        currencyname="US Dollar",
        isocurrencycode=organization.currency,
        currencysymbol="$",
        currencyprecision=2,
        exchangerate=1.0,
    )
    add(
        "organization",
        organization.organization_id,
        name=organization.unique_name,
        basecurrencyid=["transactioncurrency", currency],
        languagecode=1033,
        expirechangetrackingindays=vendor.world.settings.deltaDays,
    )
    add(
        "workflow",
        PROCESS_ID,
        name="Lead to Opportunity Sales Process",
        uniquename=PROCESS,
        category=4,
        primaryentity="lead",
        statecode=1,
        statuscode=2,
    )
    for place, (name, category, table) in enumerate(STAGES):
        add(
            "processstage",
            stage_id(place),
            stagename=name,
            stagecategory=category,
            primaryentitytypecode=table,
            processid=["workflow", PROCESS_ID],
        )
    for message in MESSAGES:
        add("sdkmessage", message_id(message), name=message)
        for table in LISTENED:
            add(
                "sdkmessagefilter",
                filter_id(message, table),
                primaryobjecttypecode=table,
                sdkmessageid=["sdkmessage", message_id(message)],
            )
