"""Records as HubSpot's API shows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..clock import iso_ms
from .definitions import Definitions
from .object_types import ObjectType
from .records import Record


def read_view(
    kind: ObjectType, definitions: Definitions, record: Record, asked: Iterable[str]
) -> dict[str, str | None]:
    """Return the properties a read shows: those asked for, or the default set, and the ones always there.

    A property that does not exist is left out without a word; one without a value is null.
    """
    names = {name for name in asked if definitions.live(name)}
    names.update(kind.always if list(asked) else kind.default)
    return {name: record.properties.get(name) for name in sorted(names)}


def written_view(kind: ObjectType, record: Record, given: Mapping[str, Any], *, created: bool) -> dict[str, str | None]:
    """Return the properties a write answers with: those written, and the ones HubSpot sets itself."""
    names = {*kind.always, *given}
    if created:
        names |= {name for name in record.properties if name.startswith("hs_") or name == "lifecyclestage"}
    return {name: record.properties.get(name) for name in sorted(names)}


def record_json(
    kind: ObjectType,
    portal: int,
    record: Record,
    properties: Mapping[str, str | None],
    history_of: Iterable[str] = (),
) -> dict[str, Any]:
    """Return a record's JSON, with the history of some properties if asked for."""
    shown: dict[str, Any] = {
        "id": str(record.id),
        "properties": properties,
        "createdAt": iso_ms(record.created),
        "updatedAt": iso_ms(record.updated),
        "archived": record.archived is not None,
        "url": f"https://app.hubspot.com/contacts/{portal}/record/{kind.url_code}/{record.id}",
    }
    if record.archived is not None:
        shown["archivedAt"] = iso_ms(record.archived)
    wanted = list(history_of)
    if wanted:
        history = record.history()
        shown["propertiesWithHistory"] = {
            name: [
                {
                    "value": value,
                    "timestamp": iso_ms(at),
                    "sourceType": source_type,
                    "sourceId": source_id,
                    "sourceLabel": label,
                    **({} if user is None else {"updatedByUserId": user}),
                }
                for value, at, source_type, source_id, label, user in history.get(name, [])
            ]
            for name in wanted
        }
    return shown
