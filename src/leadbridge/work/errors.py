"""Failures of the work engine."""

from __future__ import annotations

from leadbridge.kit.errors import InvalidInput, NotFound, Unavailable


class LaneLost(Unavailable):
    """The ownership ended before the work did: it took too long, or another process took over."""

    default_code = "lease_lost"
    default_hint = "Send the request again; what was done is known and is not done twice."


class TaskNotFound(NotFound):
    """The company has no such dead letter: it was discarded, or tried again meanwhile."""

    default_code = "task_not_found"


class BadSchedule(InvalidInput):
    """The five fields or the time zone cannot be read, or no date ever fits them."""

    default_code = "bad_schedule"
    default_hint = "Write minute, hour, day, month and weekday, as in '0 8 * * MON', and a zone such as Europe/Dublin."
