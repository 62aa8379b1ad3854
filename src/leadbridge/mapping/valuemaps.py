"""What is wrong with a value map: words that collide, or that a field does not take."""

from __future__ import annotations

from collections.abc import Iterator

from leadbridge.mapping.model import MAX_VALUE_MAP, Field, ValueMap
from leadbridge.mapping.options import word


def value_map_faults(values: ValueMap, ours: Field, theirs: Field) -> Iterator[tuple[str, str]]:
    """Give each fault of a value map as code and sentence."""
    if not values.pairs:
        yield "empty_value_map", f"The value map of '{theirs.label}' is empty; add a pair of words, or take it out."
    if len(values.pairs) + len(values.back) > MAX_VALUE_MAP:
        yield "long_value_map", f"The value map of '{theirs.label}' has more than {MAX_VALUE_MAP} entries."
        return
    seen: dict[str, str] = {}
    for mine, target in values.pairs.items():
        if not word(mine) or not word(target):
            yield "blank_word", f"The value map of '{theirs.label}' has a blank word; a blank field stays blank."
        elif seen.setdefault(word(mine), target) != target:
            yield "word_twice", f"'{mine}' stands twice in the value map, with two meanings; leave one."
    back: dict[str, str] = {word(target): mine for mine, target in reversed(tuple(values.pairs.items()))}
    for told, mine in values.back.items():
        if word(mine) not in seen:
            yield "unknown_word", f"'{told}' leads back to '{mine}', which the value map does not send; add that first."
        if back.get(word(told), mine) != mine:
            yield "word_twice", f"'{told}' leads back to two words of ours; leave one."
    yield from _outside({*values.pairs.values(), *values.back}, theirs, "The CRM's field")
    yield from _outside({*values.pairs, *values.back.values()}, ours, "Our field")


def _outside(words: set[str], field: Field, whose: str) -> Iterator[tuple[str, str]]:
    known = {word(name) for choice in field.choices for name in (choice.value, choice.label)}
    for one in sorted(words):
        if known and word(one) not in known:
            yield "not_a_choice", f"{whose} '{field.label}' has no choice '{one}'; use one that it has."
