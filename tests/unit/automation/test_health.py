"""When an endpoint is disabled, when its automation is paused, and what is stored of its health."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.automation.delivery.answers import ANSWERS, Answer
from leadbridge.automation.delivery.health import Health, Verdict
from leadbridge.automation.delivery.model import EndpointHealth

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
GOOD = Answer(ANSWERS["delivered"], "", 200)
BAD = Answer(ANSWERS["server_error"], "It answered 500.", 500)


def answer(code: str) -> Answer:
    return Answer(ANSWERS[code], "No.", None)


def verdicts(health: Health, *codes: str) -> list[Verdict]:
    return [health.learn(answer(code), NOW) for code in codes]


@pytest.mark.parametrize("code", ["gone", "address_refused"])
def test_some_answers_disable_at_once(code: str) -> None:
    assert verdicts(Health(None, None), code) == [Verdict.DISABLE]


@pytest.mark.parametrize("code", ["not_found", "credentials_refused"])
def test_some_answers_disable_the_third_time_in_a_row(code: str) -> None:
    assert verdicts(Health(None, None), code, code, code) == [Verdict.GO_ON, Verdict.GO_ON, Verdict.DISABLE]
    broken = verdicts(Health(None, None), code, code, "delivered", code, code, "server_error", code, code)
    assert set(broken) == {Verdict.GO_ON}


def test_fifty_failures_pause_only_after_a_day() -> None:
    health = Health(None, None)
    for number in range(60):
        assert health.learn(BAD, NOW + timedelta(minutes=number)) is Verdict.GO_ON
    assert health.learn(BAD, NOW + timedelta(hours=24)) is Verdict.PAUSE
    health.learn(GOOD, NOW + timedelta(hours=25))
    assert health.learn(BAD, NOW + timedelta(hours=50)) is Verdict.GO_ON
    assert health.failing_since == NOW + timedelta(hours=50)


def test_a_few_failures_do_not_pause_however_long_ago_they_began() -> None:
    health = Health(None, None)
    found = {health.learn(BAD, NOW + timedelta(days=day)) for day in range(49)}
    assert found == {Verdict.GO_ON}


def test_failures_before_a_person_said_that_it_is_well_again_are_forgotten() -> None:
    known = EndpointHealth(
        id="e", company_id="a" * 24, failures=80, failing_since=NOW, last_failure_at=NOW + timedelta(hours=30), same=80
    )
    assert Health(known, NOW + timedelta(hours=29)).failures == 80
    again = Health(known, NOW + timedelta(hours=31))
    assert (again.failures, again.failing_since) == (0, None)
    assert again.learn(BAD, NOW + timedelta(hours=32)) is Verdict.GO_ON


def test_a_healthy_endpoint_is_written_once_a_second_and_a_change_at_once() -> None:
    health = Health(None, None)
    health.learn(GOOD, NOW)
    assert health.to_write(NOW) is not None
    health.learn(GOOD, NOW + timedelta(milliseconds=500))
    assert health.to_write(NOW + timedelta(milliseconds=500)) is None
    health.learn(GOOD, NOW + timedelta(milliseconds=1100))
    assert health.to_write(NOW + timedelta(milliseconds=1100)) is not None
    health.learn(BAD, NOW + timedelta(milliseconds=1150))
    fields = health.to_write(NOW + timedelta(milliseconds=1150))
    assert fields is not None
    assert (fields["failures"], fields["lastCode"]) == (1, "server_error")
