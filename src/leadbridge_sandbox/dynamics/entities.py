"""Operations on one record, and reads of collections."""

from __future__ import annotations

from . import query, unconfirmed, views
from .addresses import row_key
from .columns import Table
from .errors import Answer, VendorError, bad_query, no_such_segment
from .operation import Call
from .records import Record, folded
from .writes import RowKey


def table_of(call: Call) -> Table:
    """Return the table that the path begins with. Raises VendorError 404."""
    return call.desk.catalogue.of_set(call.path[0].name)


def key_of(call: Call, table: Table) -> RowKey:
    """Return the key in the path. Raises VendorError 400."""
    inside = call.path[0].inside
    if inside is None:
        raise bad_query("A key is needed.")
    return row_key(table, inside, call.options)


def _guarded(call: Call, record: Record) -> None:
    """Refuse a write whose If-Match names another version. Raises VendorError 412."""
    wanted = call.headers.get("if-match")
    if wanted not in (None, "*", record.etag):
        raise VendorError(
            412,
            unconfirmed.VERSION_MISMATCH_CODE,
            "The version of the existing record doesn't match the RowVersion property provided.",
        )


def written(call: Call, table: Table, record: Record, *, created: bool) -> Answer:
    """Return the answer of a write: its address, or with `return=representation` the record."""
    address = f"{call.root}{table.set_name}({record.id})"
    headers = {"OData-EntityId": address}
    if created:
        headers["Location"] = address
    if not call.wants_representation:
        return Answer(204, None, headers)
    asked = query.wanted(table, {name: value for name, value in call.options.items() if name in ("$select", "$expand")})
    body = {"@odata.context": query.context(call, table, asked.select, True), **query.one(call, table, record, asked)}
    headers |= {"Preference-Applied": "return=representation", "ETag": record.etag}
    return Answer(201 if created else 200, body, headers)


def _unless_duplicate(call: Call, table: Table, record: Record) -> None:
    """Look for another record with the same e-mail, where the caller asks for duplicate detection."""
    if call.headers.get("mscrm.suppressduplicatedetection", "").lower() != "false":
        return
    email = record.doc.get("emailaddress1")
    if email and table.name in ("lead", "contact", "account"):
        same = call.desk.records.scan(table.name, "email = ? AND id <> ?", (folded(email), record.id))
        if next(same, None) is not None:
            raise VendorError(
                unconfirmed.DUPLICATE_DETECTED_STATUS,
                "0x80040333",
                "A record was not created or updated because a duplicate of the current record already exists.",
            )


def listed(call: Call) -> Answer:
    """Read a collection, by pages."""
    body = query.listed(call, table_of(call))
    applied = [f"odata.maxpagesize={call.page_size}"] if call.page_size else []
    return Answer(200, body, {"Preference-Applied": ", ".join(applied)} if applied else {})


def count(call: Call) -> Answer:
    """Answer how many records match, at most 5,000."""
    table = table_of(call)
    call.desk.may("Read", table)
    number = min(query.total(call.desk, table, query.wanted(table, call.options)), query.COUNT_CAP)
    return Answer(200, None, {"Content-Type": "text/plain"}, str(number).encode())


def create(call: Call) -> Answer:
    """Add a record."""
    table = table_of(call)
    record = call.desk.create(table, call.json())
    _unless_duplicate(call, table, record)
    return written(call, table, record, created=True)


def read(call: Call) -> Answer:
    """Read a record, or answer 304 when its version is the caller's."""
    table = table_of(call)
    call.desk.may("Read", table)
    record = call.desk.must_find(table, key_of(call, table))
    if call.headers.get("if-none-match") == record.etag:
        return Answer(304, None, {"ETag": record.etag})
    asked = query.wanted(table, call.options)
    body = {"@odata.context": query.context(call, table, asked.select, True), **query.one(call, table, record, asked)}
    return Answer(200, body, {"ETag": record.etag})


def patch(call: Call) -> Answer:
    """Change a record; without If-Match one that is not there is added, with If-None-Match only added."""
    table = table_of(call)
    key = key_of(call, table)
    if call.headers.get("if-match") is not None:
        record = call.desk.must_find(table, key)
        _guarded(call, record)
        record, created = call.desk.update(table, record, call.json()), False
    else:
        if call.headers.get("if-none-match") == "*" and call.desk.find(table, key) is not None:
            raise VendorError(412, "0x80040237", "A record with matching key values already exists.")
        record, created = call.desk.upsert(table, key, call.json())
    _unless_duplicate(call, table, record)
    return written(call, table, record, created=created)


def delete(call: Call) -> Answer:
    """Delete a record."""
    table = table_of(call)
    record = call.desk.must_find(table, key_of(call, table))
    _guarded(call, record)
    call.desk.delete(table, record)
    return Answer(204)


def _part(call: Call, table: Table) -> str:
    """Return the column that the path's second segment is about. Raises VendorError 404."""
    name = call.path[1].name
    relation = table.nav(name)
    column = relation.column if relation is not None else name
    if column not in table.columns:
        raise no_such_segment(name)
    return column


def read_part(call: Call) -> Answer:
    """Read one column, or the records at the end of a navigation property."""
    table = table_of(call)
    call.desk.may("Read", table)
    record = call.desk.must_find(table, key_of(call, table))
    name = call.path[1].name
    if table.nav(name) is not None or name not in table.columns:
        asked = query.Wanted(expand=[(name, {key: value for key, value in call.options.items() if key[0] == "$"})])
        found = query.one(call, table, record, asked)[name]
        if isinstance(found, list):
            return Answer(200, {"value": found})
        return Answer(204) if found is None else Answer(200, found)
    read_value, _ = views.reader(table, name)
    value = read_value(record)
    return Answer(204) if value is None else Answer(200, {"value": value})


def clear_part(call: Call) -> Answer:
    """Clear one column, or with `/$ref` a lookup."""
    table = table_of(call)
    record = call.desk.must_find(table, key_of(call, table))
    column = _part(call, table)
    relation = next((one for one in table.lookups if one.column == column), None)
    body = {f"{relation.nav}@odata.bind": None} if relation is not None else {column: None}
    call.desk.update(table, record, body)
    return Answer(204)


def put_part(call: Call) -> Answer:
    """Set one column to the body's `value`."""
    table = table_of(call)
    record = call.desk.must_find(table, key_of(call, table))
    call.desk.update(table, record, {_part(call, table): call.json().get("value")})
    return Answer(204)
