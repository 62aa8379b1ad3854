"""How our leads are mapped to Salesforce's leads until a tenant says otherwise, and what the API promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadbridge.crm.model import FieldPair, Guarantees, ObjectDefaults
from leadbridge.crm.salesforce import unconfirmed

OWN_KEY = "Leadbridge_Id__c"
NOT_PROVIDED = "[not provided]"
"""What Salesforce's own integrations write where a required name is unknown."""

LEADS = ObjectDefaults(
    kind="leads",
    object="Lead",
    fields=(
        FieldPair("email", "Email", "email"),
        FieldPair("firstName", "FirstName"),
        FieldPair("lastName", "LastName"),
        FieldPair("phone", "Phone", "phone"),
        FieldPair("company", "Company"),
        FieldPair("title", "Title"),
        FieldPair("website", "Website", "url"),
        FieldPair("address.street", "Street"),
        FieldPair("address.city", "City"),
        FieldPair("address.region", "State"),
        FieldPair("address.postalCode", "PostalCode"),
        FieldPair("address.country", "Country", "country"),
    ),
    constants={"LastName": NOT_PROVIDED, "Company": NOT_PROVIDED},  # Salesforce takes no lead without them
    match_key="Email",
    own_key=OWN_KEY,
)

GUARANTEES = Guarantees(
    write_guard="reread",
    value_history=False,
    write_returns_values=True,
    write_read_back=True,
    read_is_current=True,
    replay_safe=False,
    create_lag=unconfirmed.CREATE_LAG,
    change_lag=unconfirmed.INDEX_LAG,
    rotation="kills_on_reuse",
    webhook="none",
)

REQUIRED_SCOPES = ("api", "refresh_token", "offline_access", "id")
OPTIONAL_SCOPES: tuple[str, ...] = ()
SYNONYMS: Mapping[str, frozenset[str]] = {
    "refresh_token": frozenset({"refresh_token", "offline_access"}),
    "offline_access": frozenset({"refresh_token", "offline_access"}),
    "api": frozenset({"api", "full"}),
    "id": frozenset({"id", "openid", "profile", "full"}),
}
"""Each scope with those that grant the same."""
CAPABILITIES: Mapping[str, tuple[str, ...]] = {
    "leads": ("api",),
    "contacts": ("api",),
    "accounts": ("api",),
    "opportunities": ("api",),
    "soql": ("api",),
    "owners": ("api",),
    "own key": ("api",),
    "identity": ("id",),
    "offline": ("refresh_token",),
}
"""What can be done, and the permissions that it takes. What a user may see and edit is told by the connection test."""

OBJECTS: tuple[str, ...] = ("Lead", "Contact", "Account", "Opportunity")
MERGING = frozenset({"Lead", "Contact", "Account"})
"""Objects whose records can be merged, and so have ``MasterRecordId``."""
PARENT: Mapping[str, str] = {"Contact": "AccountId", "Opportunity": "AccountId", "Account": "ParentId"}
"""The field that names a record's parent, which Salesforce locks while the record is written."""
MODIFIED = "SystemModstamp"
PREFIXES: Mapping[str, str] = {"00Q": "Lead", "003": "Contact", "001": "Account", "006": "Opportunity", "005": "User"}


def granted(scopes: tuple[str, ...] | list[str], scope: str) -> bool:
    """Tell whether ``scope``, or one that includes it, is among ``scopes``."""
    return bool(SYNONYMS.get(scope, frozenset({scope})) & set(scopes))


def own_key_field(object: str) -> Mapping[str, Any]:
    """Return the definition of the unique external-id field that holds our id."""
    return {
        "FullName": f"{object}.{OWN_KEY}",
        "Metadata": {
            "type": "Text",
            "label": "Leadbridge ID",
            "description": "The record's id in Leadbridge. Set by the integration; please do not edit.",
            "length": 255,
            "externalId": True,
            "unique": True,
            "caseSensitive": False,
            "required": False,
        },
    }
