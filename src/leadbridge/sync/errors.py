"""Failures of syncing, in words that name the cure."""

from __future__ import annotations

from leadbridge.kit.errors import NotFound, Refused, TooLarge


class TooManyIds(TooLarge):
    """More leads than one call takes."""

    default_code = "too_many_ids"
    default_hint = "Send at most 10,000 lead ids in a call; call again for the others."


class NotRetryable(Refused):
    """Trying this again as it is cannot end otherwise."""

    default_code = "not_retryable"


class RunEnded(Refused):
    """There is nothing left to cancel."""

    default_code = "run_ended"
    default_hint = "Its outcome is in the run; what was written stays written."


class RunNotFound(NotFound):
    """The company has no such run."""

    default_code = "run_not_found"
