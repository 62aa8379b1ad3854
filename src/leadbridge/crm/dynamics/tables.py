"""The four tables and what their standard columns hold, so that writing them asks for no description.

Source: Dataverse's entity metadata of contact and account, Microsoft's sample option sets and the Sales app's reference
for lead and opportunity. Any other column's type comes from the description.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "integer", "number", "boolean", "date", "datetime", "lookup", "read_only"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """How a lookup is written: its navigation property, whose case matters, and the set of the table it leads to."""

    navigation: str
    set: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its logical name, the set that addresses have, its key, and whether records of it are merged.

    ``states`` are its standard states, each with its statuses, the usual one first.
    """

    name: str
    set: str
    key: str
    merges: bool
    lookups: Mapping[str, Lookup]
    columns: Mapping[str, ColumnType]
    states: Mapping[int, tuple[int, ...]]


def _of(type: ColumnType, names: str) -> dict[str, ColumnType]:
    return dict.fromkeys(names.split(), type)


_OWNER = Lookup("ownerid", "systemusers")
_ADDRESS = _of(
    "text",
    "address1_line1 address1_line2 address1_city address1_stateorprovince address1_postalcode address1_country",
)
_PERSON = _ADDRESS | _of(
    "text",
    "firstname lastname middlename jobtitle emailaddress1 emailaddress2 emailaddress3 telephone1 telephone2 "
    "mobilephone fax websiteurl description",
)
_OPEN_OR_NOT: Mapping[int, tuple[int, ...]] = {0: (1,), 1: (2,)}
_SYSTEM = _of("read_only", "fullname createdon modifiedon versionnumber") | _of("lookup", "_ownerid_value")

TABLES: Mapping[str, Table] = {
    "lead": Table(
        "lead",
        "leads",
        "leadid",
        True,
        {
            "_ownerid_value": _OWNER,
            "_parentaccountid_value": Lookup("parentaccountid", "accounts"),
            "_parentcontactid_value": Lookup("parentcontactid", "contacts"),
        },
        _PERSON
        | _SYSTEM
        | _of("text", "subject companyname")
        | _of("integer", "leadsourcecode leadqualitycode industrycode numberofemployees statecode statuscode")
        | _of("number", "revenue estimatedamount")
        | _of("boolean", "donotemail donotphone")
        | _of("lookup", "_parentaccountid_value _parentcontactid_value")
        | _of("read_only", "_qualifyingopportunityid_value"),
        {0: (1, 2), 1: (3,), 2: (4, 5, 6, 7)},
    ),
    "contact": Table(
        "contact",
        "contacts",
        "contactid",
        True,
        {"_ownerid_value": _OWNER, "_parentcustomerid_value": Lookup("parentcustomerid_account", "accounts")},
        _PERSON
        | _SYSTEM
        | _of("text", "department externaluseridentifier")
        | _of("integer", "preferredcontactmethodcode familystatuscode statecode statuscode")
        | _of("boolean", "donotemail donotphone")
        | _of("date", "birthdate")
        | _of("lookup", "_parentcustomerid_value")
        | _of("read_only", "_originatingleadid_value"),
        _OPEN_OR_NOT,
    ),
    "account": Table(
        "account",
        "accounts",
        "accountid",
        True,
        {
            "_ownerid_value": _OWNER,
            "_primarycontactid_value": Lookup("primarycontactid", "contacts"),
            "_parentaccountid_value": Lookup("parentaccountid", "accounts"),
        },
        _ADDRESS
        | _SYSTEM
        | _of("text", "name accountnumber emailaddress1 telephone1 fax websiteurl description")
        | _of("integer", "industrycode numberofemployees statecode statuscode")
        | _of("number", "revenue")
        | _of("lookup", "_primarycontactid_value _parentaccountid_value")
        | _of("read_only", "_originatingleadid_value"),
        _OPEN_OR_NOT,
    ),
    "opportunity": Table(
        "opportunity",
        "opportunities",
        "opportunityid",
        False,
        {
            "_ownerid_value": _OWNER,
            "_customerid_value": Lookup("customerid_account", "accounts"),
            "_parentaccountid_value": Lookup("parentaccountid", "accounts"),
            "_parentcontactid_value": Lookup("parentcontactid", "contacts"),
            "_originatingleadid_value": Lookup("originatingleadid", "leads"),
        },
        _SYSTEM
        | _of("text", "name description")
        | _of("integer", "closeprobability salesstage opportunityratingcode statecode statuscode")
        | _of("number", "estimatedvalue")
        | _of("date", "estimatedclosedate")
        | _of("lookup", "_customerid_value _parentaccountid_value _parentcontactid_value _originatingleadid_value"),
        {0: (1, 2), 1: (3,), 2: (4, 5)},
    ),
}
