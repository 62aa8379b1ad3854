"""Finding records by the ids that others know them by: external id first, then ``_id``, then ids of merged records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from leadbridge.kit.ids import is_object_id
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.types import RecordType
from leadbridge.storage.store import MAX_KEYS, Store

MAX_ID = 200
"""Characters in an external id; a longer text is nobody's id."""


@dataclass(frozen=True, slots=True)
class Found:
    """The record an id stands for."""

    lead: CrmRecord


@dataclass(frozen=True, slots=True)
class Missing:
    """No record of the company has this id or external id; ``deleted``: one had, and can be restored."""

    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The id is one record's external id and another's ``_id``."""

    lead_ids: tuple[str, str]


Resolved: TypeAlias = Found | Missing | Ambiguous


async def resolve(store: Store, type: RecordType, company: str, ids: Sequence[str]) -> dict[str, Resolved]:
    """Return what each id stands for: looked up as an external id first, then as ``_id``.

    The id and the external id of a record that was merged lead to what it has become part of. An id that matches two
    different records is ``Ambiguous``: the host application's own ids may look like ours.
    """
    wanted = list(dict.fromkeys(ids))
    result: dict[str, Resolved] = {}
    for start in range(0, len(wanted), MAX_KEYS):
        chunk = [id for id in wanted[start : start + MAX_KEYS] if id and len(id) <= MAX_ID]
        result |= await _resolved(store, type, company, chunk)
    return {id: result.get(id, Missing()) for id in wanted}


async def _resolved(store: Store, type: RecordType, company: str, chunk: list[str]) -> dict[str, Resolved]:
    records = store[type.kind].of(company)
    external = {record.external_id: record for record in await records.lookup("external", chunk)}
    own = await records.get_many([id for id in chunk if is_object_id(id)])
    if rest := [id for id in chunk if id not in external and id not in own]:
        for record in await records.lookup("alias", rest):
            external |= dict.fromkeys((alias for alias in record.aliases if alias in rest), record)
    gone = {record.merged_into for record in own.values() if record.merged_into is not None}
    survivors = await records.get_many(sorted(gone))
    result: dict[str, Resolved] = {}
    for id in chunk:
        theirs, first = external.get(id), own.get(id)
        last = survivors.get(first.merged_into) if first is not None and first.merged_into is not None else first
        ours = last if last is not None and last.state is State.LIVE else None
        if ours is not None and theirs is not None and ours.id != theirs.id:
            result[id] = Ambiguous((theirs.id, ours.id))
        elif (here := theirs or ours) is not None:
            result[id] = Found(here)
        else:
            result[id] = Missing(deleted=last is not None and last.state is State.DELETED)
    return result
