"""The HTTP endpoints of imports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from leadbridge.kit.errors import InvalidInput
from leadbridge.leads import normalise
from leadbridge.leads.errors import FileTooLarge, UnreadableFile
from leadbridge.leads.imports.model import ColumnUse, Import, Severity, import_view, report_view
from leadbridge.leads.imports.reader import MAX_BYTES
from leadbridge.leads.imports.report import header_line, report_lines
from leadbridge.leads.imports.rows import Reading
from leadbridge.leads.imports.service import ImportOptions, ImportService, Opened, Upload
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.model import Consent, Money
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

router = APIRouter(prefix="/imports", route_class=ApiRoute)

EXPORT_PAGE = 500
MULTIPART_SLACK = 64 * 1024
"""Bytes that multipart framing and the other fields may add to a file of the largest size."""
MAX_REQUEST = MAX_BYTES + MULTIPART_SLACK
"""Bytes a request to import may have."""


async def import_service(request: Request) -> ImportService:
    """Return the hub's imports."""
    service: ImportService = request.app.state.hub.imports
    return service


ServiceDep = Annotated[ImportService, Depends(import_service)]
Importer = Annotated[Caller, needs(Right.IMPORTS_RUN)]
Reader = Annotated[Caller, needs(Right.LEADS_READ)]

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


@router.post(
    "",
    status_code=201,
    summary="Import leads from a CSV file",
    openapi_extra=_BODY,
    responses={200: {"description": "With `preview`: how the file is read.", "content": {"application/json": {}}}},
)
async def start(
    request: Request,
    caller: Importer,
    imports: ServiceDep,
    merge: Annotated[
        MergeMode | None, Query(description="What a row may do to a lead already there; default fill_blanks.")
    ] = None,
    default_country: Annotated[
        str | None, Query(alias="defaultCountry", description="Where phone numbers without country code are dialled.")
    ] = None,
    encoding: Annotated[str | None, Query(description="Only if it is recognised wrongly.")] = None,
    mapping: Annotated[
        str | None, Query(description='JSON, header to field (null: keep as custom field): {"Kunde": "company"}')
    ] = None,
    preview: Annotated[bool, Query(description="Only tell how the file would be read; nothing is written.")] = False,
    name: Annotated[str, Query(description="Name of the file, when it is the body itself.")] = "upload.csv",
) -> Response:
    asked = {"merge": merge, "defaultCountry": default_country, "encoding": encoding, "mapping": mapping}
    upload, form = await _upload(request, name)
    options = _options(form | {key: value for key, value in asked.items() if value is not None})
    preview = preview or form.get("preview", "").lower() in ("1", "true", "yes")
    if preview:
        return ok(_preview(await imports.open(upload.data, options), options))
    return ok(import_view(await imports.run(caller.company_id, f"user:{caller.user_id}", upload, options)), 201)


@router.get("", summary="List imports, the newest first")
async def listed(caller: Reader, imports: ServiceDep, paging: PageDep) -> Response:
    found = await imports.page(caller.company_id, limit=paging.limit, after=paging.after)
    return page([import_view(job) for job in found.items], found.next)


@router.get("/{id}", summary="Read an import")
async def read(id: str, caller: Reader, imports: ServiceDep) -> Response:
    return ok(import_view(await imports.get(caller.company_id, id)))


@router.get(
    "/{id}/rejects",
    summary="List rows that were rejected, or lost a value, with reasons",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def rejects(
    id: str,
    caller: Reader,
    imports: ServiceDep,
    paging: PageDep,
    severity: Severity = Severity.REJECTED,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    job = await imports.get(caller.company_id, id)
    if form == "csv":
        return StreamingResponse(
            _csv(imports, job, severity),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{severity.value}-{job.id}.csv"'},
        )
    found = await imports.reports(caller.company_id, id, severity, limit=paging.limit, after=paging.after)
    return page([report_view(report, job.columns) for report in found.items], found.next)


@router.get("/{id}/leads", summary="List the ids of the leads an import's rows fell on")
async def leads(id: str, caller: Reader, imports: ServiceDep, paging: PageDep) -> Response:
    await imports.get(caller.company_id, id)
    ids, onward = await imports.lead_ids(caller.company_id, id, limit=paging.limit, after=paging.after)
    return page(ids, onward)


async def _csv(imports: ImportService, job: Import, severity: Severity) -> AsyncIterator[str]:
    yield header_line(job.columns)
    after = None
    while True:
        found = await imports.reports(job.company_id, job.id, severity, limit=EXPORT_PAGE, after=after)
        yield report_lines(found.items)
        after = found.next
        if after is None:
            return


async def _upload(request: Request, name: str) -> tuple[Upload, dict[str, str]]:
    """Return the file and the form's other fields, which say the same as query parameters of their names."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/"):
        return Upload(name, await _body(request)), {}
    async with request.form(max_files=1, max_fields=10) as form:
        file = next((part for part in form.values() if isinstance(part, UploadFile)), None)
        if file is None:
            raise UnreadableFile(
                "The form has no file in it.",
                code="no_file",
                hint="Send the CSV as the field 'file', or as the body itself with Content-Type: text/csv.",
            )
        if file.size is not None and file.size > MAX_BYTES:
            raise FileTooLarge(f"The file has {file.size / 2**20:.1f} MB; at most 20 MB are taken at once.")
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        return Upload(file.filename or name, await file.read()), fields


async def _body(request: Request) -> bytes:
    kept = bytearray()
    async for piece in request.stream():
        kept += piece
        if len(kept) > MAX_BYTES:
            raise FileTooLarge("The file has more than 20 MB.")
    return bytes(kept)


def _options(asked: dict[str, str]) -> ImportOptions:
    merge = asked.get("merge") or MergeMode.FILL_BLANKS
    if merge not in list(MergeMode):
        raise InvalidInput(
            f"{normalise.shown(merge)} is no way to merge.",
            code="invalid_merge",
            hint="Send merge=fill_blanks or merge=overwrite.",
        )
    return ImportOptions(
        MergeMode(merge),
        _country(asked.get("defaultCountry")),
        asked.get("encoding") or None,
        _mapping(asked.get("mapping")),
    )


def _country(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return normalise.country(text)
    except normalise.Invalid as invalid:
        raise InvalidInput(str(invalid), code=invalid.code, hint="Name it as in DE or Germany.") from invalid


def _mapping(text: str | None) -> dict[str, str | None]:
    if not text:
        return {}
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or not all(value is None or isinstance(value, str) for value in given.values()):
        raise InvalidInput(
            "'mapping' is not a JSON object of header to field.",
            code="invalid_mapping",
            hint='Send it as in mapping={"Kunde": "company"}, URL-encoded.',
        )
    return given


def _preview(opened: Opened, options: ImportOptions) -> dict[str, Any]:
    return {
        "encoding": opened.decoded.encoding,
        "delimiter": opened.sheet.delimiter,
        "headerRow": opened.sheet.header_row,
        "rows": len(opened.sheet.rows),
        "columns": [ColumnUse.of(column) for column in opened.columns],
        "sample": [_shown(reading) for reading in opened.preview(options.default_country)],
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
