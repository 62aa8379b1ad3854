"""Lists of records: fixed sorts, each an index; filters by index where one serves, else while scanning; search."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from leadbridge.kit.clock import to_text
from leadbridge.leads.derived import facet, searched
from leadbridge.leads.errors import InvalidFilter
from leadbridge.leads.fields import CUSTOM
from leadbridge.leads.normalise import email_key
from leadbridge.leads.rules import Rules
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.types import RecordType
from leadbridge.storage.query import AllOf, AnyOf, Eq, Has, HasPrefix, Position, Range, Residual
from leadbridge.storage.store import Page, Store

Sort: TypeAlias = str
"""A name among the type's sorts, with ``-`` before it for descending."""
SortField: TypeAlias = Literal["createdAt", "updatedAt", "nameSort", "value.minor", "score", "closeDate"]
NEWEST = "-createdAt"
MAX_COUNT = 10_000
"""A count goes no further."""
MAX_COUNT_SCAN = 20_000
MAX_ANY = 20
"""Values of one filter of which any may hold."""
_LAST = "\U0010ffff"
_SELECTIVE = ("contact", "account", "owner", "tag", "industry", "stage", "source", "status", "country")
"""Filters in the order in which they usually leave least; custom fields come before all of them."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by; all that are set must hold."""

    email: str | None = None
    external_id: str | None = None
    status: str | None = None
    source: str | None = None
    tag: str | None = None
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Facet to the values of which one must hold: ``{"owner": ("…",), "custom.plan": ("gold", "silver")}``."""
    tags: tuple[str, ...] = ()
    """Tags that must all be there."""
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    value_from: int | None = None
    """In 1/10,000 of the currency's unit."""
    score_from: int | None = None
    q: str | None = None
    """Words, each the beginning of one that the record is found by."""
    state: State = State.LIVE

    def wanted(self) -> list[tuple[str, tuple[str, ...]]]:
        """Return each facet that must hold with its values."""
        plain = [(name, value) for name, value in (("status", self.status), ("source", self.source)) if value]
        tags = [self.tag, *self.tags] if self.tag else list(self.tags)
        return [
            *((name, (value,)) for name, value in plain),
            *(("tag", (tag,)) for tag in tags if tag),
            *((name, values) for name, values in self.facets.items() if values),
        ]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many there are; ``capped``: at least so many."""

    count: int
    capped: bool


def checked(type: RecordType, filters: Filters, sort: Sort, rules: Rules) -> None:
    """Raise ``InvalidFilter`` for a sort or a filter that a list of ``type`` does not have."""
    if sort.removeprefix("-") not in type.sorts:
        raise InvalidFilter(
            f"{type.plural} cannot be sorted by '{sort}'.", hint=f"Sort by one of: {', '.join(type.sorts)}."
        )
    for name, values in filters.wanted():
        if name.startswith(CUSTOM):
            if name.removeprefix(CUSTOM) not in rules.filters:
                raise InvalidFilter(
                    f"The custom field '{name.removeprefix(CUSTOM)}' is not declared to filter by.",
                    hint=f"Declare it: PUT /api/v1/{type.plural}/fields/{{key}} with filter: true.",
                )
        elif name not in type.facets:
            raise InvalidFilter(
                f"{type.plural} cannot be filtered by '{name}'.", hint=f"Filter by one of: {', '.join(type.facets)}."
            )
        if len(values) > MAX_ANY:
            raise InvalidFilter(f"The filter '{name}' has {len(values)} values; at most {MAX_ANY} are taken.", hint="")
    if filters.wanted() and filters.state is not State.LIVE:
        raise InvalidFilter("Deleted records are listed whole.", hint="Leave the filters out.")


async def page(
    store: Store,
    type: RecordType,
    company: str,
    filters: Filters,
    sort: Sort = NEWEST,
    *,
    limit: int = 50,
    after: Position | None = None,
    max_scan: int = 5000,
    count_only: bool = False,
) -> Page[CrmRecord]:
    """Return a page.

    With ``email`` or ``external_id`` the few that match come by id, with ``q`` in the order of the words found,
    whatever ``sort`` is. A filter by facet is served by an index where the list is sorted by its time of creation; what
    no index serves is looked at record by record, ``max_scan`` of them a page.
    """
    records = store[type.kind].of(company)
    if filters.external_id is not None:
        more = (Eq("emailKey", email_key(filters.email)),) if filters.email else ()
        return await records.find(
            eq={"extKey": filters.external_id},
            residual=_residual(filters, *more),
            limit=limit,
            after=after,
            count_only=count_only,
        )
    if filters.email is not None:
        return await records.find(
            eq={"emailKey": email_key(filters.email)},
            residual=_residual(filters),
            limit=limit,
            after=after,
            max_scan=max_scan,
            count_only=count_only,
        )
    if filters.q is not None:
        words = searched(filters.q)
        if not words:
            return Page([], None, 0)
        return await records.find(
            order=("tokens",),
            low=words[0],
            high=words[0] + _LAST,
            residual=_residual(filters, *(HasPrefix("tokens", word) for word in words[1:])),
            limit=limit,
            after=after,
            max_scan=max_scan,
            count_only=count_only,
        )
    by: SortField = type.sorts[sort.removeprefix("-")]  # type: ignore[assignment]  # held to it by a test
    low, high = _bounds(filters, by)
    leading = _leading(filters) if by == "createdAt" and filters.state is State.LIVE else None
    if leading is not None:
        return await records.find(
            eq={"facets": leading},
            order=("createdAt",),
            low=low,
            high=high,
            descending=sort.startswith("-"),
            residual=_residual(filters, served=leading, bounded=by),
            limit=limit,
            after=after,
            max_scan=max_scan,
            count_only=count_only,
        )
    return await records.find(
        eq={"state": filters.state},
        order=(by,),
        low=low,
        high=high,
        descending=sort.startswith("-"),
        residual=_residual(filters, bounded=by),
        limit=limit,
        after=after,
        max_scan=max_scan,
        count_only=count_only,
    )


async def count(store: Store, type: RecordType, company: str, filters: Filters) -> Counted:
    """Return how many there are, up to 10,000; past that, or past 20,000 looked at, at least so many."""
    found = await page(store, type, company, filters, limit=MAX_COUNT, max_scan=MAX_COUNT_SCAN, count_only=True)
    return Counted(found.found, found.next is not None)


async def each(
    store: Store, type: RecordType, company: str, filters: Filters, sort: Sort
) -> AsyncIterator[list[CrmRecord]]:
    """Yield the whole list in pages of at most 500. A record that moves meanwhile may be met twice or not at all."""
    after: Position | None = None
    while True:
        found = await page(store, type, company, filters, sort, limit=500, after=after)
        yield found.items
        if found.next is None:
            return
        after = found.next


def _leading(filters: Filters) -> str | None:
    """Return the facet that serves the walk: of those with one value the most selective by its looks."""
    single = [(name, values[0]) for name, values in filters.wanted() if len(values) == 1]
    order = {name: place for place, name in enumerate(_SELECTIVE)}
    if not single:
        return None
    name, value = min(single, key=lambda one: order.get(one[0], -1))
    return facet(name, value)


def _bounds(filters: Filters, by: SortField) -> tuple[Any, Any]:
    match by:
        case "createdAt":
            return filters.created_from, filters.created_to
        case "updatedAt":
            return filters.updated_from, filters.updated_to
        case "value.minor":
            return filters.value_from, None
        case "score":
            return filters.score_from, None
        case _:
            return None, None


def _residual(filters: Filters, *more: Residual, served: str = "", bounded: str = "") -> Residual | None:
    parts: list[Residual] = list(more)
    for name, values in filters.wanted():
        entries = [facet(name, value) for value in values]
        if entries != [served]:
            has = tuple(Has("facets", entry) for entry in entries)
            parts.append(has[0] if len(has) == 1 else AnyOf(has))
    ranges = {
        "createdAt": (_text(filters.created_from), _text(filters.created_to)),
        "updatedAt": (_text(filters.updated_from), _text(filters.updated_to)),
        "value.minor": (filters.value_from, None),
        "score": (filters.score_from, None),
    }
    for path, (low, high) in ranges.items():
        if path != bounded and (low is not None or high is not None):
            parts.append(Range(path, low, high))
    return AllOf(tuple(parts)) if parts else None


def _text(time: datetime | None) -> str | None:
    return None if time is None else to_text(time)
