"""Pushing leads over one connection: read, decide, write, block by block, safe to repeat after a crash at any point.

Order of a block: the intents are stored, the CRM is written to, the answers are stored, each outcome with its answer.
A crash in between leaves links that say what was about to be written; the next push reads first and finds out what
became of it. Every decision is ``plan``'s, and through it the core's.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from leadbridge.crm.errors import Fault
from leadbridge.crm.provider import Provider, RemoteRecord, Session, Write, Written
from leadbridge.kit.clock import Clock, to_millis
from leadbridge.kit.ids import IdSource
from leadbridge.leads.model import Lead
from leadbridge.mapping import read as texts
from leadbridge.security.errors import OutcomeLost
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.store import Store
from leadbridge.sync import faults, links
from leadbridge.sync.core import landing, reads
from leadbridge.sync.core.plans import Act, Word
from leadbridge.sync.core.values import Entry, Ours, Present
from leadbridge.sync.core.values import Link as CoreLink
from leadbridge.sync.flow import Flow, default_flow
from leadbridge.sync.lookups import Lookups
from leadbridge.sync.model import LINKS, Link
from leadbridge.sync.plan import Again, Go, Hold, Known, Step, kept, plan

UNSURE = frozenset(("no_outcome", "outcome_unknown", "record_not_found", "changed_meanwhile"))
"""Faults of a write after which the record must be read: it may have landed, or the record is another by now."""
PASSING = frozenset(("rate_limited", "daily_limit", "record_locked", "vendor_unavailable", "account_moving"))
"""Faults that say nothing of the values: the same write may go through another time."""
TRIES = 3
"""A lead is decided again when the CRM turned out to be otherwise than it was read; at most this often in all."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one lead: its record in the CRM, or a fault."""

    action: str
    """``created``, ``updated``, ``unchanged``, ``excluded``, ``held`` or ``failed``: the counting words of a run."""
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
    """As stored, by lead."""
    tries: Counter[str] = field(default_factory=Counter)
    named: dict[str, str] = field(default_factory=dict)
    """Lead to the id of the record that stands in the way of creating its own, as the CRM told."""
    behind: dict[str, str] = field(default_factory=dict)
    """Lead to the one that goes before it, because both would be found by the same value."""
    confirmed: set[str] = field(default_factory=set)
    """Leads whose record is read once more because its version showed other values before."""
    settled: dict[str, Settled] = field(default_factory=dict)
    last_fault: dict[str, Fault] = field(default_factory=dict)
    fresh: dict[str, Settled] = field(default_factory=dict)
    """Outcomes that are not stored yet."""

    def settle(self, lead_id: str, outcome: Settled) -> None:
        self.settled[lead_id] = self.fresh[lead_id] = outcome
        self.open.pop(lead_id, None)

    def known_ids(self) -> dict[str, str]:
        """Return the CRM ids that need not be searched for: told by the CRM, or written by this block just now."""
        before = {id: self.settled[first].crm_id for id, first in self.behind.items() if first in self.settled}
        return self.named | {id: crm_id for id, crm_id in before.items() if crm_id is not None}

    def seen(self, lead_id: str) -> CoreLink | None:
        link = self.links.get(lead_id)
        return links.seen(link) if link is not None else None


class Pusher:
    """Pushes leads over one connection while its lane is owned.

    ``flow``: the connection's mapping, made ready; without one, what its provider declares. ``asked``: a person asks
    for this push, so values that the CRM refused before are tried again.
    """

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
        flow: Flow | None = None,
        asked: bool = True,
    ) -> None:
        self._clock, self._ids, self._write_owned, self._note = clock, ids, write, note
        self._company, self._connection = company_id, connection_id
        self._provider, self._session, self._asked = provider, session, asked
        self._flow = flow or default_flow(provider, own_key=own_key)
        self._lookups = Lookups(store, provider, session, self._flow, company_id, connection_id)

    async def push(self, leads: Sequence[Lead]) -> dict[str, Settled]:
        """Push at most ``provider.write_batch`` leads and return what became of each.

        Raises ``CallFailed`` when the CRM refuses to be called at all, ``LaneLost`` when the lane is not ours any more.
        """
        block = _Block(open={lead.id: lead for lead in leads})
        while block.open:
            steps = await self._decide(block)
            await self._store_plans(block, steps)
            await self._carry_out(block, steps)
            for id in [id for id in block.open if block.tries[id] >= TRIES]:
                block.settle(id, Settled("failed", fault=block.last_fault.get(id, faults.OUTCOME_UNKNOWN)))
        await self._write(block, WriteBatch())
        return block.settled

    async def _write(self, block: _Block, batch: WriteBatch) -> None:
        """Store ``batch`` together with the outcomes that came since."""
        if block.fresh:
            self._note(batch, block.fresh)
            block.fresh = {}
        if len(batch):
            await self._write_owned(batch)

    # decide

    async def _decide(self, block: _Block) -> dict[str, Step]:
        asked = to_millis(self._clock.now())
        block.links = await self._lookups.links(list(block.open))
        views = {id: self._flow.ours(lead) for id, lead in block.open.items()}
        turn = {id: views[id][0] for id in self._turn(block, {id: ours for id, (ours, _) in views.items()})}
        before = {id: link for id in turn if (link := block.seen(id)) is not None}
        found = await self._lookups.records(turn, before, block.known_ids())
        claimed = await self._lookups.claimed(one.record.id for one in found.values())
        awaiting = await self._lookups.awaiting(found)
        now, steps = to_millis(self._clock.now()), dict[str, Step]()
        for id, ours in turn.items():
            block.tries[id] += 1
            faulty, read, one = [views[id][1]], None, found.get(id)
            if one is not None:
                read, theirs = self._flow.theirs(one.record, confirmed=id in block.confirmed)
                faulty.append(theirs)
            stream = self._flow.stream(*faulty)
            by, wanted = (one.by, one.wanted) if one is not None else ("", None)
            known = Known(ours, before.get(id), read, stream, by, wanted, claimed, awaiting.get(id, ()), asked)
            steps[id] = step = plan(known, self._flow, now, self._ids(), asked=self._asked)
            if isinstance(step, Go) and step.crm_id is not None:
                claimed.setdefault(step.crm_id, id)
        return steps

    def _turn(self, block: _Block, ours: Mapping[str, Ours]) -> list[str]:
        """Return the leads whose turn it is: of several unlinked ones with one match value, the first.

        The others follow once its outcome is known, so that they find its record.
        """
        first: dict[str, str] = {}
        turn: list[str] = []
        for id in block.open:
            value, link = self._lookups.match_value(ours[id]), block.links.get(id)
            if not texts.blank(value) and (link is None or link.crm_id is None):
                before = first.setdefault(texts.text(value).strip().casefold(), id)
                if before != id:
                    block.behind[id] = before
                    continue
            turn.append(id)
        return turn

    # write

    async def _store_plans(self, block: _Block, steps: Mapping[str, Step]) -> None:
        """Store what was decided: intents, links that end, bases that moved; settle what is not to be written."""
        batch = WriteBatch()
        for id, step in steps.items():
            if isinstance(step, Again):
                block.confirmed.add(id)
            elif isinstance(step, Hold):
                crm_id = block.links[id].crm_id if id in block.links else None
                if step.link is not None:
                    self._put(batch, block, step.link)
                    crm_id = step.link.crm_id
                block.settle(id, Settled("held", crm_id, step.fault))
            else:
                if step.plan.act is Act.APPLY:
                    self._put(batch, block, step.plan.link)
                if not step.plan.sent:
                    word = Word.UNCHANGED if step.plan.word is Word.UPDATED else step.plan.word  # a restore, say
                    block.settle(id, Settled(word.value, step.crm_id, kept=kept(step.plan.link)))
        await self._write(block, batch)

    async def _carry_out(self, block: _Block, steps: Mapping[str, Step]) -> None:
        creates: list[Write] = []
        updates: list[Write] = []
        now = to_millis(self._clock.now())
        for id, step in steps.items():
            if not isinstance(step, Go) or not step.plan.sent:
                continue
            intent = step.plan.link.intent
            if intent is None or not landing.may_send(intent, now):
                continue  # too late: nobody knows what the record has become; the next round reads
            if step.read is None:
                creates.append(Write(id, self._flow.born(step.plan.sent)))
            else:
                updates.append(Write(id, self._flow.raw(step.plan.sent), step.read.id, step.read.version))
        for writes in (creates, updates):
            if not writes:
                continue
            try:
                outcomes = await self._provider.write(self._session, self._flow.object, writes)
                shown = await self._shown(outcomes)
            except OutcomeLost:
                continue  # the leads stay open: the next round reads what became of them
            await self._store_outcomes(block, steps, outcomes, shown)

    async def _shown(self, outcomes: Sequence[Written]) -> dict[str, RemoteRecord]:
        """Return the written records as the CRM shows them: by its answer, or by a read where that shows no values."""
        written = {outcome.trace: outcome.record for outcome in outcomes if outcome.record is not None}
        if self._flow.shows:
            return written
        read = await self._lookups.by_id(record.id for record in written.values())
        return {trace: read[record.id] for trace, record in written.items() if record.id in read}

    async def _store_outcomes(
        self, block: _Block, steps: Mapping[str, Step], outcomes: Sequence[Written], shown: Mapping[str, RemoteRecord]
    ) -> None:
        batch = WriteBatch()
        for outcome in outcomes:
            id, step, link = outcome.trace, steps[outcome.trace], block.seen(outcome.trace)
            if not isinstance(step, Go) or link is None:
                raise TypeError("only a stored plan has an outcome")
            if id in shown:
                answer = self._answer(link, shown[id])
                after = landing.landed(link, answer, self._flow.pairs, exact=self._flow.exact).link
                self._put(batch, block, after)
                block.settle(id, Settled(step.plan.word.value, after.crm_id, kept=kept(after)))
            else:
                self._take_fault(batch, block, link, step.read, outcome)
        await self._write(block, batch)

    def _answer(self, link: CoreLink, record: RemoteRecord) -> Present:
        """Return a write's answer as a whole record: what it leaves out is as it was sent, or as it was."""
        values: dict[str, str | None] = {
            pair.theirs: texts.text(reads.seen(link, pair.name)) for pair in self._flow.pairs if pair.writes_crm
        }
        values |= self._flow.raw(link.intent.sent) if link.intent is not None else {}
        return self._flow.theirs(dataclasses.replace(record, values=values | dict(record.values)))[0]

    def _take_fault(
        self, batch: WriteBatch, block: _Block, link: CoreLink, read: Present | None, outcome: Written
    ) -> None:
        id, fault = outcome.trace, outcome.fault or faults.OUTCOME_UNKNOWN
        block.last_fault[id] = fault
        if fault.code in UNSURE:
            return  # the next round reads what became of it
        shown = None if fault.code in PASSING else read
        after = landing.refused(link, Entry("refused", why=fault.message), self._flow.pairs, shown)
        self._put(batch, block, after)
        if link.crm_id is None and outcome.existing_id is not None:
            block.named[id] = outcome.existing_id
            return  # it exists after all: read it, and decide again
        block.settle(id, Settled("failed", link.crm_id, fault))

    def _put(self, batch: WriteBatch, block: _Block, now: CoreLink) -> None:
        """Store a link as it is ``now``. One that says nothing is not kept: neither a record nor a write under way."""
        id, before = now.record_id, block.links.get(now.record_id)
        empty = now.crm_id is None and now.intent is None
        if before is None:
            if not empty:
                fresh = links.fresh(
                    self._ids(), self._company, self._connection, self._flow.object, self._flow.kind, id
                )
                block.links[id] = msgspec.structs.replace(links.stored(fresh, now), rev=1)
                batch.insert(LINKS, msgspec.structs.replace(block.links[id], rev=0))
        elif empty:
            batch.delete(LINKS, self._company, before.id, rev=before.rev)
            del block.links[id]
        elif (after := links.stored(before, now)) != before:  # a quiet system is a fixed point: nothing is written
            batch.replace(LINKS, after)
            block.links[id] = msgspec.structs.replace(after, rev=before.rev + 1)
