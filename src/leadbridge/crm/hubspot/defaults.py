"""How our leads are mapped to HubSpot's contacts until a tenant says otherwise.

HubSpot's own lead object needs a paid tier and an existing contact, so a lead of ours is a contact in the lifecycle
stage "lead".
"""

from __future__ import annotations

from datetime import timedelta

from leadbridge.crm.provider import FieldPair, Guarantees, ObjectDefaults

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

GUARANTEES = Guarantees(
    write_guard="none",
    value_history=True,
    write_returns_values=True,
    read_is_current=True,
    replay_safe=True,
    # UNCONFIRMED: HubSpot says its index lags "a few moments"; engineering reports say up to 30 s.
    create_lag=timedelta(seconds=60),
)

REQUIRED_SCOPES = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
)
SCHEMA_WRITE_SCOPE = "crm.schemas.contacts.write"
OWNERS_SCOPE = "crm.objects.owners.read"
OPTIONAL_SCOPES = (SCHEMA_WRITE_SCOPE, OWNERS_SCOPE)

OWN_KEY_PROPERTY = {
    "name": LEADS.own_key,
    "label": "Leadbridge ID",
    "description": "The record's id in Leadbridge. Set by the integration; please do not edit.",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
    "hasUniqueValue": True,
}
