"""Pushing leads over one connection: read, decide, write, block by block, safe to repeat after a crash at any point.

Order of a block: the intents are stored, the CRM is written to, the answers are stored, each outcome with its answer.
A crash in between leaves links that say what was about to be written; the next push reads first and finds out what
became of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from leadbridge.crm.errors import Fault
from leadbridge.crm.provider import Provider, RemoteRecord, Session, Write, Written
from leadbridge.kit.clock import Clock
from leadbridge.kit.ids import IdSource
from leadbridge.kit.values import at_path
from leadbridge.leads.model import LEADS, Lead
from leadbridge.security.errors import OutcomeLost
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.sync import faults, links
from leadbridge.sync.model import LINKS, Link, ours_key, theirs_key
from leadbridge.sync.plan import Create, Hold, Known, Leave, Plan, Update, plan

ROUNDS = 3
"""A lead is decided again when the CRM turned out to be otherwise than it was read; at most this often in all."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one lead: its record in the CRM, or a fault."""

    action: str
    """``created``, ``updated``, ``unchanged``, ``held`` or ``failed``: the counting words of a run."""
    crm_id: str | None = None
    fault: Fault | None = None
    kept: tuple[str, ...] = ()
    """Fields whose differing value in the CRM was kept."""


Owned = Callable[[WriteBatch], Awaitable[None]]
"""Writes a batch while the connection's lane is ours; raises ``LaneLost``, or ``Contention`` where it was refused."""
Note = Callable[[WriteBatch, Mapping[str, Settled]], None]
"""Adds outcomes, by lead, to the batch of the answers that brought them about."""


@dataclass(slots=True)
class _Block:
    """One block's state between its rounds."""

    open: dict[str, Lead]
    links: dict[str, Link] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    """Lead to the id of the record that the CRM named as standing in the way."""
    settled: dict[str, Settled] = field(default_factory=dict)
    last_fault: dict[str, Fault] = field(default_factory=dict)
    fresh: dict[str, Settled] = field(default_factory=dict)
    """Outcomes that are not stored yet."""

    def settle(self, lead_id: str, outcome: Settled) -> None:
        self.settled[lead_id] = self.fresh[lead_id] = outcome
        self.open.pop(lead_id, None)


class Pusher:
    """Pushes leads over one connection while its lane is owned."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: IdSource,
        write: Owned,
        note: Note,
        *,
        company_id: str,
        connection_id: str,
        provider: Provider,
        session: Session,
        own_key: bool,
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self._write_owned, self._note = write, note
        self._company, self._connection = company_id, connection_id
        self._provider, self._session, self._own_key = provider, session, own_key
        self._defaults = provider.defaults

    async def push(self, leads: Sequence[Lead]) -> dict[str, Settled]:
        """Push at most ``provider.write_batch`` leads and return what became of each.

        Raises ``CallFailed`` when the CRM refuses to be called at all, ``LaneLost`` when the lane is not ours any more.
        """
        block = _Block(open={lead.id: lead for lead in leads})
        for _ in range(ROUNDS):
            if not block.open:
                break
            plans = await self._plans(block)
            await self._store_intents(block, plans)
            await self._carry_out(block, plans)
        for lead_id in list(block.open):
            block.settle(lead_id, Settled("failed", fault=block.last_fault.get(lead_id, faults.OUTCOME_UNKNOWN)))
        await self._write(block, WriteBatch())
        return block.settled

    async def _write(self, block: _Block, batch: WriteBatch) -> None:
        """Store ``batch`` together with the outcomes that came since."""
        if block.fresh:
            self._note(batch, block.fresh)
            block.fresh = {}
        if len(batch):
            await self._write_owned(batch)

    # read and decide

    async def _plans(self, block: _Block) -> dict[str, Plan]:
        ids = list(block.open)
        stored = await self._links("ours", [ours_key(self._connection, self._defaults.object, id) for id in ids])
        block.links = {link.record_id: link for link in stored}
        ours = {id: self._ours(lead) for id, lead in block.open.items()}
        remote = await self._remote(block, ours)
        claims = await self._claims(remote)
        plans: dict[str, Plan] = {}
        for id in ids:
            record, link = remote.get(id), block.links.get(id)
            names = _names(record, ours[id].get(self._match_field))
            holder = next((claims[name] for name in names if claims.get(name, id) != id), None)
            known = Known(id, ours[id], link, record, holder, self._own_key)
            plans[id] = decided = plan(known, self._defaults)
            if isinstance(decided, Hold):
                block.settle(id, Settled("held", crm_id=link.crm_id if link else None, fault=decided.fault))
            else:
                claims.update(dict.fromkeys(names, id))
        return plans

    def _ours(self, lead: Lead) -> dict[str, str | None]:
        body = LEADS.encode(lead)
        values = {pair.ours: at_path(body, pair.ours) for pair in self._defaults.fields}
        return {name: None if value is None else str(value) for name, value in values.items()}

    async def _remote(self, block: _Block, ours: Mapping[str, Mapping[str, str | None]]) -> dict[str, RemoteRecord]:
        """Read each lead's record: by its linked id, else by our key after an interrupted create, else by match key."""
        found: dict[str, RemoteRecord] = {}
        by_id: dict[str, str] = {}
        by_own_key: dict[str, str] = {}
        by_match: dict[str, str] = {}
        for id in block.open:
            link = block.links.get(id)
            crm_id = (link.crm_id if link else None) or block.expected.get(id)
            if crm_id is not None:
                by_id[id] = crm_id
                continue
            if link is not None and self._own_key:
                by_own_key[id] = id
            if value := ours[id].get(self._match_field):
                by_match[id] = value
        found |= await self._read(None, by_id)
        found |= await self._read(self._defaults.own_key, by_own_key)
        rest = {id: key for id, key in by_match.items() if id not in found}
        return found | await self._read(self._defaults.match_key, rest)

    async def _read(self, by: str | None, keys: Mapping[str, str]) -> dict[str, RemoteRecord]:
        if not keys:
            return {}
        fields = [*(pair.theirs for pair in self._defaults.fields), self._defaults.own_key]
        asked = list(dict.fromkeys(keys.values()))
        records = await self._provider.read(self._session, self._defaults.object, by, asked, fields)
        return {id: records[key] for id, key in keys.items() if key in records}

    async def _claims(self, remote: Mapping[str, RemoteRecord]) -> dict[str, str]:
        """Return which lead each of these CRM records is linked to already, by the record's name."""
        keys = [theirs_key(self._connection, self._defaults.object, record.id) for record in remote.values()]
        return {f"id:{link.crm_id}": link.record_id for link in await self._links("theirs", list(dict.fromkeys(keys)))}

    async def _links(self, index: Literal["ours", "theirs"], keys: Sequence[str]) -> list[Link]:
        return await self._store[LINKS].of(self._company).lookup(index, keys)

    @property
    def _match_field(self) -> str:
        return next(pair.ours for pair in self._defaults.fields if pair.theirs == self._defaults.match_key)

    # write

    async def _store_intents(self, block: _Block, plans: Mapping[str, Plan]) -> None:
        batch, now = WriteBatch(), self._clock.now()
        for id, decided in plans.items():
            before = block.links.get(id)
            link = before or links.fresh(self._ids(), self._company, self._connection, self._defaults, id)
            if isinstance(decided, Create | Update):
                remote = decided.remote if isinstance(decided, Update) else None
                after = links.intending(link, self._ids(), decided.decision, remote, now)
            elif isinstance(decided, Leave):
                after = links.left(link, decided.decision, decided.remote)
                block.settle(id, Settled("unchanged", decided.remote.id, kept=decided.decision.kept))
                if after == before:
                    continue  # a quiet system is a fixed point: nothing is written on either side
            else:
                continue
            block.links[id] = _put(batch, before, after)
        await self._write(block, batch)

    async def _carry_out(self, block: _Block, plans: Mapping[str, Plan]) -> None:
        creates = [Write(id, decided.values) for id, decided in plans.items() if isinstance(decided, Create)]
        updates = [
            Write(id, decided.values, decided.remote.id, decided.remote.version)
            for id, decided in plans.items()
            if isinstance(decided, Update)
        ]
        for writes in (creates, updates):
            if not writes:
                continue
            try:
                outcomes = await self._provider.write(self._session, self._defaults.object, writes)
            except OutcomeLost:
                continue  # the leads stay open: the next round reads what became of them
            await self._store_outcomes(block, plans, outcomes)

    async def _store_outcomes(self, block: _Block, plans: Mapping[str, Plan], outcomes: Sequence[Written]) -> None:
        batch = WriteBatch()
        for outcome in outcomes:
            id, decided = outcome.trace, plans[outcome.trace]
            if not isinstance(decided, Create | Update):
                raise TypeError("only writes have outcomes")
            if outcome.record is not None:
                block.links[id] = _put(
                    batch, block.links[id], links.landed(block.links[id], decided.decision, outcome.record)
                )
                action = "created" if isinstance(decided, Create) else "updated"
                block.settle(id, Settled(action, outcome.record.id, kept=decided.decision.kept))
            elif outcome.fault is not None:
                self._take_fault(batch, block, decided, outcome, outcome.fault)
        await self._write(block, batch)

    def _take_fault(
        self, batch: WriteBatch, block: _Block, decided: Create | Update, outcome: Written, fault: Fault
    ) -> None:
        id = outcome.trace
        block.last_fault[id] = fault
        if isinstance(decided, Create) and fault.code in ("already_exists", "no_outcome"):
            if outcome.existing_id is not None:
                block.expected[id] = outcome.existing_id
            return  # it exists after all: read it, and decide again
        if isinstance(decided, Update) and fault.code == "changed_meanwhile":
            return  # somebody's edit came first: read it, and decide again
        link = block.links[id]
        if isinstance(decided, Create):
            batch.delete(LINKS, self._company, link.id, rev=link.rev)
            del block.links[id]
        else:
            block.links[id] = _put(batch, link, links.refused(link))
        block.settle(id, Settled("failed", link.crm_id, fault))


def _names(record: RemoteRecord | None, match: str | None) -> list[str]:
    """Return the names under which two leads of one block would be the same record."""
    names = [f"id:{record.id}"] if record is not None else []
    return [*names, f"match:{match.casefold()}"] if match else names


def _put(batch: WriteBatch, before: Link | None, after: Link) -> Link:
    if before is None:
        batch.insert(LINKS, after)
        return msgspec.structs.replace(after, rev=1)
    batch.replace(LINKS, after)
    return msgspec.structs.replace(after, rev=before.rev + 1)
