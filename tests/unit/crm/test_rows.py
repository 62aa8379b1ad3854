"""Rows that cannot be sent, and calls that go out side by side: nothing written is lost sight of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Write, Written
from leadbridge.crm.rows import in_calls, pieces, with_keys
from leadbridge.security.errors import OutcomeLost

REFUSED = Fault("refused", "no", "c", "h", retryable=False)
UNKNOWN = Fault("no_outcome", "?", "c", "h", retryable=True)


def row(number: int, key: str = "") -> Write:
    return Write(str(number), {"key": key or f"key-{number}"})


def test_a_row_without_a_key_or_with_anothers_is_not_sent() -> None:
    good, outcomes = with_keys([row(1, "A"), row(2, " a "), Write("3", {}), row(4, "b")], "key", "Vendor")
    assert [one.trace for one in good] == ["1", "4"]
    assert {trace: one.fault.code for trace, one in outcomes.items() if one.fault} == {
        "2": "duplicate_in_call",
        "3": "key_missing",
    }


@pytest.mark.parametrize(("size", "sizes"), [(2, [2, 2, 1]), (5, [5]), (9, [5])])
def test_pieces_leave_nothing_out(size: int, sizes: list[int]) -> None:
    assert [len(part) for part in pieces(range(5), size)] == sizes


async def test_a_call_that_fails_does_not_hide_what_the_others_wrote() -> None:
    async def send(part: Sequence[Write]) -> list[Written]:
        if part[0].trace == "2":
            raise CallFailed(REFUSED)
        if part[0].trace == "3":
            raise OutcomeLost("https://vendor.example", "it went away")
        return [Written(one.trace) for one in part]

    lanes = [[[row(1)]], [[row(2)], [row(3)]], [[row(4), row(5)]]]
    outcomes = await in_calls(lanes, send, at_once=2, unknown=UNKNOWN)
    assert {trace: one.fault for trace, one in outcomes.items()} == {
        "1": None,
        "2": REFUSED,
        "3": UNKNOWN,
        "4": None,
        "5": None,
    }


async def test_where_no_call_goes_through_the_failure_is_raised() -> None:
    async def send(part: Sequence[Write]) -> list[Written]:
        raise CallFailed(REFUSED)

    with pytest.raises(CallFailed):
        await in_calls([[[row(1)]], [[row(2)]]], send, at_once=1, unknown=UNKNOWN)
    assert await in_calls([], send, at_once=1, unknown=UNKNOWN) == {}


async def test_calls_of_one_lane_are_never_under_way_together() -> None:
    under_way: list[str] = []

    async def send(part: Sequence[Write]) -> list[Written]:
        lane = part[0].values["key"]
        assert lane not in under_way
        under_way.append(lane)
        await asyncio.sleep(0)
        under_way.remove(lane)
        return [Written(one.trace) for one in part]

    lanes = [[[row(number, name)] for number in range(3)] for name in ("x", "y")]
    await in_calls(lanes, send, at_once=4, unknown=UNKNOWN)
