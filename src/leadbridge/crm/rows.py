"""What writing rows has in common at every vendor: rows that cannot be sent, and calls that go out side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from leadbridge.crm.errors import CallFailed, Fault
from leadbridge.crm.model import Write, Written
from leadbridge.security.errors import OutcomeLost

T = TypeVar("T")
Send = Callable[[Sequence[Write]], Awaitable[list[Written]]]

NO_KEY = Fault(
    code="key_missing",
    message="The record has no value for the field that it is found by.",
    cause="The key field is empty.",
    hint="Fill it in, and sync again.",
    retryable=True,
)


def same_key(vendor: str) -> Fault:
    """Return the fault of a row whose key another row of the same call has."""
    return Fault(
        code="duplicate_in_call",
        message="Another record of the same call has the same key, so this one was not written.",
        cause=f"Two records of ours would be one record at {vendor}.",
        hint="Merge the two, or correct the key of one of them, and sync again.",
        retryable=False,
    )


def pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the rows in pieces of at most ``size``."""
    for at in range(0, len(rows), size):
        yield rows[at : at + size]


def with_keys(rows: Sequence[Write], by: str, vendor: str) -> tuple[list[Write], dict[str, Written]]:
    """Return the rows that an upsert by the field ``by`` can send, and the outcomes of the others by their traces.

    Of rows with one key, whatever its case, only the first is sent.
    """
    seen: set[str] = set()
    good: list[Write] = []
    outcomes: dict[str, Written] = {}
    for row in rows:
        key = row.values.get(by, "").strip().casefold()
        fault = NO_KEY if not key else same_key(vendor) if key in seen else None
        if fault is None:
            seen.add(key)
            good.append(row)
        else:
            outcomes[row.trace] = Written(row.trace, fault=fault)
    return good, outcomes


async def in_calls(
    lanes: Sequence[Sequence[Sequence[Write]]], send: Send, *, at_once: int, unknown: Fault
) -> dict[str, Written]:
    """Send the calls of all lanes, at most ``at_once`` together, those of one lane one after the other.

    Returns each row's outcome by its trace. What some calls have written is not lost sight of because another failed:
    its rows are told with the failure, or with ``unknown`` where nobody knows what became of them. Raises
    ``CallFailed`` or ``OutcomeLost`` only where no call went through.
    """
    gate = asyncio.Semaphore(at_once)
    outcomes: dict[str, Written] = {}
    failures: list[CallFailed | OutcomeLost] = []
    through = 0

    async def lane(parts: Sequence[Sequence[Write]]) -> None:
        nonlocal through
        for part in parts:
            async with gate:
                try:
                    found = await send(part)
                    through += 1
                except (CallFailed, OutcomeLost) as error:
                    failures.append(error)
                    fault = error.fault if isinstance(error, CallFailed) else unknown
                    found = [Written(row.trace, fault=fault) for row in part]
            outcomes.update({outcome.trace: outcome for outcome in found})

    await asyncio.gather(*(lane(parts) for parts in lanes))
    if failures and not through:
        raise failures[0]
    return outcomes
