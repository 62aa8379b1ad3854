"""Failures of syncing, in words that name the cure."""

from __future__ import annotations

from leadbridge.kit.errors import NotFound, Refused, TooLarge


class TooManyIds(TooLarge):
    """More leads than one call takes."""

    default_code = "too_many_ids"
    default_hint = "Send at most 500 lead ids in a call; call again for the others."


class NotRetryable(Refused):
    """Trying this again as it is cannot end otherwise."""

    default_code = "not_retryable"


class RunNotFound(NotFound):
    """The company has no such run."""

    default_code = "run_not_found"
