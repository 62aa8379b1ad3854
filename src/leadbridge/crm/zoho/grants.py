"""What Zoho's token endpoint answers. Its status says nothing: errors come with 200 too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from leadbridge.crm.errors import Effect, Fault, Refusal, TokenRefused
from leadbridge.crm.model import Grant
from leadbridge.crm.zoho import errors, unconfirmed
from leadbridge.security.transport import HttpResponse

LONGEST_LIFE = 86_400
"""Seconds; an older form of the token answer counts in milliseconds, which this tells apart."""


def read(response: HttpResponse) -> Grant:
    """Return the tokens of a token endpoint's answer; raises ``TokenRefused``.

    Success is the presence of an access token, never the status: Zoho tells errors with 200.
    """
    body = errors.body_of(response)
    token = body.get("access_token")
    if not isinstance(token, str) or not token:
        raise refused(response)
    refresh = body.get("refresh_token")
    scopes = str(body.get("scope") or "").replace(",", " ").split()
    seconds, estimated = _life(body)
    return Grant(
        access_token=SecretStr(token),
        refresh_token=SecretStr(refresh) if isinstance(refresh, str) and refresh else None,
        expires_in=seconds,
        expiry_estimated=estimated,
        scopes=tuple(scopes),
    )


def _life(body: Mapping[str, Any]) -> tuple[int, bool]:
    for name in ("expires_in_sec", "expires_in"):
        told = str(body.get(name) or "")
        if told.isdigit():
            seconds = int(told)
            return (seconds // 1000 if seconds > LONGEST_LIFE else seconds), False
    return 3600, True


def foreign_api(origin: str) -> TokenRefused:
    """Return the refusal of an API address that is not Zoho's."""
    return TokenRefused(
        Refusal.MISCONFIGURED,
        Fault(
            code="foreign_api_domain",
            message=f"The token answer names an API address that is not one of Zoho's: {origin[:100]}.",
            cause="The answer did not come from Zoho, or Zoho has a data centre that this version does not know.",
            hint="Nothing was sent there. Report this with the address.",
            retryable=False,
        ),
    )


def refused(response: HttpResponse) -> TokenRefused:
    """Return what a token endpoint's answer without a token means; its status says nothing, errors come with 200.

    Only ``invalid_code`` means that the grant is gone. A throttled endpoint and a wrong secret leave it as it is.
    """
    body = errors.body_of(response)
    error = str(body.get("error") or "")
    seconds: float | None = None
    if error in ("invalid_code", "invalid_grant", "access_denied"):
        refusal = Refusal.GRANT_GONE
        entry = errors.Entry(
            "grant_gone",
            "Zoho no longer accepts this connection: it was revoked there, its code was used before, or the same user "
            "has approved this app more than twenty times since.",
            "Connect Zoho again.",
            retryable=False,
            effect=Effect.REAUTH,
        )
    elif response.status == 429 or error.casefold() == "access denied":
        refusal, entry = Refusal.TRANSIENT, errors.RATE_LIMITED
        seconds = unconfirmed.TOKEN_THROTTLE.total_seconds()
    elif error and response.status < 500:
        refusal = Refusal.MISCONFIGURED
        entry = errors.Entry(
            "app_misconfigured",
            "Zoho does not accept this hub's app registration, or the app is not switched on for this data centre.",
            "Check ZOHO_CLIENT_ID, ZOHO_CLIENT_SECRET and the redirect address at Zoho's API console, and switch on "
            "Multi-DC for the account's data centre there.",
            retryable=False,
            effect=Effect.ATTENTION,
        )
    else:
        refusal, entry = Refusal.TRANSIENT, errors.VENDOR_TROUBLE
    text = errors.text_of(body.get("error_description")) or error
    return TokenRefused(
        refusal,
        Fault(
            code=entry.code,
            message=f"Zoho: {text[:500]}" if text else errors.speechless(response.status),
            cause=entry.cause,
            hint=entry.hint,
            retryable=entry.retryable,
            effect=entry.effect,
            vendor_code=error or str(response.status),
            retry_after=seconds,
        ),
    )
