"""What commands share: an event loop, and a hub on the operator's database for the length of one command."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer
import uvloop

from leadbridge.app import Hub, build_hub
from leadbridge.kinds import KINDS
from leadbridge.kit.errors import NotFound
from leadbridge.security.logs import configure_logging
from leadbridge.server import prepare_data_dir, write_secret
from leadbridge.settings import Settings

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end and return its value; Ctrl-C ends the program with code 130."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def with_hub(settings: Settings, work: Callable[[Hub], Awaitable[T]], *, store_only: bool = False) -> T:
    """Run ``work`` with a hub on the operator's database, which a running hub may be using too; return its value.

    With ``store_only`` nothing in the store is looked at before, and no master key is made.
    """

    async def opened() -> T:
        prepare_data_dir(settings.data_dir)
        hub = build_hub(settings)
        try:
            if store_only:
                await hub.store.start(KINDS)
                await hub.vault.provider.ready(new_store=False)
            else:
                await hub.start()
            return await work(hub)
        finally:
            await hub.close()

    configure_logging(json=settings.log_json, level=30)
    return run(opened())


def show_secret(what: str, text: str, path: Path) -> None:
    """Show a secret once: on a terminal, else in a file that only its owner can read (its name is printed)."""
    if os.isatty(sys.stdout.fileno()):
        typer.echo(f"{what}, shown once: {text}")
        return
    write_secret(path, text)
    typer.echo(f"{what}: in {path} (readable by its owner only)")


async def company_of(hub: Hub, company: str | None) -> str:
    """Return the company that is meant: the one named, else the first; raises ``NotFound``."""
    if company is not None:
        return (await hub.tenancy.company(company)).id
    first = await hub.tenancy.first_company()
    if first is None:
        raise NotFound("There is no company yet.", hint="Start the hub once: leadbridge serve")
    return first.id
