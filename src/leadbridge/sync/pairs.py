"""The seam between mapping and sync: a mapped field as the pair that the core decides on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadbridge.mapping.codec import Codec
from leadbridge.mapping.errors import Unmappable as NoCounterpart
from leadbridge.mapping.mapper import Mapper, View
from leadbridge.sync.core.values import Rule, Unmappable, Value


@dataclass(frozen=True, slots=True)
class MappedPair:
    """One mapped field, as ``core.values.Pair`` asks for it. Raises the core's ``Unmappable`` with mapping's reason."""

    name: str
    theirs: str
    rule: Rule
    writes_crm: bool
    writes_ours: bool
    codec: Codec

    def equal(self, ours: Value, theirs: Value) -> bool:
        return self.codec.equal(ours, theirs)

    def to_crm(self, ours: Value) -> Value:
        try:
            return self.codec.to_crm(ours)
        except NoCounterpart as error:
            raise Unmappable(str(error)) from error

    def to_ours(self, raw: Value) -> Value:
        try:
            return self.codec.to_ours(raw)
        except NoCounterpart as error:
            raise Unmappable(str(error)) from error


def pairs(mapper: Mapper) -> tuple[MappedPair, ...]:
    """Return the pairs of a mapping; made once for all its records."""
    return tuple(
        MappedPair(one.name, one.theirs, Rule(one.rule.value), one.writes_crm, one.writes_ours, one.codec)
        for one in mapper.fields
    )


def computable(pairs: Sequence[MappedPair], *views: View) -> Sequence[MappedPair]:
    """Return the pairs that can be decided for one record: those without a fault in its views."""
    faulty = {name for view in views for name in view.faults}
    if not faulty:
        return pairs
    return tuple(pair for pair in pairs if pair.name not in faulty and pair.theirs not in faulty)
