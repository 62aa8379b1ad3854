"""The consent page: what an app asks for, checked as Zoho does before it shows a page or a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from .org import App

FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "access_type",
    "prompt",
    "state",
    "code_challenge",
    "code_challenge_method",
)
_SCOPE = re.compile(r"(?:ZohoCRM|ZohoFiles|ZohoSearch|AaaServer)(?:\.[A-Za-z_]+){1,4}")


class ConsentProblem(Exception):
    """The request cannot be shown to a person; Zoho says so on a page and sends nobody back."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request that may be approved."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    offline: bool
    prompted: bool
    challenge: str | None
    plain: bool

    def approved(self, code: str, location: str, server: str) -> str:
        """Return the address to send the person to after an approval, with the data centre to go on with."""
        return self._back({"code": code, "location": location, "accounts-server": server})

    def denied(self) -> str:
        """Return the address to send the person to after a refusal."""
        return self._back({"error": "access_denied"})

    def _back(self, fields: dict[str, str]) -> str:
        if self.state is not None:
            fields["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(fields)}"


def check(params: Mapping[str, str], apps: Mapping[str, App]) -> ConsentRequest:
    """Return the request as it may be shown. Raises ConsentProblem."""
    app = apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentProblem("Invalid client: the client ID passed does not exist.")
    redirect_uri = params.get("redirect_uri", "")
    if not app.accepts_redirect(redirect_uri):
        raise ConsentProblem("Invalid redirect URI: it does not match the one configured for this client.")
    if params.get("response_type") != "code":
        raise ConsentProblem("Invalid response type: only code is known.")
    scopes = [part.strip() for part in params.get("scope", "").split(",") if part.strip()]
    wrong = [scope for scope in scopes if not _SCOPE.fullmatch(scope)]
    if wrong or not scopes:
        raise ConsentProblem(f"Scope does not exist: {', '.join(wrong) or 'none was asked for'}.")
    challenge, method = params.get("code_challenge") or None, params.get("code_challenge_method") or "plain"
    if challenge and method not in ("S256", "plain"):
        raise ConsentProblem("code_challenge_method must be S256 or plain.")
    return ConsentRequest(
        app=app,
        redirect_uri=redirect_uri,
        scopes=tuple(dict.fromkeys(scopes)),
        state=params.get("state"),
        offline=params.get("access_type") == "offline",
        prompted=params.get("prompt") == "consent",
        challenge=challenge,
        plain=method == "plain",
    )
