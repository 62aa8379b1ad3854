"""The objects an org describes itself with: its users, its permissions, its stages. Read with SOQL like any other."""

from __future__ import annotations

from collections.abc import Mapping

from .catalogue import BUSINESS, flag, link, number, pick, system, text
from .fields import Field, Kind

USER = Kind.of(
    "User",
    "User",
    "Users",
    "005",
    [
        *system(),
        text("Username", "Username", 80, required=True),
        text("LastName", "Last Name", 80, required=True),
        text("FirstName", "First Name", 40),
        text("Name", "Full Name", 121),
        Field("Email", "Email", "email", length=128, required=True),
        text("Alias", "Alias", 8),
        flag("IsActive", "Active"),
        text("UserType", "User Type", 40),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("LocaleSidKey", "Locale", 40),
        text("LanguageLocaleKey", "Language", 40),
        link("ProfileId", "Profile ID", ("Profile",), "Profile"),
    ],
    writable=False,
    deletable=False,
)
GROUP = Kind.of(
    "Group",
    "Group",
    "Groups",
    "00G",
    [*system(), text("Name", "Name", 40), text("DeveloperName", "Developer Name", 80), text("Type", "Type", 40)],
    writable=False,
    deletable=False,
)
ORGANIZATION = Kind.of(
    "Organization",
    "Organization",
    "Organizations",
    "00D",
    [
        *system(),
        text("Name", "Name", 80),
        text("OrganizationType", "Edition", 40),
        flag("IsSandbox", "Is Sandbox"),
        text("InstanceName", "Instance Name", 5),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("DefaultLocaleSidKey", "Locale", 40),
        text("LanguageLocaleKey", "Language", 40),
    ],
    writable=False,
    deletable=False,
)
RECORD_TYPE = Kind.of(
    "RecordType",
    "Record Type",
    "Record Types",
    "012",
    [
        *system(),
        text("Name", "Name", 80),
        text("DeveloperName", "Record Type Name", 80),
        text("SobjectType", "SObject Type Name", 40),
        flag("IsActive", "Active"),
    ],
    writable=False,
    deletable=False,
)
LEAD_STATUS = Kind.of(
    "LeadStatus",
    "Lead Status Value",
    "Lead Status Values",
    "01J",
    [
        *system(),
        text("MasterLabel", "Master Label", 255),
        text("ApiName", "API Name", 255),
        number("SortOrder", "Sort Order", "int", 9),
        flag("IsDefault", "Is Default"),
        flag("IsConverted", "Converted"),
    ],
    name_field="MasterLabel",
    writable=False,
    deletable=False,
)
STAGE = Kind.of(
    "OpportunityStage",
    "Opportunity Stage",
    "Opportunity Stages",
    "01J",
    [
        *system(),
        text("MasterLabel", "Master Label", 255),
        text("ApiName", "API Name", 255),
        flag("IsActive", "Is Active"),
        number("SortOrder", "Sort Order", "int", 9),
        flag("IsClosed", "Closed"),
        flag("IsWon", "Won"),
        text("ForecastCategoryName", "Forecast Category Name", 255),
        number("DefaultProbability", "Probability (%)", "percent", 3),
    ],
    name_field="MasterLabel",
    writable=False,
    deletable=False,
)
PROFILE = Kind.of(
    "Profile", "Profile", "Profiles", "00e", [*system(), text("Name", "Name", 255)], writable=False, deletable=False
)
PERMISSION_SET = Kind.of(
    "PermissionSet",
    "Permission Set",
    "Permission Sets",
    "0PS",
    [
        *system(),
        text("Name", "Permission Set Name", 80, required=True),
        text("Label", "Permission Set Label", 80, required=True),
        link("ProfileId", "Profile ID", ("Profile",), "Profile", createable=False, updateable=False),
        flag("IsOwnedByProfile", "Is Owned By Profile", createable=False, updateable=False),
        flag("IsCustom", "Is Custom", createable=False, updateable=False),
    ],
)
ASSIGNMENT = Kind.of(
    "PermissionSetAssignment",
    "Permission Set Assignment",
    "Permission Set Assignments",
    "0Pa",
    [
        *system(),
        link("PermissionSetId", "PermissionSet ID", ("PermissionSet",), "PermissionSet", required=True),
        link("AssigneeId", "Assignee ID", ("User",), "Assignee", required=True),
    ],
    name_field="",
)
FIELD_PERMISSIONS = Kind.of(
    "FieldPermissions",
    "Field Permissions",
    "Field Permissions",
    "01k",
    [
        *system(),
        link("ParentId", "Parent ID", ("PermissionSet",), "Parent", required=True),
        pick("SobjectType", "Sobject Type Name", [one.name for one in BUSINESS], required=True),
        text("Field", "Field Name", 255, required=True),
        flag("PermissionsEdit", "Edit Field"),
        flag("PermissionsRead", "Read Field"),
    ],
    name_field="",
)
KINDS: Mapping[str, Kind] = {
    one.name: one
    for one in (
        *BUSINESS,
        USER,
        GROUP,
        ORGANIZATION,
        RECORD_TYPE,
        LEAD_STATUS,
        STAGE,
        PROFILE,
        PERMISSION_SET,
        ASSIGNMENT,
        FIELD_PERMISSIONS,
    )
}
"""Every object type there is, by name."""
