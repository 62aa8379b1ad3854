"""Which event may start what, as one table; and under which name an event is told."""

from __future__ import annotations

import pytest

from leadbridge.automation.events.rules import Kept, heard, kept, may_start_any

A, B = "a" * 24, "b" * 24


@pytest.mark.parametrize(
    ("owner", "origin", "hop", "asked", "why"),
    [
        (A, "api", 0, False, None),
        (A, "form", 0, False, None),
        (A, "crm", 0, False, None),
        (A, "schedule", 0, False, None),
        (A, "import", 0, False, Kept.SILENT_ORIGIN),
        (A, "import", 0, True, None),
        (A, "backfill", 0, False, Kept.SILENT_ORIGIN),
        (A, "backfill", 0, True, None),
        (A, f"automation:{A}", 1, False, Kept.OWN_EFFECT),
        (A, f"automation:{A}", 1, True, Kept.OWN_EFFECT),
        (A, f"automation:{B}", 1, False, None),
        (A, f"automation:{B}", 2, False, None),
        (A, f"automation:{B}", 3, False, Kept.TOO_MANY_HOPS),
        (A, "api", 2, False, None),
        (A, "api", 3, False, Kept.TOO_MANY_HOPS),
        (A, "crm", 4, True, Kept.TOO_MANY_HOPS),
        (None, "api", 0, False, None),
        (None, f"automation:{A}", 1, False, None),
        (None, f"automation:{A}", 3, False, Kept.TOO_MANY_HOPS),
        (None, "import", 0, False, Kept.SILENT_ORIGIN),
        (None, "import", 0, True, None),
    ],
)
def test_what_an_event_starts(owner: str | None, origin: str, hop: int, asked: bool, why: Kept | None) -> None:
    assert kept(owner, origin=origin, hop=hop, asked=asked) is why
    if why is None:  # who asks beforehand whether anybody may be started must not be told no
        assert may_start_any(origin=origin, hop=hop, asked=asked)


def test_a_chain_of_automations_ends_after_three() -> None:
    started, origin, hop = [], "api", 0
    for n in range(10):
        owner = (A, B)[n % 2]
        if kept(owner, origin=origin, hop=hop, asked=False) is not None:
            break
        started.append(owner)
        origin, hop = f"automation:{owner}", hop + 1
    assert started == [A, B, A]


@pytest.mark.parametrize(
    ("types", "listens", "name"),
    [
        (("lead.updated", "lead.status_changed"), ("lead.status_changed",), "lead.status_changed"),
        (("lead.updated", "lead.status_changed"), ("lead.status_changed", "lead.updated"), "lead.updated"),
        (("lead.created", "lead.high_value"), ("lead.high_value",), "lead.high_value"),
        (("lead.created",), ("lead.updated",), None),
        (("lead.created",), (), None),
    ],
)
def test_an_event_is_told_under_the_first_of_its_names_that_fits(
    types: tuple[str, ...], listens: tuple[str, ...], name: str | None
) -> None:
    assert heard(types, listens) == name
