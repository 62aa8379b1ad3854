"""The sandbox's pure parts: clock, limits, faults, values, the past of a record, the order of answers."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge_sandbox.clock import Clock, iso_ms
from leadbridge_sandbox.faults import Faults
from leadbridge_sandbox.hubspot.batch import shuffled
from leadbridge_sandbox.hubspot.limits import Limiter
from leadbridge_sandbox.hubspot.records import Record, Version
from leadbridge_sandbox.hubspot.values import (
    BadValue,
    address_list,
    email_address,
    goes_backward,
    later_stage,
    moment_ms,
)


def test_the_clock_is_shifted_frozen_and_released() -> None:
    machine = {"ms": 1_000_000, "s": 50.0}
    clock = Clock(wall=lambda: int(machine["ms"]), monotonic=lambda: machine["s"])
    clock.advance(5_000)
    assert (clock.now_ms(), clock.ticks()) == (1_005_000, 55.0)
    clock.freeze()
    machine["ms"] += 60_000
    machine["s"] += 60
    assert (clock.now_ms(), clock.ticks()) == (1_005_000, 115.0)
    clock.advance(1_000)
    clock.unfreeze()
    assert clock.now_ms() == 1_006_000
    machine["ms"] += 1
    assert clock.now_ms() == 1_006_001
    clock.advance(-2_000)
    assert (clock.now_ms(), clock.ticks()) == (1_004_001, 116.0)
    clock.set_offset(0)
    assert clock.now_ms() == machine["ms"]


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_a_shown_time_is_read_back_exactly(at_ms: int) -> None:
    assert moment_ms(iso_ms(at_ms)) == at_ms
    assert moment_ms(str(at_ms)) == at_ms


@given(
    st.lists(st.floats(min_value=0, max_value=60), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=20),
)
def test_no_window_ever_admits_more_than_its_limit(times: list[float], limit: int) -> None:
    limiter = Limiter()
    admitted = [at for at in sorted(times) if limiter.admit("key", limit, 10, at)[0]]
    for start in admitted:
        assert sum(start <= at < start + 10 for at in admitted) <= limit
    assert limiter.admit("another key", limit, 10, 0.0) == (True, limit - 1)


def test_faults_fire_when_they_are_due() -> None:
    faults = Faults()
    faults.add({"route": "POST /crm/*", "kind": "delay", "nth": 2, "times": 2})
    faults.add({"route": "objects.create", "kind": "answer", "times": 1})
    fired = [faults.take("POST", "/crm/v3/objects/contacts", "objects.create") for _ in range(5)]
    assert [fault.kind if fault else None for fault in fired] == ["answer", "delay", "delay", None, None]
    assert faults.take("GET", "/crm/v3/objects/contacts", "objects.list") is None
    assert [(rule.seen, rule.fired) for rule in faults.rules] == [(5, 2), (5, 1)]


def test_a_fault_that_came_second_is_kept_for_later() -> None:
    faults = Faults()
    first = faults.add({"route": "objects.create", "kind": "delay"})
    second = faults.add({"route": "objects.create", "kind": "answer"})
    assert faults.take("POST", "/x", "objects.create") is first
    assert faults.take("POST", "/x", "objects.create") is second
    assert faults.take("POST", "/x", "objects.create") is None


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a@@b.test", "a b@c.test", "a@-b.test", "a@b.test;c@d.test", "@b.test"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadValue) as bad:
        email_address(text)
    assert bad.value.code == "INVALID_EMAIL"


def test_addresses_are_lowered_and_listed_once() -> None:
    assert email_address(" O'Neil+x@Sub.Example.TEST ") == "o'neil+x@sub.example.test"
    assert address_list("A@b.test; a@B.test ;c@d.test;") == ["a@b.test", "c@d.test"]


def test_stages_have_an_order() -> None:
    assert goes_backward("customer", "lead")
    assert not goes_backward("lead", "customer")
    assert not goes_backward("", "lead")
    assert later_stage("lead", "customer") == later_stage("customer", "lead") == "customer"
    assert later_stage("", "") == ""


@given(st.integers(min_value=0, max_value=100))
def test_answers_come_in_another_order_but_all_of_them(number: int) -> None:
    rows: list[dict[str, Any]] = [{"id": place} for place in range(number)]
    mixed = shuffled(rows)
    assert sorted(mixed, key=lambda row: row["id"]) == rows
    assert number < 2 or mixed != rows
    assert shuffled(rows) == mixed


def test_a_record_as_it_was() -> None:
    def version(text: str, at: int) -> Version:
        return (text, at, "INTEGRATION", "1", "INTEGRATION", None)

    history = {
        "city": [version("", 300), version("Oslo", 200), version("Rome", 100)],
        "phone": [version("+1", 200)],
    }
    record = Record(1, 100, 300, 400, {"phone": "+1"}, orjson.dumps(history))
    assert record.as_of(99) is None
    then = record.as_of(150)
    assert then is not None
    assert (then.properties, then.archived) == ({"city": "Rome"}, None)
    later = record.as_of(250)
    assert later is not None
    assert later.properties == {"city": "Oslo", "phone": "+1"}
    assert record.as_of(400) is record
