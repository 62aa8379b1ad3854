"""``leadbridge keys``: replace data keys and the master key, and see how they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from leadbridge.app import Hub
from leadbridge.commands.running import with_hub
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.keys import FileKeyProvider, StoredKeyProvider
from leadbridge.security.masterkey import rotate_master
from leadbridge.security.rotation import ALL
from leadbridge.settings import load_settings

keys_app = typer.Typer(help="Data keys and the master key.", no_args_is_help=True)


@keys_app.command("rotate")
def rotate(
    company: Annotated[str | None, typer.Option(help="Replace the data key of this company.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Replace the data keys of all companies.")] = False,
    master: Annotated[
        Path | None, typer.Option(help="Replace the master key by the one in this file.", metavar="NEW_KEY_FILE")
    ] = None,
    wait: Annotated[
        bool,
        typer.Option(
            help="With --no-wait the command ends when the new keys are in place; a running hub, or the same command "
            "a minute later, does the rest."
        ),
    ] = True,
) -> None:
    """Replace keys while the hub runs. One that was cut off goes on where it was when it is given again."""
    if sum([company is not None, everyone, master is not None]) != 1:
        raise InvalidInput(
            "What to rotate is not clear.", hint="Give one of --company ID, --all and --master NEW_KEY_FILE."
        )

    async def data_keys(hub: Hub) -> None:
        scope = ALL if company is None else (await hub.tenancy.company(company)).id
        rotation = hub.rotation.telling(typer.echo)
        order = await rotation.order(scope)
        progress = await rotation.run(order, wait=wait)
        for name in progress.broken:
            typer.echo(f"does not open and was left alone: {name}")
        open_orders = {one.id for one in await rotation.running()}
        typer.echo("not done yet" if order.id in open_orders else "done")

    async def master_key(hub: Hub) -> None:
        provider = hub.vault.provider
        if master is None or not isinstance(provider, FileKeyProvider | StoredKeyProvider):
            raise InvalidInput("The master key of this hub is not in a file.")
        await rotate_master(
            provider, master, hub.rotation, hub.clock, also=hub.people.rewrap_journal, told=typer.echo, wait=wait
        )

    with_hub(load_settings(), data_keys if master is None else master_key)


@keys_app.command("status")
def status() -> None:
    """Show how many keys are in which state, and how many documents each state's keys have sealed."""

    async def show(hub: Hub) -> None:
        counts = await hub.rotation.status()
        keys, documents = Counter[str](), Counter[str]()
        for count in counts:
            state = count.state.value if count.kept else f"{count.state.value}, deleted"
            keys[state] += 1
            documents[state] += count.documents
        typer.echo(f"companies with a key: {len({count.company_id for count in counts})}")
        for state in sorted(keys):
            typer.echo(f"{state}: {keys[state]} keys, {documents[state]} documents sealed")
        for master, number in sorted(Counter(count.master_key_id for count in counts).items()):
            typer.echo(f"wrapped by {master}: {number} keys")
        for order in await hub.rotation.running():
            typer.echo(f"rotation under way: {order.id}, since {order.started_at:%Y-%m-%d %H:%M} UTC")

    with_hub(load_settings(), show)
