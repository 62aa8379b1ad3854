"""The token keeper's decisions: the whole table, and what must hold for every history."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.crm.errors import Refusal
from leadbridge.integrations.tokens import (
    LEASE,
    MIN_INTERVAL,
    Action,
    Attempt,
    AttemptState,
    Decision,
    Outcome,
    TokenState,
    decide,
    marked,
    renew_at,
    renewed,
    settle,
)
from leadbridge.integrations.vendor import outcome_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIFE = timedelta(minutes=30)

FRESH = TokenState(gen=7, issued_at=NOW, expires_at=NOW + LIFE)
DUE = replace(FRESH, issued_at=NOW - LIFE + timedelta(minutes=4), expires_at=NOW + timedelta(minutes=4))
OVER = replace(FRESH, issued_at=NOW - LIFE, expires_at=NOW)
SENT = Attempt(AttemptState.SENT, NOW + LEASE)
LEFT = Attempt(AttemptState.SENT, NOW)
UNKNOWN = Attempt(AttemptState.UNKNOWN, NOW)
LAST = Attempt(AttemptState.LAST_TRY, NOW + LEASE)
LAST_LEFT = Attempt(AttemptState.LAST_TRY, NOW)

USE, SEND, RECONNECT = Decision(Action.USE), Decision(Action.SEND), Decision(Action.RECONNECT)
WAIT = Decision(Action.WAIT, NOW + LEASE)
MARK, LAST_TRY = Decision(Action.MARK_UNKNOWN), Decision(Action.SEND_LAST_TRY)

# attempt -> (fresh, due, over, refused), for a replay-safe vendor and for one that takes a token once
TABLE = [
    (None, (USE, SEND, SEND, SEND), (USE, SEND, SEND, SEND)),
    (SENT, (USE, USE, WAIT, WAIT), (USE, USE, WAIT, WAIT)),
    (LEFT, (USE, SEND, SEND, SEND), (USE, MARK, MARK, MARK)),
    (UNKNOWN, (USE, SEND, SEND, SEND), (USE, USE, USE, LAST_TRY)),
    (LAST, (USE, USE, WAIT, WAIT), (USE, USE, WAIT, WAIT)),
    (LAST_LEFT, (USE, RECONNECT, RECONNECT, RECONNECT), (USE, RECONNECT, RECONNECT, RECONNECT)),
]


@pytest.mark.parametrize("replay_safe", [True, False])
@pytest.mark.parametrize(
    "row", TABLE, ids=lambda row: "none" if row[0] is None else f"{row[0].state}-{row[0].until:%S}"
)
def test_table(row: tuple[Attempt | None, tuple[Decision, ...], tuple[Decision, ...]], replay_safe: bool) -> None:
    attempt, safe, once = row
    got = [
        decide(replace(state, attempt=attempt), NOW, replay_safe=replay_safe, failed_gen=failed)
        for state, failed in ((FRESH, None), (DUE, None), (OVER, None), (FRESH, 7))
    ]
    assert got == list(safe if replay_safe else once)


@pytest.mark.parametrize("attempt", [row[0] for row in TABLE])
@pytest.mark.parametrize("replay_safe", [True, False])
def test_a_newer_generation_is_used_whatever_else_is_stored(attempt: Attempt | None, replay_safe: bool) -> None:
    state = replace(OVER, attempt=attempt, gone=True)
    assert decide(state, NOW, replay_safe=replay_safe, failed_gen=6) == USE


@pytest.mark.parametrize("state", [FRESH, DUE, OVER])
def test_a_grant_that_is_gone_is_never_asked_again(state: TokenState) -> None:
    assert decide(replace(state, gone=True), NOW, replay_safe=True) == RECONNECT
    assert decide(replace(state, gone=True), NOW, replay_safe=False, failed_gen=7) == RECONNECT


def test_without_a_refresh_token_the_access_token_is_used_to_its_end() -> None:
    assert decide(replace(DUE, renewable=False), NOW, replay_safe=True) == USE
    assert decide(replace(OVER, renewable=False), NOW, replay_safe=True) == RECONNECT


@pytest.mark.parametrize("replay_safe", [True, False])
def test_a_minute_between_two_renewals(replay_safe: bool) -> None:
    state = replace(FRESH, last_refresh_at=NOW - SECOND)
    held = Decision(Action.HOLD, NOW - SECOND + MIN_INTERVAL)
    assert decide(state, NOW, replay_safe=replay_safe, failed_gen=7) == held
    assert decide(state, NOW - SECOND + MIN_INTERVAL, replay_safe=replay_safe, failed_gen=7) == SEND
    assert decide(replace(state, expires_at=DUE.expires_at), NOW, replay_safe=replay_safe) == USE


def test_a_back_off_holds_who_must_and_lets_others_use_what_there_is() -> None:
    later = NOW + 3 * SECOND
    assert decide(replace(OVER, not_before=later), NOW, replay_safe=True) == Decision(Action.HOLD, later)
    assert decide(replace(DUE, not_before=later), NOW, replay_safe=True) == USE
    unknown = replace(FRESH, attempt=UNKNOWN, not_before=later)
    assert decide(unknown, NOW, replay_safe=False, failed_gen=7) == Decision(Action.HOLD, later)


@pytest.mark.parametrize(
    ("life", "before"),
    [(timedelta(hours=2), timedelta(minutes=24)), (timedelta(minutes=30), timedelta(minutes=6)),
     (timedelta(minutes=10), timedelta(minutes=5)), (timedelta(seconds=10), timedelta(minutes=5))],
)  # fmt: skip
def test_renewal_is_due_a_fifth_and_five_minutes_at_least_before_the_end(life: timedelta, before: timedelta) -> None:
    state = replace(FRESH, expires_at=NOW + life)
    assert renew_at(state) == NOW + life - before


GONE, CLEARED = "gone", "cleared"
OUTCOMES = [  # outcome -> stored attempt after it: (first try, last try) for replay-safe and for once-only vendors
    (Outcome.NOT_SENT, (CLEARED, UNKNOWN), (CLEARED, UNKNOWN)),
    (Outcome.LOST, (CLEARED, GONE), (UNKNOWN, GONE)),
    (Outcome.THROTTLED, (CLEARED, UNKNOWN), (CLEARED, UNKNOWN)),
    (Outcome.MISCONFIGURED, (CLEARED, UNKNOWN), (CLEARED, UNKNOWN)),
    (Outcome.GRANT_GONE, (GONE, GONE), (GONE, GONE)),
]


@pytest.mark.parametrize("row", OUTCOMES, ids=lambda row: row[0].value)
@pytest.mark.parametrize("replay_safe", [True, False])
def test_outcomes(row: tuple[Outcome, tuple[object, ...], tuple[object, ...]], replay_safe: bool) -> None:
    outcome, safe, once = row
    got: list[object] = []
    for action in (Action.SEND, Action.SEND_LAST_TRY):
        state = marked(FRESH, action, NOW)
        then = settle(state, outcome, NOW, replay_safe=replay_safe, pause=SECOND, action=action)
        assert then.gen == FRESH.gen
        assert then.failures == 1
        assert then.not_before is not None
        assert then.not_before > NOW
        got.append(GONE if then.gone else then.attempt or CLEARED)
    assert got == list(safe if replay_safe else once)


def test_new_tokens_end_everything_that_stood_against_the_old_ones() -> None:
    worn = replace(OVER, attempt=LAST, not_before=NOW + LIFE, failures=9)
    new = renewed(worn, NOW, NOW + LIFE, renewable=True)
    assert new == TokenState(gen=8, issued_at=NOW, expires_at=NOW + LIFE, last_refresh_at=NOW)


@pytest.mark.parametrize(
    ("refusal", "status", "outcome"),
    [
        (Refusal.GRANT_GONE, 400, Outcome.GRANT_GONE),
        (Refusal.MISCONFIGURED, 401, Outcome.MISCONFIGURED),
        (Refusal.TRANSIENT, 429, Outcome.THROTTLED),
        (Refusal.TRANSIENT, 423, Outcome.THROTTLED),
        (Refusal.TRANSIENT, 502, Outcome.LOST),
        (Refusal.TRANSIENT, 200, Outcome.LOST),
    ],
)
def test_what_an_answer_tells_about_the_token_presented(refusal: Refusal, status: int, outcome: Outcome) -> None:
    assert outcome_of(refusal, status) is outcome


@dataclass
class Vendor:
    """A vendor that takes each refresh token once, and kills the grant when one comes back."""

    live: int = 0
    killed: bool = False

    def take(self, token: int) -> bool:
        if self.killed or token != self.live:
            self.killed = True
            return False
        self.live += 1
        return True


step = st.tuples(
    st.sampled_from(["ok", "lost_before", "lost_after", "not_sent", "throttled", "misconfigured", "died_before",
                     "died_after"]),
    st.booleans(),
    st.integers(0, 4000),
)  # fmt: skip


@given(st.lists(step, max_size=40))
@settings(max_examples=400, deadline=None)
def test_a_once_only_token_is_presented_again_at_most_once_and_then_marked(
    steps: list[tuple[str, bool, int]],
) -> None:
    """Whatever happens to requests, answers and processes.

    ``doubtful`` counts presentations of a token after one whose outcome nobody knew.
    """
    vendor, now, held = Vendor(), NOW, 0
    state = replace(FRESH, gen=1)
    unclear: set[int] = set()
    doubtful: dict[int, int] = {}
    for outcome, refused, seconds in steps:
        now += timedelta(seconds=seconds)
        decision = decide(state, now, replay_safe=False, failed_gen=state.gen if refused else None)
        if decision.action is Action.MARK_UNKNOWN:
            state = marked(state, decision.action, now)
            continue
        if decision.action not in (Action.SEND, Action.SEND_LAST_TRY):
            continue
        state = marked(state, decision.action, now)
        assert state.attempt is not None
        if held in unclear:
            assert decision.action is Action.SEND_LAST_TRY
            assert state.attempt.state is AttemptState.LAST_TRY
            if outcome not in ("not_sent", "throttled", "misconfigured"):
                doubtful[held] = doubtful.get(held, 0) + 1
                assert doubtful[held] == 1
        accepted = vendor.take(held) if outcome in ("ok", "lost_after", "died_after") else False
        if outcome == "ok" and accepted:
            held += 1
            state = renewed(state, now, now + LIFE, renewable=True)
        elif outcome.startswith("died"):
            unclear.add(held)
        else:
            known = {"ok": Outcome.GRANT_GONE, "not_sent": Outcome.NOT_SENT, "throttled": Outcome.THROTTLED,
                     "misconfigured": Outcome.MISCONFIGURED}.get(outcome, Outcome.LOST)  # fmt: skip
            if known is Outcome.LOST:
                unclear.add(held)
            state = settle(state, known, now, replay_safe=False, pause=SECOND, action=decision.action)


@given(st.lists(step, max_size=40), st.booleans())
@settings(max_examples=200, deadline=None)
def test_nothing_gets_stuck(steps: list[tuple[str, bool, int]], replay_safe: bool) -> None:
    """After any history an hour later a caller has a decision that ends: a token, a request, or "connect again"."""
    now, state = NOW, replace(FRESH, gen=1)
    for outcome, refused, seconds in steps:
        now += timedelta(seconds=seconds)
        decision = decide(state, now, replay_safe=replay_safe, failed_gen=state.gen if refused else None)
        if decision.action in (Action.SEND, Action.SEND_LAST_TRY, Action.MARK_UNKNOWN):
            state = marked(state, decision.action, now)
        if decision.action in (Action.SEND, Action.SEND_LAST_TRY) and not outcome.startswith("died"):
            state = settle(
                state,
                Outcome.LOST,
                now,
                replay_safe=replay_safe,
                pause=SECOND * (seconds % 300),
                action=decision.action,
            )
    now += timedelta(hours=1)
    action = decide(state, now, replay_safe=replay_safe, failed_gen=state.gen).action
    if action is Action.MARK_UNKNOWN:
        state = marked(state, action, now)
        action = decide(state, now, replay_safe=replay_safe, failed_gen=state.gen).action
    assert action in (Action.SEND, Action.SEND_LAST_TRY, Action.RECONNECT)
