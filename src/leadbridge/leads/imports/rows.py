"""From a row to the fields of a record, or to the reason why it cannot be one. Pure.

A row is refused only when nobody could be found by it; a single bad value costs that value, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from leadbridge.kit.text import squeeze
from leadbridge.kit.values import clean_text
from leadbridge.leads import normalise
from leadbridge.leads.fields import ADDRESS, CUSTOM, Fields, FieldValue, Keys, custom_size
from leadbridge.leads.imports.facts import read_facts
from leadbridge.leads.imports.headers import CURRENCY, FULL_NAME, IGNORED, Column
from leadbridge.leads.imports.reader import Record
from leadbridge.leads.model import MAX_CUSTOM_BYTES, MAX_CUSTOM_FIELDS, MAX_TAGS, Consent
from leadbridge.leads.money import NotAnAmount, currency_code, parse_money
from leadbridge.leads.normalise import Invalid, shown
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.security.escape import csv_plain

MAX_ROW = 32 * 1024
"""Characters in a row; one that is longer is a broken file, not a person."""
MAX_CUSTOM = 2000
_LIMITS = {"website": 2048, "address.street": 500}
MAX_TEXT = 200

_BLANK = frozenset(("n/a", "#n/a", "-", "--", "---", "?", ".", "—", "–", "(blank)"))
_BLANK_UNLESS_NAME = frozenset(("null", "(null)", "none", "(none)", "nan", "unknown", "tbd", "not available"))
"""Not in names: people are called Null, and None."""
_NAMES = ("firstName", "lastName", FULL_NAME, "name")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_MOJIBAKE = re.compile("[\u00c2\u00c3\u00c4\u00c5\u00ce\u00cf\u00d0\u00d1\u00e2\u0192\u20ac\u00f0\u0102\u0103]")
"""Characters that double encoding leaves; without one of them there is nothing to repair."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was wrong with a row or a value of it: a code for programs, a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row says. ``refused`` is why it is no record; ``warnings`` are values that were left out or cut."""

    record: Record
    fields: Fields
    refused: Finding | None = None
    warnings: tuple[Finding, ...] = ()
    keys: Keys = field(default_factory=lambda: Keys({}))


@dataclass(slots=True)
class _Work:
    fields: Fields = field(default_factory=dict)
    warnings: list[Finding] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    """The text found for each mapped field."""
    spare: dict[str, str] = field(default_factory=dict)
    """What is kept as custom fields."""

    def warn(self, code: str, sentence: str) -> None:
        self.warnings.append(Finding(code, sentence))


def read_row(
    record: Record, columns: Sequence[Column], default_region: str | None, width: int = 0, type: RecordType = LEAD
) -> Reading:
    """Return what ``record`` says under ``columns``, as a record of ``type``.

    Phone numbers without country code are read in the row's own country, else in ``default_region``. A row with more
    cells than ``width`` is refused even if the last ones are empty: its values have probably moved to the right, and a
    wrong value in the right place is worse than a row to correct.
    """
    if sum(map(len, record.cells)) > MAX_ROW:
        return Reading(record, {}, Finding("row_too_long", f"The row is longer than {MAX_ROW:,} characters."))
    if len(record.cells) > max(width, len(columns)) or any(map(str.strip, record.cells[len(columns) :])):
        sentence = (
            f"The row has {len(record.cells)} cells but the header names {len(columns)}: probably a delimiter inside a "
            "value that is not in quotation marks."
        )
        return Reading(record, {}, Finding("ragged_row", sentence))
    work = _Work()
    _collect(work, record, columns)
    _names(work)
    _contact(work, default_region)
    _rest(work)
    if not type.person or "accountId" in work.named:
        _facts(work, default_region)
    _custom(work)
    refused = _identity(work, type)
    return Reading(record, work.fields, refused, tuple(work.warnings), Keys(work.fields, type.beside))


def erased_row(reading: Reading) -> Reading:
    """Return the refusal of a row whose person was erased: only its place in the file is left of it."""
    blank = Record(row=reading.record.row, line=reading.record.line, cells=())
    return Reading(
        blank, {}, Finding("erased_person", "This person was erased from the company; the row was not kept.")
    )


def _collect(work: _Work, record: Record, columns: Sequence[Column]) -> None:
    for cell, column in zip(record.cells, columns, strict=False):
        if not cell or column.field == IGNORED:
            continue
        text = _clean(work, cell, column)
        if not text:
            continue
        if column.field is None or column.field in work.named:
            if column.field is None or work.named[column.field] != text:
                work.spare[column.header] = text
        else:
            work.named[column.field] = text


def _clean(work: _Work, cell: str, column: Column) -> str:
    text = csv_plain(cell.strip())
    if not text.isascii() or "\0" in text or not text.isprintable():
        if _CONTROLS.search(text):
            bare = normalise.decoded_once_more(text) if _MOJIBAKE.search(text) else text
            if _CONTROLS.search(bare):
                work.warn("control_characters", f"Control characters were taken out of '{column.header}'.")
            text = _CONTROLS.sub("", bare)
        elif _MOJIBAKE.search(text):
            text = normalise.decoded_once_more(text)
        text = clean_text(text)
    text = text.strip() if column.field is None else squeeze(text)
    word = text.casefold()
    if word in _BLANK or (word in _BLANK_UNLESS_NAME and column.field not in _NAMES):
        return ""
    return text


def _take(work: _Work, name: str, limit: int = MAX_TEXT) -> str | None:
    text = work.named.get(name)
    if text is not None and len(text) > limit:
        work.warn("too_long", f"'{name}' was cut to {limit} characters.")
        return text[:limit].rstrip()
    return text


def _names(work: _Work) -> None:
    first, last = _take(work, "firstName"), _take(work, "lastName")
    whole = _take(work, FULL_NAME)
    if whole is not None and not (first and last):
        found_first, found_last = normalise.split_name(whole)
        if first is None and last is None:
            first, last = found_first, found_last
        elif first is None:
            first = found_first
        else:
            last = found_last
    for name, text in (("firstName", first), ("lastName", last)):
        if text and any(char.isalnum() for char in text):
            work.fields[name] = text


def _contact(work: _Work, default_region: str | None) -> None:
    for name in ADDRESS:
        text = _take(work, name, _LIMITS.get(name, MAX_TEXT))
        if text is not None and name != "address.country":
            work.fields[name] = text
        elif text is not None:
            _try(work, name, normalise.country, text)
    if (text := work.named.get("email")) is not None:
        _email(work, text)
    region = work.fields.get("address.country", default_region)
    if (text := _take(work, "phone")) is not None:
        try:
            phone = normalise.phone(text, region if isinstance(region, str) else None)
            work.fields["phone"], work.fields["phoneRaw"] = phone.e164, phone.raw
        except Invalid as invalid:
            work.fields["phoneRaw"] = text
            work.warn(invalid.code, f"{invalid} It is kept as it was written.")
    if (text := _take(work, "website", 2048)) is not None:
        _try(work, "website", normalise.website, text)


def _email(work: _Work, text: str) -> None:
    """Take the first address of the cell that is one."""
    parts = [part for part in re.split(r"[;,\s]+", text) if "@" in part] or [text]
    failure: Invalid | None = None
    for part in parts:
        try:
            work.fields["email"] = normalise.email(part)
            break
        except Invalid as invalid:
            failure = failure or invalid
    if "email" not in work.fields and failure is not None:
        work.warn(failure.code, f"The e-mail address {shown(text)} is not valid.")
    elif len(parts) > 1:
        work.warn("several_emails", f"Of {shown(text)} only the first valid address was taken.")


def _rest(work: _Work) -> None:
    for name in ("externalId", "company", "title", "source", "status"):
        if (text := _take(work, name)) is not None:
            work.fields[name] = text
    if (text := work.named.get("score")) is not None:
        _try(work, "score", normalise.score, text)
    if (text := work.named.get("consent")) is not None:
        _try(work, "consent", lambda text: Consent(given=normalise.consent(text)), text)
    if (text := work.named.get("tags")) is not None:
        kept = normalise.tags(re.split(r"[;,|]", text))
        if len(kept) > MAX_TAGS:
            work.warn("too_many_tags", f"Only the first {MAX_TAGS} tags were taken.")
        if kept:
            work.fields["tags"] = kept[:MAX_TAGS]
    _money(work)


def _facts(work: _Work, default_region: str | None) -> None:
    for name in ("name", "industry", "stage", "accountId", "contactId"):
        if (text := _take(work, name)) is not None:
            work.named[name] = text
    region = work.fields.get("address.country", default_region)
    for invalid in read_facts(work.named, work.fields, region if isinstance(region, str) else None):
        work.warn(invalid.code, f"{invalid} It was left out.")


def _money(work: _Work) -> None:
    currency: str | None = None
    if (text := work.named.get(CURRENCY)) is not None:
        currency = currency_code(text)
        if currency is None:
            work.warn("invalid_currency", f"{shown(text)} is not a currency code.")
    if (text := work.named.get("value")) is not None:
        try:
            work.fields["value"] = parse_money(text, currency)
        except NotAnAmount as error:
            work.warn("invalid_amount", f"The amount {shown(text)} was left out: {error}.")


def _custom(work: _Work) -> None:
    size = 0
    for number, (header, text) in enumerate(work.spare.items()):
        if len(text) > MAX_CUSTOM:
            work.warn("too_long", f"'{header}' was cut to {MAX_CUSTOM} characters.")
        size += custom_size(CUSTOM + header, text[:MAX_CUSTOM])
        if number < MAX_CUSTOM_FIELDS and size <= MAX_CUSTOM_BYTES:
            work.fields[CUSTOM + header] = text[:MAX_CUSTOM]
        else:
            work.warn("too_many_custom_fields", f"'{header}' was left out: a record holds 100 custom fields and 32 KB.")


def _identity(work: _Work, type: RecordType) -> Finding | None:
    if any(name in work.fields for name in type.identity):
        return None
    if "email" not in type.identity:
        return Finding("no_identity", "The row has no name.")
    if "email" in work.named:
        return Finding(
            "invalid_email", f"The e-mail address {shown(work.named['email'])} is not valid and the row has no name."
        )
    return Finding("no_identity", "The row has neither an e-mail address nor a name.")


def _try(work: _Work, name: str, make: Callable[[str], FieldValue], text: str) -> None:
    try:
        work.fields[name] = make(text)
    except Invalid as invalid:
        work.warn(invalid.code, f"{invalid} It was left out.")
