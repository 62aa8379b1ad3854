"""Failures of working one at a time."""

from __future__ import annotations

from leadbridge.kit.errors import Refused, Unavailable


class LaneBusy(Refused):
    """Somebody else is at work there, and was still when the waiting time was over."""

    default_code = "connection_busy"
    default_hint = "Another sync of this connection is running; send the request again when it has ended."
    retryable = True


class LaneLost(Unavailable):
    """The ownership ended before the work did: it took too long, or another process took over."""

    default_code = "lease_lost"
    default_hint = "Send the request again; what was done is known and is not done twice."
