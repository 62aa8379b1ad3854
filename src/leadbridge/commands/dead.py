"""``leadbridge dead``: work that failed and is not tried again by itself."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from leadbridge.app import Hub
from leadbridge.commands.running import company_of, with_hub
from leadbridge.settings import load_settings
from leadbridge.work.routes import view as dead_letter_view

app = typer.Typer(help="Work that failed and is not tried again by itself.", no_args_is_help=True)


@app.command("list")
def dead_list(
    company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
    kind: Annotated[str | None, typer.Option(help="Only tasks of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
) -> None:
    """List dead letters, newest first: id, kind, code, cause."""

    async def work(hub: Hub) -> None:
        found = await hub.work.dead(await company_of(hub, company), kind=kind, limit=limit)
        for one in found.items:
            code = one.task.last_error.code if one.task.last_error is not None else "-"
            typer.echo(f"{one.task.id}  {one.task.kind}  {code}  {one.cause}")
        if not found.items:
            typer.echo("No dead letters.")

    with_hub(load_settings(), work)


@app.command("show")
def dead_show(
    task_id: Annotated[str, typer.Argument(help="The dead letter's id.")],
    company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
) -> None:
    """Print one dead letter as JSON, with its cause and what can be done."""

    async def work(hub: Hub) -> None:
        shown = dead_letter_view(await hub.work.one(await company_of(hub, company), task_id))
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())

    with_hub(load_settings(), work)


@app.command("retry")
def dead_retry(
    task_id: Annotated[str, typer.Argument(help="The dead letter's id.")],
    company: Annotated[str | None, typer.Option(help="Id of the company (default: the first one).")] = None,
) -> None:
    """Put a dead letter back into its lane; a running worker tries it from the start."""

    async def work(hub: Hub) -> None:
        task = await hub.work.retry(await company_of(hub, company), task_id)
        typer.echo(f"{task.id} waits again.")

    with_hub(load_settings(), work)
