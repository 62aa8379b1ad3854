"""What a bulk job does when its time has come."""

from __future__ import annotations

import random
from typing import Any

from . import bulk_csv, values
from .bulk_csv import NULL, Line
from .bulk_jobs import Job
from .errors import Refused
from .fields import Field, Kind
from .org import Salesforce
from .query import Projection, found_seqs
from .soql_parser import parse
from .writes import Desk

CHUNK = 200
PART = 2000
OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")


class _Failed(Exception):
    """The job as a whole fails; the text is its errorMessage."""


def settle(vendor: Salesforce) -> None:
    """Do what is due: a job is in progress after half of `bulkSeconds`, and done after all of it."""
    if not vendor.jobs.waiting:
        return
    wait = vendor.settings.bulkSeconds * 1000
    for job in vendor.jobs.pending():
        age = vendor.now - job.closed
        if age < wait:
            if age >= wait / 2 and job.state == "UploadComplete":
                vendor.jobs.move(job, "InProgress", vendor.now)
            continue
        with vendor.db.transaction():
            try:
                done = _ingest(vendor, job) if job.kind == "ingest" else _query(vendor, job)
            except _Failed as failed:
                more = {"numberRecordsProcessed": 0, "numberRecordsFailed": 0, "errorMessage": str(failed)}
                vendor.jobs.move(job, "Failed", vendor.now, **more)
            else:
                vendor.jobs.move(job, "JobComplete", vendor.now, **done)


def _ingest(vendor: Salesforce, job: Job) -> dict[str, Any]:
    org = vendor.orgs[job.org]
    base = f"/services/data/v{job.doc['apiVersion']}"
    desk = Desk(vendor, job.org, org.user_id, vendor.now, base)
    kind = desk.kind(job.doc["object"])
    try:
        header, lines = bulk_csv.read(vendor.jobs.input(job), job.doc["columnDelimiter"])
    except Refused as refused:
        raise _Failed(refused.message) from refused
    columns = [_column(desk, kind, name) for name in header]
    good: list[Line] = []
    bad: list[Line] = []
    for start in range(0, len(lines), CHUNK):
        part = lines[start : start + CHUNK]
        twice = _twice(job, header, part)
        for line in part:
            try:
                with vendor.db.savepoint():
                    if len(line) != len(header):
                        raise Refused(400, "INVALID_FIELD", "the row has another number of cells than the header", ())
                    record_id, created = _row(desk, kind, job, columns, header, line, twice)
                good.append([record_id, "true" if created else "false", *line])
            except Refused as refused:
                bad.append(["", _error(refused), *line])
    vendor.jobs.put_output(job, {"header": header, "good": _shuffled(good), "bad": _shuffled(bad)})
    return {
        "numberRecordsProcessed": len(lines),
        "numberRecordsFailed": len(bad),
        "totalProcessingTime": len(lines),
        "apiActiveProcessingTime": len(lines),
        "apexProcessingTime": 0,
    }


def _column(desk: Desk, kind: Kind, name: str) -> tuple[str, Field, Field | None]:
    """Return a header's name in the record, its field, and for `Account.Ext_Id__c` the field of the other object."""
    first, _, rest = name.partition(".")
    if rest:
        relation = kind.relations.get(first.lower())
        target = None if relation is None else desk.kind(relation.refers_to[0]).field(rest)
        if relation is None or target is None:
            raise _Failed(f"InvalidBatch : Field name not found : {name}")
        return first, relation, target
    field = kind.field(name)
    if field is None:
        raise _Failed(f"InvalidBatch : Field name not found : {name}")
    return field.name, field, None


def _twice(job: Job, header: Line, lines: list[Line]) -> set[str]:
    """Return the external ids that a batch has more than once."""
    name = job.doc.get("externalIdFieldName")
    if job.doc["operation"] != "upsert" or name not in header:
        return set()
    place = header.index(name)
    keys = [line[place].lower() for line in lines if len(line) > place]
    return {key for key in keys if key and keys.count(key) > 1}


def _row(
    desk: Desk,
    kind: Kind,
    job: Job,
    columns: list[tuple[str, Field, Field | None]],
    header: Line,
    line: Line,
    twice: set[str],
) -> tuple[str, bool]:
    given: dict[str, Any] = {}
    for (name, field, target), cell in zip(columns, line, strict=True):
        if cell == NULL:
            given[field.name] = None
        elif cell.strip():
            given[name] = {target.name: cell} if target is not None else values.from_csv(field, cell)
    operation = job.doc["operation"]
    if operation == "insert":
        return desk.create(kind, given).id, True
    if operation == "upsert" and job.doc["externalIdFieldName"] != "Id":
        field = desk.key_field(kind, job.doc["externalIdFieldName"])
        key = given.pop(field.name, None)
        if key is None:
            raise Refused(400, "MISSING_ARGUMENT", f"{field.name} not specified", ())
        if str(key).lower() in twice:
            raise Refused(400, "DUPLICATE_VALUE", f"Duplicate external id specified: {key}", (field.name,))
        record, created = desk.upsert(kind, field, key, given)
        return record.id, created
    record_id = given.pop("Id", None)
    if record_id is None:
        if operation == "upsert":
            return desk.create(kind, given).id, True
        raise Refused(400, "MISSING_ARGUMENT", f"Id not specified in an {operation} call", ())
    record = desk.find(kind, record_id)
    if operation == "delete":
        desk.delete(kind, record)
    else:
        desk.update(kind, record, given)
    return record.id, False


def _error(refused: Refused) -> str:
    """Return an error as the failed results write it: `CODE:message:field --`."""
    return f"{refused.code}:{refused.message}:{', '.join(refused.fields or ())} --"


def _shuffled(lines: list[Line]) -> list[Line]:
    """Return the lines in another order, always the same: results do not come in the order of the input."""
    order = list(range(len(lines)))
    random.Random(len(lines)).shuffle(order)  # noqa: S311 - repeatable on purpose
    return [lines[place] for place in order]


def _query(vendor: Salesforce, job: Job) -> dict[str, Any]:
    org = vendor.orgs[job.org]
    base = f"/services/data/v{job.doc['apiVersion']}"
    query = parse(job.doc["query"])
    try:
        projection = Projection(vendor, job.org, query, base)
        seqs = found_seqs(vendor, org, query, every=job.doc["operation"] == "queryAll")
    except Refused as refused:
        raise _Failed(f"{refused.code}: {refused.message}") from refused
    lines = []
    for start in range(0, len(seqs), PART):
        part = seqs[start : start + PART]
        found = vendor.records.by_seqs(part)
        records = [found[seq] for seq in part]
        projection.prefetch(records)
        lines += [projection.cells(record) for record in records]
    vendor.jobs.put_output(job, {"header": projection.names(), "lines": lines})
    return {"numberRecordsProcessed": len(lines), "retries": 0, "totalProcessingTime": len(lines)}
