"""The consent page: what an app asks for, checked as HubSpot does before it shows a page or a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from . import unconfirmed
from .portal import App

FIELDS = (
    "client_id",
    "redirect_uri",
    "scope",
    "optional_scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


class ConsentProblem(Exception):
    """The request cannot be shown to a person; HubSpot says so on a page and sends nobody back."""


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """A request that may be approved, with the scopes an approval would grant."""

    app: App
    redirect_uri: str
    granted: tuple[str, ...]
    state: str | None
    challenge: str | None

    def approved(self, code: str) -> str:
        """Return the address to send the person to after an approval."""
        return self._back({"code": code})

    def denied(self) -> str:
        """Return the address to send the person to after a refusal."""
        return self._back({"error": unconfirmed.DENIAL_ERROR, "error_description": unconfirmed.DENIAL_DESCRIPTION})

    def _back(self, fields: dict[str, str]) -> str:
        if self.state is not None:
            fields["state"] = self.state
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(fields)}"


def check(params: Mapping[str, str], apps: Mapping[str, App], missing_scopes: Iterable[str]) -> ConsentRequest:
    """Return the request as it may be shown. Raises ConsentProblem.

    `scope` must have all the app's required scopes and nothing the app is not set up for; of `optional_scope`
    the portal grants what it has, without a word about the rest.
    """
    app = apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentProblem("We couldn't find an app with this client ID.")
    redirect_uri = params.get("redirect_uri", "")
    if not app.accepts_redirect(redirect_uri):
        raise ConsentProblem(
            "Redirect URL mismatch: the redirect URL of this request is not one of those set for the app."
        )
    asked = params.get("scope", "").split()
    known = {*app.required_scopes, *app.optional_scopes}
    lacking = [scope for scope in app.required_scopes if scope not in asked]
    unknown = [scope for scope in asked if scope not in known]
    if lacking or unknown:
        parts = [
            f"{label}: {', '.join(scopes)}."
            for label, scopes in (
                ("missing from the install URL", lacking),
                ("not set for the app", unknown),
            )
            if scopes
        ]
        raise ConsentProblem(f"Scope mismatch: the scopes do not match the app's. {' '.join(parts)}")
    unavailable = set(missing_scopes)
    refused = [scope for scope in asked if scope in unavailable]
    if refused:
        raise ConsentProblem(f"This account does not have access to: {', '.join(refused)}.")
    challenge = params.get("code_challenge") or None
    if challenge and params.get("code_challenge_method") != "S256":
        raise ConsentProblem("code_challenge_method must be S256.")
    optional = [scope for scope in params.get("optional_scope", "").split() if scope in known - unavailable]
    return ConsentRequest(
        app=app,
        redirect_uri=redirect_uri,
        granted=tuple(dict.fromkeys([*asked, *optional])),
        state=params.get("state"),
        challenge=challenge,
    )
