"""``leadbridge doctor``: what this hub stands on."""

from __future__ import annotations

import typer

from leadbridge.app import build_hub
from leadbridge.commands.running import run
from leadbridge.security.logs import configure_logging
from leadbridge.server import prepare_data_dir
from leadbridge.settings import load_settings
from leadbridge.storage.doctor import Level, short_check
from leadbridge.storage.open import open_engine


def doctor() -> None:
    """Look at what this hub stands on: settings, master key, database. Exit code 1 where something is broken."""
    settings = load_settings()
    configure_logging(json=settings.log_json, level=40)

    async def looking() -> bool:
        prepare_data_dir(settings.data_dir)
        engine = open_engine(settings.database)
        hub = build_hub(settings, engine=engine)
        try:
            await hub.start()
            findings = await short_check(engine, hub.clock.now)
        finally:
            await hub.close()
        typer.echo(f"{Level.OK.value:8} The settings can be used, and the master key opens this store.")
        for finding in findings:
            typer.echo(f"{finding.level.value:8} {finding.what} {finding.cure}".rstrip())
        return any(finding.level is Level.FAILED for finding in findings)

    raise typer.Exit(1 if run(looking()) else 0)
