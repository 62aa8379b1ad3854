"""How fast the sync core decides, and how fast it is simulated; one process, one core."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.simulation.sync.play import run
from tests.simulation.sync.profiles import PROFILES

from benchmarks.report import Table, spread, write
from leadbridge.sync.core.plans import Stream
from leadbridge.sync.core.record import reconcile
from leadbridge.sync.core.values import Base, Link, LinkState, Ours, Present, Rule, Value

FIELDS, RUNS, SECONDS = 20, 5, 1.0


@dataclass(frozen=True)
class _Pair:
    name: str
    theirs: str
    rule: Rule = Rule.PREFER_CRM_UNLESS_BLANK
    writes_crm: bool = True
    writes_ours: bool = True

    def equal(self, ours: Value, theirs: Value) -> bool:
        return ours == theirs

    def to_crm(self, ours: Value) -> Value:
        return ours

    def to_ours(self, raw: Value) -> Value:
        return raw


NAMES = [f"field{number}" for number in range(FIELDS)]
STREAM = Stream(tuple(_Pair(name, f"crm_{name}") for name in NAMES))
AGREED = {name: Base(f"value of {name}", f"Value of {name}") for name in NAMES}
LINK = Link("o1", LinkState.ACTIVE, crm_id="c1", bases=AGREED, version="5", modified=5)


def _case(ours_changed: int, theirs_changed: int) -> tuple[Ours, Present]:
    ours = {name: base.ours for name, base in AGREED.items()}
    theirs = {f"crm_{name}": base.theirs for name, base in AGREED.items()}
    ours |= dict.fromkeys(NAMES[:ours_changed], "new here")
    theirs |= {f"crm_{name}": "new there" for name in NAMES[FIELDS - theirs_changed :]}
    return Ours("o1", ours, {}), Present("c1", theirs, "6", 6)


def _rate(ours: Ours, read: Present) -> float:
    begun, count = time.perf_counter(), 0
    while (took := time.perf_counter() - begun) < SECONDS:
        for _ in range(500):
            reconcile(LINK, ours, read, STREAM, 0, "intent")
        count += 500
    return count / took


def main() -> None:
    """Measure, print, and write the page."""
    cases = (
        ("nothing changed", _case(0, 0)),
        ("two fields changed here", _case(2, 0)),
        ("two fields changed on each side", _case(2, 2)),
        ("all changed on both sides: conflicts", _case(FIELDS, FIELDS)),
    )
    rows = []
    for name, (ours, read) in cases:
        rates = [_rate(ours, read) for _ in range(RUNS)]
        rows.append((name, spread(rates), spread([rate * FIELDS for rate in rates])))
    decisions = Table(
        "Decisions",
        f"Plans a second for a record of {FIELDS} fields, from link, our record and a read to the frozen plan; "
        f"{RUNS} runs of {SECONDS:.0f} second each.",
        ("case", "records a second", "fields a second"),
        tuple(rows),
    )
    played: list[tuple[str, ...]] = []
    for provider in PROFILES:
        tallies = [run(provider, 10**9, seed=100 * number, seconds=2.0) for number in range(3)]
        played.append((provider, spread([tally.steps / tally.seconds for tally in tallies])))
    simulated = Table(
        "Simulation",
        "Simulated steps a second (a person's act, a webhook, a poll, a worker's step), checks included; 3 runs of 2 "
        "seconds each.",
        ("provider's model", "steps a second"),
        tuple(played),
    )
    write("sync_core", "The sync core", "python -m benchmarks sync_core", [decisions, simulated])
