"""A list as a file: CSV for spreadsheets, CSV as it is, JSON. Pure; the pages are handed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

from leadbridge.leads.stored import CrmRecord
from leadbridge.leads.types import RecordType, record_view
from leadbridge.security.escape import csv_line, csv_raw_line
from leadbridge.web.envelope import to_json

BOM = "\ufeff"
"""By which Excel knows UTF-8."""
_ADDRESS = ("street", "city", "region", "postalCode", "country")


class Form(StrEnum):
    """How a list is written. ``csv`` disarms what a spreadsheet would calculate, ``csv_raw`` leaves cells alone."""

    CSV = "csv"
    CSV_RAW = "csv_raw"
    JSON = "json"


MEDIA = {
    Form.CSV: "text/csv; charset=utf-8",
    Form.CSV_RAW: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
}


def columns(type: RecordType, custom: Sequence[str]) -> list[str]:
    """Return the columns of a CSV: the type's own fields, then the declared custom ones."""
    found = ["_id"]
    for attribute, info in type.body.model_fields.items():
        name = info.alias or attribute
        match name:
            case "address":
                found += [f"address.{part}" for part in _ADDRESS]
            case "value":
                found += ["value.amount", "value.currency"]
            case "consent":
                found += ["consent.given", "consent.at", "consent.source"]
            case "custom" | "allowErased":
                continue
            case _:
                found.append(name)
    return [*found, *(f"custom.{key}" for key in custom), "createdAt", "updatedAt"]


def row(record: CrmRecord, names: Sequence[str]) -> list[str]:
    """Return the cells of a record, tags and lists joined by semicolons."""
    shown = record_view(record)
    return [_cell(_at(shown, name)) for name in names]


async def lines(pages: AsyncIterator[list[CrmRecord]], form: Form, names: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield the file piece by piece, a page of the list at a time."""
    if form is Form.JSON:
        yield b'{"success":true,"data":['
        first = True
        async for page in pages:
            pieces = [to_json(record_view(record)) for record in page]
            if pieces:
                yield (b"" if first else b",") + b",".join(pieces)
                first = False
        yield b"]}"
        return
    line: Callable[[Iterable[str]], str] = csv_line if form is Form.CSV else csv_raw_line
    yield ((BOM if form is Form.CSV else "") + line(names)).encode()
    async for page in pages:
        yield "".join(line(row(record, names)) for record in page).encode()


def _at(shown: dict[str, Any], name: str) -> Any:
    if name.startswith("custom."):
        return shown["custom"].get(name.removeprefix("custom."))
    here: Any = shown
    for part in name.split("."):
        here = here.get(part) if isinstance(here, dict) else None
    return here


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(str(one) for one in value) if isinstance(value, list) else str(value)
