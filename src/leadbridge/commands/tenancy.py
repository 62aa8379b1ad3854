"""``leadbridge company``, ``leadbridge user`` and ``leadbridge apikey``: for whoever runs the hub, across companies.

They need the machine's own access to the database and the master key; no role inside a company reaches this far.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from leadbridge.app import Hub
from leadbridge.commands.running import show_secret, with_hub
from leadbridge.kit.clock import to_seconds_text
from leadbridge.kit.errors import InvalidInput, NotFound
from leadbridge.settings import load_settings
from leadbridge.storage.query import Position
from leadbridge.tenancy.audit import COMMAND_LINE
from leadbridge.tenancy.keys import is_live
from leadbridge.tenancy.members import UserChange
from leadbridge.tenancy.model import Role
from leadbridge.tenancy.passwords import generated_password

company_app = typer.Typer(help="Companies.", no_args_is_help=True)
user_app = typer.Typer(help="Users of a company.", no_args_is_help=True)
apikey_app = typer.Typer(help="API keys.", no_args_is_help=True)

PAGE = 200
Company = Annotated[str | None, typer.Option("--company", help="Id of the company; default: the first one.")]


@company_app.command("list")
def company_list() -> None:
    """List all companies: id, external id, name."""

    async def work(hub: Hub) -> None:
        after: Position | None = None
        while True:
            page = await hub.tenancy.companies.page(limit=PAGE, after=after)
            for company in page.items:
                typer.echo(f"{company.id}  {company.external_id or '-'}  {company.name}")
            after = page.next
            if after is None:
                return

    with_hub(load_settings(), work)


@company_app.command("create")
def company_create(
    name: str,
    external_id: Annotated[str | None, typer.Option(help="What the host application calls it.")] = None,
) -> None:
    """Make a company and print its id."""

    async def work(hub: Hub) -> None:
        company = await hub.tenancy.companies.create(COMMAND_LINE, _named(name), external_id)
        typer.echo(company.id)

    with_hub(load_settings(), work)


@company_app.command("rename")
def company_rename(id: str, name: str) -> None:
    """Give a company another name."""

    async def work(hub: Hub) -> None:
        await hub.tenancy.companies.change(id, COMMAND_LINE, name=_named(name))

    with_hub(load_settings(), work)


@user_app.command("list")
def user_list(company: Company = None) -> None:
    """List a company's users: id, role, state, address, name."""

    async def work(hub: Hub) -> None:
        company_id, after = await _company(hub, company), None
        while True:
            page = await hub.tenancy.members.page(company_id, limit=PAGE, after=after)
            for user in page.items:
                state = "disabled" if user.disabled_at is not None else "active"
                typer.echo(f"{user.id}  {user.role.value}  {state}  {user.email or '-'}  {user.name}")
            after = page.next
            if after is None:
                return

    with_hub(load_settings(), work)


@user_app.command("create")
def user_create(
    name: Annotated[str, typer.Option(help="What the user is called.")],
    email: Annotated[str | None, typer.Option(help="The address to sign in with.")] = None,
    external_id: Annotated[str | None, typer.Option(help="The subject in the host application's tokens.")] = None,
    role: Annotated[Role, typer.Option(help="What the user may do.")] = Role.MEMBER,
    company: Company = None,
) -> None:
    """Make a user who signs in with an address and a new password, or by the host application, and print the id."""
    settings = load_settings()
    if (email is None) == (external_id is None):
        raise InvalidInput(
            "A user needs an address or an external id.", hint="Give --email or --external-id, one of them."
        )
    password = generated_password()

    async def work(hub: Hub) -> str:
        company_id, tenancy = await _company(hub, company), hub.tenancy
        if external_id is not None:
            return (await tenancy.create_host_user(company_id, external_id, name=_named(name), role=role)).id
        user = await tenancy.members.create(
            company_id, COMMAND_LINE, name=_named(name), role=role, email=email or "", password=password
        )
        return user.id

    id = with_hub(settings, work)
    typer.echo(id)
    if external_id is None:
        show_secret("Password", password, settings.data_dir / f"password-{id}")


@user_app.command("password")
def user_password(
    email: str,
    generate: Annotated[bool, typer.Option("--generate", help="Make one instead of asking for it.")] = False,
    company: Company = None,
) -> None:
    """Set a user's password (typed, or the first line of standard input) and end all their sessions."""
    settings = load_settings()
    password = generated_password() if generate else _asked()

    async def work(hub: Hub) -> str:
        user = await hub.tenancy.members.by_email(await _company(hub, company), email)
        await hub.tenancy.members.set_password(user, COMMAND_LINE, password)
        return user.id

    id = with_hub(settings, work)
    if generate:
        show_secret("Password", password, settings.data_dir / f"password-{id}")


@user_app.command("role")
def user_role(email: str, role: Role, company: Company = None) -> None:
    """Give a user another role."""

    async def work(hub: Hub) -> None:
        company_id = await _company(hub, company)
        user = await hub.tenancy.members.by_email(company_id, email)
        await hub.tenancy.members.update(company_id, user.id, COMMAND_LINE, Role.SUPER_USER, UserChange(role=role))

    with_hub(load_settings(), work)


@apikey_app.command("list")
def apikey_list(company: Company = None) -> None:
    """List a company's API keys: id, state, prefix, last use, name."""

    async def work(hub: Hub) -> None:
        company_id, after = await _company(hub, company), None
        while True:
            page = await hub.tenancy.keys.page(company_id, limit=PAGE, after=after)
            for key in page.items:
                state = "live" if is_live(key, hub.clock.now()) else "ended"
                used = to_seconds_text(key.last_used_at) if key.last_used_at else "never used"
                typer.echo(f"{key.id}  {state}  {key.prefix or '-'}  {used}  {key.name}")
            after = page.next
            if after is None:
                return

    with_hub(load_settings(), work)


@apikey_app.command("revoke")
def apikey_revoke(id: str, company: Company = None) -> None:
    """End an API key at once."""

    async def work(hub: Hub) -> None:
        await hub.tenancy.keys.revoke(await _company(hub, company), id, COMMAND_LINE)

    with_hub(load_settings(), work)


async def _company(hub: Hub, id: str | None) -> str:
    if id is not None:
        return (await hub.tenancy.company(id)).id
    first = await hub.tenancy.first_company()
    if first is None:
        raise NotFound("There is no company yet.", hint="'leadbridge company create NAME' makes one.")
    return first.id


def _named(name: str) -> str:
    if not name.strip() or len(name) > 100:
        raise InvalidInput("A name has 1 to 100 characters.", hint="Give another one.")
    return name.strip()


def _asked() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
