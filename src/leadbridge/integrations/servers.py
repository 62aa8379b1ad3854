"""A connection's own servers: told once, when it was connected, and stored with it."""

from __future__ import annotations

from leadbridge.crm.provider import App
from leadbridge.integrations.model import Servers


def servers_of(app: App) -> Servers | None:
    """Return a connection's own addresses in their stored form, or None where the operator's settings hold."""
    if not app.own:
        return None
    return Servers(authorize_url=app.authorize_url, login_url=app.login_url, api_url=app.api_url)


def own_app(app: App, servers: Servers | None) -> App:
    """Return the app with a connection's own servers, where it has some."""
    if servers is None:
        return app
    return app.at(authorize_url=servers.authorize_url, login_url=servers.login_url, api_url=servers.api_url)


def told(app: App, api_url: str | None) -> App:
    """Return the app with the address that the vendor told with the tokens, where it told one."""
    return app if api_url is None else app.at(api_url=api_url)
