"""How a record ends other than by archiving: merged into another, or erased for privacy."""

from __future__ import annotations

import orjson

from . import values
from .associations import Associations
from .catalogue import FREE_LISTS
from .news import Change
from .object_types import CONTACTS
from .records import Record
from .writes import Desk

_OWN = frozenset({"createdate", "hs_object_id", "lifecyclestage", "email", "hs_email_domain", *FREE_LISTS})


def merge(desk: Desk, links: Associations, winner: Record, loser: Record, *, new_record: bool) -> Record:
    """Merge two records and return the survivor.

    The primary record's values win where it has any; the other's addresses become secondary ones; the further
    lifecycle stage stays. With `new_record` the survivor gets a new id, as newer portals do it.
    """
    changes = {
        name: text
        for name, text in loser.properties.items()
        if name not in _OWN and not winner.properties.get(name) and name != desk.kind.modified
    }
    stage = values.later_stage(winner.properties.get("lifecyclestage", ""), loser.properties.get("lifecyclestage", ""))
    if stage:
        changes["lifecyclestage"] = stage
    addresses = [
        *winner.properties.get("hs_additional_emails", "").split(";"),
        loser.properties.get("email", ""),
        *loser.properties.get("hs_additional_emails", "").split(";"),
    ]
    primary = winner.properties.get("email") or loser.properties.get("email", "")
    if primary:
        changes["email"] = primary
    others = [address for address in dict.fromkeys(addresses) if address and address != primary]
    if others:
        changes["hs_additional_emails"] = ";".join(others)
    joined = [loser.id, winner.id] if new_record else [loser.id]
    merged = [*winner.properties.get("hs_merged_object_ids", "").split(";")]
    merged += [*loser.properties.get("hs_merged_object_ids", "").split(";"), *map(str, joined)]
    changes["hs_merged_object_ids"] = ";".join(dict.fromkeys(item for item in merged if item))
    survivor = _reborn(desk, winner) if new_record else winner
    if desk.kind is CONTACTS:
        changes["hs_all_contact_vids"] = ";".join(
            dict.fromkeys([str(survivor.id), *changes["hs_merged_object_ids"].split(";")])
        )
    unique = desk.held({**survivor.properties, **changes})
    for gone in joined:
        desk.records.redirect(gone, survivor.id)
        desk.records.remove(gone)
        if gone != survivor.id:
            links.move(desk.kind, gone, survivor.id)
    if new_record:
        desk.records.insert(survivor, set())
    desk.store(survivor, changes, unique)
    extra = {
        "primaryObjectId": winner.id,
        "mergedObjectIds": [loser.id],
        "newObjectId": survivor.id,
        "numberOfPropertiesMoved": len(changes),
    }
    source = desk.source
    desk.tell(Change("merge", desk.kind, winner.id, source.type, source.id, desk.now, extra=extra))
    return survivor


def _reborn(desk: Desk, winner: Record) -> Record:
    record_id = desk.records.new_id()
    properties = {**winner.properties, "hs_object_id": str(record_id)}
    return Record(record_id, winner.created, desk.now, None, properties, orjson.dumps(winner.history()))


def erase(desk: Desk, links: Associations, record: Record | None, email: str | None) -> None:
    """Delete a record for good and bar its addresses, and the one given, from coming back."""
    addresses = {email} if email else set()
    if record is not None:
        addresses |= {value for name, value in desk.held(record.properties) if name == "email"}
        desk.records.remove(record.id)
        links.forget(desk.kind, record.id)
        for action in ("privacyDeletion", "deletion"):
            desk.tell(Change(action, desk.kind, record.id, desk.source.type, desk.source.id, desk.now))
    for address in sorted(addresses):
        desk.records.erase_email(address)
