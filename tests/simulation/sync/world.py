"""A hub of one connection, its people, a CRM, and time: everything that can happen, chosen by one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from leadbridge.sync.core.cursor import Cursor, since, take
from leadbridge.sync.core.guard import Admitted, Held, Ledger, Limits, admit, approve, begin_run
from leadbridge.sync.core.plans import Effect, Harm, Plan, Stream
from leadbridge.sync.core.timing import VendorClock
from leadbridge.sync.core.values import Entry, Link, LinkState, Ours, Present, Rule, Side, Value, Values
from tests.simulation.sync.kinds import KINDS, SimPair, token_of
from tests.simulation.sync.profiles import PROFILES
from tests.simulation.sync.vendor import Vendor

STANDING = (LinkState.CREATING, LinkState.ACTIVE, LinkState.PARKED)
RULES = [rule for rule in Rule if rule is not Rule.OFF]
LIMITS = Limits({Harm.OVERWRITE: 14, Harm.BLANK: 4, Harm.DELETE: 1}, {Harm.OVERWRITE: 14, Harm.BLANK: 4})
UNDER_WAY = 3
"""Changes that were admitted and are not done yet: those of the active worker and of paused ones."""


class Broken(AssertionError):
    """An invariant does not hold."""

    def __init__(self, invariant: str, detail: str) -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant, self.detail = invariant, detail

    def __reduce__(self) -> tuple[type[Broken], tuple[str, str]]:
        return Broken, (self.invariant, self.detail)  # so that it comes back from another process


class Fenced(Exception):
    """Another worker has taken over, or the record moved: nothing was stored."""


@dataclass(slots=True)
class Rec:
    """A record of ours."""

    id: str
    person: int
    values: dict[str, Value]
    changed: dict[str, int]
    rev: int = 0
    deleted: bool = False
    by_sync: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """Something to look at: a record of ours or of theirs. ``body`` is what came with the news."""

    side: Side
    id: str
    body: Present | None = None


@dataclass(slots=True)
class Issued:
    """One edit by a person."""

    f: str
    side: Side
    record: str
    person: int


@dataclass
class Truth:
    """What really happened, kept apart from what the engine believes."""

    issued: dict[int, Issued] = field(default_factory=dict)
    superseded: set[int] = field(default_factory=set)
    blind: set[int] = field(default_factory=set)
    logged: set[int] = field(default_factory=set)
    codes: Counter[str] = field(default_factory=Counter)
    harm: list[tuple[int, Side, Harm]] = field(default_factory=list)
    run_harm: Counter[tuple[Side, Harm]] = field(default_factory=Counter)
    """What was taken away in this run, without anybody's word."""
    approved: set[Effect] = field(default_factory=set)
    causes: int = 0
    our_writes: int = 0
    link_writes: int = 0
    deleted_there: set[str] = field(default_factory=set)


class World:
    """Everything, in memory, driven by ``play``."""

    def __init__(self, provider: str, rng: random.Random, first: int = 0) -> None:
        """``first``: edits are numbered from there on, so that two tenants' values can be told apart."""
        self.rng, self.now = rng, 1_700_000_000_000
        self.profile = PROFILES[provider]
        skew = rng.randrange(-300_000, 300_000)
        self.vendor = Vendor(self.profile, rng, rng.random() < 0.6, skew)
        self.fighter = rng.random() < 0.1
        self.filtered = rng.random() < 0.3
        self.stream = Stream(
            tuple(SimPair(kind, self._rule(kind.name)) for kind in KINDS),
            self.within,
            VendorClock(skew + rng.randrange(-400, 400), self.profile.resolution),
            deletes_ours=rng.random() < 0.7,
            deletes_theirs=rng.random() < 0.7,
        )
        self.pairs = {pair.name: pair for pair in self.stream.pairs}
        self.truth = Truth()
        self.ours: dict[str, Rec] = {}
        self.links: dict[str, Link] = {}
        self.queue: list[Item] = []
        self.later: list[tuple[int, Item]] = []
        self.hints: list[tuple[int, Item]] = []
        self.held: list[Item] = []
        self.held_effects: set[Effect] = set()
        self.effects: list[Effect] = []
        self.reviews: set[str] = set()
        self.ledger, self.cursor = Ledger(), Cursor()
        self.lossy = rng.choice((0.2, 0.9))
        """The share of webhooks that never arrive."""
        self.fence = 0
        self.hot: tuple[str, str] | None = None
        """What somebody typed into last: the next person often types into its counterpart."""
        self.faults = True
        self.nudge = False
        """A write of ours is under way: somebody types into the very field."""
        self.words: list[str] = []
        self._token, self._person, self._intent = first, 0, 0

    def _rule(self, name: str) -> Rule:
        if name == "tier":
            return Rule.ALWAYS_OURS
        return Rule.OFF if self.rng.random() < 0.04 else self.rng.choice(RULES)

    def within(self, values: Values) -> bool:
        """Tell whether the filter lets a record through."""
        return not self.filtered or token_of(values.get("stage")) % 5 != 1

    # names

    def token(self, f: str, side: Side, record: str, person: int) -> int:
        """Return the number of a new edit."""
        self._token += 1
        self.truth.issued[self._token] = Issued(f, side, record, person)
        return self._token

    def person(self) -> int:
        """Return a new person."""
        self._person += 1
        return self._person

    def intent_id(self) -> str:
        """Return a fresh id."""
        self._intent += 1
        return str(self._intent)

    # our store

    def as_ours(self, rec: Rec) -> Ours:
        """Return our record as the core sees it."""
        return Ours(rec.id, rec.values, rec.changed, rec.deleted)

    def link_of(self, crm_id: str) -> Link | None:
        """Return the link that has this record of theirs: a standing one, else one that ended."""
        found = None
        for link in self.links.values():
            if link.crm_id == crm_id:
                if link.state in STANDING:
                    return link
                found = link
        return found

    def commit(
        self,
        fence: int,
        before: Link | None,
        plan: Plan,
        rec: Rec | None,
        rev: int,
        read: Present | None = None,
        ledger: tuple[Ledger, Ledger] | None = None,
    ) -> None:
        """Store a plan's link and our fields in one batch, or raise Fenced."""
        link = plan.link
        if fence != self.fence or self.links.get(link.record_id) is not before:
            raise Fenced
        if rec is not None and rec.rev != rev:
            raise Fenced
        if ledger is not None:
            if self.ledger is not ledger[0]:
                raise Fenced
            self.ledger = ledger[1]
        if before is not None and before.crm_id == link.crm_id and link.version < before.version:
            raise Broken("9 link versions never go back", f"{before.version} to {link.version}")
        if link.state in STANDING and link.crm_id is not None:
            for other in self.links.values():
                if other.crm_id == link.crm_id and other.state in STANDING and other.record_id != link.record_id:
                    raise Broken("5 no duplicates", f"{link.crm_id} linked to {other.record_id} and {link.record_id}")
        if before != link:
            self.truth.link_writes += 1
        self.links[link.record_id] = link
        self.log(plan.entries)
        if rec is not None:
            self._store_ours(rec, plan, read)
        self.effects += plan.effects

    def _store_ours(self, rec: Rec, plan: Plan, read: Present | None) -> None:
        if not (plan.ours or plan.delete_ours or plan.restore_ours):
            return
        self.truth.our_writes += 1
        rec.rev += 1
        if plan.delete_ours:
            rec.deleted = rec.by_sync = True
            self.hurt(Effect(rec.id, Side.OURS, "", rec.id, None))
        if plan.restore_ours:
            if not rec.by_sync:
                raise Broken("7 no resurrection", f"{rec.id} was deleted by a person here")
            rec.deleted = rec.by_sync = False
        at = read.modified - self.stream.clock.offset if read is not None else self.now
        for name, value in plan.ours.items():
            before = rec.values.get(name)
            self.hurt(Effect(rec.id, Side.OURS, name, before, value))
            rec.values = {**rec.values, name: value}
            rec.changed = {**rec.changed, name: at}
        self.queue.append(Item(Side.OURS, rec.id))

    def hurt(self, effect: Effect) -> None:
        """Count what was really taken away."""
        if effect.harm is not Harm.NONE and effect not in self.truth.approved:
            self.truth.harm.append((self.now, effect.side, effect.harm))
            self.truth.run_harm[effect.side, effect.harm] += 1
            # what was admitted just before a run began, or before a person's word, is done in the next
            if self.truth.run_harm[effect.side, effect.harm] > LIMITS.run.get(effect.harm, 1_000_000) + UNDER_WAY:
                raise Broken("13 no guard limit passed", f"more than allowed of {effect.harm} in one run")

    def log(self, entries: Iterable[Entry]) -> None:
        """Keep what a person can read."""
        for entry in entries:
            self.truth.codes[entry.code] += 1
            self.truth.logged.update(token_of(value) for value in entry.lost)

    def admitted(self, plan: Plan, item: Item) -> tuple[Ledger, Ledger] | None:
        """Ask the guard; None: held, and the item waits for a person."""
        answer = admit(self.ledger, plan.effects, LIMITS, self.now, self.truth.approved)
        if isinstance(answer, Admitted):
            return self.ledger, answer.ledger
        self.ledger = answer.ledger
        self.held.append(item)
        self.held_effects.update(answer.effects)
        return None

    def approve(self) -> None:
        """A person looks at the list and lets it pass."""
        if not self.held:
            return
        self.truth.approved |= self.held_effects
        self.truth.causes += len(self.held)
        self.ledger = approve(self.ledger)
        self.truth.run_harm.clear()
        self.queue += self.held
        self.held, self.held_effects = [], set()

    def begin_run(self) -> None:
        """A run over every record begins: its own counts are new, those of the hour go on."""
        self.ledger = begin_run(self.ledger)
        self.truth.run_harm.clear()
        self.queue += [Item(Side.OURS, id) for id in self.ours]
        self.queue += [Item(Side.THEIRS, id) for id in self.vendor.rows]

    def requeue(self, item: Item) -> None:
        """Look again."""
        self.truth.causes += 1
        self.queue.append(Item(item.side, item.id))

    # news

    def notice(self) -> None:
        """Turn what changed at the CRM into webhooks: late, doubled, lost."""
        for id in self.vendor.hints:
            fate = self.rng.random()
            if fate < self.lossy and self.faults:
                continue
            for _ in range(2 if fate > 0.85 else 1):
                row = self.vendor.rows[id]
                body = None
                if row.lives and self.rng.random() < 0.3:
                    shown = self.vendor.show(row)
                    values = row.older if self.rng.random() < 0.5 else row.values
                    body = Present(shown.id, values, shown.version, shown.modified, current=False)
                self.hints.append((self.now + self.rng.randrange(60_000), Item(Side.THEIRS, id, body)))
        self.vendor.hints.clear()

    def deliver(self) -> None:
        """A webhook arrives, any of those that are due."""
        due = [one for one in self.hints if one[0] <= self.now]
        if due:
            one = self.rng.choice(due)
            self.hints.remove(one)
            self.queue.append(one[1])

    def poll(self) -> None:
        """Ask for changes since the cursor."""
        overlap = self.profile.late + 1_000
        found = self.vendor.changes(since(self.cursor, overlap), self.now)
        horizon = self.now + self.vendor.skew - self.profile.lag
        news, self.cursor = take(self.cursor, found, horizon, overlap)
        self.queue += [Item(Side.THEIRS, id) for id in news]

    def page(self) -> None:
        """Read some records at once; they are looked at one by one, later."""
        live = [row for row in self.vendor.rows.values() if row.lives]
        for row in self.rng.sample(live, min(2, len(live))):
            self.hints.append((self.now, Item(Side.THEIRS, row.id, self.vendor.show(row))))

    def wake(self) -> None:
        """What waits for a time is due."""
        if self.later:
            self.queue += [item for at, item in self.later if at <= self.now]
            self.later = [one for one in self.later if one[0] > self.now]

    def overwritten(self) -> None:
        """Take in what writes of ours went over unseen: found by history later, or in the blind window."""
        for one in self.vendor.overwritten:
            if one.late or not self.profile.history:
                self.truth.blind.add(one.token)
        self.vendor.overwritten.clear()
        for id, name, before, sent in self.vendor.api_changes:
            link = self.link_of(id)
            self.hurt(Effect(link.record_id if link is not None else "", Side.THEIRS, name, before, sent))
        self.vendor.api_changes.clear()


def living(links: Sequence[Link]) -> Iterator[Link]:
    """Yield the links that stand for two records."""
    return (link for link in links if link.state is LinkState.ACTIVE and link.crm_id is not None)


__all__ = ["Fenced", "Held", "Item", "Rec", "World", "living"]
