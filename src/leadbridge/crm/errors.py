"""Failures at a vendor, in our words: what happened, why, what to do, and whether trying again can help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from leadbridge.kit.errors import Unauthenticated, VendorFailed


class Effect(StrEnum):
    """What a failure says about the connection, beyond the one call."""

    NONE = "none"
    REAUTH = "reauth"
    """The grant is gone: only a person can connect again."""
    ATTENTION = "attention"
    """Something an administrator must change: the app's registration, a permission."""
    RATE_LIMITED = "rate_limited"


@dataclass(frozen=True, slots=True)
class Fault:
    """A vendor's refusal, explained. ``code`` is ours; ``vendor_code`` and ``correlation_id`` are the vendor's."""

    code: str
    message: str
    cause: str
    hint: str
    retryable: bool
    effect: Effect = Effect.NONE
    vendor_code: str | None = None
    correlation_id: str | None = None
    retry_after: float | None = None
    """Seconds the vendor asked us to wait."""


class CallFailed(VendorFailed):
    """A call to a vendor failed as a whole; ``fault`` explains."""

    default_code = "vendor_failed"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message, code=fault.code, hint=fault.hint)
        self.fault = fault


class Refusal(StrEnum):
    """What a token endpoint's refusal means."""

    GRANT_GONE = "grant_gone"
    """The refresh token, or the code, is no longer valid. Never presented again to make sure."""
    MISCONFIGURED = "misconfigured"
    """Client id, secret or request are wrong: nothing is known about the grant."""
    TRANSIENT = "transient"
    """Too many requests, or the vendor's own trouble."""


class TokenRefused(VendorFailed):
    """A token endpoint did not give tokens."""

    default_code: ClassVar[str] = "token_refused"

    def __init__(self, refusal: Refusal, fault: Fault) -> None:
        super().__init__(fault.message, code=fault.code, hint=fault.hint)
        self.refusal = refusal
        self.fault = fault


class WebhookRefused(Unauthenticated):
    """A webhook is not proved to come from the vendor, or too old to be believed. Check the app's secret and clock."""

    default_code: ClassVar[str] = "webhook_refused"
