"""Two records become one: which values stay, and where the other's ids lead afterwards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadbridge.leads.before import changed_fields, from_json, to_json
from leadbridge.leads.change import Author, Turn, record_change
from leadbridge.leads.derived import nothing_derived
from leadbridge.leads.errors import CannotMerge, InvalidLead
from leadbridge.leads.fields import ADDRESS, CUSTOM, PLAIN, Fields, flatten
from leadbridge.leads.matching import MergeMode, merge
from leadbridge.leads.rules import Rules
from leadbridge.leads.stored import MERGES, CrmRecord, RecordMerge, State
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
    id: str,
    now: datetime,
    author: Author,
    rules: Rules,
) -> tuple[WriteBatch, RecordMerge, CrmRecord]:
    """Return what makes ``loser`` part of ``winner``, the merge (``id`` is its own), and the winner as it is then.

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
    earlier = flatten(winner)
    names = changed_fields(earlier, fields)
    merge = RecordMerge(
        id=id,
        company_id=winner.company_id,
        subjects=(winner.id, loser.id),
        record=type.name,
        winner_id=winner.id,
        loser_id=loser.id,
        at=now,
        by=author.by,
        fields=names,
        before=to_json(earlier, names),
        given=to_json(fields, names),
        loser_merged=loser.merged,
        loser_aliases=loser.aliases,
    )
    return batch.insert(MERGES, merge), merge, record


def part_records(
    type: RecordType,
    winner: CrmRecord,
    loser: CrmRecord,
    older: Sequence[CrmRecord],
    merge: RecordMerge,
    *,
    now: datetime,
    author: Author,
    rules: Rules,
) -> tuple[WriteBatch, tuple[CrmRecord, CrmRecord]]:
    """Return what takes ``loser`` out of ``winner`` again, and both as they are then.

    The loser lives with the fields it ended with. A field of the winner that still holds what the merge gave it is put
    back; one that was changed since stays. ``older`` are the records that came with the loser: they lead to it again.
    """
    fields = _parted_fields(flatten(winner), merge)
    gone = {loser.external_id, *merge.loser_aliases, fields.get("externalId")}
    left = {
        "merged": tuple(id for id in winner.merged if id != loser.id and id not in merge.loser_merged),
        "aliases": tuple(alias for alias in winner.aliases if alias not in gone),
    }
    batch = WriteBatch()
    first = record_change(  # first: it lets go of the external id
        batch, type, company=winner.company_id, id=winner.id, before=winner, fields=fields, now=now, author=author,
        rules=rules, turn=Turn("updated", State.LIVE, left, loser.id),
    )  # fmt: skip
    own = {"merged": merge.loser_merged, "aliases": merge.loser_aliases}
    second = record_change(
        batch, type, company=loser.company_id, id=loser.id, before=loser, fields=flatten(loser), now=now, author=author,
        rules=rules, turn=Turn("restored", State.LIVE, own, winner.id),
    )  # fmt: skip
    for one in older:
        batch.replace(type.kind, one.model_copy(update={"merged_into": loser.id, "subjects": (one.id, loser.id)}))
    spent = {"undone_at": now, "fields": (), "before": {}, "given": {}}  # of two people again: neither's copy has both
    batch.replace(MERGES, merge.model_copy(update=spent))
    assert first is not None  # noqa: S101  # a turn always is a change
    assert second is not None  # noqa: S101
    return batch, (first, second)


def _parted_fields(fields: Fields, merge: RecordMerge) -> Fields:
    before, given = from_json(merge.before), from_json(merge.given)
    for name in merge.fields:
        if fields.get(name) != given.get(name):
            continue
        fields.pop(name, None)
        if name in before:
            fields[name] = before[name]
    return fields


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
