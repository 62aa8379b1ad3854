"""Which leads the rows of a file have fallen on, in little memory: eight bytes a place, at most 2/3 of them taken."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

_START = 4096
_BITS = 2**64 - 1


class Met:
    """A set of ids by 64-bit hash: a million take 16 MB, a tenth of what the set type of the language takes.

    Two of a million ids have one hash in one of 30 million runs; a row would then count as merged that is not.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._places = array("Q", bytes(8 * _START))
        self._count = 0
        for id in ids:
            self.add(id)

    def __contains__(self, id: object) -> bool:
        value = _hash(id)
        return self._places[self._find(value)] == value

    def __len__(self) -> int:
        return self._count

    def add(self, id: str) -> None:
        """Put ``id`` in."""
        value = _hash(id)
        at = self._find(value)
        if self._places[at] == value:
            return
        self._places[at] = value
        self._count += 1
        if self._count * 3 > len(self._places) * 2:
            self._grow()

    def _find(self, value: int) -> int:
        last = len(self._places) - 1
        at = value & last
        while self._places[at] not in (0, value):
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        old = self._places
        self._places = array("Q", bytes(16 * len(old)))
        for value in old:
            if value:
                self._places[self._find(value)] = value


def _hash(id: object) -> int:
    return (hash(id) & _BITS) or 1
