"""Merging two records: the loser stays, inactive, and points at the winner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import unconfirmed
from .columns import LOOKUPS, Table
from .errors import VendorError, bad_query
from .records import Record
from .writes import MERGED, Change, Desk


def merge(desk: Desk, table: Table, winner: Record, loser: Record, content: Mapping[str, Any]) -> None:
    """Merge `loser` into `winner`, which takes `content`. Raises VendorError 400."""
    if table.name not in MERGED or winner.id == loser.id:
        raise bad_query(f"Records of '{table.name}' cannot be merged so.")
    if loser.doc.get("merged") or loser.doc.get("statecode", 0) != 0:
        raise VendorError(400, unconfirmed.INACTIVE_CODE, f"The {table.name} with Id {loser.id} is not active.")
    desk.update(table, winner, content)
    if not unconfirmed.AFTER_MERGE_LOSER_POINTS_TO_WINNER:
        desk.delete(table, loser)
        return
    before = dict(loser.doc)
    state = table.columns["statecode"].options[-1]
    changed = {
        "merged": True,
        "masterid": [table.name, winner.id],
        "statecode": state.value,
        "statuscode": state.extra,
    }
    loser.doc |= changed
    loser.version, loser.modified = desk.vendor.next_version(), desk.now
    desk.records.save(table.name, loser, None)
    _reparent(desk, table, winner, loser)
    desk.tell(Change("Update", table, loser, changed, before, desk.user, desk.tag))
    desk.tell(Change("Merge", table, winner, {"subordinate": loser.id}, {}, desk.user, desk.tag))


def _reparent(desk: Desk, table: Table, winner: Record, loser: Record) -> None:
    """Let what pointed at the loser point at the winner."""
    for other in desk.catalogue.tables():
        columns = [one.name for one in other.columns.values() if one.type in LOOKUPS and table.name in one.targets]
        columns = [name for name in columns if name != "masterid"]
        if not columns or other.name not in ("lead", "contact", "account", "opportunity"):
            continue
        for record in list(desk.records.scan(other.name)):
            moved = [name for name in columns if record.doc.get(name) == [table.name, loser.id]]
            if moved:
                record.doc |= {name: [table.name, winner.id] for name in moved}
                record.version, record.modified = desk.vendor.next_version(), desk.now
                desk.records.save(other.name, record, None)
