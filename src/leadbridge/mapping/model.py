"""What a mapping is made of: fields of two schemas, and the pairs that join them. All values are frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

Value: TypeAlias = str | int | float | bool | tuple[str, ...] | None
"""One field's value. Blank is None; amounts of money are decimal text, days and times ISO text."""
Values: TypeAlias = Mapping[str, Value]
CountryForm: TypeAlias = Literal["name", "code"]
Separator: TypeAlias = Literal[";", ","]

MAX_VALUE_MAP = 500
"""Entries of one value map."""
MAX_PAIRS = 200
"""Pairs of one mapping."""


class Rule(StrEnum):
    """Who wins a field that changed on both sides; ``off`` leaves the field alone."""

    PREFER_CRM_UNLESS_BLANK = "prefer_crm_unless_blank"
    ALWAYS_CRM = "always_crm"
    ALWAYS_OURS = "always_ours"
    MOST_RECENT = "most_recent"
    ASK = "ask"
    OFF = "off"


class Type(StrEnum):
    """What a field holds, in the words that both schemas share."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    COUNTRY = "country"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"


NUMBERS = frozenset((Type.INTEGER, Type.NUMBER, Type.MONEY))
TIMES = frozenset((Type.DATE, Type.DATETIME))


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a choice field takes: what is stored, and what people see."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a schema. ``to`` names what a reference points at: ``owner``, ``account``, ``contact``."""

    name: str
    label: str
    type: Type
    writable: bool = True
    required: bool = False
    unique: bool = False
    choices: tuple[Choice, ...] = ()
    to: str = ""
    length: int | None = None
    """Characters that a text holds."""
    scale: int | None = None
    """Decimals that a number keeps."""


Schema: TypeAlias = Mapping[str, Field]
"""Fields by name."""


@dataclass(frozen=True, slots=True)
class Way:
    """Which side a pair may write."""

    crm: bool = True
    ours: bool = True


@dataclass(frozen=True, slots=True)
class ValueMap:
    """Words of ours to words of theirs. ``back`` adds words of theirs that mean one of ours already named.

    What neither table names passes through its types' own conversion, unless ``strict``: then it is refused.
    """

    pairs: Mapping[str, str]
    back: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class PairSpec:
    """One field of ours and its counterpart, as it is saved.

    ``to_crm`` computes what is sent from our fields in place of ``ours``; ``to_ours`` computes what we store from the
    CRM's fields in place of ``theirs``. A computed pair flows one way only, since nothing computes it back.
    """

    ours: str
    theirs: str
    rule: Rule = Rule.PREFER_CRM_UNLESS_BLANK
    way: Way = Way()
    values: ValueMap | None = None
    to_crm: str | None = None
    to_ours: str | None = None
    default_crm: Value = None
    """Sent when a record is created there and the pair has no value."""
    default_ours: Value = None
    """Stored when a record is created here and the pair has no value."""
    max_length: int | None = None
    """Characters that their text field keeps. Ours is cut on the way, and the cut text counts as the same."""
    scale: int | None = None
    """Decimals that are sent, where that is fewer than their number field keeps."""
    country: CountryForm = "name"
    """How their text field for a country is written."""


@dataclass(frozen=True, slots=True)
class Context:
    """What conversions need beside the two fields: the company's zone and region, and who is who at the CRM."""

    zone: str = "UTC"
    """The IANA name of the zone in which a time has its day."""
    region: str | None = None
    """The ISO 3166 country in which phone numbers without a country code are dialled."""
    separator: Separator = ";"
    """What stands between the values of a multi-select in the CRM's text."""
    references: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per target (``owner``) our id to theirs."""


@dataclass(frozen=True, slots=True)
class ObjectMapping:
    """How one kind of ours and one object of a CRM are joined over one connection."""

    kind: str
    object: str
    pairs: tuple[PairSpec, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a mapping. ``pair`` is its place, counted from 0; None for the whole."""

    code: str
    message: str
    pair: int | None = None
