"""One field of ours and its counterpart: do two values mean the same, and what is each on the other side.

A law holds: ``equal(to_ours(raw), raw)`` and ``equal(ours, to_crm(ours))``, else ``Unmappable``. Each conversion is
checked by it before it is handed out: a value that breaks it would be written to and fro for ever.
"""

from __future__ import annotations

from leadbridge.mapping import read
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.meanings import meaning, meeting
from leadbridge.mapping.model import Context, Field, PairSpec, Type, Value, ValueMap
from leadbridge.mapping.options import SHOWN, word


class Codec:
    """Conversion and comparison for one pair. Built by ``codec``; cheap to call, safe to share."""

    def __init__(self, spec: PairSpec, ours: Field, theirs: Field, context: Context) -> None:
        type = meeting(ours.type, theirs.type)
        if type is None:
            if spec.values is None:
                raise Unmappable(f"A {ours.type} field and a {theirs.type} field have no common values.")
            type = Type.TEXT
        self._meaning = meaning(type, ours, theirs, spec, context)
        self._table = _Table(spec.values) if spec.values is not None else None
        self._ours = ours.type

    def equal(self, ours: Value, theirs: Value) -> bool:
        """Tell whether our value and the CRM's raw one mean the same."""
        if read.blank(ours) or read.blank(theirs):
            return read.blank(ours) and read.blank(theirs)
        if self._table is not None and (told := self._table.equal(ours, theirs)) is not None:
            return told
        try:
            return self._meaning.key_ours(ours) == self._meaning.key_theirs(theirs)
        except (
            Unmappable
        ):  # neither side's conversion would go through: as they stand, they differ or are the same text
            return word(read.text(ours)) == word(read.text(theirs))

    def to_crm(self, ours: Value) -> Value:
        """Return what is sent for our value, as text; raises ``Unmappable``."""
        if read.blank(ours):
            return None
        made: Value = self._table.to_crm(ours) if self._table is not None else None
        if made is None:
            made = self._meaning.to_crm(ours)
        if not self.equal(ours, made):
            raise Unmappable(f"'{read.text(ours)[:SHOWN]}' would come back from the CRM as another value.")
        return made

    def to_ours(self, raw: Value) -> Value:
        """Return our value for the CRM's raw one; raises ``Unmappable``."""
        if read.blank(raw):
            return None
        made: Value = self._table.to_ours(raw) if self._table is not None else None
        if made is None:
            made = self._meaning.to_ours(raw)
        elif self._ours is Type.BOOLEAN:
            made = read.boolean(made)
        elif self._ours is Type.CHOICES:
            made = (read.text(made),)
        if not self.equal(made, raw):
            raise Unmappable(f"The CRM's value '{read.text(raw)[:SHOWN]}' would go back as another value.")
        return made


class _Table:
    """A value map as it is looked up, white space and case aside."""

    def __init__(self, values: ValueMap) -> None:
        self._strict = values.strict
        self._forward = {word(ours): theirs for ours, theirs in values.pairs.items()}
        self._back: dict[str, str] = {}
        for ours, theirs in values.pairs.items():
            self._back.setdefault(word(theirs), ours)  # of two words of ours for one of theirs, the first comes back
        for theirs, ours in values.back.items():
            self._back.setdefault(word(theirs), ours)

    def equal(self, ours: Value, theirs: Value) -> bool | None:
        """Tell whether the table makes two values the same; None where it names neither of them."""
        forward = self._forward.get(word(read.text(ours)))
        back = self._back.get(word(read.text(theirs)))
        if forward is None and back is None:
            return None
        there = forward is not None and word(forward) == word(read.text(theirs))
        return there or (back is not None and word(back) == word(read.text(ours)))

    def to_crm(self, ours: Value) -> str | None:
        found = self._forward.get(word(read.text(ours)))
        if found is None and self._strict:
            raise Unmappable(f"'{read.text(ours)[:SHOWN]}' is not in the value map; add it there.")
        return found

    def to_ours(self, raw: Value) -> str | None:
        found = self._back.get(word(read.text(raw)))
        if found is None and self._strict:
            raise Unmappable(f"The CRM's value '{read.text(raw)[:SHOWN]}' is not in the value map; add it there.")
        return found
