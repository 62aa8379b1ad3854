"""The properties a new portal's records have: the ones HubSpot defines that are commonly mapped to."""

from __future__ import annotations

from typing import Any

from . import unconfirmed

CREATED = "2019-08-06T02:41:08.029Z"

GROUPS: dict[str, dict[str, str]] = {
    "contacts": {
        "contactinformation": "Contact information",
        "emailinformation": "Email information",
        "conversioninformation": "Conversion information",
        "analyticsinformation": "Web analytics history",
    },
    "companies": {"companyinformation": "Company information", "analyticsinformation": "Web analytics history"},
    "deals": {"dealinformation": "Deal information", "deal_revenue": "Deal revenue"},
}
"""Object type to the groups its properties are shown in, by name."""

LIFECYCLE_STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
_LEAD_STATUSES = (
    ("NEW", "New"),
    ("OPEN", "Open"),
    ("IN_PROGRESS", "In Progress"),
    ("OPEN_DEAL", "Open Deal"),
    ("UNQUALIFIED", "Unqualified"),
    ("ATTEMPTED_TO_CONTACT", "Attempted to Contact"),
    ("CONNECTED", "Connected"),
    ("BAD_TIMING", "Bad Timing"),
)
_SOURCES = tuple(
    (name, name.replace("_", " ").title())
    for name in (
        "ORGANIC_SEARCH",
        "PAID_SEARCH",
        "EMAIL_MARKETING",
        "SOCIAL_MEDIA",
        "REFERRALS",
        "OTHER_CAMPAIGNS",
        "DIRECT_TRAFFIC",
        "OFFLINE",
        "PAID_SOCIAL",
    )
)
_EMPLOYEES = tuple((span, span) for span in ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"))
_LANGUAGES = (
    ("de", "German"),
    ("en", "English"),
    ("es", "Spanish"),
    ("fr", "French"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
)

# name, label, type, fieldType
_Row = tuple[str, str, str, str]
_CONTACT_WRITABLE: tuple[_Row, ...] = (
    ("email", "Email", "string", "text"),
    ("hs_additional_emails", "Additional email addresses", "enumeration", "checkbox"),
    ("firstname", "First Name", "string", "text"),
    ("lastname", "Last Name", "string", "text"),
    ("salutation", "Salutation", "string", "text"),
    ("phone", "Phone Number", "string", "phonenumber"),
    ("mobilephone", "Mobile Phone Number", "string", "phonenumber"),
    ("fax", "Fax Number", "string", "phonenumber"),
    ("company", "Company Name", "string", "text"),
    ("jobtitle", "Job Title", "string", "text"),
    ("website", "Website URL", "string", "text"),
    ("address", "Street Address", "string", "text"),
    ("city", "City", "string", "text"),
    ("state", "State/Region", "string", "text"),
    ("zip", "Postal Code", "string", "text"),
    ("country", "Country/Region", "string", "text"),
    ("industry", "Industry", "string", "text"),
    ("annualrevenue", "Annual Revenue", "string", "text"),
    ("message", "Message", "string", "textarea"),
    ("date_of_birth", "Date of birth", "string", "text"),
    ("gender", "Gender", "string", "text"),
    ("hs_linkedin_url", "LinkedIn URL", "string", "text"),
    ("twitterhandle", "Twitter Username", "string", "text"),
    ("closedate", "Close Date", "datetime", "date"),
    ("hubspot_owner_id", "Contact owner", "enumeration", "select"),
    ("lifecyclestage", "Lifecycle Stage", "enumeration", "radio"),
    ("hs_lead_status", "Lead Status", "enumeration", "radio"),
    ("hs_language", "Preferred language", "enumeration", "select"),
    ("numemployees", "Number of Employees", "enumeration", "select"),
)
_CONTACT_READ_ONLY: tuple[_Row, ...] = (
    ("createdate", "Create Date", "datetime", "date"),
    ("lastmodifieddate", "Last Modified Date", "datetime", "date"),
    ("hs_object_id", "Record ID", "number", "number"),
    ("hs_object_source", "Record source detail", "string", "text"),
    ("hs_object_source_id", "Record source ID", "string", "text"),
    ("hs_object_source_label", "Record source", "string", "text"),
    ("hs_all_contact_vids", "All vids for a contact", "enumeration", "checkbox"),
    ("hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox"),
    ("hs_email_domain", "Email Domain", "string", "text"),
    ("hs_is_contact", "Is a contact", "bool", "booleancheckbox"),
    ("hs_is_unworked", "Contact unworked", "bool", "booleancheckbox"),
    ("hs_pipeline", "Pipeline", "string", "text"),
    ("hs_analytics_source", "Original Traffic Source", "enumeration", "select"),
    ("associatedcompanyid", "Primary Associated Company ID", "number", "number"),
)
_COMPANY_WRITABLE: tuple[_Row, ...] = (
    ("name", "Company name", "string", "text"),
    ("domain", "Company Domain Name", "string", "text"),
    ("hs_additional_domains", "Additional Domains", "enumeration", "checkbox"),
    ("phone", "Phone Number", "string", "phonenumber"),
    ("website", "Website URL", "string", "text"),
    ("address", "Street Address", "string", "text"),
    ("address2", "Street Address 2", "string", "text"),
    ("city", "City", "string", "text"),
    ("state", "State/Region", "string", "text"),
    ("zip", "Postal Code", "string", "text"),
    ("country", "Country/Region", "string", "text"),
    ("description", "Description", "string", "textarea"),
    ("industry", "Industry", "enumeration", "select"),
    ("numberofemployees", "Number of Employees", "number", "number"),
    ("annualrevenue", "Annual Revenue", "number", "number"),
    ("founded_year", "Year Founded", "string", "text"),
    ("hubspot_owner_id", "Company owner", "enumeration", "select"),
    ("lifecyclestage", "Lifecycle Stage", "enumeration", "radio"),
    ("hs_lead_status", "Lead Status", "enumeration", "radio"),
)
_DEAL_WRITABLE: tuple[_Row, ...] = (
    ("dealname", "Deal Name", "string", "text"),
    ("amount", "Amount", "number", "number"),
    ("dealstage", "Deal Stage", "enumeration", "radio"),
    ("pipeline", "Pipeline", "enumeration", "select"),
    ("closedate", "Close Date", "datetime", "date"),
    ("dealtype", "Deal Type", "enumeration", "radio"),
    ("deal_currency_code", "Currency", "enumeration", "select"),
    ("description", "Deal Description", "string", "textarea"),
    ("hs_priority", "Priority", "enumeration", "select"),
    ("closed_lost_reason", "Closed Lost Reason", "string", "textarea"),
    ("closed_won_reason", "Closed Won Reason", "string", "textarea"),
    ("hubspot_owner_id", "Deal owner", "enumeration", "select"),
)
_OTHERS_READ_ONLY: tuple[_Row, ...] = (
    ("createdate", "Create Date", "datetime", "date"),
    ("hs_lastmodifieddate", "Last Modified Date", "datetime", "date"),
    ("hs_object_id", "Record ID", "number", "number"),
    ("hs_object_source", "Record source detail", "string", "text"),
    ("hs_object_source_id", "Record source ID", "string", "text"),
    ("hs_object_source_label", "Record source", "string", "text"),
    ("hs_merged_object_ids", "Merged record IDs", "enumeration", "checkbox"),
)
_INDUSTRIES = tuple(
    (name, name.replace("_", " ").title())
    for name in (
        "ACCOUNTING",
        "AUTOMOTIVE",
        "COMPUTER_SOFTWARE",
        "CONSTRUCTION",
        "FINANCIAL_SERVICES",
        "HOSPITAL_HEALTH_CARE",
        "INFORMATION_TECHNOLOGY_AND_SERVICES",
        "INSURANCE",
        "MARKETING_AND_ADVERTISING",
        "REAL_ESTATE",
        "RETAIL",
        "TELECOMMUNICATIONS",
    )
)
_OPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "lifecyclestage": LIFECYCLE_STAGES,
    "hs_lead_status": _LEAD_STATUSES,
    "hs_language": _LANGUAGES,
    "numemployees": _EMPLOYEES,
    "hs_analytics_source": _SOURCES,
    "dealtype": (("newbusiness", "New Business"), ("existingbusiness", "Existing Business")),
    "deal_currency_code": tuple((code, code) for code in ("USD", "EUR", "GBP", "CHF", "SEK", "PLN")),
    "hs_priority": (("low", "Low"), ("medium", "Medium"), ("high", "High")),
}
_INDUSTRY = {"industry": _INDUSTRIES}
FREE_LISTS = frozenset({"hs_additional_emails", "hs_all_contact_vids", "hs_merged_object_ids", "hs_additional_domains"})
"""`;` lists that HubSpot types as enumerations without options of their own."""


def options_json(options: tuple[tuple[str, str], ...]) -> list[dict[str, Any]]:
    """Return (value, label) pairs as a property's `options`."""
    return [
        {"label": label, "value": value, "displayOrder": place, "hidden": False, "description": ""}
        for place, (value, label) in enumerate(options)
    ]


def _defined(name: str, label: str, kind: str, field: str, *, group: str, read_only: bool) -> dict[str, Any]:
    options = _OPTIONS.get(name, ()) or (_INDUSTRY.get(name, ()) if kind == "enumeration" else ())
    return {
        "updatedAt": CREATED,
        "createdAt": CREATED,
        "name": name,
        "label": label,
        "type": kind,
        "fieldType": field,
        "description": "",
        "groupName": group,
        "options": options_json(options),
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": name == "hubspot_owner_id",
        "archived": False,
        "hasUniqueValue": unconfirmed.EMAIL_SHOWS_AS_UNIQUE and name == "email",
        "hidden": False,
        "hubspotDefined": True,
        "modificationMetadata": {
            "archivable": False,
            "readOnlyDefinition": True,
            "readOnlyOptions": name not in ("hs_lead_status", "hs_language"),
            "readOnlyValue": read_only,
        },
        "formField": not read_only,
        "dataSensitivity": "non_sensitive",
    }


_BY_OBJECT = {
    "contacts": ("contactinformation", _CONTACT_WRITABLE, _CONTACT_READ_ONLY),
    "companies": ("companyinformation", _COMPANY_WRITABLE, _OTHERS_READ_ONLY),
    "deals": ("dealinformation", _DEAL_WRITABLE, _OTHERS_READ_ONLY),
}


def properties_of(object_name: str) -> dict[str, dict[str, Any]]:
    """Return an object type's definitions by name, as the properties API shows them."""
    group, writable, fixed = _BY_OBJECT[object_name]
    return {
        name: _defined(name, label, kind, field, group=group, read_only=read_only)
        for rows, read_only in ((writable, False), (fixed, True))
        for name, label, kind, field in rows
    }
