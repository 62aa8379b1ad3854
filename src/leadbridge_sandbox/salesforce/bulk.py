"""Bulk API 2.0: ingest and query jobs."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from starlette.responses import Response

from . import bulk_csv
from .bulk_jobs import Job, Kind
from .bulk_work import OPERATIONS
from .errors import Refused, answer
from .operation import Call
from .query import scope_of
from .soql_parser import parse
from .soql_sql import Compiler

CSV_TYPE = "text/csv; charset=utf-8"
MAX_BYTES = 100 * 1024 * 1024
ENDED = ("JobComplete", "Failed", "Aborted")


def _job_error(code: str, message: str) -> Refused:
    return Refused(400, code, message)


def _options(body: dict[str, Any]) -> dict[str, str]:
    delimiter, ending = body.get("columnDelimiter", "COMMA"), body.get("lineEnding", "LF")
    if delimiter not in bulk_csv.DELIMITERS or ending not in bulk_csv.LINE_ENDINGS:
        raise _job_error("INVALIDJOB", "unknown columnDelimiter or lineEnding")
    return {"lineEnding": ending, "columnDelimiter": delimiter}


def ingest_create(call: Call) -> Response:
    """Make an ingest job, which waits for its data."""
    body, vendor, org = call.json(), call.vendor, call.org
    operation = body.get("operation")
    if operation not in OPERATIONS:
        raise _job_error("INVALIDJOB", f"unknown operation: {operation}")
    if operation == "hardDelete":
        text = "hardDelete operation requires special user profile permission, please contact your system administrator"
        raise _job_error("FEATURENOTENABLED", text)
    try:
        kind = vendor.schema.kind(org.org_id, str(body.get("object")))
    except Refused:
        raise _job_error("INVALIDENTITY", f"Unable to find object: {body.get('object')}") from None
    details: dict[str, Any] = {"operation": operation, "object": kind.name, **_options(body)}
    if operation == "upsert":
        name = body.get("externalIdFieldName")
        field = kind.field(str(name))
        if field is None or not (field.external_id or field.kind == "id"):
            raise _job_error("INVALIDJOB", f"InvalidJob : Field name provided, {name} does not match an External ID")
        details["externalIdFieldName"] = field.name
    with vendor.db.transaction():
        job = vendor.jobs.add(org.org_id, "ingest", org.user_id, vendor.now, call.version, details)
        job.doc["contentUrl"] = f"{call.base.lstrip('/')}/jobs/ingest/{job.id}/batches"
        vendor.jobs.move(job, "Open", vendor.now)
    return answer(200, job.doc)


def _found(call: Call, kind: Kind) -> Job:
    return call.vendor.jobs.find(call.org.org_id, kind, call.params["job"])


def ingest_upload(call: Call) -> Response:
    """Take an ingest job's data; 201."""
    job = _found(call, "ingest")
    if job.state != "Open":
        raise _job_error("INVALIDJOBSTATE", f"the job is {job.state}, data are taken while it is Open")
    if len(call.body) > MAX_BYTES:
        raise Refused(413, "REQUEST_ENTITY_TOO_LARGE", "the data exceed 100 MB")
    call.vendor.jobs.put_input(job, call.body)
    return Response(b"", 201)


def ingest_patch(call: Call) -> Response:
    """Close an ingest job, so that it is worked on, or abort it."""
    return _patched(call, "ingest")


def query_patch(call: Call) -> Response:
    """Abort a query job."""
    return _patched(call, "query")


def _patched(call: Call, kind: Kind) -> Response:
    job, wanted = _found(call, kind), call.json().get("state")
    vendor = call.vendor
    if wanted == "Aborted" and job.state not in ENDED:
        vendor.jobs.move(job, "Aborted", vendor.now)
    elif wanted == "UploadComplete" and kind == "ingest" and job.state == "Open":
        vendor.jobs.move(job, "UploadComplete", vendor.now)
    else:
        raise _job_error("INVALIDJOBSTATE", f"a job that is {job.state} cannot become {wanted}")
    return answer(200, job.doc)


def ingest_read(call: Call) -> Response:
    """Answer an ingest job's state and counts."""
    return answer(200, {**_found(call, "ingest").doc, "jobType": "V2Ingest", "retries": 0} | _counts(call, "ingest"))


def query_read(call: Call) -> Response:
    """Answer a query job's state and counts."""
    return answer(200, {**_found(call, "query").doc, "jobType": "V2Query", "retries": 0} | _counts(call, "query"))


def _counts(call: Call, kind: Kind) -> dict[str, int]:
    doc = _found(call, kind).doc
    names = ["numberRecordsProcessed", "totalProcessingTime"]
    names += ["numberRecordsFailed", "apiActiveProcessingTime", "apexProcessingTime"] if kind == "ingest" else []
    return {name: int(doc.get(name, 0)) for name in names}


def ingest_delete(call: Call) -> Response:
    """Forget a finished ingest job; 204."""
    return _deleted(call, "ingest")


def query_delete(call: Call) -> Response:
    """Forget a finished query job; 204."""
    return _deleted(call, "query")


def _deleted(call: Call, kind: Kind) -> Response:
    job = _found(call, kind)
    if job.state not in ENDED:
        raise _job_error("INVALIDJOBSTATE", f"a job that is {job.state} cannot be deleted")
    call.vendor.jobs.remove(job)
    return answer(204, None)


def ingest_list(call: Call) -> Response:
    """Answer the ingest jobs of the last seven days."""
    return _listed(call, "ingest", "V2Ingest")


def query_list(call: Call) -> Response:
    """Answer the query jobs of the last seven days."""
    return _listed(call, "query", "V2Query")


def _listed(call: Call, kind: Kind, name: str) -> Response:
    jobs = call.vendor.jobs.listed(call.org.org_id, kind, call.vendor.now)
    return answer(
        200, {"done": True, "records": [{**job.doc, "jobType": name} for job in jobs], "nextRecordsUrl": None}
    )


def successful(call: Call) -> Response:
    """Answer the rows that were written, with their ids."""
    return _results(call, ["sf__Id", "sf__Created"], "good")


def failed(call: Call) -> Response:
    """Answer the rows that were refused, with the reasons."""
    return _results(call, ["sf__Id", "sf__Error"], "bad")


def unprocessed(call: Call) -> Response:
    """Answer the rows that were not come to: those of a job that failed or was aborted."""
    job = _found(call, "ingest")
    if job.state not in ENDED:
        raise _job_error("INVALIDJOBSTATE", "the job is not finished")
    data = call.vendor.jobs.input(job)
    try:
        header, lines = bulk_csv.read(data, job.doc["columnDelimiter"])
    except Refused:
        return Response(data, 200, {"Content-Type": CSV_TYPE})
    left = [] if job.state == "JobComplete" else lines
    return Response(_csv(job, header, left), 200, {"Content-Type": CSV_TYPE})


def _results(call: Call, first: list[str], part: str) -> Response:
    job = _found(call, "ingest")
    if job.state not in ENDED:
        raise _job_error("INVALIDJOBSTATE", "the job is not finished")
    output = call.vendor.jobs.output(job) or {"header": [], part: []}
    return Response(_csv(job, [*first, *output["header"]], output[part]), 200, {"Content-Type": CSV_TYPE})


def _csv(job: Job, header: list[str], lines: list[list[str]]) -> bytes:
    return bulk_csv.write(header, lines, job.doc["columnDelimiter"], job.doc["lineEnding"])


def query_create(call: Call) -> Response:
    """Make a query job. Aggregates and OFFSET are not for bulk queries."""
    body, vendor, org = call.json(), call.vendor, call.org
    operation, text = body.get("operation"), body.get("query")
    if operation not in ("query", "queryAll") or not isinstance(text, str):
        raise _job_error("INVALIDJOB", "a query job needs an operation (query, queryAll) and a query")
    query = parse(text)
    if query.aggregates or query.counts_only or query.offset:
        raise _job_error("API_ERROR", "Aggregate queries and OFFSET are not supported by Bulk API 2.0")
    compiler = Compiler(scope_of(vendor, org, every=True), query)
    compiler.seqs()
    details = {"operation": operation, "object": compiler.kind.name, "query": text, **_options(body)}
    with vendor.db.transaction():
        job = vendor.jobs.add(org.org_id, "query", org.user_id, vendor.now, call.version, details)
    return answer(200, {name: value for name, value in job.doc.items() if name != "query"})


def query_results(call: Call) -> Response:
    """Answer a page of a query job's rows; `Sforce-Locator` leads to the next one, and is `null` at the last."""
    job = _found(call, "query")
    if job.state != "JobComplete":
        raise _job_error("INVALIDJOBSTATE", "the job is not finished")
    output = call.vendor.jobs.output(job)
    asked = call.args.get("maxRecords", "")
    most = call.vendor.settings.bulkPageMax
    size = min(most, int(asked)) if asked.isdecimal() and int(asked) else most
    start = _offset(call.args.get("locator", ""))
    lines = output["lines"][start : start + size]
    end = start + len(lines)
    locator = _locator(end) if end < len(output["lines"]) else "null"
    headers = {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(len(lines)), "Content-Type": CSV_TYPE}
    return Response(_csv(job, output["header"], lines), 200, headers)


def _locator(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode().rstrip("=")


def _offset(locator: str) -> int:
    if not locator:
        return 0
    try:
        text = base64.b64decode(locator + "=" * (-len(locator) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text.isdecimal():
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)
