"""How our records are mapped to Dynamics' until a tenant says otherwise; scopes, guarantees, pace."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.dynamics import unconfirmed
from leadbridge.crm.model import FieldPair, Guarantees, ObjectDefaults, Pace

_ADDRESS = (
    FieldPair("address.street", "address1_line1"),
    FieldPair("address.city", "address1_city"),
    FieldPair("address.region", "address1_stateorprovince"),
    FieldPair("address.postalCode", "address1_postalcode"),
    FieldPair("address.country", "address1_country", "country"),
)
LEADS = ObjectDefaults(
    kind="leads",
    object="lead",
    fields=(
        FieldPair("email", "emailaddress1", "email"),
        FieldPair("firstName", "firstname"),
        FieldPair("lastName", "lastname"),
        FieldPair("phone", "telephone1", "phone"),
        FieldPair("company", "companyname"),
        FieldPair("title", "jobtitle"),
        FieldPair("website", "websiteurl", "url"),
        *_ADDRESS,
    ),
    constants={"subject": "Lead"},
    match_key="emailaddress1",
    own_key=unconfirmed.OWN_KEY,
)
OWN_KEY_LABEL = "Leadbridge ID"

GUARANTEES = Guarantees(
    write_guard="etag",
    value_history=False,
    write_returns_values=True,
    read_is_current=True,
    replay_safe=True,
    create_lag=unconfirmed.CREATE_LAG,
    change_lag=unconfirmed.CHANGE_LAG,
    rotation="rotating",
    webhook="secret",
)
"""A refresh gives a new refresh token and leaves the old one in force, so presenting one again does no harm."""

IMPERSONATION = "user_impersonation"
REQUIRED_SCOPES = (IMPERSONATION, "offline_access")
OPTIONAL_SCOPES: tuple[str, ...] = ()
CAPABILITIES: Mapping[str, tuple[str, ...]] = {
    "leads": (IMPERSONATION,),
    "contacts": (IMPERSONATION,),
    "accounts": (IMPERSONATION,),
    "deals": (IMPERSONATION,),
    "owners": (IMPERSONATION,),
    "own key": (IMPERSONATION,),
    "change tracking": (IMPERSONATION,),
    "webhooks": (IMPERSONATION,),
}
"""One permission covers all: what a person may do is a matter of security roles, which a connection test looks at."""

OBJECTS = ("lead", "contact", "account", "opportunity")
PACE = Pace(calls=unconfirmed.CALLS, seconds=300, at_once=unconfirmed.AT_ONCE)
