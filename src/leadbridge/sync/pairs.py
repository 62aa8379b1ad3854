"""The seam between mapping and sync: a mapped field as the pair that the core decides on."""

from __future__ import annotations

from dataclasses import dataclass

from leadbridge.mapping.errors import Unmappable as NoCounterpart
from leadbridge.mapping.mapper import MappedField, Mapper, View
from leadbridge.sync.core.values import Rule, Unmappable, Value


@dataclass(frozen=True, slots=True)
class MappedPair:
    """One mapped field, as ``core.values.Pair`` asks for it."""

    field: MappedField

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def theirs(self) -> str:
        return self.field.theirs

    @property
    def rule(self) -> Rule:
        return Rule(self.field.rule.value)

    @property
    def writes_crm(self) -> bool:
        return self.field.writes_crm

    @property
    def writes_ours(self) -> bool:
        return self.field.writes_ours

    def equal(self, ours: Value, theirs: Value) -> bool:
        return self.field.codec.equal(ours, theirs)

    def to_crm(self, ours: Value) -> Value:
        try:
            return self.field.codec.to_crm(ours)
        except NoCounterpart as error:
            raise Unmappable(str(error)) from error

    def to_ours(self, raw: Value) -> Value:
        try:
            return self.field.codec.to_ours(raw)
        except NoCounterpart as error:
            raise Unmappable(str(error)) from error


def pairs(mapper: Mapper, *views: View) -> tuple[MappedPair, ...]:
    """Return the pairs of a mapping; with a record's views, without those that could not be computed for it."""
    return tuple(map(MappedPair, mapper.fields_for(*views)))
