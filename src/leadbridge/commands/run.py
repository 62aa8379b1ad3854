"""What commands share: a hub for the length of one command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import typer
import uvloop

from leadbridge.app import KINDS, Hub, build_hub
from leadbridge.kit.errors import NotFound
from leadbridge.security.logs import configure_logging
from leadbridge.server import prepare_data_dir
from leadbridge.settings import Settings, load_settings

WARNING = 30


def with_hub(
    work: Callable[[Hub], Awaitable[None]], settings: Settings | None = None, *, store_only: bool = False
) -> None:
    """Run ``work`` with a started hub and close it; with ``store_only`` nothing in the store is looked at before."""
    settings = settings or load_settings()

    async def run() -> None:
        prepare_data_dir(settings.data_dir)
        hub = build_hub(settings)
        try:
            if store_only:
                await hub.store.start(KINDS)
            else:
                await hub.start()
            await work(hub)
        finally:
            await hub.close()

    configure_logging(json=settings.log_json, level=WARNING)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def company_of(hub: Hub, company: str | None) -> str:
    """Return the company that is meant: the one named, else the first; raises ``NotFound``."""
    if company is not None:
        return (await hub.tenancy.company(company)).id
    first = await hub.tenancy.first_company()
    if first is None:
        raise NotFound("There is no company yet.", hint="Start the hub once: leadbridge serve")
    return first.id
