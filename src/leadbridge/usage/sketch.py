"""A mergeable sketch of durations: quantiles of any number of values within two percent, in a few hundred counters.

The method is DDSketch (Masson, Rim, Lee: VLDB 2019): a value is counted in the bin ``ceil(log(value) / log(gamma))``,
so that every value of a bin is within the stated share of the bin's middle. Two sketches are merged by adding their
bins, which loses nothing and does not depend on the order. A sketch is one integer here with a counter of 40 bits for
each bin: to merge is one addition, which is what lets a year of days be summed up in milliseconds.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode

ACCURACY = 0.02
"""A quantile is at most this share away from the true value."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
_LANE = 5
_BITS = 8 * _LANE
LONGEST = 7 * 24 * 3600 * 1000
"""Milliseconds; what takes longer is counted as this."""


class Sketch:
    """Counts of values in bins. ``Sketch()`` is empty."""

    __slots__ = ("_bins",)

    def __init__(self, bins: int = 0) -> None:
        self._bins = bins

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self._bins == other._bins

    def __hash__(self) -> int:
        return hash(self._bins)

    def add(self, milliseconds: int, times: int = 1) -> None:
        """Count a value; what is negative counts as 0."""
        self._bins += times << _BITS * _bin_of(milliseconds)

    def merge(self, other: Sketch) -> None:
        """Count everything that ``other`` has counted."""
        self._bins += other._bins

    @property
    def count(self) -> int:
        """How many values were counted."""
        return sum(_lanes(self._bins))

    def quantile(self, share: float) -> int | None:
        """Return the value below which ``share`` (0 to 1) of the values lie, in whole milliseconds; None when empty."""
        lanes = _lanes(self._bins)
        total = sum(lanes)
        if not total:
            return None
        rank = share * (total - 1)
        seen = 0
        for place, count in enumerate(lanes):
            seen += count
            if seen > rank:
                return _middle_of(place)
        raise AssertionError("unreachable")

    def to_text(self) -> str:
        """Return the stored form: the first bin that counts, a colon, the counters from there on."""
        if not self._bins:
            return ""
        first = ((self._bins & -self._bins).bit_length() - 1) // _BITS
        bins = self._bins >> _BITS * first
        return f"{first}:{b64encode(bins.to_bytes(-(-bins.bit_length() // 8), 'little')).decode()}"

    @staticmethod
    def from_text(text: str) -> Sketch:
        """Return the sketch that ``to_text`` wrote."""
        if not text:
            return Sketch()
        first, _, packed = text.partition(":")
        return Sketch(int.from_bytes(b64decode(packed), "little") << _BITS * int(first))


def _bin_of(milliseconds: int) -> int:
    if milliseconds <= 0:
        return 0
    return 1 + math.ceil(math.log(min(milliseconds, LONGEST)) / _LOG_GAMMA)


def _middle_of(place: int) -> int:
    return 0 if place == 0 else round(2 * _GAMMA ** (place - 1) / (_GAMMA + 1))


def _lanes(bins: int) -> list[int]:
    packed = bins.to_bytes(-(-bins.bit_length() // _BITS) * _LANE, "little")
    return [int.from_bytes(packed[at : at + _LANE], "little") for at in range(0, len(packed), _LANE)]
