"""Collections: `$select $filter $orderby $top $count $expand`, pages, and single-record expansion."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from . import views
from .addresses import split_outside
from .columns import Table
from .conditions import Test, test_of
from .errors import bad_query
from .filters import Compare, Node, parse
from .narrow import Sql, narrow
from .records import Record, place_of
from .writes import Desk

if TYPE_CHECKING:
    from .operation import Call

COUNT_CAP = 5000
_NATIVE = {"modifiedon": "modified", "createdon": "created", "versionnumber": "version"}
_KNOWN = {"$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken", "$deltatoken", "$apply"}


@dataclass(slots=True)
class Wanted:
    """What a query asks for."""

    select: list[str] | None = None
    node: Node | None = None
    order: list[tuple[str, bool]] = field(default_factory=list)
    """Column and whether descending."""
    top: int | None = None
    count: bool = False
    expand: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def wanted(table: Table, options: dict[str, str]) -> Wanted:
    """Return what query options ask for. Raises VendorError 400."""
    for name in options:
        if name.startswith("$") and name not in _KNOWN:
            text = (
                "Skip Clause is not supported in CRM" if name == "$skip" else f"The query option {name} is not known."
            )
            raise bad_query(text)
    asked = Wanted(count=options.get("$count", "").lower() == "true")
    if options.get("$select"):
        asked.select = [name.strip() for name in options["$select"].split(",") if name.strip()]
    if options.get("$filter"):
        asked.node = parse(options["$filter"], options)
    if "$top" in options:
        if not options["$top"].isdecimal():
            raise bad_query(f"Invalid value '{options['$top']}' for $top query option found.")
        asked.top = min(int(options["$top"]), COUNT_CAP)
    for part in options.get("$orderby", "").split(","):
        name, _, direction = part.strip().partition(" ")
        if name:
            views.reader(table, name)
            asked.order.append((name, direction.strip().lower() == "desc"))
    asked.expand = list(_expansions(options.get("$expand", "")))
    return asked


def _expansions(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    for part in split_outside(text, ","):
        name, bracket, inside = part.strip().partition("(")
        if not name:
            continue
        nested = {}
        for option in split_outside(inside[:-1], ";") if bracket else ():
            key, _, value = option.partition("=")
            nested[key.strip()] = value.strip()
        yield name, nested


def test_for(desk: Desk, table: Table, node: Node | None) -> Test | None:
    """Return the test of a filter on a table's records. Raises VendorError 400."""
    if node is None:
        return None

    def resolve(path: str) -> tuple[Any, str]:
        name, slash, rest = path.partition("/")
        if not slash:
            read, column = views.reader(table, name)
            return read, views.kind_of(column)
        relation = table.nav(name)
        target = desk.catalogue.table(relation.target) if relation is not None else None
        if relation is None or target is None:
            raise bad_query(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table.name}'.")
        inner, column = views.reader(target, rest)

        def through(record: Record) -> Any:
            bound = record.doc.get(relation.column)
            there = desk.records.get(bound[0], bound[1]) if bound and bound[0] == target.name else None
            return None if there is None else inner(there)

        return through, views.kind_of(column)

    return test_of(node, resolve)


def _native(table: Table, order: Sequence[tuple[str, bool]]) -> tuple[str, bool] | None:
    """Return the database column and direction of an order that an index has, or None."""
    if not order or order == [(table.id_column, order[0][1])]:
        return "place", bool(order and order[0][1])
    first, descending = order[0]
    rest_fits = order[1:] in ([], [(table.id_column, descending)])
    return (_NATIVE[first], descending) if first in _NATIVE and rest_fits else None


@dataclass(slots=True)
class Page:
    """Some rows of a collection, and where the next page begins."""

    rows: list[Record]
    cookie: str | None


def matching(desk: Desk, table: Table, asked: Wanted, limit: int | None, cookie: Any = None) -> Page:
    """Return up to `limit` records that a query asks for, from a cookie on."""
    test = test_for(desk, table, asked.node)
    known = narrow(asked.node, table, desk.records.org) if asked.node is not None else None
    native = _native(table, asked.order)
    if native is None:
        return _sorted(desk, table, asked, test, known, limit, cookie)
    column, descending = native
    conditions, given = ([known[0]], [*known[1]]) if known else ([], [])
    if cookie is not None:
        sign = "<" if descending else ">"
        if column == "place":
            conditions.append(f"place {sign} ?")
        else:
            conditions.append(f"({column}, place) {sign} (?, ?)")
        given += cookie
    way = " DESC" if descending else ""
    order = f"place{way}" if column == "place" else f"{column}{way}, place{way}"
    where = " AND ".join(f"({condition})" for condition in conditions)
    rows = _first(desk.records.scan(table.name, where, tuple(given), order), test, None if limit is None else limit + 1)
    if limit is None or len(rows) <= limit:
        return Page(rows, None)
    rows.pop()
    last = rows[-1]
    place = place_of(last.id)
    named = {"modified": last.modified, "created": last.created, "version": last.version}
    return Page(rows, _cookie([place] if column == "place" else [named[column], place]))


def _first(rows: Iterable[Record], test: Test | None, limit: int | None) -> list[Record]:
    found = []
    for row in rows:
        if test is None or test(row):
            found.append(row)
            if limit is not None and len(found) >= limit:
                break
    return found


def _sorted(
    desk: Desk, table: Table, asked: Wanted, test: Test | None, known: Sql | None, limit: int | None, cookie: Any
) -> Page:
    where, given = known or ("", ())
    rows = _first(desk.records.scan(table.name, where, given), test, None)
    for name, descending in reversed(asked.order):
        read, column = views.reader(table, name)
        kind = views.kind_of(column)
        rows.sort(key=lambda row: _sort_key(kind, read(row)), reverse=descending)
    start = int(cookie[0]) if cookie else 0
    if limit is None or start + limit >= len(rows):
        return Page(rows[start:], None)
    return Page(rows[start : start + limit], _cookie([start + limit]))


def _sort_key(kind: str, value: Any) -> tuple[bool, Any]:
    if value is None:
        return False, 0  # no value sorts first
    return True, value.casefold() if kind == "text" else place_of(value) if kind == "guid" else value


def _cookie(parts: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode()


_SKIP = re.compile(r'pagenumber="(\d+)" pagingcookie="([^"]*)"')


def listed(call: Call, table: Table) -> dict[str, Any]:
    """Return the body of a collection read."""
    desk, options = call.desk, call.options
    desk.may("Read", table)
    asked = wanted(table, options)
    number, cookie = 1, None
    if token := options.get("$skiptoken"):
        match = _SKIP.search(token)
        if match is None:
            raise bad_query("The paging cookie cannot be read.")
        number, cookie = int(match[1]), orjson.loads(base64.urlsafe_b64decode(match[2]))
    page_size = min(call.page_size or COUNT_CAP, desk.vendor.world.settings.pageSizeMax)
    limit = page_size if asked.top is None else min(asked.top, page_size)
    page = matching(desk, table, asked, limit, cookie)
    body: dict[str, Any] = {"@odata.context": context(call, table, asked.select)}
    if asked.count:
        body |= _counted(call, total(desk, table, asked))
    body["value"] = rows(call, table, page.rows, asked)
    if page.cookie is not None and asked.top is None:
        kept = {name: value for name, value in options.items() if name != "$skiptoken"}
        kept["$skiptoken"] = f'<cookie pagenumber="{number + 1}" pagingcookie="{page.cookie}" istracking="False" />'
        body["@odata.nextLink"] = f"{call.root}{table.set_name}?{urlencode(kept, quote_via=quote, safe='$,()')}"
    return body


def _counted(call: Call, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"@odata.count": min(number, COUNT_CAP)}
    if call.annotations.has("Microsoft.Dynamics.CRM.totalrecordcount"):
        body["@Microsoft.Dynamics.CRM.totalrecordcount"] = min(number, COUNT_CAP)
        body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = number > COUNT_CAP
    if call.annotations.has("Microsoft.Dynamics.CRM.globalmetadataversion"):
        body["@Microsoft.Dynamics.CRM.globalmetadataversion"] = "9110283"
    return body


def total(desk: Desk, table: Table, asked: Wanted) -> int:
    """Return how many records a query asks for, counted up to just over the cap."""
    unordered = Wanted(node=asked.node)
    return len(matching(desk, table, unordered, COUNT_CAP + 1).rows)


def context(call: Call, table: Table, select: list[str] | None, single: bool = False) -> str:
    """Return the `@odata.context` of an answer."""
    names = f"({','.join(select)})" if select else ""
    return f"{call.root}$metadata#{table.set_name}{names}{'/$entity' if single else ''}"


def rows(call: Call, table: Table, records: Iterable[Record], asked: Wanted) -> list[dict[str, Any]]:
    """Return records' JSON with what is expanded."""
    return [one(call, table, record, asked) for record in records]


def one(call: Call, table: Table, record: Record, asked: Wanted) -> dict[str, Any]:
    """Return a record's JSON with what is expanded."""
    body = views.shown(call.desk, table, record, asked.select, call.annotations)
    for name, nested in asked.expand:
        body[name] = _expanded(call, table, record, name, nested)
    return body


def _expanded(call: Call, table: Table, record: Record, name: str, nested: dict[str, str]) -> Any:
    desk = call.desk
    relation = table.nav(name)
    if relation is not None:
        bound = record.doc.get(relation.column)
        # an owner is a user or a team: its own table says which columns there are
        target = desk.catalogue.table(bound[0] if bound and relation.target == "owner" else relation.target)
        there = desk.records.get(bound[0], bound[1]) if bound and target and bound[0] == target.name else None
        if target is None or there is None:
            return None
        return one(call, target, there, wanted(target, nested))
    for other in desk.catalogue.tables():
        for back in other.lookups:
            if back.schema_name == name and back.target == table.name:
                asked = wanted(other, nested)
                column = f"_{back.column}_value"
                mine = Compare("eq", column, record.id)
                test = test_for(desk, other, mine)
                found = _first(desk.records.scan(other.name), test, asked.top)
                extra = test_for(desk, other, asked.node)
                return rows(call, other, [row for row in found if extra is None or extra(row)], asked)
    raise bad_query(f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table.name}'.")
