"""``leadbridge privacy`` and ``leadbridge company erase``."""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from leadbridge.app import Hub
from leadbridge.commands.running import company_of, with_hub
from leadbridge.commands.tenancy import company_app
from leadbridge.kit.errors import NotFound
from leadbridge.privacy.errors import NotConfirmed
from leadbridge.settings import load_settings

privacy_app = typer.Typer(help="Erase and export people.", no_args_is_help=True)

Company = Annotated[str | None, typer.Option(help="Default: the first company.")]


@privacy_app.command("erase")
def erase(
    lead: Annotated[str | None, typer.Option(help="Id or external id of a lead.")] = None,
    email: Annotated[str | None, typer.Option(help="Erase every lead with this e-mail address.")] = None,
    company: Company = None,
) -> None:
    """Erase a person from every document and keep them from being brought in again."""

    async def run(hub: Hub) -> None:
        erasure = await hub.privacy.erase(await company_of(hub, company), "command line", lead_id=lead, address=email)
        for kind, number in erasure.documents.items():
            typer.echo(f"{kind}: {number}")
        typer.echo(f"erased; a last look follows after {erasure.settles_at:%H:%M:%S} UTC (erasure {erasure.id})")

    with_hub(load_settings(), run)


@privacy_app.command("export")
def export(lead: Annotated[str, typer.Argument(help="Id or external id of a lead.")], company: Company = None) -> None:
    """Print everything that is held about a person as one JSON document."""

    async def run(hub: Hub) -> None:
        held = await hub.privacy.export(await company_of(hub, company), lead)
        typer.echo(orjson.dumps(held, option=orjson.OPT_INDENT_2).decode())

    with_hub(load_settings(), run)


@privacy_app.command("retention")
def retention() -> None:
    """Delete what is past its time now; a running hub does so every hour."""

    async def run(hub: Hub) -> None:
        await hub.privacy.sweep()
        await hub.company_erasures.sweep()
        for kind, number in (await hub.retention.run_once(hub.clock.now())).items():
            typer.echo(f"{kind}: {number}")

    with_hub(load_settings(), run)


@company_app.command("erase")
def erase_company(
    id: Annotated[str, typer.Argument(help="The company's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Really.")] = False,
) -> None:
    """Destroy a company's data keys and delete everything it has. It cannot be taken back."""

    async def run(hub: Hub) -> None:
        try:
            name = (await hub.tenancy.company(id)).name
        except NotFound:
            if not await hub.company_erasures.known(id):
                raise
            name = id
        if not yes:
            raise NotConfirmed(
                f"This destroys the data key of {name!r} and deletes everything it has.", hint="Add --yes to do so."
            )
        erasure = await hub.company_erasures.erase(id)
        if erasure.grants_revoked:
            typer.echo(f"CRM grants given back: {erasure.grants_revoked}")
        if erasure.grants_kept:
            typer.echo(
                f"CRM grants that a vendor did not confirm to be gone: {erasure.grants_kept}; "
                "remove the app in that CRM's own settings"
            )
        typer.echo(f"deleted {erasure.documents} documents of {name}; its data keys are destroyed")

    with_hub(load_settings(), run)
