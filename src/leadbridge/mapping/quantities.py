"""What numbers mean, and yes or no."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal

from leadbridge.mapping import read
from leadbridge.mapping.model import Field, PairSpec, Type, Value


class Numbers:
    """Whole numbers, decimal ones, amounts of money."""

    def __init__(self, type: Type, ours: Field, theirs: Field, spec: PairSpec) -> None:
        self._ours = ours.type
        scale = 0 if Type.INTEGER in (type, ours.type, theirs.type) else _fewer(spec.scale, theirs.scale)
        self._scale = scale

    def key_ours(self, value: Value) -> Hashable:
        return self._key(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return self._key(raw)

    def to_crm(self, value: Value) -> Value:
        return read.plain_number(self._key(value))

    def to_ours(self, raw: Value) -> Value:
        meant = self._key(raw)
        if self._ours is Type.MONEY or self._ours is Type.TEXT:
            return read.plain_number(meant)
        return int(meant) if meant == meant.to_integral_value() else float(meant)

    def _key(self, value: Value) -> Decimal:
        exact = read.rounded(read.number(value), self._scale)
        # Our numbers are stored as 64-bit floats: what the CRM holds beyond them would never compare as equal.
        return read.rounded(Decimal(repr(float(exact))), self._scale) if self._ours is Type.NUMBER else exact


class Truth:
    """Yes or no."""

    def __init__(self, ours: Field) -> None:
        self._ours = ours.type

    def key_ours(self, value: Value) -> Hashable:
        return read.boolean(value)

    def key_theirs(self, raw: Value) -> Hashable:
        return read.boolean(raw)

    def to_crm(self, value: Value) -> Value:
        return "true" if read.boolean(value) else "false"

    def to_ours(self, raw: Value) -> Value:
        truth = read.boolean(raw)
        return truth if self._ours is Type.BOOLEAN else read.text(truth)


def _fewer(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
