"""One spelling for each value of a lead. Pure: text in, the stored form or ``Invalid`` out.

E-mail, phone and country are judged by libraries; what they leave open is decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from urllib.parse import urlsplit, urlunsplit

import ftfy
import phonenumbers
import pycountry
from email_validator import EmailNotValidError, validate_email

from leadbridge.kit.text import fold, squeeze

MAX_SHOWN = 80


class Invalid(ValueError):
    """A value that cannot be used: ``code`` for programs, the message one clear sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, and as it was written (an extension is only there)."""

    e164: str
    raw: str


def shown(text: str) -> str:
    """Return ``text`` in quotation marks, cut so that it fits in a sentence."""
    return f"'{text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + '…'}'"


_TYPOGRAPHIC = frozenset("‘’“”–—")


def decoded_once_more(text: str) -> str:
    """Return ``text`` without double encoding: UTF-8 that was read as Windows-1252 and written as UTF-8 again.

    What ftfy leaves alone for caution (``Ã…kesson``) is decoded too when the whole text becomes valid UTF-8 by it and
    no quotation mark or dash takes part, since these do follow a capital in real text.
    """
    fixed = ftfy.fix_encoding(text)
    if fixed != text or not _TYPOGRAPHIC.isdisjoint(text):
        return fixed
    try:
        return text.encode("windows-1252").decode("utf-8")
    except UnicodeError:
        return text


MAX_EMAIL = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_EMAIL = re.compile(rf"(?=.{{1,64}}@)({_ATOM}(?:\.{_ATOM})*)@([A-Za-z0-9.-]+)")
"""An address whose part before the @ is in ASCII and without quotes: what the library would only say yes to."""


@lru_cache(maxsize=65536)
def _plain_domain(domain: str) -> str | None:
    """Return a domain as the library writes it, None where it refuses it: a file has few domains and many people."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).normalized[2:]
    except EmailNotValidError:
        return None


def email(text: str) -> str:
    """Return the address in ``text``, its domain in lower case; raises ``Invalid``.

    ``mailto:`` and ``Name <address>`` are taken off. Reserved names (example.com, ``.example``, ``.test``) are taken:
    they are what demonstrations and tests use. Whether the mailbox exists is not asked.
    """
    address = text.strip().strip("\"'<>,;").strip()
    if "<" in address:
        address = address.rpartition("<")[2].strip(" >")
    address = address.removeprefix("mailto:").strip()
    plain = _PLAIN_EMAIL.fullmatch(address)
    if plain is not None and (domain := _plain_domain(plain[2])) is not None and len(address) <= MAX_EMAIL:
        return f"{plain[1]}@{domain}"
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise Invalid("invalid_email", f"The e-mail address {shown(text)} is not valid.") from error


def email_key(address: str) -> str:
    """Return what two spellings of one address have in common: nearly no mail server tells their cases apart."""
    return address.casefold()


def phone(text: str, region: str | None) -> Phone:
    """Return the number in ``text``, read as dialled in ``region`` (ISO alpha-2) unless it starts with ``+`` or ``00``.

    A number is taken when its length is possible for its country (``is_possible_number``), not only when its range is
    in use: ranges open every month, and a library that is a year old would refuse new ones. A number that needs an
    area code it does not have, or a country nobody named, raises ``Invalid``.
    """
    digits = text.strip()
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+") and region is None:
        raise Invalid("invalid_phone", f"The phone number {shown(text)} has no country code and no country is known.")
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException as error:
        raise Invalid("invalid_phone", f"The phone number {shown(text)} cannot be read.") from error
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Invalid("invalid_phone", f"The phone number {shown(text)} has an impossible length.")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), squeeze(text))


_COUNTRY_ALIASES = {
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB",
    "u k": "GB", "u s a": "US", "u s": "US", "america": "US", "united states of america": "US",
    "deutschland": "DE", "allemagne": "DE", "brd": "DE", "osterreich": "AT", "schweiz": "CH", "suisse": "CH",
    "svizzera": "CH", "espana": "ES", "spanien": "ES", "espagne": "ES", "italia": "IT", "italien": "IT",
    "frankreich": "FR", "nederland": "NL", "holland": "NL", "the netherlands": "NL", "niederlande": "NL",
    "belgie": "BE", "belgique": "BE", "belgien": "BE", "eire": "IE", "republic of ireland": "IE", "irland": "IE",
    "danmark": "DK", "danemark": "DK", "sverige": "SE", "schweden": "SE", "norge": "NO", "norwegen": "NO",
    "suomi": "FI", "finnland": "FI", "polska": "PL", "polen": "PL", "cesko": "CZ", "czech republic": "CZ",
    "ceska republika": "CZ", "magyarorszag": "HU", "ungarn": "HU", "brasil": "BR", "mexico": "MX", "turkey": "TR",
    "russia": "RU", "south korea": "KR", "north korea": "KP", "vietnam": "VN", "ivory coast": "CI", "uae": "AE",
    "macedonia": "MK", "luxemburg": "LU", "griechenland": "GR", "vereinigtes konigreich": "GB",
    "grossbritannien": "GB", "england uk": "GB", "vereinigte staaten": "US", "el": "GR",
}  # fmt: skip
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def _country_key(text: str) -> str:
    return _NOT_WORD.sub(" ", fold(text)).strip()


@cache
def _countries() -> dict[str, str]:
    table = dict(_COUNTRY_ALIASES)
    for entry in pycountry.countries:
        names: list[str] = [entry.name, entry.alpha_2, entry.alpha_3]
        names += [getattr(entry, "common_name", ""), getattr(entry, "official_name", "")]
        for name in names:
            if name:
                table.setdefault(_country_key(name), entry.alpha_2)
    return table


def country(text: str) -> str:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code; raises ``Invalid``."""
    code = country_code(text)
    if code is None:
        raise Invalid("unknown_country", f"{shown(text)} is not a country we know.")
    return code


def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a country's name or code, or None where there is no such country."""
    return _countries().get(_country_key(text))


def country_name(code: str) -> str | None:
    """Return the usual English name of an alpha-2 code, or None."""
    entry = pycountry.countries.get(alpha_2=code)
    return None if entry is None else str(getattr(entry, "common_name", entry.name))


_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)


def website(text: str) -> str:
    """Return an http or https address with its host in lower case; ``https://`` is put before one without a scheme.

    Any other scheme, a user name, or a host that is no domain name raises ``Invalid``: the address ends up in links.
    """
    refused = Invalid("invalid_website", f"{shown(text)} is not the address of a website.")
    address = text.strip()
    if address.startswith("//"):
        address = "https:" + address
    elif _SCHEME.match(address) is None:
        address = "https://" + address
    try:
        parts = urlsplit(address)
        port = parts.port
        host = (parts.hostname or "").rstrip(".").encode("idna").decode() if parts.hostname else ""
    except ValueError as error:  # UnicodeError too: a name that IDNA cannot carry
        raise refused from error
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or any(map(str.isspace, address)):
        raise refused
    if _HOST.fullmatch(host) is None:
        raise refused
    netloc = host if port is None else f"{host}:{port}"
    path = "" if parts.path == "/" and not parts.query else parts.path
    return urlunsplit((parts.scheme.lower(), netloc, path, parts.query, parts.fragment))


_YES = frozenset((
    "yes", "y", "true", "1", "x", "granted", "given", "opt-in", "opted-in", "subscribed", "ja", "oui", "si",
))  # fmt: skip
_NO = frozenset((
    "no", "n", "false", "0", "denied", "refused", "opt-out", "opted-out", "unsubscribed", "nein", "non",
))  # fmt: skip


def consent(text: str) -> bool:
    """Return whether a word means yes or no; raises ``Invalid`` for any other: consent is never guessed."""
    word = fold(text).replace(" ", "-")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Invalid("unclear_consent", f"{shown(text)} is neither yes nor no.")


def score(text: str) -> int:
    """Return a whole number, rounded; raises ``Invalid``."""
    try:
        number = float(text.strip().replace(",", ".").removesuffix("%"))
        if not abs(number) <= 1_000_000:
            raise ValueError("out of range")
        return round(number)
    except ValueError as error:
        raise Invalid("invalid_score", f"The score {shown(text)} is not a number.") from error


def tags(texts: list[str]) -> tuple[str, ...]:
    """Return tags squeezed, each once whatever its case, in the order given."""
    kept: dict[str, str] = {}
    for text in texts:
        tag = squeeze(text)[:64]
        if tag:
            kept.setdefault(fold(tag), tag)
    return tuple(kept.values())


_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "du", "ter", "ten", "zu", "af",
    "av", "bin", "ibn", "al", "el", "st.", "o",
))  # fmt: skip


def split_name(text: str) -> tuple[str | None, str | None]:
    """Return (first, last) of a whole name: ``Berg, Anna van den`` and ``Anna van den Berg`` alike.

    A single word is a last name, since some CRMs require one and none requires a first name alone.
    """
    name = squeeze(text)
    if "," in name:
        last, _, first = (part.strip() for part in name.partition(","))
        words = first.split(" ")
        at = next((n for n, word in enumerate(words) if n and word in _PARTICLES), len(words))
        return " ".join(words[:at]) or None, " ".join([*words[at:], last]) or None
    words = name.split(" ")
    if len(words) == 1:
        return None, name or None
    at = next((n for n, word in enumerate(words) if n and n < len(words) - 1 and word.lower() in _PARTICLES), -1)
    cut = at if at > 0 else len(words) - 1
    return " ".join(words[:cut]), " ".join(words[cut:])
