"""Many records in one request: each is created or changed, and each has a result of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from leadbridge.kit.errors import LeadbridgeError
from leadbridge.leads.bodies import RecordBody
from leadbridge.leads.change import Author
from leadbridge.leads.normalise import Invalid, email, email_key
from leadbridge.leads.service import RecordService
from leadbridge.leads.stored import CrmRecord
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store

MAX_ITEMS = 500
"""Records in one request."""
AT_ONCE = 50


class MatchBy(StrEnum):
    """By what a record that is already there is recognised, beside its external id."""

    EXTERNAL_ID = "externalId"
    EMAIL = "email"


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item, ``index`` counting from 0 in the order sent."""

    index: int
    outcome: Outcome
    record: CrmRecord | None = None
    error: LeadbridgeError | None = None

    def view(self) -> dict[str, Any]:
        """Return the result as the API shows it."""
        shown: dict[str, Any] = {"index": self.index, "status": self.outcome.value}
        if self.record is not None:
            shown |= {"_id": self.record.id, "externalId": self.record.external_id}
        if self.error is not None:
            shown["error"] = {"code": self.error.code, "message": self.error.message, "hint": self.error.hint}
        return shown


class BulkUpsert:
    """Creates and changes many records. Items are independent: one that fails keeps no other from being stored."""

    def __init__(self, store: Store, service: RecordService) -> None:
        self._store = store
        self._service = service

    async def run(
        self,
        company: str,
        author: Author,
        bodies: Sequence[RecordBody],
        match: MatchBy,
        *,
        default_region: str | None = None,
    ) -> list[Result]:
        """Store ``bodies`` in order and return a result for each.

        An item falls on the record with its external id, else, where ``match`` says so, on the oldest one with its
        e-mail address that has no other external id; otherwise it makes a new record. Items that name the same person
        are done one after the other, the rest side by side.
        """
        results: dict[int, Result] = {}
        width = asyncio.Semaphore(AT_ONCE)

        async def follow(chain: list[int]) -> None:
            async with width:
                for index in chain:
                    results[index] = await self._one(company, author, index, bodies[index], match, default_region)

        await asyncio.gather(*(follow(chain) for chain in chains(bodies)))
        return [results[index] for index in range(len(bodies))]

    async def _one(
        self, company: str, author: Author, index: int, body: RecordBody, match: MatchBy, region: str | None
    ) -> Result:
        async def build() -> tuple[WriteBatch | None, tuple[CrmRecord, CrmRecord | None, tuple[str, ...]]]:
            before = await self._met(company, body, match)
            if before is None:
                batch, (record, forgotten) = await self._service.made(company, author, body, region)
            else:
                own = {"external_id": before.external_id} if body.external_id in before.aliases else {}
                named = body.model_copy(update=own)
                batch, (record, forgotten) = await self._service.changed(company, author, before, named, region)
            return batch, (record, before, forgotten)

        try:
            record, before, forgotten = await self._store.attempt(build)
        except LeadbridgeError as error:
            return Result(index, Outcome.FAILED, error=error)
        await self._service.done(company, record, forgotten)
        if before is None:
            return Result(index, Outcome.CREATED, record)
        return Result(index, Outcome.UPDATED if record.seq != before.seq else Outcome.UNCHANGED, record)

    async def _met(self, company: str, body: RecordBody, match: MatchBy) -> CrmRecord | None:
        """Return the record an item falls on."""
        if body.external_id:
            records = self._store[self._service.type.kind].of(company)
            held = await records.lookup("external", [body.external_id])
            merged = held or await records.lookup("alias", [body.external_id])
            if merged:
                return merged[0]
        address = getattr(body, "email", None)
        if match is not MatchBy.EMAIL or not address:
            return None
        try:
            key = email_key(email(address))
        except Invalid:
            return None  # the item fails, by its own sentence
        found = await self._store[self._service.type.kind].of(company).lookup("email", [key])
        free = [one for one in found if body.external_id is None or one.external_id in (None, body.external_id)]
        return min(free, key=lambda one: (one.created_at, one.id), default=None)


def chains(bodies: Sequence[RecordBody]) -> list[list[int]]:
    """Return the items in groups that share no external id and no e-mail address, each group in the order sent."""
    leader = list(range(len(bodies)))

    def root(index: int) -> int:
        while leader[index] != index:
            leader[index] = index = leader[leader[index]]
        return index

    first: dict[str, int] = {}
    for index, body in enumerate(bodies):
        address = getattr(body, "email", None)
        keys = [f"ext:{body.external_id}"] if body.external_id else []
        keys += [f"email:{email_key(address.strip())}"] if address else []
        for key in keys:
            leader[root(index)] = root(first.setdefault(key, index))
    groups: dict[int, list[int]] = {}
    for index in range(len(bodies)):
        groups.setdefault(root(index), []).append(index)
    return list(groups.values())
