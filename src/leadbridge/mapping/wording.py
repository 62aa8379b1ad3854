"""What texts mean: plain ones, and those with a form of their own: addresses, phone numbers, sites, countries."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from urllib.parse import urlsplit

from leadbridge.kit.text import squeeze
from leadbridge.leads import normalise
from leadbridge.leads.normalise import Invalid
from leadbridge.mapping import read
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import Context, Field, PairSpec, Type, Value
from leadbridge.mapping.options import SHOWN, Options, word


class Words:
    """Texts, and the kinds of text that have a form of their own: e-mail addresses, numbers, sites, countries."""

    def __init__(self, type: Type, ours: Field, theirs: Field, spec: PairSpec, context: Context) -> None:
        self._type, self._ours, self._country = type, ours.type, spec.country
        self._limit = spec.max_length
        self._length = theirs.length
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
        return self._fitting(given[: self._limit].rstrip())

    def _fitting(self, made: str) -> str:
        if self._length is not None and len(made) > self._length:
            raise Unmappable(
                f"'{made[:SHOWN]}' has {len(made)} characters and the CRM's field keeps {self._length}; shorten it, "
                "or give the pair a max_length to have it cut."
            )
        return made

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
