"""The consent page: what an app asks for, checked as Salesforce does before it shows a page or a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from . import unconfirmed
from .org import App
from .settings import Settings

FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class ConsentProblem(Exception):
    """The request cannot be shown to a person; Salesforce says so on a page and sends nobody back."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request that may be approved; `problem` is what the person is sent back with at once."""

    app: App
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str | None
    problem: tuple[str, str] | None = None

    def approved(self, code: str) -> str:
        """Return the address to send the person to after an approval."""
        return self._back({"code": code})

    def refused(self, error: str, description: str) -> str:
        """Return the address to send the person to with an error."""
        return self._back({"error": error, "error_description": description})

    def _back(self, fields: dict[str, str]) -> str:
        if self.state is not None:
            fields["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(fields)}"


def check(params: Mapping[str, str], apps: Mapping[str, App], settings: Settings) -> ConsentRequest:
    """Return the request as it may be shown. Raises ConsentProblem.

    Without `scope`, all scopes of the app are granted.
    """
    app = apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentProblem("error=invalid_client_id: client identifier invalid")
    redirect_uri = params.get("redirect_uri", "")
    if not app.accepts_redirect(redirect_uri):
        raise ConsentProblem("error=redirect_uri_mismatch: redirect_uri must match configuration")
    asked = tuple(dict.fromkeys(params.get("scope", "").split())) or app.scopes
    problem: tuple[str, str] | None = None
    challenge = params.get("code_challenge") or None
    if params.get("response_type") != "code":
        problem = ("unsupported_response_type", "response type not supported")
    elif set(asked) - set(app.scopes) or set(asked) & set(settings.missingScopes):
        problem = ("invalid_scope", "the requested scope is not allowed")
    elif challenge is None and settings.pkceRequired:
        problem = ("invalid_request", unconfirmed.PKCE_MISSING_TEXT)
    elif challenge is not None and not _CHALLENGE.fullmatch(challenge):
        problem = ("invalid_request", "invalid code challenge")
    elif not settings.appInstalled:
        problem = (
            "OAUTH_APPROVAL_ERROR_GENERIC",
            "An unexpected error has occurred during authentication. Please try again.",
        )
    return ConsentRequest(app, redirect_uri, asked, params.get("state"), challenge, problem)
