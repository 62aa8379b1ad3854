"""How our records are mapped to HubSpot's until a tenant says otherwise, and what HubSpot grants and promises.

HubSpot's own lead object needs a paid tier and an existing contact, so a lead of ours is a contact in the lifecycle
stage "lead".
"""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.hubspot import unconfirmed
from leadbridge.crm.model import FieldPair, Guarantees, ObjectDefaults

LEADS = ObjectDefaults(
    kind="leads",
    object="contacts",
    fields=(
        FieldPair("email", "email", "email"),
        FieldPair("firstName", "firstname"),
        FieldPair("lastName", "lastname"),
        FieldPair("phone", "phone", "phone"),
        FieldPair("company", "company"),
        FieldPair("title", "jobtitle"),
        FieldPair("website", "website", "url"),
        FieldPair("address.street", "address"),
        FieldPair("address.city", "city"),
        FieldPair("address.region", "state"),
        FieldPair("address.postalCode", "zip"),
        FieldPair("address.country", "country", "country"),
    ),
    constants={"lifecyclestage": "lead"},
    match_key="email",
    own_key="leadbridge_id",
)

ACCOUNTS = ObjectDefaults(
    kind="accounts",
    object="companies",
    fields=(
        FieldPair("name", "name"),
        FieldPair("phone", "phone", "phone"),
        FieldPair("website", "website", "url"),
        FieldPair("employees", "numberofemployees", "number"),
        FieldPair("address.street", "address"),
        FieldPair("address.city", "city"),
        FieldPair("address.region", "state"),
        FieldPair("address.postalCode", "zip"),
        FieldPair("address.country", "country", "country"),
    ),
    match_key="",
    own_key=LEADS.own_key,
)
"""A company's domain is not unique at HubSpot, so only our key finds one. Its industry is one of a closed list, which a
mapping has to fill."""

DEALS = ObjectDefaults(
    kind="deals",
    object="deals",
    fields=(
        FieldPair("name", "dealname"),
        FieldPair("value.amount", "amount", "number"),
        FieldPair("closeDate", "closedate", "date"),
    ),
    constants={"pipeline": unconfirmed.DEFAULT_PIPELINE, "dealstage": unconfirmed.DEFAULT_STAGE},
    match_key="",
    own_key=LEADS.own_key,
)
"""A deal begins in the first stage of HubSpot's own pipeline; which stage is which of ours, a mapping has to say. The
currency is a property only of portals that have several, so the amount is in the portal's own."""

GUARANTEES = Guarantees(
    write_guard="none",
    value_history=True,
    write_returns_values=True,
    read_is_current=True,
    replay_safe=True,
    create_lag=unconfirmed.CREATE_LAG,
    unique_match=True,
    change_lag=unconfirmed.INDEX_LAG,
    rotation="stable",
    webhook="signed",
)

REQUIRED_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
)
SCHEMA_WRITE_SCOPES: Mapping[str, str] = {
    "contacts": "crm.schemas.contacts.write",
    "companies": "crm.schemas.companies.write",
    "deals": "crm.schemas.deals.write",
}
"""Each object with the permission by which its unique property can be made."""
OWNERS_SCOPE = "crm.objects.owners.read"
OPTIONAL_SCOPES = (
    SCHEMA_WRITE_SCOPES["contacts"],
    OWNERS_SCOPE,
    SCHEMA_WRITE_SCOPES["companies"],
    SCHEMA_WRITE_SCOPES["deals"],
    "crm.objects.deals.read",
    "crm.objects.deals.write",
)
CAPABILITIES: Mapping[str, tuple[str, ...]] = {
    "contacts": ("crm.objects.contacts.read", "crm.objects.contacts.write"),
    "companies": ("crm.objects.companies.read", "crm.objects.companies.write"),
    "deals": ("crm.objects.deals.read", "crm.objects.deals.write"),
    "owners": (OWNERS_SCOPE,),
    "own key": (SCHEMA_WRITE_SCOPES["contacts"],),
    "own key of companies": (SCHEMA_WRITE_SCOPES["companies"],),
    "own key of deals": (SCHEMA_WRITE_SCOPES["deals"],),
    "history": ("crm.objects.contacts.read",),
    "webhooks": ("oauth",),
}
"""What can be done, and the permissions that it takes."""

MODIFIED: Mapping[str, str] = {
    "contacts": "lastmodifieddate",
    "companies": "hs_lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}
"""Each object with its property for the time of the last change: contacts' is named otherwise than all others'."""
OBJECTS = tuple(MODIFIED)
TYPE_IDS: Mapping[str, str] = {"0-1": "contacts", "0-2": "companies", "0-3": "deals"}
SINGULAR: Mapping[str, str] = {"contact": "contacts", "company": "companies", "deal": "deals"}
ASSOCIATION_TYPES: Mapping[tuple[str, str], tuple[int, int | None]] = {
    ("contacts", "companies"): (279, 1),
    ("companies", "contacts"): (280, 2),
    ("contacts", "deals"): (4, None),
    ("deals", "contacts"): (3, None),
    ("deals", "companies"): (341, 5),
    ("companies", "deals"): (342, 6),
}
"""Two objects to the association's type id, unlabelled and primary. Naming the primary one moves that label."""


def own_key_property(object: str) -> Mapping[str, str | bool]:
    """Return the definition of the unique property that holds our id; it can be made unique only when created."""
    return {
        "name": LEADS.own_key,
        "label": "Leadbridge ID",
        "description": "The record's id in Leadbridge. Set by the integration; please do not edit.",
        "type": "string",
        "fieldType": "text",
        "groupName": unconfirmed.GROUPS[object],
        "hasUniqueValue": True,
    }
