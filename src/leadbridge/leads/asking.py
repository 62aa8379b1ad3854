"""From the query of a list's address, or of a saved view, to filters and a sort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import Query
from starlette.datastructures import QueryParams

from leadbridge.leads.errors import InvalidFilter
from leadbridge.leads.listing import NEWEST, Filters, Sort
from leadbridge.leads.money import NotAnAmount, money
from leadbridge.leads.settings import SavedView
from leadbridge.leads.stored import State
from leadbridge.leads.types import RecordType

_NAMES = {
    "owner": "ownerId", "status": "status", "source": "source", "country": "country", "stage": "stage",
    "industry": "industry", "account": "accountId", "contact": "contactId",
}  # fmt: skip
"""Facet to the query parameter that asks for it."""
_TIMES = {
    "createdFrom": "created_from", "createdTo": "created_to", "updatedFrom": "updated_from", "updatedTo": "updated_to",
}  # fmt: skip
_OTHERS = ("email", "externalId", "q", "tag", "minValue", "minScore", "state")
_PAGING = ("limit", "cursor", "sort", "view", "format")
CUSTOM = "custom."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    filters: Filters
    sort: Sort


class ListQuery:
    """The query parameters of a list, for the API document; ``asked`` reads the whole query."""

    def __init__(
        self,
        sort: Annotated[
            str | None,
            Query(description="A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q."),
        ] = None,
        q: Annotated[str | None, Query(description="Beginnings of words: names, company, e-mail, phone.")] = None,
        email: Annotated[str | None, Query(max_length=320)] = None,
        externalId: Annotated[str | None, Query(max_length=200)] = None,  # noqa: N803  # the parameter's own name
        status: Annotated[list[str] | None, Query(description="Any of these.")] = None,
        source: Annotated[list[str] | None, Query(description="Any of these.")] = None,
        ownerId: Annotated[list[str] | None, Query(description="Any of these.")] = None,  # noqa: N803
        country: Annotated[list[str] | None, Query(description="ISO alpha-2; any of these.")] = None,
        tag: Annotated[list[str] | None, Query(description="All of these.")] = None,
        createdFrom: Annotated[str | None, Query(examples=["2026-01-01T00:00:00Z"])] = None,  # noqa: N803
        createdTo: Annotated[str | None, Query(description="Excluded.")] = None,  # noqa: N803
        updatedFrom: str | None = None,  # noqa: N803
        updatedTo: Annotated[str | None, Query(description="Excluded.")] = None,  # noqa: N803
        state: Annotated[str | None, Query(description="'deleted' lists what can be restored.")] = None,
        view: Annotated[str | None, Query(description="Id of a saved view; what stands beside it counts more.")] = None,
    ) -> None:
        self.view = view


def asked(type: RecordType, query: QueryParams, view: SavedView | None = None) -> Asked:
    """Return what a list is asked for; raises ``InvalidFilter`` for a parameter that is none or has no such value."""
    given: dict[str, list[str]] = {} if view is None else _of_view(view)
    own: dict[str, list[str]] = {}
    for name, value in query.multi_items():
        if name not in _PAGING and value != "":
            own.setdefault(name, []).append(value)
    given |= own
    sort = query.get("sort") or (view.sort if view is not None else NEWEST)
    return Asked(_filters(type, given), sort)


def checked_view(type: RecordType, filters: Mapping[str, Any] | None, sort: str | None) -> Asked:
    """Return what a view to be saved asks for; raises ``InvalidFilter``."""
    return Asked(_filters(type, _lists(filters or {})), sort or NEWEST)


def _of_view(view: SavedView) -> dict[str, list[str]]:
    return _lists(view.filters)


def _lists(filters: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else list(value) for name, value in filters.items()}


def _filters(type: RecordType, given: Mapping[str, list[str]]) -> Filters:
    wanted: dict[str, Any] = {}
    facets: dict[str, tuple[str, ...]] = {}
    by_parameter = {parameter: facet for facet, parameter in _NAMES.items() if facet in type.facets}
    for name, values in given.items():
        if name.startswith(CUSTOM):
            facets[name] = tuple(values)
        elif name in by_parameter:
            facets[by_parameter[name]] = tuple(values)
        elif name in _TIMES:
            wanted[_TIMES[name]] = _time(name, values[-1])
        elif name not in _OTHERS:
            known = sorted((*by_parameter, *_TIMES, *_OTHERS, "custom.<key>"))
            raise InvalidFilter(
                f"Lists of {type.plural} have no parameter '{name[:80]}'.", hint=f"There are: {', '.join(known)}."
            )
    for name, attribute in (("email", "email"), ("externalId", "external_id"), ("q", "q")):
        if name in given:
            wanted[attribute] = given[name][-1]
    if "tag" in given:
        wanted["tags"] = tuple(given["tag"])
    if "minValue" in given:
        wanted["value_from"] = _amount(given["minValue"][-1])
    if "minScore" in given:
        wanted["score_from"] = _whole(given["minScore"][-1])
    if "state" in given:
        wanted["state"] = _state(given["state"])
    return Filters(facets=facets, **wanted)


def _time(name: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace(" ", "+"))  # a plus that was not percent-encoded
    except ValueError as error:
        raise InvalidFilter(
            f"'{name}' is not a time.", hint="Send it as in 2026-01-31T08:00:00Z or 2026-01-31."
        ) from error
    aware = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    try:
        aware = aware.astimezone(UTC)
    except OverflowError as error:
        raise InvalidFilter(f"'{name}' is not a time.", hint="Send it as in 2026-01-31T08:00:00Z.") from error
    return aware.replace(microsecond=aware.microsecond // 1000 * 1000)


def _amount(text: str) -> int:
    try:
        return int(money(Decimal(text), None).minor)
    except (InvalidOperation, NotAnAmount) as error:
        raise InvalidFilter("'minValue' is not a decimal number.", hint="Send it as in 1000.50.") from error


def _whole(text: str) -> int:
    try:
        number = int(text)
    except ValueError as error:
        raise InvalidFilter("'minScore' is not a whole number.", hint="Send it as in 50.") from error
    if abs(number) > 1_000_000:
        raise InvalidFilter("'minScore' is past every score.", hint="Scores go from -1000000 to 1000000.")
    return number


def _state(values: Iterable[str]) -> State:
    value = list(values)[-1]
    if value not in (State.LIVE, State.DELETED):
        raise InvalidFilter(f"There is no state '{value[:40]}'.", hint="Ask for live or deleted.")
    return State(value)
