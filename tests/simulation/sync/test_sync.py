"""Two-way sync under everything that can happen, on each provider's model; and five bugs that it must catch."""

import pytest

from tests.simulation.sync.mutants import FAST, MUTANTS, caught, changed
from tests.simulation.sync.play import episode, run
from tests.simulation.sync.vendor import PROFILES


@pytest.mark.parametrize("provider", PROFILES)
def test_the_invariants_hold_whatever_happens(provider: str) -> None:
    tally = run(provider, steps=10_000_000, seed=1, seconds=5.0)
    assert tally.episodes >= 5
    assert {"conflict", "initial", "delete_conflict"} <= set(tally.codes), "the disturbance was too tame to show much"


def test_the_same_seed_plays_the_same_history() -> None:
    first, second = episode("zoho", 7), episode("zoho", 7)
    assert first.w.links == second.w.links
    assert first.w.truth.codes == second.w.truth.codes


@pytest.mark.parametrize("name", FAST)
def test_a_deliberate_bug_is_caught(name: str) -> None:
    invariant, _ = caught(name, 40.0)
    assert invariant is not None, "nothing noticed"


def test_every_deliberate_bug_still_has_its_place() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25
    for mutant in MUTANTS:
        assert changed(mutant)
