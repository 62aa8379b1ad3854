"""What callers send: a record whole or, in a change, only the fields to change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from leadbridge.kit.document import Blankable, Body, Id
from leadbridge.leads.stored import MAX_CUSTOM_FIELDS, MAX_TAGS, CustomValue

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


Reference = Annotated[Annotated[str, Field(min_length=1, max_length=200)] | None, Blankable]
"""The id or external id of another record."""
Percent = Annotated[StrictInt, Field(ge=0, le=100)]
Score = Annotated[StrictInt, Field(ge=-1_000_000, le=1_000_000)]
Email = Annotated[Annotated[str, Field(max_length=320)] | None, Blankable]
Website = Annotated[Annotated[str, Field(max_length=2048)] | None, Blankable]


class RecordBody(Body):
    """What every record may be sent with: null or "" unsets a field."""

    external_id: ShortText = Field(default=None, description="Your own id; unique in the company.")
    owner_id: Annotated[Id | None, Blankable] = None
    source: ShortText = None
    tags: Tags | None = None
    custom: CustomFields | None = None
    allow_erased: StrictBool = Field(
        default=False, description="Store the person although they were erased: they have agreed again since."
    )

    def sent(self) -> dict[str, Any]:
        """Return the fields that were named, by their names in Python."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Placed(RecordBody):
    """With a place and a way to get in touch."""

    phone: ShortText = Field(default=None, description="Any usual spelling; kept in E.164, as sent in phoneRaw.")
    website: Website = None
    address: AddressBody | None = None


class Person(Placed):
    """A person: a lead or a contact."""

    first_name: ShortText = None
    last_name: ShortText = None
    email: Email = None
    company: ShortText = None
    title: ShortText = None
    status: ShortText = None
    consent: ConsentBody | None = None
    score: Score | None = None


PERSON: dict[str, Any] = {
    "externalId": "customer-17",
    "firstName": "Ana",
    "lastName": "Ruiz",
    "email": "ana.ruiz@example.com",
    "phone": "+34 612 345 678",
    "company": "Ejemplo SL",
    "title": "Head of purchasing",
    "tags": ["fair-2026"],
}


class LeadBody(Person):
    """A lead as a caller sends it, whole or, in a change, only the fields to change: null or "" unsets."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                PERSON | {"source": "fair", "status": "new", "value": {"amount": "1234.50", "currency": "EUR"}}
            ]
        }
    )

    value: MoneyBody | None = None


class ContactBody(Person):
    """A contact: a person the company already deals with."""

    model_config = ConfigDict(json_schema_extra={"examples": [PERSON | {"accountId": "erp-4711"}]})

    account_id: Reference = Field(default=None, description="Id or external id of the account they belong to.")


class AccountBody(Placed):
    """An account: a company or an organisation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"externalId": "erp-4711", "name": "Ejemplo SL", "website": "ejemplo.example", "employees": 40}
            ]
        }
    )

    name: ShortText = None
    email: Email = None
    industry: ShortText = None
    employees: Annotated[StrictInt, Field(ge=0, le=100_000_000)] | None = None
    status: ShortText = None


class DealBody(RecordBody):
    """A deal: something that may be sold to an account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Packing line",
                    "stage": "proposal",
                    "value": {"amount": "48000", "currency": "EUR"},
                    "closeDate": "2026-03-31",
                    "probability": 40,
                    "accountId": "erp-4711",
                }
            ]
        }
    )

    name: ShortText = None
    stage: ShortText = None
    status: ShortText = None
    value: MoneyBody | None = None
    close_date: date | None = Field(default=None, examples=["2026-03-31"])
    probability: Percent | None = None
    account_id: Reference = Field(default=None, description="Id or external id of the account it is with.")
    contact_id: Reference = Field(default=None, description="Id or external id of the person it is with.")
