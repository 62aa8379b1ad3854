"""Quantiles of durations: within two percent of the truth, whatever the order in which sketches are merged."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.usage.sketch import ACCURACY, LONGEST, Sketch

durations = st.lists(st.integers(0, LONGEST), min_size=1, max_size=200)


def sketch_of(values: list[int]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


@given(durations, st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_within_the_stated_accuracy(values: list[int], share: float) -> None:
    true = sorted(values)[math.floor(share * (len(values) - 1))]
    found = sketch_of(values).quantile(share)
    assert found is not None
    assert abs(found - true) <= ACCURACY * true + 0.5 + 1e-9  # the answer is in whole milliseconds


@given(durations, durations, st.randoms(use_true_random=False))
def test_merging_equals_counting_everything_in_one(one: list[int], other: list[int], rng: random.Random) -> None:
    together = sketch_of(one)
    together.merge(sketch_of(other))
    mixed = [*one, *other]
    rng.shuffle(mixed)
    assert together == sketch_of(mixed)
    assert together.count == len(mixed)


@given(st.lists(st.integers(-5, LONGEST * 2), max_size=50))
def test_the_stored_form_comes_back_as_it_was(values: list[int]) -> None:
    sketch = sketch_of(values)
    assert Sketch.from_text(sketch.to_text()) == sketch


def test_an_empty_sketch_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None
    assert Sketch().to_text() == ""


def test_what_is_out_of_range_counts_at_the_border() -> None:
    assert sketch_of([-3]).quantile(0.5) == 0
    assert sketch_of([LONGEST * 9]).quantile(0.5) == pytest.approx(LONGEST, rel=ACCURACY)


def test_a_million_values_in_one_bin_are_a_million() -> None:
    sketch = Sketch()
    sketch.add(250, times=10**9)
    assert sketch.count == 10**9
    assert len(sketch.to_text()) < 20
