"""How our leads are mapped to Zoho's until a tenant says otherwise; scopes, guarantees, and what Zoho's fields hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadbridge.crm.model import FieldPair, Guarantees, ObjectDefaults, Pace
from leadbridge.crm.zoho import unconfirmed

PLACEHOLDER = "-"
REQUIRED: Mapping[str, frozenset[str]] = {
    "Leads": frozenset(("Last_Name", "Company")),
    "Contacts": frozenset(("Last_Name",)),
}
"""Fields that Zoho requires and a lead of ours may not have: they are filled with the placeholder, which is read as
nothing, so that a name that is learned later still goes over."""

LEADS = ObjectDefaults(
    kind="leads",
    object="Leads",
    fields=(
        FieldPair("email", "Email", "email"),
        FieldPair("firstName", "First_Name"),
        FieldPair("lastName", "Last_Name"),
        FieldPair("phone", "Phone", "phone"),
        FieldPair("company", "Company"),
        FieldPair("title", "Designation"),
        FieldPair("website", "Website", "url"),
        FieldPair("address.street", "Street"),
        FieldPair("address.city", "City"),
        FieldPair("address.region", "State"),
        FieldPair("address.postalCode", "Zip_Code"),
        FieldPair("address.country", "Country", "country"),
    ),
    constants={"Last_Name": PLACEHOLDER, "Company": PLACEHOLDER},
    match_key="Email",
    own_key=unconfirmed.OWN_KEY_NAME,
)
OWN_KEY_LABEL = "Leadbridge ID"

GUARANTEES = Guarantees(
    write_guard="modified_since",
    value_history=False,
    write_returns_values=False,
    read_is_current=True,
    replay_safe=True,
    create_lag=unconfirmed.CREATE_LAG,
    change_lag=unconfirmed.CHANGE_LAG,
    rotation="stable",
    webhook="secret",
)

MODULES_SCOPE = "ZohoCRM.modules.ALL"
FIELDS_READ = "ZohoCRM.settings.fields.READ"
FIELDS_CREATE = "ZohoCRM.settings.fields.CREATE"
ORG_SCOPE = "ZohoCRM.org.READ"
USERS_SCOPE = "ZohoCRM.users.READ"
COQL_SCOPE = "ZohoCRM.coql.READ"
NOTIFICATIONS_SCOPE = "ZohoCRM.notifications.ALL"
LAYOUTS_SCOPE = "ZohoCRM.settings.layouts.READ"
MODULES_READ = "ZohoCRM.settings.modules.READ"
REQUIRED_SCOPES = (MODULES_SCOPE, FIELDS_READ, ORG_SCOPE, USERS_SCOPE, COQL_SCOPE)
OPTIONAL_SCOPES = (FIELDS_CREATE, LAYOUTS_SCOPE, MODULES_READ, NOTIFICATIONS_SCOPE)
CAPABILITIES: Mapping[str, tuple[str, ...]] = {
    "leads": (MODULES_SCOPE,),
    "contacts": (MODULES_SCOPE,),
    "accounts": (MODULES_SCOPE,),
    "deals": (MODULES_SCOPE,),
    "owners": (USERS_SCOPE,),
    "own key": (FIELDS_CREATE,),
    "required fields": (LAYOUTS_SCOPE,),
    "custom modules": (MODULES_READ,),
    "webhooks": (NOTIFICATIONS_SCOPE,),
}
"""What can be done, and the permissions that it takes."""

OBJECTS = ("Leads", "Contacts", "Accounts", "Deals")
CHECKED_FOR_DUPLICATES: Mapping[str, str] = {
    "Leads": "Email",
    "Contacts": "Email",
    "Accounts": "Account_Name",
    "Deals": "Deal_Name",
}
"""The system field by which an upsert finds a record where it has no field of ours."""

PACE = Pace(calls=1000, seconds=10, at_once=5)
"""Zoho limits credits in a day and calls under way at once, not calls in a time: the rate only keeps a fault of ours
from using up the day. With the heavy calls these are ten at once, which every paid edition allows one app."""
HEAVY_PACE = Pace(calls=1000, seconds=10, name="heavy", at_once=5)
"""Writes of more than ten rows, of which every edition allows ten at once."""


def own_key_field() -> Mapping[str, object]:
    """Return the definition of the unique field that holds our id."""
    return {"field_label": OWN_KEY_LABEL, "data_type": "text", "length": 40, "unique": {"case_sensitive": False}}


def granted(scope: str, scopes: Sequence[str]) -> bool:
    """Tell whether a permission is among those granted, by itself or as part of a wider one."""
    parts = scope.split(".")
    wider = {scope, *(".".join((*parts[:length], "ALL")) for length in range(1, len(parts)))}
    return not wider.isdisjoint(scopes)
