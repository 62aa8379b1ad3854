"""The HTTP endpoints of imports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.responses import Response, StreamingResponse

from leadbridge.leads.imports.intake import ImportOptions
from leadbridge.leads.imports.model import Import, Severity, import_view, report_view
from leadbridge.leads.imports.report import header_line, report_lines
from leadbridge.leads.imports.service import ImportService
from leadbridge.leads.imports.showing import preview_view
from leadbridge.leads.imports.upload import MAX_REQUEST, YES, Upload, options_of, uploaded
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.web.caller import Caller
from leadbridge.web.envelope import ok, page
from leadbridge.web.paging import PageDep
from leadbridge.web.rights import Right, needs
from leadbridge.web.routing import ApiRoute

EXPORT_PAGE = 500
WAIT = 20.0
"""Seconds for which the answer to an import waits for its end, unless the caller says otherwise."""
MAX_WAIT = 60.0
POLL_HINT = "2"
"""Seconds after which to look again at an import that goes on."""


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
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        },
    }
}


class Asked(BaseModel):
    """What a caller may decide about an import. A form's fields of the same names say the same."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")

    merge: MergeMode | None = Field(
        default=None, description="What a row may do to a record already there; default fill_blanks."
    )
    default_country: str | None = Field(
        default=None, description="Where phone numbers without country code are dialled."
    )
    encoding: str | None = Field(default=None, description="Only if it is recognised wrongly.")
    delimiter: str | None = Field(
        default=None, description="Only if it is recognised wrongly: one of , ; | tab (by its name, or itself)."
    )
    header_row: str | None = Field(
        default=None, description="The row that names the columns, from 1; 0 where none does."
    )
    mapping: str | None = Field(
        default=None, description='JSON, header to field (null: keep as custom field): {"Kunde": "company"}'
    )
    all_or_nothing: bool | None = Field(
        default=None, description="Import no row if any would be rejected; default false."
    )
    trigger_automations: bool | None = Field(
        default=None, description="Let the leads start automations; default false. A preview tells how many."
    )
    name: str = Field(default="upload.csv", description="Name of the file, when it is the body itself.")

    def options(self, form: Mapping[str, str], type: RecordType) -> ImportOptions:
        """Return the options of a request; what stands in the address counts before the form."""
        named = self.model_dump(by_alias=True, exclude={"name"}, exclude_none=True, mode="json")
        return options_of({**form, **{key: str(value) for key, value in named.items()}}, type)


AskedDep = Annotated[Asked, Query()]


def imports_router(type: RecordType) -> APIRouter:
    """Return the endpoints of the imports of one type of record."""
    router = APIRouter(prefix="/imports", route_class=ApiRoute)

    @router.post(
        "",
        status_code=201,
        summary=f"Import {type.plural} from a CSV or XLSX file",
        openapi_extra=_BODY,
        responses={
            200: {"description": "With `preview`: how the file is read.", "content": {"application/json": {}}},
            202: {"description": "The import goes on; look again.", "content": {"application/json": {}}},
        },
    )
    async def start(
        request: Request,
        caller: Importer,
        imports: ServiceDep,
        asked: AskedDep,
        preview: Annotated[
            bool, Query(description="Only tell how the file would be read; nothing is written.")
        ] = False,
        wait: Annotated[
            float, Query(ge=0, le=MAX_WAIT, description="Seconds for which the answer waits for the import's end.")
        ] = WAIT,
    ) -> Response:
        """Return the import: 201 when it has ended, 202 while it goes on."""
        async with uploaded(request, asked.name) as upload:
            options = asked.options(upload.fields, type)
            if preview or upload.fields.get("preview", "").lower() in YES:
                return await _preview(request, caller, imports, upload, options)
            begun = await imports.begin(caller.company_id, f"user:{caller.user_id}", upload.name, upload.file, options)
        worker = request.app.state.hub.worker
        worker.nudge()
        job = await imports.wait(caller.company_id, begun.id, wait if worker.running else 0.0)
        return _shown_job(job, 201)

    @router.post(
        "/preview", status_code=200, summary="Tell how a file would be read; nothing is written", openapi_extra=_BODY
    )
    async def preview_file(request: Request, caller: Importer, imports: ServiceDep, asked: AskedDep) -> Response:
        """Return encoding, delimiter, header row, the proposed mapping, the first rows and their problems."""
        async with uploaded(request, asked.name) as upload:
            options = asked.options(upload.fields, type)
            return await _preview(request, caller, imports, upload, options)

    @router.post("/{id}/cancel", status_code=202, summary="End an import that is under way")
    async def cancel(id: str, caller: Importer, imports: ServiceDep) -> Response:
        """Return the import. What it has stored stays, or is undone where it was to be all or nothing."""
        await imports.get(caller.company_id, id, type)
        return ok(import_view(await imports.cancel(caller.company_id, id)), 202)

    @router.post("/{id}/resume", status_code=202, summary="Go on with a paused import at once")
    async def resume(id: str, request: Request, caller: Importer, imports: ServiceDep) -> Response:
        """Return the import. Where its limit still has no room it is paused again; no row is lost."""
        await imports.get(caller.company_id, id, type)
        job = await imports.resume(caller.company_id, id)
        request.app.state.hub.worker.nudge()
        return ok(import_view(job), 202)

    @router.post("/{id}/undo", status_code=202, summary="Undo an import")
    async def undo(
        id: str,
        request: Request,
        caller: Importer,
        imports: ServiceDep,
        wait: Annotated[
            float, Query(ge=0, le=MAX_WAIT, description="Seconds for which the answer waits for the end of it.")
        ] = WAIT,
    ) -> Response:
        """Return the import: 200 when it is undone, 202 while that goes on.

        Records it made are removed and fields it changed are put back, if unchanged since; the rest is listed by
        `rejects?severity=kept`.
        """
        await imports.get(caller.company_id, id, type)
        begun = await imports.undo(caller.company_id, id)
        worker = request.app.state.hub.worker
        worker.nudge()
        return _shown_job(await imports.wait(caller.company_id, begun.id, wait if worker.running else 0.0), 200)

    @router.get("", summary="List imports, the newest first")
    async def listed(caller: Reader, imports: ServiceDep, paging: PageDep) -> Response:
        found = await imports.page(caller.company_id, type, limit=paging.limit, after=paging.after)
        return page([import_view(job) for job in found.items], found.next)

    @router.get("/{id}", summary="Read an import")
    async def read(id: str, caller: Reader, imports: ServiceDep) -> Response:
        return ok(import_view(await imports.get(caller.company_id, id, type)))

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
        job = await imports.get(caller.company_id, id, type)
        if form == "csv":
            return StreamingResponse(
                _csv(imports, job, severity),
                media_type="text/csv; charset=utf-8",
                headers={"content-disposition": f'attachment; filename="{severity.value}-{job.id}.csv"'},
            )
        found = await imports.reports(caller.company_id, id, severity, limit=paging.limit, after=paging.after)
        return page([report_view(report, job.columns, job.record) for report in found.items], found.next)

    @router.get("/{id}/" + type.plural, summary=f"List the ids of the {type.plural} an import's rows fell on")
    async def records(id: str, caller: Reader, imports: ServiceDep, paging: PageDep) -> Response:
        await imports.get(caller.company_id, id, type)
        ids, onward = await imports.record_ids(caller.company_id, id, limit=paging.limit, after=paging.after)
        return page(ids, onward)

    return router


async def _csv(imports: ImportService, job: Import, severity: Severity) -> AsyncIterator[str]:
    yield header_line(job.columns)
    after = None
    while True:
        found = await imports.reports(job.company_id, job.id, severity, limit=EXPORT_PAGE, after=after)
        yield report_lines(found.items)
        after = found.next
        if after is None:
            return


def _shown_job(job: Import, ended: int) -> Response:
    if job.ended:
        return ok(import_view(job), ended)
    answer = ok(import_view(job), 202)
    if not job.resting:
        answer.headers["retry-after"] = POLL_HINT
    return answer


async def _preview(
    request: Request, caller: Caller, imports: ImportService, upload: Upload, options: ImportOptions
) -> Response:
    opened = await imports.open(upload.file, options)
    rows = await imports.count(opened)
    shown = preview_view(opened, rows, options.default_country)
    if options.type is LEAD:
        cost = await request.app.state.hub.import_costs.of(caller.company_id, rows)
        shown["triggerAutomations"] = cost.view()
    return ok(shown)


__all__ = ["MAX_REQUEST", "imports_router"]
