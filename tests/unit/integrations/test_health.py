"""The connection's state machine, as the table that the documentation prints."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadbridge.integrations.health import (
    ROWS,
    Condition,
    ConnectionStatus,
    Event,
    Stage,
    State,
    after,
    lasting,
    status_of,
    table,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "connections.md"

# event -> the state after it, in the order of ROWS; "-" is no change
EXPECTED = {
    "confirmed": "active - - - - - - - -",
    "reconnected": "- - active active active active - paused active",
    "paused": "- paused paused paused paused paused - - -",
    "resumed": "- - - - - - active reauth_required -",
    "disconnected": "- disconnected disconnected disconnected disconnected disconnected disconnected disconnected -",
    "throttled": "- rate_limited - - - - paused - -",
    "call_succeeded": "- - active - - - - - -",
    "attention_needed": "- needs_attention needs_attention - - - paused - -",
    "checks_passed": "- - active active - - - - -",
    "refresh_unknown": "- needs_attention needs_attention needs_attention - - paused - -",
    "token_renewed": "- - - - active active - paused -",
    "grant_gone": "- reauth_required reauth_required reauth_required reauth_required - paused - -",
}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_in_every_state(event: Event) -> None:
    cells = []
    for _, state in ROWS:
        then = after(state, event)
        cells.append("-" if then == state else status_of(then).value)
    assert " ".join(cells) == EXPECTED[event.value]


def test_every_status_word_can_be_shown() -> None:
    assert {status_of(state) for _, state in ROWS} == set(ConnectionStatus)


def test_a_pause_covers_a_condition_and_does_not_forget_it() -> None:
    paused = after(State(Stage.CONNECTED), Event.PAUSED)
    worse = after(paused, Event.GRANT_GONE)
    assert status_of(worse) is ConnectionStatus.PAUSED
    assert status_of(after(worse, Event.RESUMED)) is ConnectionStatus.REAUTH_REQUIRED


def test_slow_down_ends_by_itself_and_nothing_else_does() -> None:
    assert lasting(Condition.RATE_LIMITED, NOW, NOW) is Condition.OK
    assert lasting(Condition.RATE_LIMITED, NOW + timedelta(seconds=1), NOW) is Condition.RATE_LIMITED
    for condition in set(Condition) - {Condition.RATE_LIMITED}:
        assert lasting(condition, NOW, NOW) is condition


def test_the_documentation_prints_this_machine() -> None:
    lines = [f"| {' | '.join(row)} |" for row in table()]
    text = DOCS.read_text()
    missing = [line for line in lines if line not in text]
    assert not missing, "docs/connections.md lacks: " + "\n".join(missing)
