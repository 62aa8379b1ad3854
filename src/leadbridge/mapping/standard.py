"""The standard fields of the four CRMs: which of ours each stands for. A suggestion begins here.

Names are the vendors' API names, which stay when an administrator renames a label. HubSpot: default properties of
contacts, companies and deals. Salesforce: fields of its standard objects. Zoho: its SDK's list of record fields.
Dynamics: logical names of the Dataverse tables; a lookup is read as ``_name_value``. Which fields a tenant
has is told by ``describe``: a name that is not there is not suggested.
"""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.mapping.model import Type
from leadbridge.mapping.ours import schema

_PERSON = ("email", "firstName", "lastName", "phone", "company", "title", "website")
_PLACE = ("address.street", "address.city", "address.region", "address.postalCode", "address.country")
_ACCOUNT = ("name", "phone", "website", "industry", "employees")
_DEAL = ("name", "value.amount", "value.currency", "closeDate", "stage", "probability")


def _zip(ours: tuple[str, ...], theirs: str) -> dict[str, str]:
    return {mine: name for mine, name in zip(ours, theirs.split(), strict=True) if name != "-"}


_ZOHO_LEAD = "Email First_Name Last_Name Phone Company Designation Website"
_ZOHO_PLACE = "Street City State Zip_Code Country"
_SALESFORCE_PLACE = "Street City State PostalCode Country"
_HUBSPOT_PERSON = "email firstname lastname phone company jobtitle website"
_HUBSPOT_PLACE = "address city state zip country"
_DYNAMICS_PLACE = (
    "address1_line1 address1_city address1_stateorprovince address1_postalcode address1_country"  # on three tables
)

STANDARD: Mapping[str, Mapping[tuple[str, str], Mapping[str, str]]] = {
    "zoho": {
        ("lead", "Leads"): _zip(_PERSON, _ZOHO_LEAD)
        | _zip(_PLACE, _ZOHO_PLACE)
        | {"source": "Lead_Source", "status": "Lead_Status", "ownerId": "Owner"},
        ("contact", "Contacts"): _zip(_PERSON, "Email First_Name Last_Name Phone - Title -")
        | _zip(_PLACE, "Mailing_Street Mailing_City Mailing_State Mailing_Zip Mailing_Country")
        | {"source": "Lead_Source", "ownerId": "Owner", "accountId": "Account_Name"},
        ("account", "Accounts"): _zip(_ACCOUNT, "Account_Name Phone Website Industry Employees")
        | _zip(_PLACE, "Billing_Street Billing_City Billing_State Billing_Code Billing_Country")
        | {"ownerId": "Owner"},
        ("deal", "Deals"): _zip(_DEAL, "Deal_Name Amount Currency Closing_Date Stage Probability")
        | {"source": "Lead_Source", "ownerId": "Owner", "accountId": "Account_Name", "contactId": "Contact_Name"},
    },
    "salesforce": {
        ("lead", "Lead"): _zip(_PERSON, "Email FirstName LastName Phone Company Title Website")
        | _zip(_PLACE, _SALESFORCE_PLACE)
        | {"source": "LeadSource", "status": "Status", "ownerId": "OwnerId"},
        ("contact", "Contact"): _zip(_PERSON, "Email FirstName LastName Phone - Title -")
        | _zip(_PLACE, "MailingStreet MailingCity MailingState MailingPostalCode MailingCountry")
        | {"source": "LeadSource", "ownerId": "OwnerId", "accountId": "AccountId"},
        ("account", "Account"): _zip(_ACCOUNT, "Name Phone Website Industry NumberOfEmployees")
        | _zip(_PLACE, "BillingStreet BillingCity BillingState BillingPostalCode BillingCountry")
        | {"ownerId": "OwnerId"},
        ("deal", "Opportunity"): _zip(_DEAL, "Name Amount CurrencyIsoCode CloseDate StageName Probability")
        | {"source": "LeadSource", "ownerId": "OwnerId", "accountId": "AccountId"},
    },
    "hubspot": {
        ("lead", "contacts"): _zip(_PERSON, _HUBSPOT_PERSON)
        | _zip(_PLACE, _HUBSPOT_PLACE)
        | {"status": "hs_lead_status", "ownerId": "hubspot_owner_id"},
        ("contact", "contacts"): _zip(_PERSON, _HUBSPOT_PERSON)
        | _zip(_PLACE, _HUBSPOT_PLACE)
        | {"ownerId": "hubspot_owner_id"},
        ("account", "companies"): _zip(_ACCOUNT, "name phone website industry numberofemployees")
        | _zip(_PLACE, _HUBSPOT_PLACE)
        | {"ownerId": "hubspot_owner_id"},
        ("deal", "deals"): _zip(_DEAL, "dealname amount deal_currency_code closedate dealstage -")
        | {"ownerId": "hubspot_owner_id"},
    },
    "dynamics": {
        ("lead", "lead"): _zip(_PERSON, "emailaddress1 firstname lastname telephone1 companyname jobtitle websiteurl")
        | _zip(_PLACE, _DYNAMICS_PLACE)
        | {
            "value.amount": "estimatedamount",
            "source": "leadsourcecode",
            "status": "statuscode",
            "ownerId": "_ownerid_value",
        },
        ("contact", "contact"): _zip(_PERSON, "emailaddress1 firstname lastname telephone1 - jobtitle websiteurl")
        | _zip(_PLACE, _DYNAMICS_PLACE)
        | {"ownerId": "_ownerid_value", "accountId": "_parentcustomerid_value"},
        ("account", "account"): _zip(_ACCOUNT, "name telephone1 websiteurl industrycode numberofemployees")
        | _zip(_PLACE, _DYNAMICS_PLACE)
        | {"email": "emailaddress1", "ownerId": "_ownerid_value"},
        ("deal", "opportunity"): _zip(_DEAL, "name estimatedvalue - estimatedclosedate - closeprobability")
        | {
            "ownerId": "_ownerid_value",
            "accountId": "_parentaccountid_value",
            "contactId": "_parentcontactid_value",
        },
    },
}
"""Provider, then our kind and the CRM's object, then our field to theirs."""

READ_ONLY = frozenset((("dynamics", "statuscode"),))
"""Fields that are only taken in. Dynamics changes a status by its own actions, together with the state."""

_OURS = {kind: schema(kind) for kind in ("lead", "contact", "account", "deal")}
_FINER = frozenset((Type.EMAIL, Type.PHONE, Type.URL, Type.COUNTRY, Type.MONEY, Type.INTEGER))


def standard_type(provider: str, object: str, name: str) -> Type | None:
    """Return the finer type for which a standard text or number field is known, or None."""
    for (kind, at), fields in STANDARD.get(provider, {}).items():
        if at == object:
            for ours, theirs in fields.items():
                if theirs == name and (type := _OURS[kind][ours].type) in _FINER:
                    return type
    return None


def reference(provider: str, object: str, name: str) -> str:
    """Return what a standard field points at (``owner``), or "" for a field that is no reference."""
    for (kind, at), fields in STANDARD.get(provider, {}).items():
        if at == object:
            for ours, theirs in fields.items():
                if theirs == name and _OURS[kind][ours].type is Type.REFERENCE:
                    return _OURS[kind][ours].to
    return ""


def objects(provider: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of our kind and a CRM's object that have a suggestion."""
    return tuple(STANDARD.get(provider, {}))
