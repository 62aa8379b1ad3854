"""The demo's own way in: a bearer token for its program, an address and a password for the person who looks around."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from leadbridge.app import Hub
from leadbridge.kit.errors import StartRefused
from leadbridge.server import write_secret
from leadbridge.tenancy.audit import COMMAND_LINE
from leadbridge.tenancy.model import User
from leadbridge.tenancy.passwords import generated_password
from leadbridge.tenancy.service import NewToken

TOKEN_FILE = "token"  # noqa: S105  # a file name
PASSWORD_FILE = "password"  # noqa: S105  # a file name


@dataclass(frozen=True, slots=True)
class Login:
    """What opens the demo's hub. Both secrets also lie in the demo's state, readable by their owner only."""

    token: str = field(repr=False)
    email: str
    password: str = field(repr=False)


async def demo_login(hub: Hub, state: Path) -> Login:
    """Return the demo's login, made the first time and again where the store no longer knows it."""
    token_file, password_file = state / TOKEN_FILE, state / PASSWORD_FILE
    token = token_file.read_text().strip() if token_file.is_file() else ""
    user = await hub.tenancy.user_of_token(token) if token else None
    password = password_file.read_text().strip() if password_file.is_file() else ""
    if user is None:
        made = await _made(hub)
        token, user = made.token, made.user
        password = made.password or ""
        write_secret(token_file, token)
    if not password:
        password = generated_password()
        await hub.tenancy.members.set_password(user, COMMAND_LINE, password)
    write_secret(password_file, password)
    return Login(token, _email(user), password)


async def _made(hub: Hub) -> NewToken:
    made = await hub.tenancy.make_first_company()
    if made is not None:
        return made
    company = await hub.tenancy.first_company()
    if company is None:
        raise StartRefused("The store has no company.", hint="Run 'make demo-clean' and try again.")
    return await hub.tenancy.create_token(company.id, name="demo")


def _email(user: User) -> str:
    if user.email is None:
        raise StartRefused("The demo's user has no address.", hint="Run 'make demo-clean' and try again.")
    return user.email
