"""The state of a connection, as a pure machine: what happened turns one state into the next.

A state has three parts, each written by one party alone: the stage (made, ended), the pause (an administrator's wish)
and the condition (what the vendor's answers tell). ``status_of`` folds them into the one word that people see. A pause
covers a condition and does not forget it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class ConnectionStatus(StrEnum):
    """The one word for a connection's state."""

    PENDING = "pending"
    ACTIVE = "active"
    RATE_LIMITED = "rate_limited"
    NEEDS_ATTENTION = "needs_attention"
    REAUTH_REQUIRED = "reauth_required"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


class Stage(StrEnum):
    """Where a connection stands between being made and being ended."""

    PENDING = "pending"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Condition(StrEnum):
    """What the vendor's answers tell about a connection, from well to worst."""

    OK = "ok"
    RATE_LIMITED = "rate_limited"
    NEEDS_ATTENTION = "needs_attention"
    GRANT_AT_RISK = "grant_at_risk"
    """The answer to a refresh was lost at a vendor that takes each refresh token once."""
    REAUTH_REQUIRED = "reauth_required"


class Event(StrEnum):
    """What can happen to a connection."""

    CONFIRMED = "confirmed"
    """The user who began the connect confirmed it."""
    RECONNECTED = "reconnected"
    """New tokens for the same account came in."""
    PAUSED = "paused"
    RESUMED = "resumed"
    DISCONNECTED = "disconnected"
    THROTTLED = "throttled"
    """The vendor asked to slow down for longer than a call waits."""
    CALL_SUCCEEDED = "call_succeeded"
    ATTENTION_NEEDED = "attention_needed"
    """Something an administrator must change: a permission, the app's registration."""
    CHECKS_PASSED = "checks_passed"
    """A connection test found nothing wrong."""
    REFRESH_UNKNOWN = "refresh_unknown"
    """The answer to a refresh was lost, and the refresh token may be used up."""
    TOKEN_RENEWED = "token_renewed"  # noqa: S105  # a name
    GRANT_GONE = "grant_gone"
    """The vendor says that the grant no longer exists."""


@dataclass(frozen=True, slots=True)
class State:
    """A connection's state in its three parts."""

    stage: Stage
    paused: bool = False
    condition: Condition = Condition.OK


SHOWN = {
    Condition.OK: ConnectionStatus.ACTIVE,
    Condition.RATE_LIMITED: ConnectionStatus.RATE_LIMITED,
    Condition.NEEDS_ATTENTION: ConnectionStatus.NEEDS_ATTENTION,
    Condition.GRANT_AT_RISK: ConnectionStatus.NEEDS_ATTENTION,
    Condition.REAUTH_REQUIRED: ConnectionStatus.REAUTH_REQUIRED,
}

_OK, _SLOW, _FIX, _RISK, _GONE = Condition
CONDITIONS: dict[Event, dict[Condition, Condition]] = {
    Event.THROTTLED: {_OK: _SLOW},
    Event.CALL_SUCCEEDED: {_SLOW: _OK},
    Event.ATTENTION_NEEDED: {_OK: _FIX, _SLOW: _FIX},
    Event.CHECKS_PASSED: {_SLOW: _OK, _FIX: _OK},
    Event.REFRESH_UNKNOWN: {_OK: _RISK, _SLOW: _RISK, _FIX: _RISK},
    Event.TOKEN_RENEWED: {_RISK: _OK, _GONE: _OK},
    Event.GRANT_GONE: {_OK: _GONE, _SLOW: _GONE, _FIX: _GONE, _RISK: _GONE},
}
"""What an event makes of a connected connection's condition; a condition that is not listed stays."""


def status_of(state: State) -> ConnectionStatus:
    """Return the one word for ``state``."""
    if state.stage is Stage.PENDING:
        return ConnectionStatus.PENDING
    if state.stage is Stage.DISCONNECTED:
        return ConnectionStatus.DISCONNECTED
    return ConnectionStatus.PAUSED if state.paused else SHOWN[state.condition]


def condition_after(condition: Condition, event: Event) -> Condition:
    """Return the condition of a connected connection after ``event``."""
    return CONDITIONS.get(event, {}).get(condition, condition)


def after(state: State, event: Event) -> State:
    """Return the state after ``event``; an event that means nothing in ``state`` leaves it as it is."""
    match event, state.stage:
        case (Event.CONFIRMED, Stage.PENDING) | (Event.RECONNECTED, Stage.DISCONNECTED):
            return State(Stage.CONNECTED)
        case Event.RECONNECTED, Stage.CONNECTED:
            return replace(state, condition=Condition.OK)
        case Event.DISCONNECTED, Stage.CONNECTED:
            return State(Stage.DISCONNECTED)
        case ((Event.PAUSED | Event.RESUMED), Stage.CONNECTED):
            return replace(state, paused=event is Event.PAUSED)
        case _, Stage.CONNECTED:
            return replace(state, condition=condition_after(state.condition, event))
        case _:
            return state


def lasting(condition: Condition, until: datetime | None, now: datetime) -> Condition:
    """Return the condition that holds at ``now``: "slow down" ends by itself, the others do not."""
    over = condition is Condition.RATE_LIMITED and until is not None and until <= now
    return Condition.OK if over else condition


ROWS: tuple[tuple[str, State], ...] = (
    ("pending", State(Stage.PENDING)),
    ("active", State(Stage.CONNECTED)),
    ("rate_limited", State(Stage.CONNECTED, condition=_SLOW)),
    ("needs_attention", State(Stage.CONNECTED, condition=_FIX)),
    ("needs_attention (grant at risk)", State(Stage.CONNECTED, condition=_RISK)),
    ("reauth_required", State(Stage.CONNECTED, condition=_GONE)),
    ("paused", State(Stage.CONNECTED, paused=True)),
    ("paused (over reauth_required)", State(Stage.CONNECTED, paused=True, condition=_GONE)),
    ("disconnected", State(Stage.DISCONNECTED)),
)
"""The states of the printed table, with the name each has there."""


def table() -> list[list[str]]:
    """Return the whole machine as rows of text: a heading, then a row an event; ``-`` means no change."""
    names = {state: name for name, state in ROWS}
    rows = [["event", *(name for name, _ in ROWS)]]
    for event in Event:
        cells = [event.value]
        for _, state in ROWS:
            then = after(state, event)
            cells.append("-" if then == state else names.get(then, status_of(then).value))
        rows.append(cells)
    return rows
