"""Calls to a vendor's token endpoint, whose outcome must be known exactly."""

from __future__ import annotations

from pydantic import SecretStr

from leadbridge.crm.errors import Refusal, TokenRefused
from leadbridge.crm.provider import App, Grant, Provider
from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.tokens import Outcome
from leadbridge.security.errors import NotSent, OutcomeLost, RequestFailed

THROTTLED = 429


class RefreshFailed(Exception):
    """A request for new tokens gave none; ``outcome`` says what is known, ``cause`` is the failure behind it."""

    def __init__(self, outcome: Outcome, cause: TokenRefused | RequestFailed) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.cause = cause


async def refresh(calls: VendorCalls, provider: Provider, app: App, refresh_token: SecretStr) -> Grant:
    """Present ``refresh_token`` once and return what it gave; raises ``RefreshFailed``."""
    try:
        response = await calls.send(provider.refresh_request(app, refresh_token))
    except NotSent as error:
        raise RefreshFailed(Outcome.NOT_SENT, error) from error
    except OutcomeLost as error:
        raise RefreshFailed(Outcome.LOST, error) from error
    try:
        return provider.read_grant(app, response)
    except TokenRefused as error:
        raise RefreshFailed(outcome_of(error.refusal, response.status), error) from error


def outcome_of(refusal: Refusal, status: int) -> Outcome:
    """Return what a token endpoint's refusal tells about the refresh token that was presented.

    A client error says that the request was not carried out. A server error, or a success that cannot be read, may
    have used the token up.
    """
    if refusal is Refusal.GRANT_GONE:
        return Outcome.GRANT_GONE
    if refusal is Refusal.MISCONFIGURED:
        return Outcome.MISCONFIGURED
    return Outcome.THROTTLED if 400 <= status < 500 else Outcome.LOST


async def revoke(calls: VendorCalls, provider: Provider, app: App, refresh_token: SecretStr) -> bool:
    """Give a grant back; return whether the vendor confirmed it. Never raises for what the vendor says."""
    request = provider.revoke_request(app, refresh_token)
    if request is None:
        return False
    try:
        response = await calls.send(request)
    except RequestFailed:
        return False
    return 200 <= response.status < 300
