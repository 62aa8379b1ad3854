"""Failures of delivery, as people are told of them."""

from __future__ import annotations

from leadbridge.kit.errors import NotFound, Refused


class ExecutionNotFound(NotFound):
    """The company has no such execution."""

    default_code = "execution_not_found"


class AlreadySettled(Refused):
    """The execution is over: there is nothing to cancel."""

    default_code = "already_settled"
    default_hint = "Only what waits or is tried again can be cancelled."


class NotDeliverable(Refused):
    """Nothing can be sent for this execution as things are."""

    default_code = "not_deliverable"
