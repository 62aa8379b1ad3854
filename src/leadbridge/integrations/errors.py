"""Failures of connecting, in words that name the cure."""

from __future__ import annotations

from leadbridge.crm.errors import CallFailed, Effect, Fault
from leadbridge.kit.errors import InvalidInput, NotFound, Refused

CONNECT_AGAIN = "Connect the CRM again."


class UnknownProvider(InvalidInput):
    """No CRM of this name is known."""

    default_code = "unknown_provider"
    default_hint = "Choose one of zoho, salesforce, hubspot, dynamics."


class ReturnUrlNotAllowed(InvalidInput):
    """The address to return to is not one that the operator listed."""

    default_code = "return_url_not_allowed"
    default_hint = "Add the address to LEADBRIDGE_RETURN_URLS, or leave 'returnUrl' out to end on the hub's own page."


class ProviderNotConfigured(Refused):
    """The operator has not set our registration at this CRM."""

    default_code = "provider_not_configured"


class ProviderNotAvailable(Refused):
    """This version has no adapter for the CRM."""

    default_code = "provider_not_available"
    default_hint = "GET /api/v1/crm-integration/providers lists which ones can be connected ('available')."


class NoSuchConnection(NotFound):
    """The company has no such connection."""

    default_code = "connection_not_found"
    default_hint = "GET /api/v1/crm-integration/connections lists the connections of your company."


class NoActiveConnection(Refused):
    """Nothing is connected that could do this."""

    default_code = "no_active_connection"
    default_hint = "Connect a CRM first: POST /api/v1/crm-integration/oauth/init, or the page /super-user/integrations."


class HandleUnknown(NotFound):
    """A handle that nobody may complete: never issued, used, expired, or another user's. All look alike."""

    default_code = "handle_unknown"
    default_hint = "Only the user who began the connect can complete it, once and within ten minutes. Else begin again."


class WrongAccount(Refused):
    """A reconnect ended at another account than the connection's own."""

    default_code = "wrong_account"
    default_hint = (
        "Sign in to the account that the connection belongs to, or connect the other one as a new connection."
    )


class NotConnected(Refused):
    """The connection is pending, paused or ended."""

    default_code = "connection_not_usable"
    default_hint = "See 'status' of the connection: confirm it, resume it, or connect it again."


def reconnect_needed(provider: str, message: str = "") -> CallFailed:
    """Return the failure of a call over a grant that is gone."""
    return CallFailed(
        Fault(
            code="reauth_required",
            message=message or f"The connection to {provider} is no longer authorised.",
            cause="The CRM ended the grant: the app was uninstalled or revoked there, or its last token was used up.",
            hint=CONNECT_AGAIN,
            retryable=False,
            effect=Effect.REAUTH,
        )
    )


def renewal_held(provider: str, seconds: float) -> CallFailed:
    """Return the failure of a call that needs a renewal which is not allowed yet."""
    return CallFailed(
        Fault(
            code="token_renewal_held",
            message=f"A new access token for {provider} is needed and cannot be asked for yet.",
            cause="The last renewal was a moment ago or failed; asking too often makes CRMs lock a grant.",
            hint="Nothing needs to be done: the same request is worth repeating a little later.",
            retryable=True,
            retry_after=max(1.0, seconds),
        )
    )
