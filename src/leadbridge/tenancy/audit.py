"""The audit trail: who changed what, from where, written in the batch of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource, is_object_id
from leadbridge.security.redact import redact_value
from leadbridge.security.secret import MASK
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.query import Eq, Position
from leadbridge.storage.store import Page, Store
from leadbridge.tenancy.model import AUDIT, AuditEntry

USER_AGENT_LENGTH = 200
ADDRESS_LENGTH = 64
PERSONAL = frozenset({"email", "name", "accountName", "accountEmail", "phone"})
"""Names whose values are a person's: the trail tells that they changed, and the record itself what they are now."""


@dataclass(frozen=True, slots=True)
class Author:
    """Whoever makes a change, and from where."""

    user_id: str | None
    via: str
    key_id: str | None = None
    address: str = ""
    user_agent: str = ""
    request_id: str = ""


COMMAND_LINE = Author(None, "command_line")
"""Whoever runs the hub."""


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` for the trail: what is personal or secret is there by its name only."""
    shown = redact_value({name: value for name, value in values.items() if value is not None})
    return {name: MASK if name in PERSONAL else value for name, value in shown.items()}


def audit_entry(
    id: str,
    clock: Clock,
    company_id: str,
    author: Author,
    action: str,
    target: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Return the entry of one change. ``target`` is ``<kind>:<id>``; ``before`` and ``after`` hold what differs."""
    about = target.rpartition(":")[2] if target.startswith("user:") else None
    return AuditEntry(
        id=id,
        company_id=company_id,
        subjects=tuple(dict.fromkeys(one for one in (author.user_id, about) if one is not None and is_object_id(one))),
        at=clock.now(),
        action=action,
        target=target,
        user_id=author.user_id,
        via=author.via,
        key_id=author.key_id,
        before=masked(before or {}),
        after=masked(after or {}),
        address=author.address[:ADDRESS_LENGTH],
        user_agent=author.user_agent[:USER_AGENT_LENGTH],
        request_id=author.request_id,
    )


class AuditTrail:
    """Writes and lists the trail of companies."""

    def __init__(self, store: Store, clock: Clock, ids: IdSource) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    def add(
        self,
        batch: WriteBatch,
        company_id: str,
        author: Author,
        action: str,
        target: str,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the entry of a change into the change's own batch, so that there is never one without the other."""
        entry = audit_entry(self._ids(), self._clock, company_id, author, action, target, before=before, after=after)
        batch.insert(AUDIT, entry)

    async def record(
        self, company_id: str, author: Author, action: str, target: str, *, after: Mapping[str, Any] | None = None
    ) -> None:
        """Write the entry of something that has been done already."""
        batch = WriteBatch()
        self.add(batch, company_id, author, action, target, after=after)
        await self._store.write(batch)

    async def page(
        self, company_id: str, *, action: str | None, limit: int, after: Position | None
    ) -> Page[AuditEntry]:
        """Return a page of the trail, newest first."""
        return (
            await self._store[AUDIT]
            .of(company_id)
            .find(
                order=["at"],
                residual=None if action is None else Eq("action", action),
                descending=True,
                limit=limit,
                after=after,
            )
        )


def audit_view(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as the API shows it."""
    return entry.model_dump(
        mode="json", by_alias=True, exclude={"company_id", "rev", "v", "subjects"}, exclude_none=True
    )
