"""The objects every org has, with the standard fields that matter to leads and their customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .fields import Field, Kind

LEAD_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
CONVERTED_STATUS = "Closed - Converted"
RATINGS = ("Hot", "Warm", "Cold")
SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.")
INDUSTRIES = (
    "Agriculture",
    "Banking",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Finance",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Manufacturing",
    "Media",
    "Retail",
    "Technology",
    "Telecommunications",
    "Transportation",
    "Other",
)
ACCOUNT_TYPES = ("Prospect", "Customer - Direct", "Customer - Channel", "Channel Partner / Reseller", "Other")
STAGES: Mapping[str, tuple[int, bool, bool, str]] = {
    "Prospecting": (10, False, False, "Pipeline"),
    "Qualification": (10, False, False, "Pipeline"),
    "Needs Analysis": (20, False, False, "Pipeline"),
    "Value Proposition": (50, False, False, "Pipeline"),
    "Proposal/Price Quote": (75, False, False, "Pipeline"),
    "Negotiation/Review": (90, False, False, "Pipeline"),
    "Closed Won": (100, True, True, "Closed"),
    "Closed Lost": (0, True, False, "Omitted"),
}
"""Probability in percent, whether the deal is closed, whether it is won, and its forecast category."""
OWNERS = ("Group", "User")


def text(name: str, label: str, length: int = 255, **more: Any) -> Field:
    """Return a text field."""
    return Field(name, label, length=length, **more)


def pick(name: str, label: str, values: Iterable[str], **more: Any) -> Field:
    """Return a picklist field; values outside the list are taken unless it is restricted."""
    return Field(name, label, "picklist", length=255, values=tuple(values), **more)


def flag(name: str, label: str, **more: Any) -> Field:
    """Return a checkbox."""
    return Field(name, label, "boolean", defaulted=True, **more)


def number(name: str, label: str, kind: str, precision: int, scale: int = 0, **more: Any) -> Field:
    """Return a number field."""
    return Field(name, label, kind, precision=precision, scale=scale, **more)


def link(name: str, label: str, targets: Iterable[str], relationship: str | None, **more: Any) -> Field:
    """Return a reference to another object."""
    return Field(
        name,
        label,
        "reference",
        length=18,
        refers_to=tuple(targets),
        relationship=relationship,
        **more,
    )


def _read_only(name: str, label: str, kind: str, **more: Any) -> Field:
    return Field(name, label, kind, createable=False, updateable=False, defaulted=True, **more)


def system() -> list[Field]:
    """Return the fields that the system writes on every object."""
    return [
        _read_only("Id", "Record ID", "id", length=18),
        _read_only("IsDeleted", "Deleted", "boolean"),
        _read_only("CreatedDate", "Created Date", "datetime"),
        _read_only(
            "CreatedById", "Created By ID", "reference", length=18, refers_to=("User",), relationship="CreatedBy"
        ),
        _read_only("LastModifiedDate", "Last Modified Date", "datetime"),
        _read_only(
            "LastModifiedById",
            "Last Modified By ID",
            "reference",
            length=18,
            refers_to=("User",),
            relationship="LastModifiedBy",
        ),
        _read_only("SystemModstamp", "System Modstamp", "datetime"),
    ]


def _merged(target: str) -> Field:
    return _read_only(
        "MasterRecordId",
        "Master Record ID",
        "reference",
        length=18,
        refers_to=(target,),
        relationship="MasterRecord",
    )


def address(prefix: str, label: str) -> list[Field]:
    """Return the parts of an address and the compound field that shows them together."""
    compound = f"{prefix}Address"
    lengths = {"Street": 255, "City": 40, "State": 80, "PostalCode": 20, "Country": 80}
    labels = {"PostalCode": "Zip/Postal Code", "State": "State/Province"}
    parts = [
        Field(
            f"{prefix}{part}",
            f"{label} {labels.get(part, part)}".strip(),
            "textarea" if part == "Street" else "string",
            length=length,
            compound=compound,
        )
        for part, length in lengths.items()
    ]
    whole = Field(
        compound,
        f"{label} Address".strip(),
        "address",
        createable=False,
        updateable=False,
        parts=tuple(one.name for one in parts),
    )
    return [*parts, whole]


def person() -> list[Field]:
    """Return the fields of a person's name."""
    return [
        text("LastName", "Last Name", 80, required=True, compound="Name"),
        text("FirstName", "First Name", 40, compound="Name"),
        pick("Salutation", "Salutation", SALUTATIONS, compound="Name"),
        text("Name", "Full Name", 121, createable=False, updateable=False, parts=("FirstName", "LastName")),
    ]


def owner() -> Field:
    """Return the owner, a user or a queue."""
    return link("OwnerId", "Owner ID", OWNERS, "Owner", defaulted=True)


LEAD = Kind.of(
    "Lead",
    "Lead",
    "Leads",
    "00Q",
    [
        *system(),
        _merged("Lead"),
        *person(),
        text("Title", "Title", 128),
        text("Company", "Company", 255, required=True),
        *address("", ""),
        Field("Phone", "Phone", "phone", length=40),
        Field("MobilePhone", "Mobile Phone", "phone", length=40),
        Field("Fax", "Fax", "phone", length=40),
        Field("Email", "Email", "email", length=80, id_lookup=True),
        Field("Website", "Website", "url", length=255),
        Field("Description", "Description", "textarea", length=32_000),
        pick("LeadSource", "Lead Source", LEAD_SOURCES),
        pick(
            "Status", "Status", LEAD_STATUSES, required=True, defaulted=True, default=LEAD_STATUSES[0], restricted=True
        ),
        pick("Industry", "Industry", INDUSTRIES),
        pick("Rating", "Rating", RATINGS),
        number("AnnualRevenue", "Annual Revenue", "currency", 18),
        number("NumberOfEmployees", "Employees", "int", 8),
        owner(),
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
        flag("IsUnreadByOwner", "Unread By Owner"),
        _read_only("IsConverted", "Converted", "boolean"),
        _read_only("ConvertedDate", "Converted Date", "date"),
        _read_only(
            "ConvertedAccountId",
            "Converted Account ID",
            "reference",
            length=18,
            refers_to=("Account",),
            relationship="ConvertedAccount",
        ),
        _read_only(
            "ConvertedContactId",
            "Converted Contact ID",
            "reference",
            length=18,
            refers_to=("Contact",),
            relationship="ConvertedContact",
        ),
        _read_only(
            "ConvertedOpportunityId",
            "Converted Opportunity ID",
            "reference",
            length=18,
            refers_to=("Opportunity",),
            relationship="ConvertedOpportunity",
        ),
    ],
)

CONTACT = Kind.of(
    "Contact",
    "Contact",
    "Contacts",
    "003",
    [
        *system(),
        _merged("Contact"),
        link("AccountId", "Account ID", ("Account",), "Account"),
        *person(),
        *address("Other", "Other"),
        *address("Mailing", "Mailing"),
        Field("Phone", "Business Phone", "phone", length=40),
        Field("Fax", "Business Fax", "phone", length=40),
        Field("MobilePhone", "Mobile Phone", "phone", length=40),
        Field("HomePhone", "Home Phone", "phone", length=40),
        Field("OtherPhone", "Other Phone", "phone", length=40),
        link("ReportsToId", "Reports To ID", ("Contact",), "ReportsTo"),
        Field("Email", "Email", "email", length=80, id_lookup=True),
        text("Title", "Title", 128),
        text("Department", "Department", 80),
        pick("LeadSource", "Lead Source", LEAD_SOURCES),
        Field("Birthdate", "Birthdate", "date"),
        Field("Description", "Contact Description", "textarea", length=32_000),
        owner(),
        flag("HasOptedOutOfEmail", "Email Opt Out"),
        flag("DoNotCall", "Do Not Call"),
    ],
)

ACCOUNT = Kind.of(
    "Account",
    "Account",
    "Accounts",
    "001",
    [
        *system(),
        _merged("Account"),
        text("Name", "Account Name", 255, required=True),
        pick("Type", "Account Type", ACCOUNT_TYPES),
        link("ParentId", "Parent Account ID", ("Account",), "Parent"),
        *address("Billing", "Billing"),
        *address("Shipping", "Shipping"),
        Field("Phone", "Account Phone", "phone", length=40),
        Field("Fax", "Account Fax", "phone", length=40),
        text("AccountNumber", "Account Number", 40),
        Field("Website", "Website", "url", length=255),
        text("Sic", "SIC Code", 20),
        pick("Industry", "Industry", INDUSTRIES),
        number("AnnualRevenue", "Annual Revenue", "currency", 18),
        number("NumberOfEmployees", "Employees", "int", 8),
        pick("Ownership", "Ownership", ("Public", "Private", "Subsidiary", "Other")),
        text("TickerSymbol", "Ticker Symbol", 20),
        pick("Rating", "Account Rating", RATINGS),
        text("Site", "Account Site", 80),
        Field("Description", "Account Description", "textarea", length=32_000),
        owner(),
    ],
)

OPPORTUNITY = Kind.of(
    "Opportunity",
    "Opportunity",
    "Opportunities",
    "006",
    [
        *system(),
        link("AccountId", "Account ID", ("Account",), "Account"),
        link("ContactId", "Contact ID", ("Contact",), "Contact", updateable=False),
        text("Name", "Name", 120, required=True),
        Field("Description", "Description", "textarea", length=32_000),
        pick("StageName", "Stage", STAGES, required=True),
        number("Amount", "Amount", "currency", 18, 2),
        number("Probability", "Probability (%)", "percent", 3, defaulted=True),
        Field("CloseDate", "Close Date", "date", required=True),
        pick("Type", "Opportunity Type", ("Existing Business", "New Business")),
        text("NextStep", "Next Step", 255),
        pick("LeadSource", "Lead Source", LEAD_SOURCES),
        _read_only("IsClosed", "Closed", "boolean"),
        _read_only("IsWon", "Won", "boolean"),
        pick(
            "ForecastCategoryName",
            "Forecast Category",
            ("Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
            defaulted=True,
            restricted=True,
        ),
        owner(),
    ],
)
BUSINESS = (LEAD, CONTACT, ACCOUNT, OPPORTUNITY)
"""The objects that people work with."""
