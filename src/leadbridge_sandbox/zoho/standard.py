"""The fields that the modules of every organisation have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .catalogue import MODULES, Field

_SOURCES = ("Advertisement", "Cold Call", "Employee Referral", "External Referral", "Online Store", "Partner",
            "Public Relations", "Sales Email Alias", "Seminar Partner", "Trade Show", "Web Download", "Web Research",
            "Chat", "Facebook")  # fmt: skip
_INDUSTRIES = ("ASP (Application Service Provider)", "Data/Telecom OEM", "ERP (Enterprise Resource Planning)",
               "Government/Military", "Large Enterprise", "ManagementISV", "MSP (Management Service Provider)",
               "Network Equipment Enterprise", "Non-management ISV", "Optical Networking", "Service Provider",
               "Small/Medium Enterprise", "Storage Equipment", "Storage Service Provider", "Systems Integrator",
               "Wireless Industry", "Financial Services", "Education", "Technology", "Real Estate", "Consulting",
               "Manufacturing")  # fmt: skip
_RATINGS = ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down")
_STATUSES = ("Attempted to Contact", "Contact in Future", "Contacted", "Junk Lead", "Lost Lead", "Not Contacted",
             "Pre-Qualified", "Not Qualified")  # fmt: skip
_SALUTATIONS = ("Mr.", "Mrs.", "Ms.", "Dr.", "Prof.")
STAGES = ("Qualification", "Needs Analysis", "Value Proposition", "Identify Decision Makers", "Proposal/Price Quote",
          "Negotiation/Review", "Closed Won", "Closed Lost", "Closed Lost to Competition")  # fmt: skip
_ACCOUNT_TYPES = ("Analyst", "Competitor", "Customer", "Distributor", "Integrator", "Investor", "Other", "Partner",
                  "Press", "Prospect", "Reseller", "Supplier", "Vendor")  # fmt: skip


def _texts(*names: str, length: int = 255) -> Iterable[Field]:
    for name in names:
        yield Field(name, name.replace("_", " "), "text", length)


def _phones(*names: str) -> Iterable[Field]:
    for name in names:
        yield Field(name, name.replace("_", " "), "phone")


def _picks(name: str, choices: tuple[str, ...], **more: Any) -> Field:
    return Field(name, name.replace("_", " "), "picklist", choices=choices, **more)


def _system() -> Iterable[Field]:
    yield Field("Owner", "Owner", "ownerlookup")
    yield Field("Created_By", "Created By", "ownerlookup", read_only=True)
    yield Field("Modified_By", "Modified By", "ownerlookup", read_only=True)
    yield Field("Created_Time", "Created Time", "datetime", read_only=True)
    yield Field("Modified_Time", "Modified Time", "datetime", read_only=True)
    yield Field("Locked__s", "Locked", "boolean", read_only=True)
    yield Field("Last_Activity_Time", "Last Activity Time", "datetime", read_only=True)


def _person() -> Iterable[Field]:
    yield Field("First_Name", "First Name", "text", 40)
    yield Field("Last_Name", "Last Name", "text", 80, required=True)
    yield Field("Full_Name", "Full Name", "text", read_only=True)
    yield _picks("Salutation", _SALUTATIONS)
    yield Field("Email", "Email", "email")
    yield Field("Secondary_Email", "Secondary Email", "email")
    yield from _phones("Phone", "Mobile", "Fax")
    yield _picks("Lead_Source", _SOURCES)
    yield Field("Email_Opt_Out", "Email Opt Out", "boolean")
    yield Field("Skype_ID", "Skype ID", "text", 50)
    yield Field("Twitter", "Twitter", "text", 50)
    yield Field("Description", "Description", "textarea", 32_000)


def _leads() -> Iterable[Field]:
    yield Field("Company", "Company", "text", 200, layout_required=True)
    yield Field("Designation", "Title", "text", 100)
    yield Field("Website", "Website", "website")
    yield _picks("Lead_Status", _STATUSES)
    yield _picks("Industry", _INDUSTRIES)
    yield _picks("Rating", _RATINGS)
    yield Field("No_of_Employees", "No. of Employees", "integer")
    yield Field("Annual_Revenue", "Annual Revenue", "currency", decimals=2)
    yield from _texts("Street", length=250)
    yield from _texts("City", "State", "Country", length=100)
    yield from _texts("Zip_Code", length=30)
    yield Field("Converted__s", "Is Converted", "boolean", read_only=True)
    yield Field("Converted_Date_Time", "Converted Date Time", "datetime", read_only=True)
    for name, module in (("Account", "Accounts"), ("Contact", "Contacts"), ("Deal", "Deals")):
        yield Field(f"Converted_{name}", f"Converted {name}", "lookup", read_only=True, lookup=module)


def _contacts() -> Iterable[Field]:
    yield Field("Account_Name", "Account Name", "lookup", lookup="Accounts")
    yield Field("Reporting_To", "Reporting To", "lookup", lookup="Contacts")
    yield from _texts("Title", "Department", "Assistant", length=100)
    yield from _phones("Home_Phone", "Other_Phone", "Asst_Phone")
    yield Field("Date_of_Birth", "Date of Birth", "date")
    for where in ("Mailing", "Other"):
        yield from _texts(f"{where}_Street", length=250)
        yield from _texts(f"{where}_City", f"{where}_State", f"{where}_Country", length=100)
        yield from _texts(f"{where}_Zip", length=30)


def _accounts() -> Iterable[Field]:
    yield Field("Account_Name", "Account Name", "text", 200, required=True)
    yield from _phones("Phone", "Fax")
    yield Field("Website", "Website", "website")
    yield _picks("Industry", _INDUSTRIES)
    yield _picks("Account_Type", _ACCOUNT_TYPES)
    yield _picks("Ownership", ("Other", "Private", "Public", "Subsidiary"))
    yield _picks("Rating", _RATINGS)
    yield Field("Employees", "Employees", "integer")
    yield Field("Annual_Revenue", "Annual Revenue", "currency", decimals=2)
    yield Field("Account_Number", "Account Number", "bigint")
    yield from _texts("Account_Site", "Ticker_Symbol", length=80)
    yield Field("SIC_Code", "SIC Code", "integer")
    yield Field("Parent_Account", "Parent Account", "lookup", lookup="Accounts")
    for where in ("Billing", "Shipping"):
        yield from _texts(f"{where}_Street", length=250)
        yield from _texts(f"{where}_City", f"{where}_State", f"{where}_Country", length=100)
        yield from _texts(f"{where}_Code", length=30)
    yield Field("Description", "Description", "textarea", 32_000)


def _deals() -> Iterable[Field]:
    yield Field("Deal_Name", "Deal Name", "text", 120, required=True)
    yield Field("Account_Name", "Account Name", "lookup", lookup="Accounts")
    yield Field("Contact_Name", "Contact Name", "lookup", lookup="Contacts")
    yield Field("Amount", "Amount", "currency", decimals=2)
    yield Field("Closing_Date", "Closing Date", "date")
    yield _picks("Stage", STAGES, layout_required=True)
    yield _picks("Pipeline", ("Standard (Standard)",))
    yield Field("Probability", "Probability (%)", "integer")
    yield Field("Expected_Revenue", "Expected Revenue", "currency", read_only=True, decimals=2)
    yield _picks("Type", ("Existing Business", "New Business"))
    yield _picks("Lead_Source", _SOURCES)
    yield Field("Next_Step", "Next Step", "text", 100)
    yield Field("Description", "Description", "textarea", 32_000)


def custom_module() -> tuple[Field, ...]:
    """Return the fields that a module made by a customer begins with."""
    name = Field("Name", "Name", "text", 120, required=True)
    return _numbered("", (name, Field("Email", "Email", "email"), *_system()))


def _numbered(module: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    base = 5_547_000_000_000_000_000 + (MODULES[module].number * 1000 if module else 200_000)
    return tuple(
        Field(
            api_name=one.api_name,
            label=one.label,
            type=one.type,
            length=one.length,
            required=one.required,
            layout_required=one.layout_required,
            read_only=one.read_only,
            lookup=one.lookup,
            choices=one.choices,
            decimals=one.decimals,
            id=base + place,
        )
        for place, one in enumerate(fields, 1)
    )


STANDARD: Mapping[str, tuple[Field, ...]] = {
    "Leads": _numbered("Leads", (*_person(), *_leads(), *_system())),
    "Contacts": _numbered("Contacts", (*_person(), *_contacts(), *_system())),
    "Accounts": _numbered("Accounts", (*_accounts(), *_system())),
    "Deals": _numbered("Deals", (*_deals(), *_system())),
}
