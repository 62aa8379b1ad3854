"""Forms, what people sent with them, and the bodies with which forms are made."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from leadbridge.kit.document import Body, Id, JsonObject, Record, Time
from leadbridge.security.model import SEALED_INDEX, Sealed
from leadbridge.settings import origin_of
from leadbridge.storage.kind import Index, Kind

MAX_FIELDS = 40
MAX_OPTIONS = 200
MAX_FORMS = 500
"""Forms of one company."""
TARGETS = (
    "firstName", "lastName", "email", "phone", "company", "title", "website", "address.street", "address.city",
    "address.region", "address.postalCode", "address.country", "externalId",
)  # fmt: skip
"""Where a field's value may go; beside ``custom.NAME``. Nobody outside sets status, owner, score or tags."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")
_CUSTOM = re.compile(r"custom\.[^\x00.$][^\x00]{0,63}\Z")
CONSENT = "consent"
RESERVED = frozenset({CONSENT, "challenge"})


class FieldType(StrEnum):
    """What a field takes, and which control it is shown as."""

    TEXT = "text"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    COUNTRY = "country"
    SELECT = "select"
    CHECKBOX = "checkbox"


_TEXTS = frozenset({FieldType.TEXT, FieldType.TEXTAREA, FieldType.SELECT})
_TYPES_FOR: dict[str, frozenset[FieldType]] = {
    **dict.fromkeys(TARGETS, _TEXTS),
    "email": frozenset({FieldType.EMAIL}),
    "phone": frozenset({FieldType.PHONE}),
    "website": frozenset({FieldType.URL}),
    "address.country": frozenset({FieldType.COUNTRY, FieldType.SELECT}),
    "custom": frozenset(FieldType),
}
"""Which types of field may become which field of a lead."""


class FormField(Body):
    """One field. ``to`` names the lead's field that its value becomes (default: a custom field of its own name)."""

    name: str = Field(examples=["email"])
    label: Annotated[str, Field(min_length=1, max_length=200)]
    type: FieldType = FieldType.TEXT
    required: bool = False
    to: str | None = Field(None, examples=["email", "custom.budget"])
    options: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field((), max_length=MAX_OPTIONS)
    max_length: int = Field(500, ge=1, le=10_000)
    help: Annotated[str, Field(max_length=500)] | None = None

    @property
    def target(self) -> str:
        """The lead's field that the value becomes."""
        return self.to or f"custom.{self.name}"

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if not _NAME.match(self.name) or self.name in RESERVED:
            raise ValueError(
                f"the field name {self.name[:40]!r} cannot be used: it begins with a letter, has letters, digits and _ "
                "(at most 40), and is not 'consent' or 'challenge'"
            )
        if self.to is not None and self.to not in TARGETS and not _CUSTOM.match(self.to):
            raise ValueError(
                f"'to' of {self.name} is {self.to[:60]!r}; it is one of {', '.join(TARGETS)} or custom.NAME"
            )
        if self.type not in _TYPES_FOR.get(self.target, _TYPES_FOR["custom"]):
            raise ValueError(f"{self.name}: a field of type {self.type} cannot become {self.target}")
        if (self.type is FieldType.SELECT) != bool(self.options):
            raise ValueError(f"{self.name}: a field of type select, and only such a one, has options")
        return self


class Widget(StrEnum):
    """Whose check the hosted page shows."""

    TURNSTILE = "turnstile"
    HCAPTCHA = "hcaptcha"
    RECAPTCHA = "recaptcha"


class ConsentRule(Body):
    """The question for consent. The text that a person saw is kept with what they sent."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    required: bool = True


class Form(Record):
    """A form. Its ``key`` stands in its public address."""

    name: str
    title: str
    intro: str | None = None
    key: str
    fields: tuple[FormField, ...]
    consent: ConsentRule | None = None
    origins: tuple[str, ...] = ()
    """Web pages that may send it, by scheme, host and port; the hosted page always may."""
    redirect_url: str | None = None
    thanks: str = "Thank you. We have received your message."
    submit_label: str = "Send"
    language: str = "en"
    country: str | None = None
    """Where phone numbers without a country belong."""
    source: str | None = None
    spam_limit: int = 5
    per_minute: int = 10
    challenge_url: str | None = None
    """Where the token of a check that a person is there is verified."""
    challenge_secret: Sealed | None = None
    challenge_widget: Widget | None = None
    challenge_site_key: str | None = None
    """With the widget: what the hosted page shows. Without, the form can only be sent from one's own page."""
    kid: str | None = None
    active: bool = True
    created_at: Time
    updated_at: Time


class Submission(Record):
    """What one person sent: the domain event ``form.submitted``, written in the batch of the lead it made."""

    type: str = "form.submitted"
    form_id: Id
    form_name: str
    lead_id: Id
    created: bool
    """Whether the lead is new; else it was known by its e-mail address, and blanks of it were filled."""
    at: Time
    seq: int
    """The lead's own counter after this change."""
    origin: str = "form"
    hop: int = 0
    data: JsonObject
    """Every field as it was sent, also what the lead did not take."""
    consent: JsonObject | None = None
    page: str | None = None
    """Origin of the page that it was sent from."""
    spam_score: int
    spam_reasons: tuple[str, ...] = ()


FORMS = Kind("forms", Form, (Index("created", ("companyId", "createdAt")), SEALED_INDEX))
SUBMISSIONS = Kind(
    "form_submissions",
    Submission,
    (
        Index("at", ("companyId", "at")),
        Index("form", ("companyId", "formId", "at")),
        Index("subjects", ("companyId", "subjects"), multi=True),
    ),
)
KINDS = (FORMS, SUBMISSIONS)


def as_browsers_write(address: str) -> str:
    """Return an origin in the form of the ``Origin`` header; raises ``ValueError``."""
    origin = origin_of(address, path_allowed=False)
    usual = {"https": ":443", "http": ":80"}[origin.partition(":")[0]]
    return origin.removesuffix(usual)


class ChallengeBody(Body):
    """``verifyUrl`` takes ``secret`` and ``response`` as a form and answers JSON with ``success``.

    ``widget`` and ``siteKey`` let the hosted page show the check.
    """

    verify_url: Annotated[str, Field(max_length=500)]
    secret: Annotated[str, Field(min_length=1, max_length=500)]
    widget: Widget | None = None
    site_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,200}$")] | None = None

    @model_validator(mode="after")
    def _widget_has_its_key(self) -> Self:
        if (self.widget is None) is not (self.site_key is None):
            raise ValueError("'widget' and 'siteKey' belong together: send both, or neither")
        return self


class FormBody(Body):
    """A form as a caller sends it: whole, or in a change only what changes."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    intro: Annotated[str, Field(max_length=2000)] | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=MAX_FIELDS)] | None = None
    consent: ConsentRule | None = None
    origins: Annotated[tuple[str, ...], Field(max_length=50)] | None = None
    redirect_url: Annotated[str, Field(max_length=2000)] | None = None
    thanks: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    submit_label: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    source: Annotated[str, Field(max_length=200)] | None = None
    spam_limit: Annotated[int, Field(ge=1, le=100)] | None = None
    per_minute: Annotated[int, Field(ge=1, le=1000)] | None = None
    challenge: ChallengeBody | None = None
    active: bool | None = None

    @field_validator("fields")
    @classmethod
    def _names_once(cls, fields: tuple[FormField, ...] | None) -> tuple[FormField, ...] | None:
        for what in ([one.name for one in fields or ()], [one.target for one in fields or ()]):
            if twice := next((name for place, name in enumerate(what) if name in what[:place]), None):
                raise ValueError(f"{twice} stands twice")
        if fields is not None and not {"email", "firstName", "lastName"} & {one.target for one in fields}:
            raise ValueError("a form needs a field that becomes email, firstName or lastName: no lead is without one")
        return fields

    @field_validator("origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if origins is None else tuple(dict.fromkeys(as_browsers_write(one) for one in origins))

    @field_validator("redirect_url")
    @classmethod
    def _web_address(cls, address: str | None) -> str | None:
        if address is not None:
            origin_of(address, path_allowed=True)
        return address
