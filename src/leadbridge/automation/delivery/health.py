"""How an endpoint is doing, and when enough is enough. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from leadbridge.automation.delivery.answers import Answer, Follows
from leadbridge.automation.delivery.model import EndpointHealth

PAUSE_FAILURES, PAUSE_AFTER = 50, timedelta(hours=24)
"""An automation is paused after so many failures in a row, if the first of them was so long ago."""
WRITTEN_EVERY = timedelta(seconds=1)
"""How often the time of the last success is stored while nothing else changes."""


class Verdict(StrEnum):
    """What is to be done about an endpoint after an answer."""

    GO_ON = "go_on"
    PAUSE = "pause"
    DISABLE = "disable"


class Health:
    """The health of an endpoint as the owner of its lane knows it while the ownership lasts."""

    def __init__(self, known: EndpointHealth | None, renewed_at: datetime | None) -> None:
        self.last_success_at = known.last_success_at if known else None
        self.last_failure_at = known.last_failure_at if known else None
        forgotten = renewed_at is not None and self.last_failure_at is not None and self.last_failure_at <= renewed_at
        held = None if forgotten else known
        self.failures = held.failures if held else 0
        # a time that does not hold any more stays stored: what follows a commit removes no field
        self.failing_since = held.failing_since if held and held.failures else None
        self.last_code = held.last_code if held else None
        self.last_status = (held.last_status or None) if held else None
        self.same = held.same if held else 0
        self._written_at: datetime | None = None
        self._changed = False

    def learn(self, answer: Answer, now: datetime) -> Verdict:
        """Take in an answer and return what is to be done about the endpoint."""
        self.same = self.same + 1 if answer.code == self.last_code else 1
        self.last_code, self.last_status = answer.code, answer.status
        if answer.kind.follows is Follows.DELIVERED:
            self._changed = self._changed or bool(self.failures) or self.last_success_at is None
            self.failures, self.failing_since, self.last_success_at = 0, None, now
            return Verdict.GO_ON
        self._changed = True
        self.failures += 1
        self.failing_since = self.failing_since or now
        self.last_failure_at = now
        if answer.kind.limit is not None and self.same >= answer.kind.limit:
            return Verdict.DISABLE
        if self.failures >= PAUSE_FAILURES and now - self.failing_since >= PAUSE_AFTER:
            return Verdict.PAUSE
        return Verdict.GO_ON

    def to_write(self, now: datetime) -> dict[str, object] | None:
        """Return the fields to be stored now; None where the store knows all that matters. An absent time is kept."""
        due = self._written_at is None or now - self._written_at >= WRITTEN_EVERY
        if not self._changed and not due:
            return None
        self._changed, self._written_at = False, now
        fields: dict[str, object] = {
            "failures": self.failures,
            "same": self.same,
            "failingSince": self.failing_since,
            "lastSuccessAt": self.last_success_at,
            "lastFailureAt": self.last_failure_at,
            "lastCode": self.last_code,
            "lastStatus": self.last_status or 0,
        }
        return {name: value for name, value in fields.items() if value is not None}
