"""The modules and fields that every Zoho CRM organisation has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import unconfirmed

Json = dict[str, Any]

JSON_TYPES = {
    "multiselectpicklist": "jsonarray",
    "integer": "integer",
    "double": "double",
    "currency": "double",
    "percent": "double",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
}
LENGTHS = {
    "text": 255,
    "textarea": 2000,
    "email": 100,
    "phone": 30,
    "website": 255,
    "picklist": 120,
    "multiselectpicklist": 2000,
    "integer": 9,
    "bigint": 18,
    "double": 16,
    "currency": 16,
    "percent": 5,
    "boolean": 5,
    "date": 20,
    "datetime": 120,
    "lookup": 120,
    "ownerlookup": 120,
    "userlookup": 120,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a module. `required` is the system's, `layout_required` only the standard layout's."""

    api_name: str
    label: str
    type: str
    length: int = 0
    required: bool = False
    layout_required: bool = False
    read_only: bool = False
    custom: bool = False
    unique: bool = False
    lookup: str = ""
    choices: tuple[str, ...] = ()
    decimals: int | None = None
    id: int = 0

    @property
    def max_length(self) -> int:
        """Return how many characters or digits it holds."""
        return self.length or LENGTHS[self.type]

    def as_json(self) -> Json:
        """Return the field as the metadata API shows it."""
        api = not self.read_only
        shown: Json = {
            "id": str(self.id),
            "api_name": self.api_name,
            "field_label": self.label,
            "display_label": self.label,
            "data_type": self.type,
            "json_type": JSON_TYPES.get(self.type, "string"),
            "length": self.max_length,
            "decimal_place": self.decimals,
            "system_mandatory": self.required,
            "read_only": self.read_only,
            "field_read_only": self.read_only,
            "custom_field": self.custom,
            "visible": True,
            "display_type": -1,
            "view_type": {"view": True, "edit": api, "create": api, "quick_create": False},
            "operation_type": {"api_create": api, "api_update": api, "web_create": api, "web_update": api},
            "pick_list_values": [_choice(self.id, place, text) for place, text in enumerate(self.choices, 1)],
            "unique": dict(unconfirmed.UNIQUE_AS_SHOWN) if self.unique else {},
            "lookup": {},
            "external": None,
            "formula": {},
            "auto_number": {},
            "virtual_field": False,
            "history_tracking": None,
            "crypt": None,
            "default_value": None,
        }
        if self.lookup:
            target = {"id": str(module_id(self.lookup)), "api_name": self.lookup}
            shown["lookup"] = {"display_label": self.label, "api_name": self.api_name, "module": target}
        return shown


def _choice(field_id: int, place: int, text: str) -> Json:
    return {
        "id": str(field_id * 100 % 10**18 + place),
        "display_value": text,
        "actual_value": text,
        "reference_value": text,
        "sequence_number": place,
        "type": "used",
    }


@dataclass(frozen=True, slots=True)
class Module:
    """One module; `name_field` holds the text that stands for a record in lookups."""

    api_name: str
    singular: str
    plural: str
    name_field: str
    number: int
    duplicate_check: tuple[str, ...] = ()
    custom: bool = False

    def as_json(self) -> Json:
        """Return the module as the metadata API shows it."""
        return {
            "id": str(module_id(self.api_name) if not self.custom else _MODULE_IDS + self.number),
            "api_name": self.api_name,
            "module_name": self.api_name,
            "singular_label": self.singular,
            "plural_label": self.plural,
            "api_supported": True,
            "viewable": True,
            "creatable": True,
            "editable": True,
            "deletable": True,
            "convertable": self.api_name == "Leads",
            "visible": True,
            "show_as_tab": True,
            "generated_type": "custom" if self.custom else "default",
            "sequence_number": self.number,
            "status": "visible",
        }


_MODULE_IDS = 5_547_000_000_000_002_100
MODULES: Mapping[str, Module] = {
    one.api_name: one
    for one in (
        Module("Leads", "Lead", "Leads", "Full_Name", 75, ("Email",)),
        Module("Accounts", "Account", "Accounts", "Account_Name", 77, ("Account_Name",)),
        Module("Contacts", "Contact", "Contacts", "Full_Name", 79, ("Email",)),
        Module("Deals", "Deal", "Deals", "Deal_Name", 81, ("Deal_Name",)),
    )
}


def module_id(name: str) -> int:
    """Return the id of a standard module, or a stable one for another name."""
    module = MODULES.get(name)
    return _MODULE_IDS + (module.number if module else 900 + sum(name.encode()) % 90)


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
