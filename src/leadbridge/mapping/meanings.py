"""What values of each type mean, so that two spellings of one value compare as equal; and their form on either side.

A meaning is made for a pair of types: a day and a time meet as days, a whole number and a decimal one as whole numbers.
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from leadbridge.kit.text import squeeze
from leadbridge.leads import normalise
from leadbridge.leads.normalise import Invalid
from leadbridge.mapping import read
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import NUMBERS, Context, Field, PairSpec, Type, Value
from leadbridge.mapping.options import Options, word

_WORDS = frozenset((Type.TEXT, Type.EMAIL, Type.PHONE, Type.URL, Type.COUNTRY, Type.CHOICE))


class Meaning(Protocol):
    """How one pair of types is compared and written. No value given here is blank; all may raise ``Unmappable``."""

    def key_ours(self, value: Value) -> Hashable:
        """Return what our value means."""
        ...

    def key_theirs(self, raw: Value) -> Hashable:
        """Return what the CRM's raw value means."""
        ...

    def to_crm(self, value: Value) -> Value:
        """Return the CRM's form of our value."""
        ...

    def to_ours(self, raw: Value) -> Value:
        """Return our form of the CRM's raw value."""
        ...


def meeting(ours: Type, theirs: Type) -> Type | None:
    """Return the type as which values of two fields are compared, or None where they have nothing in common."""
    if ours is theirs:
        return ours
    both = {ours, theirs}
    if both <= NUMBERS:
        return Type.INTEGER if Type.INTEGER in both else Type.MONEY
    if both == {Type.DATE, Type.DATETIME}:
        return Type.DATE
    if Type.TEXT in both and Type.REFERENCE not in both:
        return (both - {Type.TEXT}).pop()
    if both == {Type.CHOICE, Type.CHOICES}:
        return Type.CHOICES
    if both <= _WORDS:
        return ours if theirs is Type.CHOICE else (theirs if ours is Type.CHOICE else Type.TEXT)
    return None


class Words:
    """Texts, and the kinds of text that have a form of their own: e-mail addresses, numbers, sites, countries."""

    def __init__(self, type: Type, ours: Field, theirs: Field, spec: PairSpec, context: Context) -> None:
        self._type, self._ours, self._country = type, ours.type, spec.country
        self._limit = spec.max_length
        self._region = context.region
        self._options = Options(theirs.choices, closed=theirs.type is Type.CHOICE)

    def key_ours(self, value: Value) -> Hashable:
        return self._key(read.text(value).strip()[: self._limit])

    def key_theirs(self, raw: Value) -> Hashable:
        given = read.text(raw)
        shown = self._options.to_ours(given) if self._type is Type.COUNTRY else given
        return self._key(shown.strip()[: self._limit])

    def to_crm(self, value: Value) -> Value:
        given = read.text(value).strip()
        if self._type is Type.COUNTRY and (code := normalise.country_code(given)) is not None:
            name = normalise.country_name(code) or code
            for form in (name, code) if self._country == "name" else (code, name):
                if self._options.key_ours(form)[0] == "choice":
                    return self._options.to_crm(form)
            return self._options.to_crm(name if self._country == "name" else code)
        return given[: self._limit].rstrip()

    def to_ours(self, raw: Value) -> Value:
        given = read.text(raw).strip()
        if self._type is Type.COUNTRY:
            given = self._options.to_ours(given)
        if self._ours is Type.TEXT or self._ours is Type.CHOICE:
            return given
        try:
            return self._form(given)
        except Invalid as invalid:
            raise Unmappable(str(invalid)) from None

    def _form(self, given: str) -> str:
        match self._ours:
            case Type.EMAIL:
                return normalise.email(given)
            case Type.PHONE:
                return _e164(given, self._region)
            case Type.URL:
                return normalise.website(given)
            case Type.COUNTRY:
                return normalise.country(given)
            case _:
                return given

    def _key(self, given: str) -> Hashable:
        plain = squeeze(given)
        try:
            match self._type:
                case Type.EMAIL:
                    return normalise.email_key(normalise.email(plain))
                case Type.PHONE:
                    return _e164(plain, self._region)
                case Type.URL:
                    return _site(normalise.website(plain))
                case Type.COUNTRY:
                    return normalise.country(plain)
                case _:
                    return plain
        except Invalid:
            return _digits(plain) if self._type is Type.PHONE else word(plain)


class Numbers:
    """Whole numbers, decimal ones, amounts of money."""

    def __init__(self, type: Type, ours: Field, theirs: Field, spec: PairSpec) -> None:
        self._ours = ours.type
        scale = 0 if Type.INTEGER in (type, ours.type, theirs.type) else spec.scale
        self._scale = scale

    def key_ours(self, value: Value) -> Hashable:
        return self._key(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return self._key(raw)

    def to_crm(self, value: Value) -> Value:
        return read.plain_number(self._key(value))

    def to_ours(self, raw: Value) -> Value:
        meant = self._key(raw)
        if self._ours is Type.MONEY or self._ours is Type.TEXT:
            return read.plain_number(meant)
        return int(meant) if meant == meant.to_integral_value() else float(meant)

    def _key(self, value: Value) -> Decimal:
        exact = read.rounded(read.number(value), self._scale)
        # Our numbers are stored as 64-bit floats: what the CRM holds beyond them would never compare as equal.
        return read.rounded(Decimal(repr(float(exact))), self._scale) if self._ours is Type.NUMBER else exact


class Truth:
    """Yes or no."""

    def __init__(self, ours: Field) -> None:
        self._ours = ours.type

    def key_ours(self, value: Value) -> Hashable:
        return read.boolean(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return read.boolean(raw)

    def to_crm(self, value: Value) -> Value:
        return "true" if read.boolean(value) else "false"

    def to_ours(self, raw: Value) -> Value:
        truth = read.boolean(raw)
        return truth if self._ours is Type.BOOLEAN else read.text(truth)


class Times:
    """Days and times. Where either side has days only, they are compared as days of the zone."""

    def __init__(self, type: Type, ours: Field, theirs: Field, context: Context) -> None:
        self._day = type is Type.DATE
        self._ours, self._theirs = ours.type, theirs.type
        self._zone = ZoneInfo(context.zone)

    def key_ours(self, value: Value) -> Hashable:
        return self._key(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return self._key(raw)

    def to_crm(self, value: Value) -> Value:
        return self._form(value, self._theirs)

    def to_ours(self, raw: Value) -> Value:
        return self._form(raw, self._ours)

    def _form(self, value: Value, of: Type) -> str:
        if not self._day:
            return read.iso(read.moment(value, self._zone))
        meant = read.day(value, self._zone)
        return read.iso(read.start(meant, self._zone)) if of is Type.DATETIME else meant.isoformat()

    def _key(self, value: Value) -> Hashable:
        return read.day(value, self._zone) if self._day else read.moment(value, self._zone)


class Chosen:
    """One choice, or a set of them in any order."""

    def __init__(self, type: Type, ours: Field, theirs: Field, context: Context) -> None:
        self._many = type is Type.CHOICES
        self._ours, self._theirs = ours.type, theirs.type
        self._options = Options(theirs.choices, closed=theirs.type in (Type.CHOICE, Type.CHOICES))
        self._separator = context.separator

    def key_ours(self, value: Value) -> Hashable:
        return frozenset(map(self._options.key_ours, self._list(value, self._ours)))

    def key_theirs(self, raw: Value) -> Hashable:
        return frozenset(map(self._options.key_theirs, self._list(raw, self._theirs)))

    def to_crm(self, value: Value) -> Value:
        chosen = [self._options.to_crm(one) for one in self._list(value, self._ours)]
        return self._joined(chosen, self._theirs)

    def to_ours(self, raw: Value) -> Value:
        chosen = [self._options.to_ours(one) for one in self._list(raw, self._theirs)]
        return tuple(chosen) if self._ours is Type.CHOICES else self._joined(chosen, self._ours)

    def _list(self, value: Value, of: Type) -> tuple[str, ...]:
        if not self._many or of is Type.CHOICE:
            return (squeeze(read.text(value)),)
        return read.listed(value, self._separator)

    def _joined(self, chosen: list[str], of: Type) -> str:
        if of is Type.CHOICE and len(chosen) > 1:
            raise Unmappable(f"The field takes one choice and {len(chosen)} are set; leave one.")
        joined = self._separator.join(chosen)
        if self._many and of is not Type.CHOICE and read.listed(joined, self._separator) != tuple(chosen):
            raise Unmappable(f"A choice must not contain '{self._separator}', which stands between choices.")
        return joined


class References:
    """Who is who: our ids and theirs, one to one."""

    def __init__(self, ours: Field, context: Context) -> None:
        self._to = ours.to or "record"
        self._forward = context.references.get(ours.to, {})
        self._back = {theirs: mine for mine, theirs in self._forward.items()}

    def key_ours(self, value: Value) -> Hashable:
        given = read.text(value)
        return self._forward.get(given, ("ours", given))

    def key_theirs(self, raw: Value) -> Hashable:
        return read.text(raw)

    def to_crm(self, value: Value) -> Value:
        found = self._forward.get(read.text(value))
        if found is None:
            raise Unmappable(f"Our {self._to} '{read.text(value)}' has no counterpart in the CRM yet; link it first.")
        return found

    def to_ours(self, raw: Value) -> Value:
        found = self._back.get(read.text(raw))
        if found is None:
            raise Unmappable(f"The CRM's {self._to} '{read.text(raw)}' has no counterpart here yet; link it first.")
        return found


def meaning(type: Type, ours: Field, theirs: Field, spec: PairSpec, context: Context) -> Meaning:
    """Return how two fields that meet as ``type`` are compared and written."""
    match type:
        case Type.INTEGER | Type.NUMBER | Type.MONEY:
            return Numbers(type, ours, theirs, spec)
        case Type.BOOLEAN:
            return Truth(ours)
        case Type.DATE | Type.DATETIME:
            return Times(type, ours, theirs, context)
        case Type.CHOICE | Type.CHOICES:
            return Chosen(type, ours, theirs, context)
        case Type.REFERENCE:
            return References(ours, context)
        case _:
            return Words(type, ours, theirs, spec, context)


@lru_cache(maxsize=8192)
def _e164(given: str, region: str | None) -> str:
    """Return a number in E.164: a decision and its conversion ask for the same one several times."""
    return normalise.phone(given, region).e164


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _digits(given: str) -> str:
    digits = "".join(char for char in given if char.isdigit())
    return (digits.removeprefix("00") if given.startswith("00") else digits) or word(given)
