"""What a session makes of answers, and of calls without one, that say nothing of the record that was asked for."""

from __future__ import annotations

from leadbridge.crm.errors import Effect, Fault
from leadbridge.security.errors import RequestFailed
from leadbridge.work.daily import BELIEVED


def unreachable(provider: str, error: RequestFailed) -> Fault:
    """Return that no answer came, or that nothing could be sent."""
    return Fault(
        code="vendor_unreachable",
        message=f"{provider} could not be asked. {error.message}",
        cause="The network, the name service or the vendor itself has trouble.",
        hint="Nothing needs to be done: the same request is worth repeating in a few minutes.",
        retryable=True,
    )


def slow_down(provider: str, seconds: float | None) -> Fault:
    """Return that the vendor asks for fewer calls, beyond what is waited for."""
    return Fault(
        code="rate_limited",
        message=f"{provider} asks for fewer calls.",
        cause="The account has used up the calls it allows in this time; others may be using it too.",
        hint="Nothing needs to be done: the same request is worth repeating in a few minutes.",
        retryable=True,
        effect=Effect.RATE_LIMITED,
        vendor_code="429",
        retry_after=seconds,
    )


def day_over(provider: str, seconds: float | None) -> Fault:
    """Return that the account's calls of the day are used up."""
    return Fault(
        code="daily_limit",
        message=f"The account's calls to {provider} for today are used up.",
        cause="The account allows a number of calls a day; others may be using it too.",
        hint="Nothing needs to be done: calls go on tomorrow. A higher limit can be bought from the vendor.",
        retryable=True,
        effect=Effect.RATE_LIMITED,
        vendor_code="429",
        retry_after=3600.0 if seconds is None else seconds,
    )


def share_over(provider: str, used: float, share: float) -> Fault:
    """Return that background work stops at its part of the account's day."""
    return Fault(
        code="daily_share",
        message=f"{used:.0%} of the account's calls to {provider} for today are used up; background work stops at "
        f"{share:.0%}.",
        cause="The rest of the day's calls is kept for what people wait for; other programs may be using them too.",
        hint="Nothing needs to be done: it goes on by itself. 'dayShare' of the connection sets where it stops.",
        retryable=True,
        retry_after=BELIEVED.total_seconds(),
    )


def rejected(provider: str) -> Fault:
    """Return that a token is refused that was given a moment ago."""
    return Fault(
        code="token_rejected",
        message=f"{provider} refuses an access token that it gave a moment ago.",
        cause="The account's access was withdrawn, or the app may not use this part of the API.",
        hint="Look at the app's access in the CRM, then connect again.",
        retryable=False,
        effect=Effect.ATTENTION,
        vendor_code="401",
    )
