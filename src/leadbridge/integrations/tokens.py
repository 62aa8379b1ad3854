"""What the token keeper does next, as pure functions of what is stored and what the clock says.

``decide`` answers "may I use the token, must I wait, or do I renew it?"; ``settle`` says what a renewal's outcome makes
of the stored state. Both are total, so that the table in the tests is the whole behaviour. The rules are written for
vendors that take a refresh token once and punish a second presentation; ``replay_safe`` vendors are the easy case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(seconds=60)
"""How long a request for new tokens is believed to be under way; the request itself is given up after 20 s."""
MIN_INTERVAL = timedelta(seconds=60)
"""Between two renewals of one grant."""
MIN_MARGIN = timedelta(minutes=5)
MARGIN_SHARE = 0.2
"""A token is renewed this long before its end: a fifth of its life, and five minutes at least."""
REFUSED_PAUSE = timedelta(seconds=60)
"""After a refusal that only an operator can end (wrong client secret)."""


class AttemptState(StrEnum):
    """What is known about a request for new tokens."""

    SENT = "sent"
    UNKNOWN = "unknown"
    LAST_TRY = "last_try"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request for new tokens, marked before it is sent. Its ``gen`` is always the stored one: a newer ends it."""

    state: AttemptState
    until: datetime


@dataclass(frozen=True, slots=True)
class TokenState:
    """What is stored about one grant, without its secrets.

    ``gen`` rises with every token stored. ``not_before`` is the end of a back-off, ``failures`` counts renewals that
    failed since the last success, ``gone`` means that the vendor ended the grant.
    """

    gen: int
    issued_at: datetime
    expires_at: datetime
    attempt: Attempt | None = None
    last_refresh_at: datetime | None = None
    not_before: datetime | None = None
    failures: int = 0
    gone: bool = False
    renewable: bool = True
    """Whether there is a refresh token."""


class Action(StrEnum):
    """What to do."""

    USE = "use"
    WAIT = "wait"
    """Another caller's request is under way: look at the document again, at most until the time given."""
    HOLD = "hold"
    """A renewal is needed and not allowed before the time given."""
    SEND = "send"
    MARK_UNKNOWN = "mark_unknown"
    """A request was left without outcome: store that, and warn."""
    SEND_LAST_TRY = "send_last_try"
    """Present a refresh token whose fate is unknown one more time, marked before."""
    RECONNECT = "reconnect"


@dataclass(frozen=True, slots=True)
class Decision:
    """An action, and the time it depends on for ``WAIT`` and ``HOLD``."""

    action: Action
    until: datetime | None = None


def renew_at(state: TokenState) -> datetime:
    """Return when the access token is due for renewal."""
    life = state.expires_at - state.issued_at
    return state.expires_at - max(MIN_MARGIN, life * MARGIN_SHARE)


def decide(state: TokenState, now: datetime, *, replay_safe: bool, failed_gen: int | None = None) -> Decision:
    """Return what a caller who needs an access token does now.

    ``failed_gen`` is the generation of a token that the vendor has just refused, if that is why the caller asks.
    """
    refused = failed_gen is not None and failed_gen >= state.gen
    if failed_gen is not None and not refused:
        return Decision(Action.USE)  # somebody renewed it meanwhile
    if state.gone:
        return Decision(Action.RECONNECT)
    if not refused and now < renew_at(state):
        return Decision(Action.USE)
    must = refused or now >= state.expires_at
    attempt = state.attempt
    if attempt is not None and attempt.state is not AttemptState.UNKNOWN and now < attempt.until:
        return Decision(Action.WAIT, attempt.until) if must else Decision(Action.USE)
    if attempt is not None and attempt.state is AttemptState.LAST_TRY:
        return Decision(Action.RECONNECT)  # presented for the last time, and the answer never came
    if not state.renewable:
        return Decision(Action.RECONNECT) if must else Decision(Action.USE)
    action = Action.SEND
    if attempt is not None and not replay_safe:
        if attempt.state is AttemptState.SENT:
            return Decision(Action.MARK_UNKNOWN)
        if not refused:
            return Decision(Action.USE)  # the clock may be wrong about the old token; only a refusal ends it
        action = Action.SEND_LAST_TRY
    earliest = _earliest(state)
    if earliest is not None and now < earliest:
        return Decision(Action.HOLD, earliest) if must else Decision(Action.USE)
    return Decision(action)


def _earliest(state: TokenState) -> datetime | None:
    times = [state.not_before, state.last_refresh_at + MIN_INTERVAL if state.last_refresh_at else None]
    return max((time for time in times if time is not None), default=None)


def marked(state: TokenState, action: Action, now: datetime) -> TokenState:
    """Return the state to store before ``action`` is carried out."""
    if action is Action.MARK_UNKNOWN:
        return replace(state, attempt=Attempt(AttemptState.UNKNOWN, now))
    kind = AttemptState.LAST_TRY if action is Action.SEND_LAST_TRY else AttemptState.SENT
    return replace(state, attempt=Attempt(kind, now + LEASE))


class Outcome(StrEnum):
    """How a request for new tokens ended when it gave none."""

    NOT_SENT = "not_sent"
    """Nothing left this machine: name look-up, connection or TLS failed."""
    LOST = "lost"
    """It may have been carried out: time-out, reset, a server error, an answer that cannot be read."""
    THROTTLED = "throttled"
    """The vendor refused to look at it."""
    MISCONFIGURED = "misconfigured"
    """Our client id, secret or request is wrong: nothing is known about the grant."""
    GRANT_GONE = "grant_gone"


def settle(
    state: TokenState, outcome: Outcome, now: datetime, *, replay_safe: bool, pause: timedelta, action: Action
) -> TokenState:
    """Return the state to store after a request that gave no tokens, where ``gen`` is still the one it was sent for.

    ``pause`` is the back-off for this failure; ``action`` is what was carried out (``SEND`` or ``SEND_LAST_TRY``).
    """
    last_try = action is Action.SEND_LAST_TRY
    failed = replace(state, failures=state.failures + 1, not_before=now + pause)
    if outcome is Outcome.GRANT_GONE or (outcome is Outcome.LOST and last_try):
        return replace(failed, attempt=None, gone=True)
    if outcome is Outcome.LOST and not replay_safe:
        return replace(failed, attempt=Attempt(AttemptState.UNKNOWN, now))
    if outcome is Outcome.MISCONFIGURED:
        failed = replace(failed, not_before=now + max(pause, REFUSED_PAUSE))
    # a definite answer that says nothing about the grant: after a last try its fate is as unknown as before
    return replace(failed, attempt=Attempt(AttemptState.UNKNOWN, now) if last_try else None)


def renewed(state: TokenState, now: datetime, expires_at: datetime, *, renewable: bool) -> TokenState:
    """Return the state to store with new tokens."""
    return TokenState(
        gen=state.gen + 1,
        issued_at=now,
        expires_at=expires_at,
        last_refresh_at=now,
        renewable=renewable,
    )
