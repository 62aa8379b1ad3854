"""A first mapping for a kind of ours and a CRM's object: standard fields by name, custom ones by name or label."""

from __future__ import annotations

from leadbridge.leads.fields import CUSTOM
from leadbridge.mapping.meanings import meeting
from leadbridge.mapping.model import Field, ObjectMapping, PairSpec, Rule, Schema, Type, Way
from leadbridge.mapping.standard import READ_ONLY, STANDARD


def suggest(provider: str, kind: str, object: str, ours: Schema, theirs: Schema) -> ObjectMapping:
    """Return the suggested mapping, each pair once: only fields that both sides have and whose types meet.

    A field that the CRM computes is taken in and never written. References begin switched off: owners and records must
    be linked first.
    """
    pairs: list[PairSpec] = []
    taken: set[str] = set()
    standard = STANDARD.get(provider, {}).get((kind, object), {})
    for mine, name in standard.items():
        if mine in ours and name in theirs and _fits(ours[mine], theirs[name]):
            pairs.append(_pair(ours[mine], theirs[name], writes=(provider, name) not in READ_ONLY))
            taken.add(name)
    by_word = {word: field for field in theirs.values() for word in (_word(field.label), _word(field.name))}
    for field in ours.values():
        if field.name.startswith(CUSTOM):
            found = by_word.get(_word(field.label)) or by_word.get(_word(field.name.removeprefix(CUSTOM)))
            if found is not None and found.name not in taken and found.writable and _fits(field, found):
                pairs.append(_pair(field, found))
                taken.add(found.name)
    return ObjectMapping(kind, object, tuple(pairs))


def _fits(ours: Field, theirs: Field) -> bool:
    return meeting(ours.type, theirs.type) is not None


def _pair(ours: Field, theirs: Field, *, writes: bool = True) -> PairSpec:
    rule = Rule.OFF if ours.type is Type.REFERENCE else Rule.PREFER_CRM_UNLESS_BLANK
    return PairSpec(ours.name, theirs.name, rule, Way(crm=theirs.writable and writes, ours=True))


def _word(text: str) -> str:
    return "".join(char for char in text.casefold().removesuffix("__c") if char.isalnum())
