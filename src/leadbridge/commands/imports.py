"""``leadbridge leads import``, ``contacts import`` and so on: a file of records from the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import orjson
import typer

from leadbridge.app import Hub
from leadbridge.commands.running import company_of, with_hub
from leadbridge.kit.errors import InvalidInput
from leadbridge.leads.imports.intake import PREVIEW_ROWS, ImportOptions, Opened
from leadbridge.leads.imports.model import Import, Severity, Status, import_view
from leadbridge.leads.imports.report import header_line, report_lines
from leadbridge.leads.imports.upload import DELIMITER_NAMES, checked_trigger, country_of
from leadbridge.leads.matching import MergeMode
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.settings import load_settings

PROGRESS_SECONDS = 1.0
REPORT_PAGE = 500
INCOMPLETE = 1
"""Exit code of an import that ended without bringing its rows in."""


def _mapping(pairs: list[str]) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for pair in pairs:
        header, equals, field = pair.rpartition("=")
        if not equals:
            raise InvalidInput(f"--map {pair!r} has no '='.", hint="Write it as in --map 'Kunde=company'.")
        found[header] = field or None
    return found


def records_app(type: RecordType) -> typer.Typer:
    """Return the commands of one type of record."""
    app = typer.Typer(help=f"{type.plural.capitalize()}.", no_args_is_help=True)

    @app.command("import")
    def import_command(
        file: Annotated[Path, typer.Argument(help="A CSV or XLSX file.", exists=True, dir_okay=False, readable=True)],
        merge: Annotated[
            MergeMode, typer.Option(help="What a row may do to a record that is already there.")
        ] = MergeMode.FILL_BLANKS,
        default_country: Annotated[
            str | None, typer.Option(help="Where phone numbers without country code are dialled, as in DE.")
        ] = None,
        encoding: Annotated[str | None, typer.Option(help="Only if it is recognised wrongly.")] = None,
        delimiter: Annotated[
            str | None, typer.Option(help="Only if it is recognised wrongly: comma, semicolon, tab or bar.")
        ] = None,
        header_row: Annotated[
            int | None, typer.Option(min=0, help="The row that names the columns, from 1; 0 where none does.")
        ] = None,
        map: Annotated[
            list[str] | None, typer.Option(help="HEADER=FIELD; HEADER= keeps it as a custom field. May be repeated.")
        ] = None,
        all_or_nothing: Annotated[
            bool, typer.Option("--all-or-nothing", help="Import no row if any would be rejected.")
        ] = False,
        trigger_automations: Annotated[
            bool, typer.Option("--trigger-automations", help="Let the leads start automations; --preview counts them.")
        ] = False,
        preview: Annotated[
            bool, typer.Option("--preview", help="Only show how the file is read; write nothing.")
        ] = False,
        rejects: Annotated[
            Path | None, typer.Option(help="Write the rejected rows, with reasons, to this CSV file.")
        ] = None,
        json: Annotated[
            bool, typer.Option("--json", help="Print the import as one JSON object, as the last line.")
        ] = False,
        company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
    ) -> None:
        """Import a file and wait for its end. Ctrl-C leaves it to a running hub, which goes on with it.

        Exit code 0: every row was looked at (rejected ones are counted and reported); 1: the import failed, was
        cancelled, or is paused; 2: the file could not be read.
        """
        options = ImportOptions(
            merge,
            country_of(default_country),
            encoding,
            _mapping(map or []),
            delimiter=DELIMITER_NAMES.get(delimiter, delimiter) if delimiter else None,
            header_row=header_row,
            all_or_nothing=all_or_nothing,
            trigger_automations=checked_trigger(trigger_automations, type),
            type=type,
        )

        async def work(hub: Hub) -> int:
            owner = await company_of(hub, company)
            if preview:
                opened = await hub.imports.open(file, options)
                _show_preview(opened, options)
                if type is LEAD:
                    cost = await hub.import_costs.of(owner, await hub.imports.count(opened))
                    typer.echo(cost.sentence())
                return 0
            job = await hub.imports.begin(owner, "command_line", file.name, file, options)
            _say(f"{job.name}: {job.rows:,} rows ({job.format}, {job.encoding}); import {job.id}")
            job = await _followed(hub, job)
            if rejects is not None:
                await _write_rejects(hub, job, rejects)
            if json:
                sys.stdout.write(orjson.dumps(import_view(job)).decode() + "\n")
            else:
                _show(job)
            return 0 if job.status is Status.DONE else INCOMPLETE

        raise typer.Exit(with_hub(load_settings(), work))

    @app.command("resume")
    def resume_command(
        import_id: Annotated[str, typer.Argument(help="The import's id.")],
        company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
    ) -> None:
        """Go on with an import that a limit has paused, and wait for its end. Exit codes are those of import."""

        async def work(hub: Hub) -> int:
            owner = await company_of(hub, company)
            await hub.imports.get(owner, import_id, type)
            job = await _followed(hub, await hub.imports.resume(owner, import_id))
            _show(job)
            return 0 if job.status is Status.DONE else INCOMPLETE

        raise typer.Exit(with_hub(load_settings(), work))

    @app.command("undo")
    def undo_command(
        import_id: Annotated[str, typer.Argument(help="The import's id.")],
        company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
    ) -> None:
        """Undo an import: records it made are removed, fields it changed are put back, if unchanged since."""

        async def work(hub: Hub) -> None:
            owner = await company_of(hub, company)
            await hub.imports.get(owner, import_id, type)
            job = await hub.imports.undo(owner, import_id)
            job = await _followed(hub, job)
            done = job.undone
            if done is not None:
                kept = f"{done.kept:,} changed since: kept"
                typer.echo(f"{done.removed:,} {type.plural} removed, {done.restored:,} put back, {kept}")

        with_hub(load_settings(), work)

    return app


async def _followed(hub: Hub, job: Import) -> Import:
    """Work until the import has ended, or is paused, and return it as it then is."""
    hub.worker.start()
    while not job.resting:
        job = await hub.imports.wait(job.company_id, job.id, PROGRESS_SECONDS)
        if not job.resting:
            _say(f"  {job.status.value}: {job.counts.read:,} of {job.rows:,} rows")
    return job


def _say(text: str) -> None:
    """Tell a person how it goes, apart from what a program reads."""
    typer.echo(text, err=True)


def _show(job: Import) -> None:
    counts = job.counts
    typer.echo(
        f"{job.status.value}: {counts.read:,} read = {counts.created:,} created + {counts.updated:,} updated + "
        f"{counts.unchanged:,} unchanged + {counts.merged:,} merged + {counts.rejected:,} rejected"
    )
    for code, count in sorted(job.reasons.items(), key=lambda item: -item[1]):
        typer.echo(f"  {code}: {count:,}")
    if job.error is not None:
        typer.echo(f"{job.error.message} {job.error.hint or ''}".rstrip())


def _show_preview(opened: Opened, options: ImportOptions) -> None:
    layout = opened.layout
    typer.echo(
        f"{opened.format}, {opened.encoding.name}, delimiter {layout.delimiter!r}, header row {layout.header_row}"
    )
    for column in opened.columns:
        field = column.field or f"custom field {column.header!r}"
        typer.echo(f"  {column.header!r} -> {field} ({column.how}, {column.sure:.0%})")
    for record in opened.head[:PREVIEW_ROWS]:
        reading = opened.read(record, options.default_country)
        said = reading.refused.sentence if reading.refused is not None else f"{len(reading.fields)} fields"
        typer.echo(f"  row {record.row}: {said}")
    for code, count in opened.problems(options.default_country).items():
        typer.echo(f"  {code}: {count:,} of the first {len(opened.head):,} rows")


async def _write_rejects(hub: Hub, job: Import, target: Path) -> None:
    text = [header_line(job.columns)]
    after = None
    while True:
        found = await hub.imports.reports(job.company_id, job.id, Severity.REJECTED, limit=REPORT_PAGE, after=after)
        text.append(report_lines(found.items))
        after = found.next
        if after is None:
            break
    await asyncio.to_thread(target.write_text, "".join(text), encoding="utf-8", newline="")
