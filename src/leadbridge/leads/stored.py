"""The stored records: leads, contacts, accounts and deals, each a kind of its own with one form."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeAlias

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from leadbridge.kit.document import Id, JsonObject, Record, Shape, Time
from leadbridge.leads.history import EVENTS
from leadbridge.leads.settings import SETTINGS, VIEWS
from leadbridge.storage.kind import Index, Kind

CustomValue: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | tuple[StrictStr, ...]
"""What a custom field may hold: a scalar, or a list of texts."""

MAX_TAGS = 50
MAX_CUSTOM_FIELDS = 100
MAX_CUSTOM_BYTES = 32 * 1024
"""All custom fields of a lead together, as JSON: a stored document is at most 256 KB and a batch 4 MB."""


class Address(Shape):
    """A postal address. ``country`` is ISO 3166-1 alpha-2."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Money(Shape):
    """An amount as decimal text, never a float. ``minor`` is it in 1/10,000, rounded, for order and thresholds."""

    amount: str
    currency: str | None = None
    minor: int


class Consent(Shape):
    """Whether the person agreed to be contacted, when, and where that was said."""

    given: bool
    at: Time | None = None
    source: str | None = None


class CustomField(Shape):
    """A field of the company's own. Stored as a pair, because a foreign key is no safe field name in every store."""

    k: str
    v: CustomValue


class Changed(Shape):
    """When a field last changed, and by whom (``user:<id>``, ``import:<id>``)."""

    f: str
    at: Time
    by: str


class State(StrEnum):
    """Whether a record is there, was deleted and can be restored, or has become part of another one."""

    LIVE = "live"
    DELETED = "deleted"
    MERGED = "merged"


class CrmRecord(Record):
    """A lead, a contact, an account or a deal as it is stored; which fields it may have is its type's matter.

    ``seq`` rises with each change of the record itself; ``origin`` says what made the last one. The ``...Key`` fields
    exist for matching, ``facets`` and ``tokens`` for lists: a record that is not live has none of them, so that nothing
    finds it by what it was. ``name_sort`` is what a list by name is sorted by.
    """

    external_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    company: str | None = None
    title: str | None = None
    website: str | None = None
    address: Address | None = None
    industry: str | None = None
    employees: int | None = None
    source: str | None = None
    status: str | None = None
    stage: str | None = None
    close_date: str | None = None
    """A day, ``2026-03-31``."""
    probability: int | None = None
    """Per cent."""
    value: Money | None = None
    owner_id: str | None = None
    account_id: Id | None = None
    contact_id: Id | None = None
    tags: tuple[str, ...] = ()
    consent: Consent | None = None
    score: int | None = None
    custom: tuple[CustomField, ...] = ()
    created_at: Time
    updated_at: Time

    seq: int = 0
    changed: tuple[Changed, ...] = ()
    origin: str
    state: State = State.LIVE
    deleted_at: Time | None = None
    deleted_by: str | None = None
    merged_into: Id | None = None
    """The record that this one has become part of; never itself a merged one."""
    merged: tuple[Id, ...] = ()
    """The records that have become part of this one."""
    aliases: tuple[str, ...] = ()
    """External ids of ``merged`` that this record does not bear itself: they still lead here."""
    high_value_at: Time | None = None
    ext_key: str | None = None
    email_key: str | None = None
    phone_key: str | None = None
    name_company_key: str | None = None
    name_sort: str = ""
    facets: tuple[str, ...] = ()
    """``status:new``, ``tag:vip``: what a list is narrowed by through an index."""
    tokens: tuple[str, ...] = ()
    """Words by whose beginnings the record is searched."""
    gone: tuple[str, ...] = ()
    """What a record that is not live was known by: ``email:ana@example.com``, ``ext:17``."""


class RecordMerge(Record):
    """One merge, with what is needed to take the two apart again."""

    record: str
    winner_id: Id
    loser_id: Id
    at: Time
    by: str
    fields: tuple[str, ...]
    """The fields of the winner that the merge changed."""
    before: JsonObject
    """Those of them that were set before it, with their values."""
    given: JsonObject
    """Those of them that are set by it, with their values."""
    loser_merged: tuple[Id, ...] = ()
    """The records that were part of the loser."""
    loser_aliases: tuple[str, ...] = ()
    undone_at: Time | None = None


Lead: TypeAlias = CrmRecord
Contact: TypeAlias = CrmRecord
Account: TypeAlias = CrmRecord
Deal: TypeAlias = CrmRecord

_INDEXES = (
    Index("external", ("companyId", "extKey"), unique=True),
    Index("alias", ("companyId", "aliases"), multi=True),
    Index("gone", ("companyId", "gone"), multi=True),
    Index("email", ("companyId", "emailKey")),
    Index("phone", ("companyId", "phoneKey")),
    Index("nameCompany", ("companyId", "nameCompanyKey")),
    Index("created", ("companyId", "state", "createdAt")),
    Index("updated", ("companyId", "state", "updatedAt")),
    Index("name", ("companyId", "state", "nameSort")),
    Index("facets", ("companyId", "facets", "createdAt"), multi=True),
    Index("tokens", ("companyId", "tokens"), multi=True),
    Index("subjects", ("companyId", "subjects"), multi=True),
)
_VALUE = Index("value", ("companyId", "state", "value.minor"))
_SCORE = Index("score", ("companyId", "state", "score"))
_CLOSING = Index("closing", ("companyId", "state", "closeDate"))

LEADS: Kind[CrmRecord] = Kind("leads", CrmRecord, (*_INDEXES, _VALUE, _SCORE))
CONTACTS: Kind[CrmRecord] = Kind("contacts", CrmRecord, (*_INDEXES, _SCORE))
ACCOUNTS: Kind[CrmRecord] = Kind("accounts", CrmRecord, _INDEXES)
DEALS: Kind[CrmRecord] = Kind("deals", CrmRecord, (*_INDEXES, _VALUE, _CLOSING))

MERGES: Kind[RecordMerge] = Kind(
    "record_merges",
    RecordMerge,
    (
        Index("loser", ("companyId", "loserId", "at")),
        Index("at", ("companyId", "at")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

RECORD_KINDS = (LEADS, CONTACTS, ACCOUNTS, DEALS)
"""The kinds that one machinery serves."""
KINDS: tuple[Kind[Any], ...] = (*RECORD_KINDS, EVENTS, MERGES, SETTINGS, VIEWS)
