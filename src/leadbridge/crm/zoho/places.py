"""Which of Zoho's servers a connection talks to: checked against the table before anything is sent there."""

from __future__ import annotations

from collections.abc import Mapping

from leadbridge.crm.app import App
from leadbridge.crm.zoho.hosts import ACCOUNTS, APIS, CENTRES, centre_of
from leadbridge.kit.errors import InvalidInput
from leadbridge.kit.webaddress import UnreadableAddress, parse_web_address

AUTHORIZE_PATH = "/oauth/v2/auth"
OPTION = "dataCenter"


def locate(app: App, options: Mapping[str, str]) -> App:
    """Return the app with the data centre that a connect is to begin at.

    Zoho sends a person on to the account's own data centre, except to China: there a connect has to begin. Raises
    ``InvalidInput`` for a data centre that does not exist, and for any other option.
    """
    others = sorted(set(options) - {OPTION})
    if others:
        raise InvalidInput(f"Zoho takes no {', '.join(others)}.", hint=f"Zoho's accounts are told apart by {OPTION}.")
    if OPTION not in options:
        return app
    centre = CENTRES.get(options[OPTION].strip().casefold())
    if centre is None:
        known = ", ".join(CENTRES)
        raise InvalidInput(f"Zoho has no data centre {options[OPTION][:20]!r}.", hint=f"Choose one of: {known}.")
    if app.allows_sandbox(app.authorize_url):
        return app  # a stand-in has the one consent page
    origin = f"https://{centre.accounts}"
    return app.at(authorize_url=f"{origin}{AUTHORIZE_PATH}", login_url=origin, api_url=f"https://{centre.api}")


def landed(app: App, query: Mapping[str, str]) -> App:
    """Return the app with the accounts server that the call-back names; raises ``InvalidInput`` for a foreign one."""
    named = query.get("accounts-server")
    if not named:
        return app
    origin = _origin(named)
    centre = ACCOUNTS.get(origin or "")
    if centre is not None:
        return app.at(login_url=f"https://{CENTRES[centre].accounts}", api_url=f"https://{CENTRES[centre].api}")
    if origin is not None and app.allows_sandbox(origin):
        return app.at(login_url=origin, api_url=origin)
    raise InvalidInput(
        f"The call-back names an accounts server that is not one of Zoho's: {named[:100]}.",
        hint="Nothing was sent there. Begin the connect again from this hub.",
    )


def api_origin(app: App, named: str) -> str | None:
    """Return the origin of an API address that a token answer names, or None where it is not Zoho's.

    Its data centre is the accounts server's: a token of one is worth nothing at another.
    """
    origin = _origin(named)
    if origin is None:
        return None
    if origin in APIS:
        return origin if APIS[origin] == ACCOUNTS.get(_origin(app.login_url) or "") else None
    return origin if app.allows_sandbox(origin) else None


def location(app: App) -> str:
    """Return the data centre of a connection, or an empty text for a stand-in."""
    return centre_of(_origin(app.login_url) or "") or ""


def _origin(address: str) -> str | None:
    try:
        parts = parse_web_address(address.strip())
    except UnreadableAddress:
        return None
    return parts.origin if not parts.target.strip("/") else None
