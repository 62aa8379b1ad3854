"""Queries and their pages. A cursor remembers which records a query found; a page shows them as they are now."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from . import ids, soql, values, views
from .errors import Refused, answer
from .fields import Field, Kind
from .operation import Call
from .org import Org, Salesforce
from .records import Record
from .soql_parser import parse
from .soql_sql import Compiler, Scope, target_of

BATCH_MIN = 200
FIELDS_LIMIT = 200

Row = dict[str, Any]


def scope_of(vendor: Salesforce, org: Org, *, every: bool) -> Scope:
    """Return where a query of this org is asked."""
    bin_ms = vendor.now - vendor.settings.recycleBinDays * 86_400_000
    return Scope(vendor.schema, org.org_id, org.time_zone, vendor.now, every, bin_ms)


class Projection:
    """Shows records as a query's SELECT list asks, related ones included."""

    def __init__(self, vendor: Salesforce, org: str, query: soql.Query, base: str) -> None:
        self.vendor = vendor
        self.org = org
        self.base = base
        self.kind = vendor.schema.kind(org, query.object)
        self.paths: list[tuple[tuple[Field, ...], Field]] = []
        self._related: dict[str, Record] = {}
        compiler = Compiler(scope_of(vendor, vendor.orgs[org], every=True), query)
        for item in query.items:
            for path in self._expanded(item, query):
                compiler.column(path)  # refuses what does not exist
                self.paths.append(self._walked(path, query.alias))

    def _expanded(self, item: soql.Item, query: soql.Query) -> list[str]:
        if item.function != "FIELDS":
            return [item.path]
        chosen = item.path.upper()
        if chosen not in ("ALL", "STANDARD", "CUSTOM"):
            raise Refused(400, "MALFORMED_QUERY", f"unexpected token: '{item.path}'")
        if chosen != "STANDARD" and (query.limit is None or query.limit > FIELDS_LIMIT):
            text = f"The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT}"
            raise Refused(400, "MALFORMED_QUERY", text)
        every = self.kind.fields.values()
        return [one.name for one in every if chosen == "ALL" or one.custom is (chosen == "CUSTOM")]

    def _walked(self, path: str, alias: str) -> tuple[tuple[Field, ...], Field]:
        parts = path.split(".")
        if len(parts) > 1 and parts[0].lower() in (alias.lower(), self.kind.name.lower()):
            parts = parts[1:]
        kind, steps = self.kind, []
        for part in parts[:-1]:
            relation = kind.relations[part.lower()]
            steps.append(relation)
            kind = target_of(self.vendor.schema, self.org, relation)
        return tuple(steps), kind.fields[kind.by_lower[parts[-1].lower()].name]

    def names(self) -> list[str]:
        """Return the paths as a CSV header has them."""
        return [".".join([*(str(step.relationship) for step in steps), last.name]) for steps, last in self.paths]

    def prefetch(self, records: Iterable[Record]) -> None:
        """Read at once the records that a page's records refer to."""
        current = list(records)
        for depth in range(max((len(steps) for steps, _ in self.paths), default=0)):
            wanted = {
                str(one.value(steps[depth].name))
                for one in current
                for steps, _ in self.paths
                if len(steps) > depth and one.value(steps[depth].name)
            }
            found = self.vendor.records.by_ids(self.org, sorted(wanted - set(self._related)))
            self._related |= found
            current = list(found.values())

    def end_of(self, steps: tuple[Field, ...], record: Record) -> Record | None:
        """Return the record at the end of a path of references."""
        for step in steps:
            following = self._related.get(str(record.value(step.name)))
            if following is None:
                return None
            record = following
        return record

    def row(self, record: Record) -> Row:
        """Return a record as the REST API shows it."""
        shown: Row = {"attributes": views.attributes(record, self.base)}
        for steps, last in self.paths:
            at: Row | None = shown
            holder: Record | None = record
            for step in steps:
                holder = self._related.get(str(holder.value(step.name))) if holder else None
                name = str(step.relationship)
                if holder is None:
                    if at is not None:
                        at.setdefault(name, None)
                    at = None
                    break
                if at is not None:
                    inner = at.get(name)
                    if inner is None:
                        inner = at[name] = {"attributes": views.attributes(holder, self.base)}
                    at = inner
            if at is not None and holder is not None:
                at[last.name] = views.value(self.kind, last, holder)
        return shown

    def cells(self, record: Record) -> list[str]:
        """Return a record as a line of CSV."""
        line = []
        for steps, last in self.paths:
            holder = self.end_of(steps, record)
            line.append("" if holder is None else values.csv_cell(last, holder.value(last.name)))
        return line


def found_seqs(vendor: Salesforce, org: Org, query: soql.Query, *, every: bool) -> list[int]:
    """Return the running numbers of the records a query finds, in its order."""
    compiled = Compiler(scope_of(vendor, org, every=every), query).seqs()
    return [row[0] for row in vendor.db.all(compiled.sql, *compiled.parameters)]


def run(call: Call, text: str, *, every: bool) -> Row:
    """Return the first page of a query's answer. Raises Refused."""
    query = parse(text)
    vendor = call.vendor
    if query.aggregates and not query.counts_only:
        return _aggregated(call, query, every=every)
    if query.counts_only:
        size = len(found_seqs(vendor, call.org, query, every=every))
        return {"totalSize": size, "done": True, "records": []}
    projection = Projection(vendor, call.org.org_id, query, call.base)
    seqs = found_seqs(vendor, call.org, query, every=every)
    page = _page_size(call)
    body = {"totalSize": len(seqs), "done": len(seqs) <= page, "records": _rows(vendor, projection, seqs[:page])}
    if len(seqs) > page:
        cursor = _open(call, text, seqs, page, every=every)
        body["nextRecordsUrl"] = f"{call.base}/query/{cursor}-{page}"
    return body


def _page_size(call: Call) -> int:
    asked = call.header_option("sforce-query-options", "batchSize")
    most = call.vendor.settings.queryPageMax
    return min(most, max(BATCH_MIN, int(asked))) if asked.isdecimal() else most


def _rows(vendor: Salesforce, projection: Projection, seqs: list[int]) -> list[Row]:
    found = vendor.records.by_seqs(seqs)
    records = [found[seq] for seq in seqs if seq in found]
    projection.prefetch(records)
    return [projection.row(record) for record in records]


def _aggregated(call: Call, query: soql.Query, *, every: bool) -> Row:
    compiled, columns = Compiler(scope_of(call.vendor, call.org, every=every), query).rows()
    records = []
    for row in call.vendor.db.all(compiled.sql, *compiled.parameters):
        shown: Row = {"attributes": {"type": "AggregateResult"}}
        for (name, one), cell in zip(columns, row, strict=True):
            shown[name] = cell if one is None else _aggregate_cell(one, cell)
        records.append(shown)
    return {"totalSize": len(records), "done": True, "records": records}


def _aggregate_cell(one: Field, cell: Any) -> Any:
    return bool(cell) if one.kind == "boolean" else values.shown(one, cell)


def _open(call: Call, text: str, seqs: list[int], page: int, *, every: bool) -> str:
    vendor, org = call.vendor, call.org.org_id
    with vendor.db.transaction():
        number = int(vendor.db.load("salesforce.cursors") or 0) + 1
        vendor.db.save("salesforce.cursors", number)
        cursor = ids.make("01g", number)
        vendor.db.run("DELETE FROM salesforce_cursors WHERE expires <= ?", vendor.now)
        vendor.db.run(
            "INSERT INTO salesforce_cursors VALUES (?, ?, ?, ?, ?, ?, ?)",
            cursor,
            org,
            text,
            every,
            page,
            array("q", seqs).tobytes(),
            vendor.now + vendor.settings.queryCursorSeconds * 1000,
        )
        vendor.db.run(
            "DELETE FROM salesforce_cursors WHERE org = ? AND id NOT IN "
            "(SELECT id FROM salesforce_cursors WHERE org = ? ORDER BY id DESC LIMIT ?)",
            org,
            org,
            max(1, vendor.settings.queryCursorsMax),
        )
    return cursor


def query(call: Call) -> Response:
    """Answer the first page of a query over what is not deleted."""
    return answer(200, run(call, _asked(call), every=False))


def query_all(call: Call) -> Response:
    """Answer the first page of a query over deleted and merged records too."""
    return answer(200, run(call, _asked(call), every=True))


def _asked(call: Call) -> str:
    text = call.args.get("q", "")
    if not text.strip():
        raise Refused(400, "MALFORMED_QUERY", "A query string has to be specified")
    return text


def more(call: Call) -> Response:
    """Answer a later page. A cursor that has ended is refused: the query is to be asked again."""
    vendor = call.vendor
    cursor, _, place = call.params["locator"].partition("-")
    row = vendor.db.one(
        "SELECT query, page, seqs FROM salesforce_cursors WHERE id = ? AND org = ? AND expires > ?",
        ids.full(cursor) or "",
        call.org.org_id,
        vendor.now,
    )
    seqs = array("q")
    if row is not None:
        seqs.frombytes(row[2])
    if row is None or not place.isdecimal() or int(place) > len(seqs):
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    start, page = int(place), int(row[1])
    projection = Projection(vendor, call.org.org_id, parse(row[0]), call.base)
    end = start + page
    body: Row = {
        "totalSize": len(seqs),
        "done": end >= len(seqs),
        "records": _rows(vendor, projection, list(seqs[start:end])),
    }
    if end < len(seqs):
        body["nextRecordsUrl"] = f"{call.base}/query/{cursor}-{end}"
    return answer(200, body)


def kind_of(vendor: Salesforce, org: str, text: str) -> Kind:
    """Return the object type a query is about. Raises Refused."""
    return vendor.schema.kind(org, parse(text).object)
