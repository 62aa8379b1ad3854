"""The stored lead, the bodies callers send, and the form in which a lead is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from leadbridge.kit.document import Blankable, Body, Id, Record, Shape, Time
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


class Lead(Record):
    """A lead as it is stored.

    ``seq`` rises with each change of the record itself; ``origin`` says what made the last one. The ``...Key`` fields
    exist for matching: absent where there is nothing to match by. ``name_sort`` is what a list by name is sorted by.
    """

    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    company: str | None = None
    title: str | None = None
    website: str | None = None
    address: Address | None = None
    source: str | None = None
    status: str | None = None
    value: Money | None = None
    owner_id: str | None = None
    tags: tuple[str, ...] = ()
    consent: Consent | None = None
    score: int | None = None
    custom: tuple[CustomField, ...] = ()
    created_at: Time
    updated_at: Time

    seq: int = 0
    changed: tuple[Changed, ...] = ()
    origin: str
    ext_key: str | None = None
    email_key: str | None = None
    phone_key: str | None = None
    name_company_key: str | None = None
    name_sort: str = ""


LEADS: Kind[Lead] = Kind(
    "leads",
    Lead,
    indexes=(
        Index("external", ("companyId", "extKey"), unique=True),
        Index("email", ("companyId", "emailKey")),
        Index("phone", ("companyId", "phoneKey")),
        Index("nameCompany", ("companyId", "nameCompanyKey")),
        Index("created", ("companyId", "createdAt")),
        Index("updated", ("companyId", "updatedAt")),
        Index("name", ("companyId", "nameSort")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)

KINDS = (LEADS,)

ShortText = Annotated[Annotated[str, Field(max_length=200)] | None, Blankable]
Text = Annotated[Annotated[str, Field(max_length=500)] | None, Blankable]
Tag = Annotated[str, Field(max_length=64)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)]
CustomKey = Annotated[str, Field(min_length=1, max_length=64)]
CustomFields = Annotated[dict[CustomKey, CustomValue | None], Field(max_length=MAX_CUSTOM_FIELDS)]


class AddressBody(Body):
    """An address as a caller sends it; the country may be a name or a code."""

    street: Text = None
    city: ShortText = None
    region: ShortText = None
    postal_code: ShortText = None
    country: ShortText = None


class MoneyBody(Body):
    """An amount as a caller sends it: decimal text (or a number) and an ISO 4217 code."""

    amount: StrictStr | StrictInt | StrictFloat = Field(examples=["1234.50"])
    currency: Annotated[Annotated[str, Field(max_length=3)] | None, Blankable] = None


class ConsentBody(Body):
    given: StrictBool
    at: datetime | None = None
    source: ShortText = None


class LeadBody(Body):
    """A lead as a caller sends it, whole or, in a change, only the fields to change: null or "" unsets."""

    external_id: ShortText = None
    first_name: ShortText = None
    last_name: ShortText = None
    email: Annotated[Annotated[str, Field(max_length=320)] | None, Blankable] = None
    phone: ShortText = Field(default=None, description="Any usual spelling; kept in E.164, as sent in phoneRaw.")
    company: ShortText = None
    title: ShortText = None
    website: Annotated[Annotated[str, Field(max_length=2048)] | None, Blankable] = None
    address: AddressBody | None = None
    source: ShortText = None
    status: ShortText = None
    value: MoneyBody | None = None
    owner_id: Annotated[Id | None, Blankable] = None
    tags: Tags | None = None
    consent: ConsentBody | None = None
    score: Annotated[StrictInt, Field(ge=-1_000_000, le=1_000_000)] | None = None
    custom: CustomFields | None = None
    allow_erased: StrictBool = Field(
        default=False, description="Store the person although they were erased: they have agreed again since."
    )


SHOWN = frozenset({
    "id", "external_id", "first_name", "last_name", "email", "phone", "phone_raw", "company", "title", "website",
    "address", "source", "status", "owner_id", "tags", "consent", "score", "created_at", "updated_at",
})  # fmt: skip


def lead_view(lead: Lead) -> dict[str, Any]:
    """Return a lead as the API shows it: JSON values, unset fields left out, custom fields as one object."""
    shown = lead.model_dump(mode="json", by_alias=True, include=set(SHOWN), exclude_none=True)
    if lead.value is not None:
        shown["value"] = lead.value.model_dump(by_alias=True, include={"amount", "currency"}, exclude_none=True)
    shown["custom"] = {field.k: list(field.v) if isinstance(field.v, tuple) else field.v for field in lead.custom}
    return shown
