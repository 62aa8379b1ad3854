"""The decisions of the work engine, as tables."""

from __future__ import annotations

import random

import pytest

from leadbridge.work import decide
from leadbridge.work.decide import Away, BreakerPolicy, RetryPolicy
from leadbridge.work.model import Breaker, Lane, LaneState, Paced, Rate, Task

NOW = 1_000_000
A, B = "a" * 24, "b" * 24


def task(id: str = "t", **more: object) -> Task:
    fields = {"company_id": A, "lane": "conn:1", "q": 1, "kind": "any", "ref": "{}", "due_at": NOW, "first_due_at": NOW}
    return Task(id=id, **(fields | more))  # type: ignore[arg-type]


def lane(id: str, company: str) -> Lane:
    return Lane(id=id, company_id=company, state=LaneState.READY)


@pytest.mark.parametrize(
    ("attempt", "retry_after", "lowest", "highest"),
    [
        (1, None, 1, 2_000),
        (3, None, 1, 8_000),
        (7, None, 1, 60_000),
        (1, 30.0, 30_000, 30_000),
        (1, 0.0, 1, 2_000),
        (1, 10 * 86_400.0, 86_400_000, 86_400_000),
    ],
)
def test_the_next_try(attempt: int, retry_after: float | None, lowest: int, highest: int) -> None:
    policy = RetryPolicy(attempts=8, base=2.0, cap=60.0)
    for seed in range(50):
        due = decide.next_try(policy, attempt, NOW, retry_after, random.Random(seed))
        assert due is not None
        assert NOW + lowest <= due <= NOW + highest


def test_the_last_try_has_no_next() -> None:
    assert decide.next_try(RetryPolicy(attempts=8), 8, NOW, 5.0, random.Random(1)) is None


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (task(), None),
        (task(crashes=2), None),
        (task(crashes=3), "crashed"),
        (task(expires_at=NOW), "expired"),
        (task(expires_at=NOW + 1), None),
    ],
)
def test_what_is_not_run(one: Task, code: str | None) -> None:
    assert decide.unfit(one, NOW) == code


@pytest.mark.parametrize(
    ("vt", "units", "weight", "floor", "charged"),
    [(0, 5, 1, None, 5000), (0, 5, 2, None, 2500), (100, 0, 1, 90, 100), (0, 1, 1, 9000, 9000), (9000, 1, 0, 1, 10000)],
)
def test_virtual_time(vt: int, units: int, weight: int, floor: int | None, charged: int) -> None:
    assert decide.charge(vt, units, weight, floor) == charged


@pytest.mark.parametrize(
    ("ready", "busy", "slots", "chosen"),
    [
        ("aaaaaaaaaa", {}, 4, 3),  # alone: all slots but the last
        ("aaab", {}, 4, 3),  # half for a, one for b, and one more for a would be the last
        ("aaabbb", {}, 4, 4),
        ("aaa", {A: 3}, 4, 0),
        ("b", {A: 3}, 4, 1),
        ("ab", {}, 1, 1),
        ("aa", {}, 1, 1),
        ("a", {A: 4}, 4, 0),
    ],
)
def test_who_gets_a_turn(ready: str, busy: dict[str, int], slots: int, chosen: int) -> None:
    lanes = [lane(f"conn:{number}", {"a": A, "b": B}[who]) for number, who in enumerate(ready)]
    found = decide.choose(lanes, busy, slots)
    assert len(found) == chosen
    if "b" in ready and slots > 1:
        assert B in {one.company_id for one in found}


@pytest.mark.parametrize(
    ("first_due", "hold", "away"),
    [
        (None, 0, Away(LaneState.IDLE, NOW)),
        (None, NOW + 5, Away(LaneState.IDLE, NOW)),
        (NOW - 5, 0, Away(LaneState.READY, NOW)),
        (NOW + 5, 0, Away(LaneState.DELAYED, NOW + 5)),
        (NOW - 5, NOW + 9, Away(LaneState.DELAYED, NOW + 9, held=True)),
        (NOW + 50, NOW + 9, Away(LaneState.DELAYED, NOW + 50)),
    ],
)
def test_how_a_lane_is_left(first_due: int | None, hold: int, away: Away) -> None:
    assert decide.leaving(first_due, NOW, hold) == away


def test_the_token_bucket_gives_its_burst_and_then_its_rate() -> None:
    rate: Rate | None = Rate(tokens=2.0, at=NOW, per_sec=5.0, burst=2.0)
    given = 0
    for millis in range(0, 2000, 10):
        rate, wait = decide.spend(rate, NOW + millis)
        given += wait == 0
    assert given == 2 + 9  # the tenth of the two seconds is not full yet
    assert rate is not None
    assert decide.refilled(rate, NOW + 60_000).tokens == 2.0
    assert decide.refilled(rate, NOW - 60_000).tokens == rate.tokens, "a clock that goes back adds nothing"
    assert decide.spend(None, NOW) == (None, 0)


def test_the_breaker_opens_probes_and_heals() -> None:
    policy = BreakerPolicy(fails=3, pause=10.0, longest=25.0)
    breaker = Breaker()
    for fails in (1, 2):
        breaker = decide.tripped(breaker, policy, NOW)
        assert (breaker.state, breaker.fails) == ("closed", fails)
    breaker = decide.tripped(breaker, policy, NOW)
    assert (breaker.state, breaker.until) == ("open", NOW + 10_000)
    assert decide.allowance(breaker, NOW + 9_999) == "none"
    assert decide.tripped(breaker, policy, NOW + 5) == breaker, "calls that were under way do not count"
    assert decide.allowance(breaker, NOW + 10_000) == "probe"
    breaker = decide.tripped(breaker, policy, NOW + 10_000)
    assert breaker.until == NOW + 30_000
    breaker = decide.tripped(breaker, policy, NOW + 30_000)
    assert breaker.until == NOW + 55_000, "the pause has a bound"
    assert decide.healed(breaker) == Breaker()
    assert decide.allowance(decide.healed(breaker), NOW) == "all"


def keyed(seq: int, due: int = NOW, **more: object) -> Task:
    return task(f"t{seq}", order_key="k", order_seq=seq, due_at=due, **more)


@pytest.mark.parametrize(
    ("page", "sequence", "run", "put_off", "left"),
    [
        ([2, 1, 3], [1, 2, 3], [1, 2, 3], {}, False),
        ([3], [1, 2, 3], [1, 2, 3], {}, False),  # the earlier ones were not on the page, and are due
        ([3], [1, 2], [1, 2], {}, True),  # so many come before it that they were not all looked at
    ],
)
def test_ordered_tasks(
    page: list[int], sequence: list[int], run: list[int], put_off: dict[str, int], left: bool
) -> None:
    found = decide.in_order([keyed(seq) for seq in page], {"k": [keyed(seq) for seq in sequence]}, NOW)
    assert [one.order_seq for one in found.run] == run
    assert (found.put_off, found.left, found.out_of_order) == (put_off, left, frozenset())


def test_followers_wait_for_a_head_that_is_tried_later_but_not_for_ever() -> None:
    head = keyed(1, NOW + 5_000)
    patient, impatient = keyed(2), keyed(3, first_due_at=NOW - decide.ORDER_HOLD_MAX)
    free = task("free")
    found = decide.in_order([patient, impatient, free], {"k": [head, patient, impatient]}, NOW)
    assert {one.id for one in found.run} == {"t3", "free"}
    assert found.out_of_order == {"t3"}
    assert found.put_off == {"t2": NOW + 5_000}


def test_a_slowed_lane_stands_still_and_then_comes_back_in_steps() -> None:
    full = Rate(tokens=5.0, at=NOW, per_sec=16.0, burst=5.0)
    slow = decide.slowed(full, NOW, 30.0)
    assert slow is not None
    assert decide.spend(slow, NOW)[1] == 30_000 + 125, "the pause, then a token at half the rate"
    again = decide.slowed(slow, NOW + 500, 60.0)
    assert again is not None
    assert (again.share, again.at) == (0.5, NOW + 60_500), "an answer to a call under way lengthens the pause only"
    rate: Rate | None = again
    for _ in range(200):
        rate = decide.quickened(rate)
    assert rate is not None
    assert rate.share == 1.0


def test_a_lane_is_never_slowed_for_ever_nor_to_nothing() -> None:
    rate: Rate | None = Rate(tokens=5.0, at=NOW, per_sec=16.0, burst=5.0)
    for number in range(20):
        rate = decide.slowed(rate, NOW + number * 10_000_000, 10**9)
    assert rate is not None
    assert (rate.share, rate.at - (NOW + 190_000_000)) == (1 / 16, 3_600_000)
    assert decide.slowed(None, NOW, 1.0) is None


def test_a_bucket_follows_the_lanes_settings() -> None:
    assert decide.fitted(None, None) is None
    made = decide.fitted(None, Paced(per_sec=3.0, burst=2.0))
    assert made is not None
    assert decide.spend(made, NOW)[1] == 0
    kept = decide.fitted(Rate(tokens=9.0, at=NOW, per_sec=50.0, burst=10.0, share=0.5), Paced(per_sec=3.0, burst=2.0))
    assert kept == Rate(tokens=2.0, at=NOW, per_sec=3.0, burst=2.0, share=0.5)
