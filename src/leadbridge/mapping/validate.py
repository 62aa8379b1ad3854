"""What is wrong with a mapping, before it is saved: every fault at once, each with cause and cure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadbridge.mapping.codec import Codec
from leadbridge.mapping.errors import BadExpression, Unmappable
from leadbridge.mapping.expressions import Language
from leadbridge.mapping.meanings import meeting
from leadbridge.mapping.model import (
    MAX_PAIRS,
    NUMBERS,
    Context,
    Fault,
    Field,
    ObjectMapping,
    PairSpec,
    Rule,
    Schema,
    Type,
)
from leadbridge.mapping.sizes import size_faults
from leadbridge.mapping.valuemaps import value_map_faults

_FITS = {
    Type.TEXT: frozenset(Type) - NUMBERS - {Type.BOOLEAN, Type.REFERENCE},
    Type.INTEGER: NUMBERS | {Type.TEXT},
    Type.NUMBER: NUMBERS | {Type.TEXT},
    Type.BOOLEAN: frozenset((Type.BOOLEAN, Type.TEXT)),
    Type.CHOICES: frozenset((Type.CHOICES, Type.TEXT)),
    Type.DATETIME: frozenset((Type.DATE, Type.DATETIME, Type.TEXT)),
}
"""What an expression returns, to the fields that it may fill."""
_CURE = {
    Type.TEXT: "double(...) makes a number of a text",
    Type.INTEGER: "string(...) makes a text of it",
    Type.NUMBER: "string(...) makes a text of it",
    Type.BOOLEAN: "write a condition with two texts, such as (...) ? 'yes' : 'no'",
}
_NOUN = {
    Type.TEXT: "text", Type.EMAIL: "an e-mail address", Type.PHONE: "a phone number", Type.URL: "a website",
    Type.COUNTRY: "a country", Type.INTEGER: "a whole number", Type.NUMBER: "a number", Type.MONEY: "an amount",
    Type.BOOLEAN: "true or false", Type.DATE: "a day", Type.DATETIME: "a time", Type.CHOICE: "one of its choices",
    Type.CHOICES: "a list", Type.REFERENCE: "a reference to another record",
}  # fmt: skip


def check(
    mapping: ObjectMapping,
    ours: Schema,
    theirs: Schema,
    context: Context,
    written_elsewhere: Collection[str] = frozenset(),
) -> tuple[Fault, ...]:
    """Return every fault of a mapping; none means that it can be saved and a ``Mapper`` be made of it.

    ``written_elsewhere`` are the fields of ours that another connection may write: a field has one CRM that writes it.
    """
    faults: list[Fault] = []
    try:
        ZoneInfo(context.zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(Fault("unknown_zone", f"'{context.zone}' is not a time zone such as Europe/Madrid."))
        context = Context(region=context.region, separator=context.separator, references=context.references)
    if len(mapping.pairs) > MAX_PAIRS:
        return (*faults, Fault("too_many_pairs", f"A mapping has at most {MAX_PAIRS} pairs; this has more."))
    checker = _Checker(ours, theirs, context, written_elsewhere)
    for place, spec in enumerate(mapping.pairs):
        faults += [Fault(code, sentence, place) for code, sentence in checker.pair(spec)]
    return (*faults, *_together(mapping, theirs))


class _Checker:
    """The faults of one pair at a time, as code and sentence."""

    def __init__(self, ours: Schema, theirs: Schema, context: Context, elsewhere: Collection[str]) -> None:
        self._ours, self._theirs, self._context, self._elsewhere = ours, theirs, context, elsewhere
        self._forward, self._back = Language(ours), Language(theirs)

    def pair(self, spec: PairSpec) -> Sequence[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if spec.to_crm is not None and spec.to_ours is not None:
            return [("two_expressions", "A pair is computed one way only; make two pairs of it.")]
        ours, theirs = self._ours.get(spec.ours), self._theirs.get(spec.theirs)
        if spec.to_crm is None and ours is None:
            found.append(("unknown_field", _missing("Our records have", spec.ours, self._ours)))
        if spec.to_ours is None and theirs is None:
            found.append(("unknown_field", _missing("The CRM's object has", spec.theirs, self._theirs)))
        for name, source in ((spec.ours, spec.to_crm), (spec.theirs, spec.to_ours)):
            if name and source is not None:
                found.append(("two_sources", f"'{name}' and an expression cannot both be the source; take one out."))
        if spec.to_crm is not None:
            ours = _computed(self._forward, spec.to_crm, theirs, found)
        elif spec.to_ours is not None:
            theirs = _computed(self._back, spec.to_ours, ours, found)
        if ours is not None and theirs is not None and not found:
            found += self._joined(spec, ours, theirs)
        return found

    def _joined(self, spec: PairSpec, ours: Field, theirs: Field) -> Iterator[tuple[str, str]]:
        crm, here = spec.way.crm and spec.to_ours is None, spec.way.ours and spec.to_crm is None
        if not (crm or here) and spec.rule is not Rule.OFF:
            yield "no_way", f"'{theirs.label}' may be written on neither side; allow one way, or set the rule to off."
        if crm and not theirs.writable:
            yield "not_writable", f"The CRM's field '{theirs.label}' cannot be written; let it flow to us only."
        if here and not ours.writable:
            yield "not_writable", f"Our field '{ours.label}' cannot be written; let it flow to the CRM only."
        if (here or spec.rule is Rule.MOST_RECENT) and spec.ours in self._elsewhere and spec.rule is not Rule.OFF:
            yield (
                "written_elsewhere",
                f"Another connection writes our field '{ours.label}'; one CRM may. Let this one flow to the CRM only, "
                "by another rule than most_recent.",
            )
        yield from size_faults(spec, ours, theirs)
        if spec.values is not None:
            yield from value_map_faults(spec.values, ours, theirs)
        elif meeting(ours.type, theirs.type) is None:
            yield (
                "types_differ",
                f"'{ours.label}' holds {_NOUN[ours.type]} and '{theirs.label}' {_NOUN[theirs.type]}; choose another "
                "field, or give a value map.",
            )
            return
        yield from self._defaults(spec, ours, theirs)

    def _defaults(self, spec: PairSpec, ours: Field, theirs: Field) -> Iterator[tuple[str, str]]:
        if spec.default_crm is not None and theirs.choices:
            try:
                Codec(spec, theirs, theirs, self._context).to_crm(spec.default_crm)
            except Unmappable as error:
                yield "bad_default", f"The default for '{theirs.label}' does not fit: {error}"
        if spec.default_ours is not None:
            try:
                plain = PairSpec(ours.name, ours.name)
                Codec(plain, ours, ours, self._context).to_ours(spec.default_ours)
            except Unmappable as error:
                yield "bad_default", f"The default for '{ours.label}' does not fit: {error}"


def _computed(language: Language, source: str, target: Field | None, found: list[tuple[str, str]]) -> Field | None:
    """Return the field that an expression stands for, or None with its fault in ``found``."""
    try:
        program = language.compile(source)
    except BadExpression as error:
        found.append(("bad_expression", str(error)))
        return None
    if target is not None and target.type not in _FITS[program.result]:
        cure = _CURE.get(program.result, "choose another field")
        told = (
            f"The expression returns {_NOUN[program.result]} and '{target.label}' holds {_NOUN[target.type]}; {cure}."
        )
        found.append(("result_type", told))
        return None
    return Field(source, "The expression", program.result)


def _missing(whose: str, name: str, schema: Schema) -> str:
    near = get_close_matches(name, schema, 1)
    return f"{whose} no field '{name}'" + (f"; '{near[0]}' is near." if near else "; choose another.")


def _together(mapping: ObjectMapping, theirs: Schema) -> Iterator[Fault]:
    """Give the faults that no pair has alone."""
    live = [(place, spec) for place, spec in enumerate(mapping.pairs) if spec.rule is not Rule.OFF]
    there = Counter(spec.theirs for _, spec in live if spec.to_ours is None and spec.way.crm)
    here = Counter(spec.ours for _, spec in live if spec.to_crm is None and spec.way.ours)
    for place, spec in live:
        if spec.to_ours is None and spec.way.crm and there[spec.theirs] > 1:
            told = f"{there[spec.theirs]} pairs write the CRM's field '{spec.theirs}'; leave one of them."
            yield Fault("written_twice", told, place)
        if spec.to_crm is None and spec.way.ours and here[spec.ours] > 1:
            yield Fault("written_twice", f"{here[spec.ours]} pairs write our field '{spec.ours}'; leave one.", place)
    for field in theirs.values():
        if field.required and not there[field.name]:
            told = f"The CRM takes no record without '{field.label}'; map a field to it, or an expression."
            yield Fault("required_field", told)
