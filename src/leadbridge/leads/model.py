"""What the other rooms use of records: the stored form, the kinds, the bodies that callers send, and the view."""

from __future__ import annotations

from leadbridge.leads.bodies import AccountBody, ContactBody, DealBody, LeadBody, MoneyBody, RecordBody
from leadbridge.leads.bodies import ConsentBody as ConsentBody
from leadbridge.leads.history import EVENTS, RecordEvent
from leadbridge.leads.stored import (
    ACCOUNTS,
    CONTACTS,
    DEALS,
    KINDS,
    LEADS,
    MAX_CUSTOM_BYTES,
    MAX_CUSTOM_FIELDS,
    MAX_TAGS,
    RECORD_KINDS,
    Account,
    Address,
    Changed,
    Consent,
    Contact,
    CrmRecord,
    CustomField,
    CustomValue,
    Deal,
    Lead,
    Money,
    State,
)
from leadbridge.leads.types import ACCOUNT, CONTACT, DEAL, LEAD, TYPES, RecordType, lead_view, record_view

__all__ = [
    "ACCOUNT", "ACCOUNTS", "CONTACT", "CONTACTS", "DEAL", "DEALS", "EVENTS", "KINDS", "LEAD", "LEADS",
    "MAX_CUSTOM_BYTES", "MAX_CUSTOM_FIELDS", "MAX_TAGS", "RECORD_KINDS", "TYPES", "Account", "AccountBody", "Address",
    "Changed", "Consent", "ConsentBody", "Contact", "ContactBody", "CrmRecord", "CustomField", "CustomValue", "Deal",
    "DealBody", "Lead", "LeadBody", "Money", "MoneyBody", "RecordBody", "RecordEvent", "RecordType", "State",
    "lead_view", "record_view",
]  # fmt: skip
