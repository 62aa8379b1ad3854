"""``leadbridge backup`` and ``leadbridge restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadbridge import __version__
from leadbridge.app import Hub
from leadbridge.commands.running import with_hub
from leadbridge.settings import load_settings
from leadbridge.storage.open import open_engine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.snapshot import refuse_while_open


def backup(file: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Write everything in the store to one file. Secrets in it stay sealed; the master key is not in it."""

    async def write(hub: Hub) -> None:
        summary = await hub.backups.write(file, __version__)
        typer.echo(f"backed up {summary.documents} documents to {file}")
        typer.echo("the master key is not in it: keep a copy of the key file in another place")

    with_hub(load_settings(), write)


def restore(
    file: Annotated[Path, typer.Argument(help="A file made by 'leadbridge backup'.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete what is in the store first.")] = False,
) -> None:
    """Fill an empty store from a backup while the hub is stopped; erasures since then are done again."""
    settings = load_settings()
    engine = open_engine(settings.database)
    if isinstance(engine, SqliteEngine):
        refuse_while_open(engine.path)

    async def fill(hub: Hub) -> None:
        restored = await hub.backups.restore(file, replace=replace)
        typer.echo(f"restored {restored.backup.documents} documents as of {restored.backup.created_at}")
        again = restored.replayed
        typer.echo(f"erased again since: {again.people} people, {again.companies} companies")
        typer.echo(f"restore epoch: {restored.epoch}")
        if restored.uncertain:
            typer.echo(f"connections that may have to be connected again: {restored.uncertain}")

    with_hub(settings, fill, store_only=True)


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)
