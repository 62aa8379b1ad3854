"""Every address of the connect flow, made from settings alone: nothing is taken from a Host header."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from leadbridge.integrations.errors import ReturnUrlNotAllowed
from leadbridge.settings import INTEGRATIONS_PAGE, Settings

API = "/api/v1/crm-integration"
COOKIE_PATH = f"{API}/oauth"
RESULT_COOKIE = "leadbridge_connect_result"
"""Refers the browser that finished a connect to the account it connected."""
RESULT_PAGE = f"{INTEGRATIONS_PAGE}/result"
"""Where a connect that runs in a pop-up ends."""
OURS = ("status", "provider", "code", "handle")
"""What we add to a return address; the same names in it are replaced, so that nobody can forge an outcome."""


class Addresses:
    """Where the vendor sends the browser back to, and where we send it then."""

    def __init__(self, settings: Settings) -> None:
        self._public = settings.public
        self._allowed = frozenset(_place(url) for url in (*settings.return_urls, self.page, self.result_page))

    @property
    def page(self) -> str:
        """The hub's own page."""
        return f"{self._public}{INTEGRATIONS_PAGE}"

    @property
    def result_page(self) -> str:
        """The hub's own page for the end of a connect that runs in a pop-up."""
        return f"{self._public}{RESULT_PAGE}"

    @property
    def secure(self) -> bool:
        """Whether the hub is reached by https, so that cookies can insist on it."""
        return self._public.startswith("https://")

    def redirect_uri(self, provider: str) -> str:
        """Return the address to enter at the vendor."""
        return f"{self._public}{COOKIE_PATH}/callback/{provider}"

    def return_url(self, asked: str | None) -> str:
        """Return the address to end a flow at; raises ``ReturnUrlNotAllowed`` for one that the operator did not list.

        Scheme, host, port and path must be a listed address's; a query is the caller's own business.
        """
        if asked is None:
            return self.page
        if _place(asked) not in self._allowed:
            raise ReturnUrlNotAllowed("The address in 'returnUrl' is not on the list of addresses to return to.")
        return asked

    def landing(
        self, return_url: str | None, provider: str, *, status: str, code: str, handle: str | None = None
    ) -> str:
        """Return the address with the outcome in its query. Never a token; a handle is worthless without its user."""
        parts = urlsplit(return_url or self.page)
        query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in OURS]
        query += [("status", status), ("provider", provider), ("code", code)]
        if handle is not None:
            query.append(("handle", handle))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment))


def _place(url: str) -> tuple[str, str, str] | None:
    """Return what of an address is compared with the list, or None for one that no list has."""
    if not url.isascii() or "\\" in url or any(char <= " " for char in url):
        return None  # browsers repair these, each in its own way
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, f"{parts.hostname}{port}", parts.path or "/"
