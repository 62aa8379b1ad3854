"""Full-text search (SOSL): `FIND {words} IN ALL FIELDS RETURNING Lead(Id, Name), Contact LIMIT 20`.

Every word must occur in a record's name, company, e-mail address or phone numbers. An index behind the records is
what a real org has, so a record is found `searchLagSeconds` after it was written.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from .errors import Refused, answer
from .operation import Call
from .query import Projection
from .records import Record
from .soql_parser import parse

ROWS_MAX = 2000
OBJECTS = ("Lead", "Contact", "Account", "Opportunity")
_FIND = re.compile(
    r"\s*FIND\s*\{(?P<words>(?:\\.|[^}])*)\}\s*(?:IN\s+(?P<scope>\w+)\s+FIELDS\s*)?"
    r"(?:RETURNING\s+(?P<returning>.*?))?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_RETURNED = re.compile(r"(\w+)\s*(?:\(([^()]*)\))?")
_FIELDS = ("Name", "Company", "Email", "Phone", "MobilePhone", "Website")
_SCOPES = {"ALL": _FIELDS, "NAME": ("Name",), "EMAIL": ("Email",), "PHONE": ("Phone", "MobilePhone")}


def search(call: Call) -> Response:
    """Answer the records that a search finds, by object in the order asked for."""
    found = _FIND.fullmatch(call.args.get("q", ""))
    if found is None:
        raise Refused(400, "MALFORMED_SEARCH", "unexpected token: a search is FIND {words} IN ALL FIELDS RETURNING ...")
    words = re.sub(r"\\(.)", r"\1", found["words"]).lower().split()
    if not words or max(map(len, words)) < 2:
        raise Refused(400, "MALFORMED_SEARCH", "search term must be longer than one character")
    scope = _SCOPES.get((found["scope"] or "ALL").upper(), _FIELDS)
    returned = _RETURNED.findall(found["returning"] or ", ".join(OBJECTS))
    most = min(ROWS_MAX, int(found["limit"] or ROWS_MAX))
    results: list[dict[str, Any]] = []
    for name, details in returned:
        results += _of_object(call, name, details, words, scope, most - len(results))
    return answer(200, {"searchRecords": results})


def _of_object(
    call: Call, name: str, details: str, words: list[str], scope: tuple[str, ...], most: int
) -> list[dict[str, Any]]:
    fields, _, rest = re.sub(r"\s+", " ", details).partition(" WHERE ")
    if rest:
        raise Refused(400, "MALFORMED_SEARCH", "conditions in RETURNING are not understood here")
    query = parse(f"SELECT {fields or 'Id'} FROM {name}")  # noqa: S608 - this is SOQL, which is parsed
    projection = Projection(call.vendor, call.org.org_id, query, call.base)
    visible = call.vendor.now - round(call.vendor.settings.searchLagSeconds * 1000)
    records = [
        record
        for record in call.vendor.records.of_object(call.org.org_id, projection.kind.name)
        if record.deleted is None and record.stamp <= visible and _has(record, words, scope)
    ][: max(0, most)]
    projection.prefetch(records)
    return [projection.row(record) for record in records]


def _has(record: Record, words: list[str], scope: tuple[str, ...]) -> bool:
    held = " ".join(str(record.doc.get(name, "")) for name in scope).lower()
    return all(re.search(".*".join(map(re.escape, word.split("*"))), held) for word in words)
