"""What an execution that is run here comes to, by the outcome of its push."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.automation.delivery.model import ExecutionState
from leadbridge.automation.native import decide
from leadbridge.automation.testing import lead_in
from leadbridge.sync.model import FaultNote, Item

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FAULT = FaultNote(code="invalid_value", message="The CRM refused the e-mail address.", hint="Correct it.")


@pytest.mark.parametrize("action", ["created", "updated", "unchanged", "excluded"])
def test_a_lead_that_is_where_it_belongs_is_a_success(action: str) -> None:
    outcome = decide.pushed(Item(sent="x", lead="x", action=action))
    assert (outcome.state, outcome.code) == (ExecutionState.SUCCEEDED, action)


@pytest.mark.parametrize("action", ["failed", "held"])
def test_a_lead_that_is_not_is_a_failure_with_the_reason_and_its_cure(action: str) -> None:
    outcome = decide.pushed(Item(sent="x", lead="x", action=action, fault=FAULT))
    assert (outcome.state, outcome.code) == (ExecutionState.FAILED, "invalid_value")
    assert outcome.message == "The CRM refused the e-mail address. Correct it."


def test_a_push_under_way_has_no_end_yet() -> None:
    with pytest.raises(ValueError, match="not settled"):
        decide.pushed(Item(sent="x", lead="x"))


def test_a_push_is_looked_at_soon_and_then_ever_less_often() -> None:
    pauses = [decide.next_look(NOW, NOW + timedelta(seconds=s)) - NOW - timedelta(seconds=s) for s in (0, 1, 20, 3600)]
    assert pauses == [decide.SOONEST, timedelta(seconds=0.5), timedelta(seconds=10), decide.LATEST]


def test_what_stands_in_the_way_is_looked_at_soon_and_then_once_a_minute() -> None:
    pauses = [decide.next_try(NOW, NOW + timedelta(seconds=s)) - NOW - timedelta(seconds=s) for s in (0, 5, 86400)]
    assert pauses == [decide.FIRST_PAUSE, timedelta(seconds=5), decide.LAST_PAUSE]


def test_the_lead_of_an_event_is_found_in_either_place() -> None:
    id = "a" * 24
    assert lead_in({"lead": {"_id": id, "email": "x"}}) == id
    assert lead_in({"leadId": id}) == id
    others: tuple[object, ...] = ({}, {"leadId": "customer-17"}, {"lead": "x"}, {"leadId": 5}, None, [], "text")
    for other in others:
        assert lead_in(other) is None
