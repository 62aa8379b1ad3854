"""The one way a record comes to be stored: its fields and who changed them become operations of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from leadbridge.leads.derived import derived, nothing_derived
from leadbridge.leads.fields import FieldValue, flatten, unflatten
from leadbridge.leads.history import EVENTS, RecordEvent, event_id, shown_value
from leadbridge.leads.rules import NO_RULES, Rules, passes
from leadbridge.leads.stored import Changed, CrmRecord, Lead, State
from leadbridge.leads.types import LEAD, RecordType
from leadbridge.storage.batch import WriteBatch


@dataclass(frozen=True, slots=True)
class Author:
    """Whose change it is. ``origin`` is a kind of source (api, form, import, crm), ``by`` the very one.

    ``hop`` counts the automations in a row that led to the change; ``marks`` are what the change is beside what its
    fields tell: ``enriched``, ``qualified``.
    """

    origin: str
    by: str
    hop: int = 0
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of what a record is, beside its fields: ``verb`` names it in the event."""

    verb: str
    state: State = State.LIVE
    more: Mapping[str, Any] | None = None
    other_id: str | None = None


def lead_change(
    batch: WriteBatch,
    *,
    company: str,
    id: str,
    before: Lead | None,
    fields: Mapping[str, FieldValue],
    now: datetime,
    author: Author,
    rules: Rules = NO_RULES,
) -> Lead | None:
    """Add to ``batch`` what makes the lead hold exactly ``fields``; return it as stored, None where nothing changes."""
    return record_change(
        batch, LEAD, company=company, id=id, before=before, fields=fields, now=now, author=author, rules=rules
    )


def record_change(
    batch: WriteBatch,
    type: RecordType,
    *,
    company: str,
    id: str,
    before: CrmRecord | None,
    fields: Mapping[str, FieldValue],
    now: datetime,
    author: Author,
    rules: Rules = NO_RULES,
    turn: Turn | None = None,
) -> CrmRecord | None:
    """Add to ``batch`` what makes the record hold exactly ``fields``; return it as stored, None where nothing changes.

    Everything that follows from a change of a record is added here, its event too, so that no way of changing one can
    forget it.
    """
    earlier = {} if before is None else flatten(before)
    names = sorted(name for name in earlier.keys() | fields.keys() if _differs(earlier.get(name), fields.get(name)))
    if not names and before is not None and turn is None:
        return None
    untouched = () if before is None else (entry for entry in before.changed if entry.f not in names)
    entries = [*untouched, *(_changed(name, now, author.by) for name in names)]
    kept = dict(fields)
    state = State.LIVE if turn is None else turn.state
    types = _types(type, earlier, kept, before, author, rules, turn)
    high = before.high_value_at if before is not None else None
    record = CrmRecord.model_validate(
        unflatten(kept)
        | (derived(kept, rules, type.beside) if state is State.LIVE else nothing_derived(kept))
        | _carried(before)
        | {
            "_id": id,
            "company_id": company,
            "rev": 0 if before is None else before.rev,
            "subjects": (id,),
            "seq": 1 if before is None else before.seq + 1,
            "changed": tuple(sorted(entries, key=lambda entry: entry.f)),
            "origin": author.origin,
            "state": state,
            "created_at": now if before is None else before.created_at,
            "updated_at": now,
            "high_value_at": now if f"{type.name}.high_value" in types else high,
        }
        | dict((turn.more or {}) if turn is not None else {})
    )
    if before is None:
        batch.insert(type.kind, record)
    else:
        batch.replace(type.kind, record)
    batch.insert(
        EVENTS,
        RecordEvent(
            id=event_id(id, record.seq),
            company_id=company,
            subjects=(id,),
            types=types,
            record=type.name,
            record_id=id,
            seq=record.seq,
            at=now,
            origin=author.origin,
            hop=author.hop,
            by=author.by,
            changes={} if before is None else _changes(names, earlier, kept),
            other_id=turn.other_id if turn is not None else None,
        ),
    )
    return record.model_copy(update={"rev": record.rev + 1})


@lru_cache(maxsize=1024)  # an import changes the same fields of hundreds of records at one moment
def _changed(name: str, at: datetime, by: str) -> Changed:
    return Changed.model_construct(f=name, at=at, by=by)


def _carried(before: CrmRecord | None) -> dict[str, Any]:
    """Return what a change of fields leaves as it was."""
    return {} if before is None else {"merged": before.merged, "aliases": before.aliases}


def _changes(
    names: list[str], earlier: Mapping[str, FieldValue], fields: Mapping[str, FieldValue]
) -> dict[str, list[Any]]:
    return {name: [shown_value(earlier.get(name)), shown_value(fields.get(name))] for name in names}


def _types(
    type: RecordType,
    earlier: Mapping[str, FieldValue],
    fields: Mapping[str, FieldValue],
    before: CrmRecord | None,
    author: Author,
    rules: Rules,
    turn: Turn | None,
) -> tuple[str, ...]:
    """Return what a change is called: its verb, and for a lead what follows from the fields it touched."""
    verb = turn.verb if turn is not None else "created" if before is None else "updated"
    found = [verb]
    if type is LEAD and (turn is None or turn.verb in ("merged", "updated")):
        if before is not None and _differs(earlier.get("status"), fields.get("status")):
            found.append("status_changed")
        if "ownerId" in fields and _differs(earlier.get("ownerId"), fields["ownerId"]):
            found.append("assigned")
        if "score" in fields and before is not None and _differs(earlier.get("score"), fields["score"]):
            found.append("scored")
        first = before is None or before.high_value_at is None
        was = passes(rules.high_value, earlier.get("value"), earlier.get("score"))
        if first and not was and passes(rules.high_value, fields.get("value"), fields.get("score")):
            found.append("high_value")
        found += author.marks
    return tuple(f"{type.name}.{name}" for name in dict.fromkeys(found))


def _differs(one: FieldValue | None, other: FieldValue | None) -> bool:
    # True and 1 are different values
    return one.__class__ is not other.__class__ or one != other
