"""How a file that could be read is shown before it is imported. Pure."""

from __future__ import annotations

from typing import Any

from leadbridge.leads.imports.intake import PREVIEW_ROWS, Opened
from leadbridge.leads.imports.model import ColumnUse
from leadbridge.leads.imports.rows import Reading
from leadbridge.leads.stored import Consent, Money


def preview_view(opened: Opened, rows: int, default_country: str | None) -> dict[str, Any]:
    """Return how a file of ``rows`` rows is read: its form, the meaning of its columns, its first rows."""
    layout = opened.layout
    return {
        "format": opened.format,
        "encoding": opened.encoding.name,
        "mixedEncoding": opened.encoding.mixed,
        "delimiter": layout.delimiter,
        "headerRow": layout.header_row,
        "rows": rows,
        "rowsLookedAt": len(opened.head),
        "columns": [ColumnUse.of(column) for column in opened.columns],
        "problems": opened.problems(default_country),
        "sample": [_shown(opened.read(record, default_country)) for record in opened.head[:PREVIEW_ROWS]],
    }


def _shown(reading: Reading) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in reading.fields.items():
        fields[name] = _value(value)
    refused = reading.refused
    return {
        "row": reading.record.row,
        "fields": fields,
        "rejected": None if refused is None else {"code": refused.code, "message": refused.sentence},
        "warnings": [{"code": warning.code, "message": warning.sentence} for warning in reading.warnings],
    }


def _value(value: object) -> object:
    if isinstance(value, Money):
        return {"amount": value.amount, "currency": value.currency}
    if isinstance(value, Consent):
        return {"given": value.given}
    return list(value) if isinstance(value, tuple) else value
