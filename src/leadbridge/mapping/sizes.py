"""What is wrong with a pair's sizes: texts that are too long for a field, decimals that it does not keep."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from leadbridge.mapping import read
from leadbridge.mapping.model import NUMBERS, Field, PairSpec, Value
from leadbridge.mapping.options import SHOWN

MAX_SCALE = 10


def size_faults(spec: PairSpec, ours: Field, theirs: Field) -> Iterator[tuple[str, str]]:
    """Give each fault as code and sentence: of what is set for the pair, its defaults, and the words of its value map.

    What a record holds is known only when it is sent: a text that is too long is refused then, a number is rounded.
    """
    if spec.max_length is not None and spec.max_length < 1:
        yield "bad_length", f"The length of '{theirs.label}' must be at least 1."
    elif spec.max_length is not None and theirs.length is not None and spec.max_length > theirs.length:
        yield (
            "bad_length",
            f"The CRM's field '{theirs.label}' keeps {theirs.length} characters and max_length is {spec.max_length}; "
            f"set it to {theirs.length} or less.",
        )
    if spec.scale is not None and not 0 <= spec.scale <= MAX_SCALE:
        yield "bad_scale", f"The decimals of '{theirs.label}' must be between 0 and {MAX_SCALE}."
    elif spec.scale is not None and theirs.scale is not None and spec.scale > theirs.scale:
        yield (
            "bad_scale",
            f"The CRM's field '{theirs.label}' keeps {theirs.scale} decimals and scale is {spec.scale}; set it to "
            f"{theirs.scale} or less.",
        )
    sent = [spec.default_crm, *(spec.values.pairs.values() if spec.values is not None else ())]
    yield from _too_large(sent, theirs, "The CRM's field")
    yield from _too_large([spec.default_ours], ours, "Our field")


def _too_large(values: list[Value], field: Field, whose: str) -> Iterator[tuple[str, str]]:
    for value in values:
        given = read.text(value)
        if field.length is not None and len(given) > field.length:
            yield (
                "too_long",
                f"{whose} '{field.label}' keeps {field.length} characters and '{given[:SHOWN]}' has {len(given)}; "
                "shorten it.",
            )
        if field.scale is not None and field.type in NUMBERS and _decimals(given) > field.scale:
            yield (
                "too_many_decimals",
                f"{whose} '{field.label}' keeps {field.scale} decimals and '{given[:SHOWN]}' has more; round it.",
            )


def _decimals(given: str) -> int:
    """Return how many decimals a number has; 0 for what is none, which is told elsewhere."""
    try:
        exponent = Decimal(given).normalize().as_tuple().exponent
    except InvalidOperation:
        return 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
