"""A mapping made ready: built once per mapping and connection, used for every record. Pure, and safe to share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadbridge.mapping import read
from leadbridge.mapping.codec import Codec
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.expressions import Batch, Language, Program
from leadbridge.mapping.model import Context, Field, ObjectMapping, PairSpec, Rule, Schema, Value, Values

COMPUTED = "="
"""Stands before the name of a field that no record has: ``=full_name`` is computed for the CRM's ``full_name``."""


@dataclass(frozen=True, slots=True)
class MappedField:
    """One pair, ready, in the form that the sync core decides on.

    ``name`` and ``theirs`` are where its two values stand in the views of a record.
    """

    name: str
    theirs: str
    rule: Rule
    writes_crm: bool
    writes_ours: bool
    codec: Codec

    def equal(self, ours: Value, theirs: Value) -> bool:
        """Tell whether our value and the CRM's raw one mean the same."""
        return self.codec.equal(ours, theirs)

    def to_crm(self, ours: Value) -> Value:
        """Return what is sent for our value; raises ``Unmappable``."""
        return self.codec.to_crm(ours)

    def to_ours(self, raw: Value) -> Value:
        """Return our value for the CRM's raw one; raises ``Unmappable``."""
        return self.codec.to_ours(raw)


@dataclass(frozen=True, slots=True)
class View:
    """A record's values with the computed ones beside them.

    ``faults`` names the fields that could not be computed, each with a sentence: their pairs are left out for this
    record, since a missing value is not a blank one.
    """

    values: Mapping[str, Value]
    faults: Mapping[str, str]


class Mapper:
    """A mapping between two schemas.

    Raises ``BadExpression``, ``Unmappable`` or ``KeyError`` for a mapping that ``validate.check`` finds fault with.
    """

    def __init__(self, mapping: ObjectMapping, ours: Schema, theirs: Schema, context: Context) -> None:
        forward, back = Language(ours), Language(theirs)
        to_crm: dict[str, Program] = {}
        to_ours: dict[str, Program] = {}
        fields: list[MappedField] = []
        needs: list[str] = []
        self._defaults_crm: list[tuple[PairSpec, Codec]] = []
        self._defaults_ours: list[PairSpec] = []
        for spec in mapping.pairs:
            if spec.to_crm is not None:
                name = COMPUTED + spec.theirs
                program = to_crm[name] = forward.compile(spec.to_crm)
                codec = Codec(spec, Field(name, name, program.result), theirs[spec.theirs], context)
                fields.append(MappedField(name, spec.theirs, spec.rule, spec.way.crm, False, codec))
            elif spec.to_ours is not None:
                name = COMPUTED + spec.ours
                program = to_ours[name] = back.compile(spec.to_ours)
                needs += (field.name for field in program.uses)
                codec = Codec(spec, ours[spec.ours], Field(name, name, program.result), context)
                fields.append(MappedField(spec.ours, name, spec.rule, False, spec.way.ours, codec))
            else:
                codec = Codec(spec, ours[spec.ours], theirs[spec.theirs], context)
                fields.append(MappedField(spec.ours, spec.theirs, spec.rule, spec.way.crm, spec.way.ours, codec))
            if spec.to_ours is None:
                needs.append(spec.theirs)
            if spec.default_crm is not None and spec.to_ours is None:
                self._defaults_crm.append((spec, codec))
            if spec.default_ours is not None and spec.to_crm is None:
                self._defaults_ours.append(spec)
        self.fields = tuple(fields)
        self.needs = tuple(dict.fromkeys(needs))
        """The CRM's fields that are read of a record."""
        self._forward, self._back = Batch(forward, to_crm), Batch(back, to_ours)

    def ours(self, values: Values) -> View:
        """Return our record as it is compared: its values, and those computed for the CRM."""
        return _view(self._forward, values)

    def theirs(self, raw: Values) -> View:
        """Return the CRM's record as it is compared: its raw values, and those computed for us."""
        return _view(self._back, raw)

    def to_crm(self, values: Values) -> View:
        """Return what our record is at the CRM: raw values by its field names, and a sentence for each that is not."""
        view = self.ours(values)
        made: dict[str, Value] = {}
        faults = dict(view.faults)
        for field in self.fields:
            if field.writes_crm and field.rule is not Rule.OFF and field.name not in faults:
                try:
                    made[field.theirs] = field.codec.to_crm(view.values.get(field.name))
                except Unmappable as error:
                    faults[field.name] = str(error)
        return View(made, faults)

    def created_there(self, sent: Values) -> dict[str, Value]:
        """Return what a new record at the CRM is sent: ``sent``, and the defaults for fields that it leaves blank."""
        made = dict(sent)
        for spec, codec in self._defaults_crm:
            if read.blank(made.get(spec.theirs)):
                made[spec.theirs] = _default_crm(spec, codec)
        return made

    def created_here(self, stored: Values) -> dict[str, Value]:
        """Return what a new record of ours holds: ``stored``, and the defaults for fields that it leaves blank."""
        made = dict(stored)
        for spec in self._defaults_ours:
            if read.blank(made.get(spec.ours)):
                made[spec.ours] = spec.default_ours
        return made


def _default_crm(spec: PairSpec, codec: Codec) -> Value:
    """Return a default as the CRM takes it: it may be given as one of our words, or as the CRM's own value."""
    try:
        return codec.to_crm(spec.default_crm)
    except Unmappable:
        return spec.default_crm


def _view(batch: Batch, values: Values) -> View:
    computed, faults = batch.run(values)
    return View({**values, **computed} if computed else values, faults)
