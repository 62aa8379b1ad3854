"""The one place where a change of a lead becomes operations of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadbridge.leads.fields import FieldValue, flatten, unflatten
from leadbridge.leads.model import LEADS, Changed, Lead
from leadbridge.storage.batch import WriteBatch


@dataclass(frozen=True, slots=True)
class Author:
    """Whose change it is. ``origin`` is a kind of source (api, form, import, crm), ``by`` the very one."""

    origin: str
    by: str


def lead_change(
    batch: WriteBatch,
    *,
    company: str,
    id: str,
    before: Lead | None,
    fields: Mapping[str, FieldValue],
    now: datetime,
    author: Author,
) -> Lead | None:
    """Add to ``batch`` what makes the lead hold exactly ``fields``; return it as stored, None where nothing changes.

    Everything that follows from a change of a lead is added here, so that no way of changing one can forget it.
    """
    earlier = {} if before is None else flatten(before)
    names = sorted(name for name in earlier.keys() | fields.keys() if _differs(earlier.get(name), fields.get(name)))
    if not names and before is not None:
        return None
    untouched = () if before is None else (entry for entry in before.changed if entry.f not in names)
    entries = [*untouched, *(Changed.model_construct(f=name, at=now, by=author.by) for name in names)]
    lead = Lead.model_validate(
        unflatten(fields)
        | {
            "_id": id,
            "company_id": company,
            "rev": 0 if before is None else before.rev,
            "subjects": (id,),
            "seq": 1 if before is None else before.seq + 1,
            "changed": tuple(sorted(entries, key=lambda entry: entry.f)),
            "origin": author.origin,
            "created_at": now if before is None else before.created_at,
            "updated_at": now,
        }
    )
    if before is None:
        batch.insert(LEADS, lead)
    else:
        batch.replace(LEADS, lead)
    return lead.model_copy(update={"rev": lead.rev + 1})


def _differs(one: FieldValue | None, other: FieldValue | None) -> bool:
    return type(one) is not type(other) or one != other  # True and 1 are different values
