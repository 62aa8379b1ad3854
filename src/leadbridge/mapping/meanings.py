"""What values of each type mean, so that two spellings of one value compare as equal; and their form on either side.

A meaning is made for a pair of types: a day and a time meet as days, a whole number and a decimal one as whole numbers.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from leadbridge.mapping.choosing import Chosen, References
from leadbridge.mapping.model import NUMBERS, Context, Field, PairSpec, Type, Value
from leadbridge.mapping.quantities import Numbers, Truth
from leadbridge.mapping.times import Times
from leadbridge.mapping.wording import Words

_WORDS = frozenset((Type.TEXT, Type.EMAIL, Type.PHONE, Type.URL, Type.COUNTRY, Type.CHOICE))


class Meaning(Protocol):
    """How one pair of types is compared and written. No value given here is blank; all may raise ``Unmappable``."""

    def key_ours(self, value: Value) -> Hashable:
        """Return what our value means."""
        ...

    def key_theirs(self, raw: Value) -> Hashable:
        """Return what the CRM's raw value means."""
        ...

    def to_crm(self, value: Value) -> Value:
        """Return the CRM's form of our value."""
        ...

    def to_ours(self, raw: Value) -> Value:
        """Return our form of the CRM's raw value."""
        ...


def meeting(ours: Type, theirs: Type) -> Type | None:
    """Return the type as which values of two fields are compared, or None where they have nothing in common."""
    if ours is theirs:
        return ours
    both = {ours, theirs}
    if both <= NUMBERS:
        return Type.INTEGER if Type.INTEGER in both else Type.MONEY
    if both == {Type.DATE, Type.DATETIME}:
        return Type.DATE
    if Type.TEXT in both and Type.REFERENCE not in both:
        return (both - {Type.TEXT}).pop()
    if both == {Type.CHOICE, Type.CHOICES}:
        return Type.CHOICES
    if both <= _WORDS:
        return ours if theirs is Type.CHOICE else (theirs if ours is Type.CHOICE else Type.TEXT)
    return None


def meaning(type: Type, ours: Field, theirs: Field, spec: PairSpec, context: Context) -> Meaning:
    """Return how two fields that meet as ``type`` are compared and written."""
    match type:
        case Type.INTEGER | Type.NUMBER | Type.MONEY:
            return Numbers(type, ours, theirs, spec)
        case Type.BOOLEAN:
            return Truth(ours)
        case Type.DATE | Type.DATETIME:
            return Times(type, ours, theirs, context)
        case Type.CHOICE | Type.CHOICES:
            return Chosen(type, ours, theirs, context)
        case Type.REFERENCE:
            return References(ours, context)
        case _:
            return Words(type, ours, theirs, spec, context)
