"""How our leads are mapped to Zoho's until a tenant says otherwise; scopes, guarantees, and what Zoho's fields hold."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.model import FieldPair, Guarantees, ObjectDefaults, Pace
from leadbridge.crm.zoho import unconfirmed

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
NAME_FIELD: Mapping[str, str] = {"Leads": "Last_Name", "Contacts": "Last_Name", "Accounts": "Account_Name"}
CHECKED_FOR_DUPLICATES: Mapping[str, str] = {
    "Leads": "Email",
    "Contacts": "Email",
    "Accounts": "Account_Name",
    "Deals": "Deal_Name",
}
"""The system field by which an upsert finds a record where it has no field of ours."""

PACE = Pace(calls=100, seconds=10)
"""Zoho limits credits in a day and calls under way at once, not calls in a time. With the few calls of one connection
that are under way together, this keeps clear of the smallest edition's five."""
HEAVY_PACE = Pace(calls=50, seconds=10, name="heavy")
"""Writes of more than ten rows, of which at most ten may be under way in any edition."""

_TEXTS = "text"
_PERSON = {
    name: _TEXTS
    for name in (
        "First_Name Last_Name Full_Name Salutation Email Secondary_Email Phone Mobile Fax Website Description Lead_Source "
        "Skype_ID Twitter"
    ).split()
} | {"Owner": "ownerlookup", "Email_Opt_Out": "boolean", "Tag": "tags"}
FIELD_TYPES: Mapping[str, Mapping[str, str]] = {
    "Leads": _PERSON
    | {
        name: _TEXTS
        for name in "Company Designation Lead_Status Industry Rating Street City State Zip_Code Country".split()
    }
    | {"No_of_Employees": "integer", "Annual_Revenue": "currency"},
    "Contacts": _PERSON
    | {
        name: _TEXTS
        for name in (
            "Title Department Assistant Asst_Phone Home_Phone Other_Phone Mailing_Street Mailing_City Mailing_State "
            "Mailing_Zip Mailing_Country Other_Street Other_City Other_State Other_Zip Other_Country"
        ).split()
    }
    | {"Account_Name": "lookup", "Reporting_To": "lookup", "Date_of_Birth": "date"},
    "Accounts": {
        name: _TEXTS
        for name in (
            "Account_Name Phone Fax Website Industry Account_Type Account_Number Account_Site Ownership Rating "
            "Ticker_Symbol Description Billing_Street Billing_City Billing_State Billing_Code Billing_Country "
            "Shipping_Street Shipping_City Shipping_State Shipping_Code Shipping_Country"
        ).split()
    }
    | {"Owner": "ownerlookup", "Employees": "integer", "Annual_Revenue": "currency", "Parent_Account": "lookup"},
    "Deals": {name: _TEXTS for name in "Deal_Name Stage Lead_Source Description Type Next_Step".split()}
    | {
        "Owner": "ownerlookup",
        "Amount": "currency",
        "Closing_Date": "date",
        "Probability": "integer",
        "Account_Name": "lookup",
        "Contact_Name": "lookup",
    },
}
"""Standard fields and what they hold, in Zoho's words, so that writing them asks for no description. Source: the field
list of Zoho's official client. Any other field's type comes from the description."""


def own_key_field() -> Mapping[str, object]:
    """Return the definition of the unique field that holds our id."""
    return {"field_label": OWN_KEY_LABEL, "data_type": "text", "length": 40, "unique": {"case_sensitive": False}}
