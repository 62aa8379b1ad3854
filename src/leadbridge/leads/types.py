"""The four types of record: what each may hold, what it needs, and how its lists are sorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbridge.leads.bodies import AccountBody, ContactBody, DealBody, LeadBody, RecordBody
from leadbridge.leads.stored import ACCOUNTS, CONTACTS, DEALS, LEADS, CrmRecord
from leadbridge.storage.kind import Kind


@dataclass(frozen=True)
class RecordType:
    """A type of record. ``name`` is its word in events and errors, ``kind.name`` its word in paths."""

    name: str
    kind: Kind[CrmRecord]
    body: type[RecordBody]
    identity: tuple[str, ...]
    """Fields of which one must be set."""
    needs: str
    """The sentence that says so."""
    sorts: Mapping[str, str]
    """What a list may be sorted by, to the stored field that is walked."""
    facets: tuple[str, ...]
    """What a list may be narrowed by through an index, beside declared custom fields."""
    beside: str | None
    """The field that, with the name, says which record it is; None: the name alone does."""
    person: bool
    """Whether it is about a person, who can be erased and must not come back."""
    example: Mapping[str, Any]

    @property
    def plural(self) -> str:
        """The word in paths: ``leads``."""
        return self.kind.name


_SORTS = {"createdAt": "createdAt", "updatedAt": "updatedAt", "name": "nameSort", "value": "value.minor"}
_FACETS = ("owner", "tag", "status", "source", "country")
_ID = {"_id": "674085f0c2a1b94d3e5f6071"}
_TIMES = {"createdAt": "2026-01-05T09:30:00.000Z", "updatedAt": "2026-01-05T09:30:00.000Z"}


def _example(body: type[RecordBody], **changed: Any) -> dict[str, Any]:
    extra: Any = body.model_config["json_schema_extra"]
    sent: dict[str, Any] = extra["examples"][0]
    return _ID | sent | changed | {"custom": {}} | _TIMES


LEAD = RecordType(
    "lead",
    LEADS,
    LeadBody,
    ("email", "firstName", "lastName"),
    "A lead needs an e-mail address or a name.",
    _SORTS | {"score": "score"},
    _FACETS,
    "company",
    True,
    _example(LeadBody, phone="+34612345678", phoneRaw="+34 612 345 678"),
)
CONTACT = RecordType(
    "contact",
    CONTACTS,
    ContactBody,
    ("email", "firstName", "lastName"),
    "A contact needs an e-mail address or a name.",
    {name: field for name, field in _SORTS.items() if name != "value"} | {"score": "score"},
    (*_FACETS, "account"),
    "company",
    True,
    _example(ContactBody, phone="+34612345678", phoneRaw="+34 612 345 678", accountId="674085f0c2a1b94d3e5f6072"),
)
ACCOUNT = RecordType(
    "account",
    ACCOUNTS,
    AccountBody,
    ("name",),
    "An account needs a name.",
    {name: field for name, field in _SORTS.items() if name != "value"},
    (*_FACETS, "industry"),
    None,
    False,
    _example(AccountBody, website="https://ejemplo.example", tags=[]),
)
DEAL = RecordType(
    "deal",
    DEALS,
    DealBody,
    ("name",),
    "A deal needs a name.",
    _SORTS | {"closeDate": "closeDate"},
    ("owner", "tag", "account", "contact", "stage", "status", "source"),
    "accountId",
    False,
    _example(DealBody, accountId="674085f0c2a1b94d3e5f6072", tags=[]),
)
TYPES: Mapping[str, RecordType] = {type.name: type for type in (LEAD, CONTACT, ACCOUNT, DEAL)}

_SHOWN = frozenset({
    "id", "external_id", "name", "first_name", "last_name", "email", "phone", "phone_raw", "company", "title",
    "website", "address", "industry", "employees", "source", "status", "stage", "close_date", "probability",
    "owner_id", "account_id", "contact_id", "tags", "consent", "score", "created_at", "updated_at", "deleted_at",
})  # fmt: skip


def record_view(record: CrmRecord) -> dict[str, Any]:
    """Return a record as the API shows it: JSON values, unset fields left out, custom fields as one object."""
    shown = record.model_dump(mode="json", by_alias=True, include=set(_SHOWN), exclude_none=True)
    if record.value is not None:
        shown["value"] = record.value.model_dump(by_alias=True, include={"amount", "currency"}, exclude_none=True)
    shown["custom"] = {field.k: list(field.v) if isinstance(field.v, tuple) else field.v for field in record.custom}
    return shown


lead_view = record_view
