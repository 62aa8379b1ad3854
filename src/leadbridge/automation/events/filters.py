"""Filter expressions: which events of a type start an automation. The language is the one of computed fields.

The names are those of the event's lead (``status``, ``address.country``, ``value.amount``, ``custom.plan``) and the
plain values beside it (``previousStatus``, ``provider``). A filter that has no result for an event, since a number is
blank, does not let it pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from leadbridge.automation.events.catalogue import CATALOGUE
from leadbridge.kit.errors import InvalidInput
from leadbridge.leads.settings import DeclaredField
from leadbridge.mapping import ours
from leadbridge.mapping.errors import BadExpression
from leadbridge.mapping.expressions import Batch, Language
from leadbridge.mapping.model import Field, Type, Value

_TYPES = {"integer": Type.INTEGER, "boolean": Type.BOOLEAN, "number": Type.NUMBER}
_RESULT = "passes"


class BadFilter(InvalidInput):
    """A filter expression cannot be used. The message names the place."""

    default_code: ClassVar[str] = "invalid_filter"
    default_hint: ClassVar[str] = (
        "Write a condition over the event's lead, such as: status == 'new' && fallback(score, 0) > 50"
    )


@dataclass(frozen=True, slots=True)
class FilterProgram:
    """A filter that was checked."""

    source: str
    _batch: Batch


def compile_filter(event_type: str, source: str, declared: Sequence[DeclaredField] = ()) -> FilterProgram:
    """Return the program of a filter over events of one type; ``declared`` are the company's own fields of leads.

    Raises ``BadFilter``.
    """
    return _compiled(event_type, source, tuple(declared))


def passes(program: FilterProgram, body: Mapping[str, Any]) -> bool:
    """Tell whether an event's body passes a filter."""
    results, _ = program._batch.run(flat(body))
    return results.get(_RESULT) is True


def flat(body: Mapping[str, Any]) -> dict[str, Value]:
    """Return what a filter can name of a body: the lead's fields with dotted names, and plain values beside it."""
    data = body.get("data")
    if not isinstance(data, Mapping):
        return {}
    values: dict[str, Value] = {name: one for name, one in data.items() if isinstance(one, str | int | float | bool)}
    lead = data.get("lead")
    return values | (_dotted(lead) if isinstance(lead, Mapping) else {})


@lru_cache(maxsize=512)
def _compiled(event_type: str, source: str, declared: tuple[DeclaredField, ...]) -> FilterProgram:
    event = CATALOGUE.get(event_type)
    if event is None or not event.starts:
        raise BadFilter(
            f"There are no events {event_type[:60]!r} to filter.", hint="See GET /api/v1/automation/events."
        )
    language = _language(event_type, declared)
    if language is None:
        raise BadFilter(
            f"Events {event_type} have no fields that are known beforehand, so they cannot be filtered here.",
            hint="Leave the filter out, and filter where the event is received.",
        )
    try:
        program = language.compile(source)
    except BadExpression as error:
        raise BadFilter(f"The filter cannot be read. {error}") from None
    if program.result is not Type.BOOLEAN:
        raise BadFilter("A filter is a condition: it must be true or false for an event.")
    return FilterProgram(source, Batch(language, {_RESULT: program}))


@lru_cache(maxsize=128)
def _language(event_type: str, declared: tuple[DeclaredField, ...]) -> Language | None:
    event = CATALOGUE[event_type]
    schema: dict[str, Field] = {}
    for name, one in event.data.get("properties", {}).items():
        kind = one.get("type", "string")
        named = next((word for word in kind if word != "null"), "string") if isinstance(kind, list) else kind
        if named in ("string", *_TYPES):
            schema[name] = Field(name, name, _TYPES.get(named, Type.TEXT))
    if event.record == "lead":
        schema |= ours.schema("lead", declared)
    return Language(schema) if schema else None


def _dotted(values: Mapping[str, Any], before: str = "") -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= _dotted(value, f"{before}{name}.")
        elif value is not None:
            found[f"{before}{name}"] = tuple(str(one) for one in value) if isinstance(value, list | tuple) else value
    return found
