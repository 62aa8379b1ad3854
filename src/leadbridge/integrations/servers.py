"""A connection's own servers: told once, when it was connected, and stored with it."""

from __future__ import annotations

from dataclasses import replace

from leadbridge.crm.provider import App
from leadbridge.integrations.model import Servers


def servers_of(app: App) -> Servers:
    """Return the addresses that ``app`` goes to, in their stored form."""
    return Servers(authorize_url=app.authorize_url, login_url=app.login_url, api_url=app.api_url)


def own_app(app: App, servers: Servers | None) -> App:
    """Return the app with a connection's own servers; with none stored, the vendor's usual ones."""
    if servers is None:
        return app
    return replace(app, authorize_url=servers.authorize_url, login_url=servers.login_url, api_url=servers.api_url)


def told(app: App, api_url: str | None) -> App:
    """Return the app with the address that the vendor told with the tokens, where it told one."""
    return app if api_url is None else replace(app, api_url=api_url.rstrip("/"))
