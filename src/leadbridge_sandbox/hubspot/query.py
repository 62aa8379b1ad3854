"""Search requests read and matched against records. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import unconfirmed, values
from .definitions import Definitions
from .errors import validation
from .object_types import ObjectType, object_type

GROUPS_MAX = 5
FILTERS_PER_GROUP_MAX = 6
FILTERS_MAX = 18
PAGE_MAX = 200
RESULTS_MAX = 10_000
BODY_MAX = 3_000

ASSOCIATION = "associations"
Comparable = float | str
_ONE_VALUE = ("EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")
_LISTS = ("IN", "NOT_IN")
_PRESENCE = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "LT": lambda one, other: one < other,
    "LTE": lambda one, other: one <= other,
    "GT": lambda one, other: one > other,
    "GTE": lambda one, other: one >= other,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `kind` is the property's type; the values are texts as sent."""

    name: str
    kind: str
    operator: str
    value: str = ""
    high: str = ""
    values: tuple[str, ...] = ()

    def matches(self, properties: Mapping[str, str]) -> bool:
        """Return whether a record with these properties fulfils the condition."""
        held = properties.get(self.name, "")
        operator = self.operator
        if operator in _PRESENCE:
            return bool(held) is (operator == "HAS_PROPERTY")
        if self.kind == ASSOCIATION:
            return bool(set(held.split(";")) & {self.value, *self.values}) is (operator in ("EQ", "IN"))
        if not held:
            return unconfirmed.NEGATIVE_OPERATORS_MATCH_UNSET and operator in (
                "NEQ",
                "NOT_IN",
                "NOT_CONTAINS_TOKEN",
            )
        if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
            return _has_token(held, self.value) is (operator == "CONTAINS_TOKEN")
        if operator in _LISTS:
            return self._listed(held) is (operator == "IN")
        own = comparable(self.kind, held)
        if operator == "BETWEEN":
            return bool(_ordered(comparable(self.kind, self.value), own, comparable(self.kind, self.high)))
        wanted = comparable(self.kind, self.value)
        if operator in ("EQ", "NEQ"):
            return (own == wanted) is (operator == "EQ")
        return type(own) is type(wanted) and _COMPARE[operator](own, wanted)

    def _listed(self, held: str) -> bool:
        # Texts are compared lower-cased with the values as sent, which is why HubSpot wants those lower-case.
        if self.kind in ("string", "phone_number"):
            return held.lower() in self.values
        own = comparable(self.kind, held)
        return any(comparable(self.kind, value) == own for value in self.values)


def _ordered(low: Any, own: Any, high: Any) -> bool:
    return type(low) is type(own) is type(high) and low <= own <= high


def comparable(kind: str, text: str) -> Comparable:
    """Return what two values of a property type are compared by; text that does not fit stays text."""
    if kind == "enumeration":
        return text
    try:
        if kind == "number":
            return float(text)
        if kind in ("date", "datetime"):
            return float(values.moment_ms(text))
    except (ValueError, values.BadValue):
        return text.lower()
    return text.lower()


def _has_token(held: str, wanted: str) -> bool:
    pattern = re.compile(".*".join(re.escape(part) for part in wanted.lower().split("*")))
    lowered = held.lower()
    return any(pattern.fullmatch(token) for token in [lowered, *re.split(r"[\s@.,;:/_-]+", lowered)])


@dataclass(frozen=True, slots=True)
class Search:
    """A search request that was checked: groups joined by OR, filters within one by AND."""

    groups: tuple[tuple[Filter, ...], ...]
    text: str
    sort: str
    sort_kind: str
    descending: bool
    limit: int
    offset: int
    properties: tuple[str, ...]

    def question(self) -> tuple[object, ...]:
        """Return what decides which records are found, and in which order."""
        return (self.groups, self.text, self.sort, self.descending)

    def associations(self) -> dict[str, ObjectType]:
        """Return the pseudo-properties asked about, such as `associations.contact`, with their object types."""
        names = {one.name for group in self.groups for one in group if one.kind == ASSOCIATION}
        return {name: object_type(name.removeprefix(f"{ASSOCIATION}.")) for name in names}

    def matches(self, properties: Mapping[str, str], searched: tuple[str, ...]) -> bool:
        """Return whether a record is a result."""
        if self.text:
            held = " ".join(properties.get(name, "") for name in searched).lower()
            if not all(word in held for word in self.text.lower().split()):
                return False
        return not self.groups or any(all(one.matches(properties) for one in group) for group in self.groups)


def parse(body: dict[str, Any], definitions: Definitions) -> Search:
    """Return the search a body asks for. Raises VendorError 400 for one outside HubSpot's limits."""
    groups = body.get("filterGroups") or []
    if not isinstance(groups, list) or len(groups) > GROUPS_MAX:
        raise validation(f"filterGroups may have at most {GROUPS_MAX} groups")
    parsed: list[tuple[Filter, ...]] = []
    for group in groups:
        filters = group.get("filters") if isinstance(group, dict) else None
        if not isinstance(filters, list) or not 0 < len(filters) <= FILTERS_PER_GROUP_MAX:
            raise validation(f"a filter group has between 1 and {FILTERS_PER_GROUP_MAX} filters")
        parsed.append(tuple(_filter(item, definitions) for item in filters))
    if sum(map(len, parsed)) > FILTERS_MAX:
        raise validation(f"a search may have at most {FILTERS_MAX} filters in all")
    sort, descending = _sort(body.get("sorts") or [])
    definition = definitions.live(sort)
    if definition is None:
        raise validation(f'Property "{sort}" does not exist')
    limit = body.get("limit", 10)
    if not isinstance(limit, int) or isinstance(limit, bool) or not 0 <= limit <= PAGE_MAX:
        raise validation(f"limit must be between 0 and {PAGE_MAX}")
    after = str(body.get("after") or "0")
    if not after.isdecimal():
        raise validation("after must be a number")
    if int(after) >= RESULTS_MAX:
        raise validation(unconfirmed.SEARCH_PAST_CAP_TEXT)
    asked = body.get("properties") or []
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise validation("properties must be a list of property names")
    return Search(
        groups=tuple(parsed),
        text=str(body.get("query") or ""),
        sort=sort,
        sort_kind=definition["type"],
        descending=descending,
        limit=limit or 10,
        offset=int(after),
        properties=tuple(asked),
    )


def _sort(sorts: Any) -> tuple[str, bool]:
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise validation("a search may have one sort rule")
    if not sorts:
        return "createdate", False
    rule = sorts[0]
    if isinstance(rule, str):
        return rule.removeprefix("-"), rule.startswith("-")
    if not isinstance(rule, dict) or not isinstance(rule.get("propertyName"), str):
        raise validation("a sort rule needs a propertyName")
    direction = rule.get("direction", "ASCENDING")
    if direction not in ("ASCENDING", "DESCENDING"):
        raise validation("a sort direction is ASCENDING or DESCENDING")
    return rule["propertyName"], direction == "DESCENDING"


def _filter(item: Any, definitions: Definitions) -> Filter:
    parsed = _read_filter(item, definitions)
    if parsed.kind in ("number", "date", "datetime") and parsed.operator not in _PRESENCE:
        for text in parsed.values or (parsed.value, parsed.high or parsed.value):
            if isinstance(comparable(parsed.kind, text), str):
                raise validation(f"{text!r} is not a {parsed.kind} for {parsed.name}")
    return parsed


def _read_filter(item: Any, definitions: Definitions) -> Filter:
    if not isinstance(item, dict):
        raise validation("a filter is an object")
    name, operator = str(item.get("propertyName") or ""), item.get("operator")
    definition = definitions.live(name)
    if name.startswith(f"{ASSOCIATION}."):
        object_type(name.removeprefix(f"{ASSOCIATION}."))
        definition = {"type": ASSOCIATION}
    if definition is None:
        raise validation(f'Property "{name}" does not exist')
    if operator in _PRESENCE:
        return Filter(name, definition["type"], operator)
    if operator in _LISTS:
        listed = item.get("values")
        if not isinstance(listed, list) or not listed:
            raise validation(f"operator {operator} needs values")
        return Filter(name, definition["type"], operator, values=tuple(str(value) for value in listed))
    if operator == "BETWEEN":
        if item.get("value") is None or item.get("highValue") is None:
            raise validation("operator BETWEEN needs value and highValue")
        return Filter(name, definition["type"], operator, str(item["value"]), str(item["highValue"]))
    if operator not in _ONE_VALUE:
        raise validation(f"{operator!r} is not an operator")
    if item.get("value") is None:
        raise validation(f"operator {operator} needs a value")
    return Filter(name, definition["type"], operator, str(item["value"]))
