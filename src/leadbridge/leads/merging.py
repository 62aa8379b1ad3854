"""Two records become one: which values stay, and where the other's ids lead afterwards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.leads.change import Author, Turn, record_change
from leadbridge.leads.derived import nothing_derived
from leadbridge.leads.errors import CannotMerge, InvalidLead
from leadbridge.leads.fields import ADDRESS, CUSTOM, PLAIN, Fields, flatten
from leadbridge.leads.matching import MergeMode, merge
from leadbridge.leads.rules import Rules
from leadbridge.leads.stored import CrmRecord, State
from leadbridge.leads.types import RecordType
from leadbridge.storage.batch import WriteBatch

MAX_MERGED = 400
"""Records that may have become part of one."""


@dataclass(frozen=True, slots=True)
class Merge:
    """What is asked for: the record that is to become part of another, and the fields whose values win from it."""

    other_id: str
    take: tuple[str, ...] = ()


def merge_records(
    type: RecordType,
    winner: CrmRecord,
    loser: CrmRecord,
    older: Sequence[CrmRecord],
    asked: Merge,
    *,
    now: datetime,
    author: Author,
    rules: Rules,
) -> tuple[WriteBatch, CrmRecord]:
    """Return what makes ``loser`` part of ``winner``, and the winner as it is then.

    The winner's values stay, its blanks are filled, tags are united; of ``take`` the loser's values win. ``older`` are
    the records that became part of the loser before: from now on they lead to the winner, in one step. Raises
    ``CannotMerge``, ``InvalidLead``.
    """
    if winner.id == loser.id:
        raise CannotMerge(f"Both ids lead to the {type.name} {winner.id}: there is nothing to merge.")
    if len(winner.merged) + len(loser.merged) >= MAX_MERGED:
        raise CannotMerge(f"At most {MAX_MERGED} records become part of one.", hint="These two stay two.")
    fields = merged_fields(type, flatten(winner), flatten(loser), asked.take)
    known = (winner.external_id, loser.external_id, *winner.aliases, *loser.aliases)
    aliases = tuple(dict.fromkeys(id for id in known if id is not None and id != fields.get("externalId")))
    batch = WriteBatch()
    gone = nothing_derived(flatten(loser)) | {
        "state": State.MERGED,
        "merged_into": winner.id,
        "merged": (),
        "aliases": (),
        "subjects": (loser.id, winner.id),
        "updated_at": now,
    }
    batch.replace(type.kind, loser.model_copy(update=gone))  # first: it lets go of the external id
    for one in older:
        led = {"merged_into": winner.id, "subjects": (one.id, winner.id)}
        batch.replace(type.kind, one.model_copy(update=led))
    more = {"merged": (*winner.merged, loser.id, *loser.merged), "aliases": aliases}
    record = record_change(
        batch,
        type,
        company=winner.company_id,
        id=winner.id,
        before=winner,
        fields=fields,
        now=now,
        author=author,
        rules=rules,
        turn=Turn("merged", State.LIVE, more, loser.id),
    )
    assert record is not None  # noqa: S101  # a turn always is a change
    return batch, record


def merged_fields(type: RecordType, winner: Fields, loser: Fields, take: Sequence[str]) -> Fields:
    """Return the fields of the two together; raises ``InvalidLead`` for a name in ``take`` that is no field."""
    fields = merge(winner, loser, MergeMode.FILL_BLANKS)
    for name in take:
        names = tuple(ADDRESS) if name == "address" else ("phone", "phoneRaw") if name == "phone" else (name,)
        if not all(one in PLAIN or one in ADDRESS or one == "tags" or one.startswith(CUSTOM) for one in names):
            raise InvalidLead(
                f"'{name[:80]}' in 'take' is no field of a {type.name}.",
                code="unknown_field",
                hint="Name fields as they stand in the record: email, phone, address, custom.plan.",
            )
        if not any(one in loser for one in names):
            continue  # a blank wins over nothing
        for one in names:
            fields.pop(one, None)
            if one in loser:
                fields[one] = loser[one]
    return fields
