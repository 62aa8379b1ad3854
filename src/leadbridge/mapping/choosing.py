"""What choices mean, by value or label, and references to other records."""

from __future__ import annotations

from collections.abc import Hashable

from leadbridge.kit.text import squeeze
from leadbridge.mapping import read
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.model import Context, Field, Type, Value
from leadbridge.mapping.options import Options


class Chosen:
    """One choice, or a set of them in any order."""

    def __init__(self, type: Type, ours: Field, theirs: Field, context: Context) -> None:
        self._many = type is Type.CHOICES
        self._ours, self._theirs = ours.type, theirs.type
        self._options = Options(theirs.choices, closed=theirs.type in (Type.CHOICE, Type.CHOICES))
        self._separator = context.separator

    def key_ours(self, value: Value) -> Hashable:
        return frozenset(map(self._options.key_ours, self._list(value, self._ours)))

    def key_theirs(self, raw: Value) -> Hashable:
        return frozenset(map(self._options.key_theirs, self._list(raw, self._theirs)))

    def to_crm(self, value: Value) -> Value:
        chosen = [self._options.to_crm(one) for one in self._list(value, self._ours)]
        return self._joined(chosen, self._theirs)

    def to_ours(self, raw: Value) -> Value:
        chosen = [self._options.to_ours(one) for one in self._list(raw, self._theirs)]
        return tuple(chosen) if self._ours is Type.CHOICES else self._joined(chosen, self._ours)

    def _list(self, value: Value, of: Type) -> tuple[str, ...]:
        if not self._many or of is Type.CHOICE:
            return (squeeze(read.text(value)),)
        return read.listed(value, self._separator)

    def _joined(self, chosen: list[str], of: Type) -> str:
        if of is Type.CHOICE and len(chosen) > 1:
            raise Unmappable(f"The field takes one choice and {len(chosen)} are set; leave one.")
        joined = self._separator.join(chosen)
        if self._many and of is not Type.CHOICE and read.listed(joined, self._separator) != tuple(chosen):
            raise Unmappable(f"A choice must not contain '{self._separator}', which stands between choices.")
        return joined


class References:
    """Who is who: our ids and theirs, one to one."""

    def __init__(self, ours: Field, context: Context) -> None:
        self._to = ours.to or "record"
        self._forward = context.references.get(ours.to, {})
        self._back = {theirs: mine for mine, theirs in self._forward.items()}

    def key_ours(self, value: Value) -> Hashable:
        given = read.text(value)
        return self._forward.get(given, ("ours", given))

    def key_theirs(self, raw: Value) -> Hashable:
        return read.text(raw)

    def to_crm(self, value: Value) -> Value:
        found = self._forward.get(read.text(value))
        if found is None:
            raise Unmappable(f"Our {self._to} '{read.text(value)}' has no counterpart in the CRM yet; link it first.")
        return found

    def to_ours(self, raw: Value) -> Value:
        found = self._back.get(read.text(raw))
        if found is None:
            raise Unmappable(f"The CRM's {self._to} '{read.text(raw)}' has no counterpart here yet; link it first.")
        return found
