"""A model of a CRM: what each provider guarantees and what it does not, with the truth kept beside it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from leadbridge.sync.core.cursor import Found
from leadbridge.sync.core.values import Absent, AbsentFrom, Moved, Past, Present, Read, Sent, Value, Values
from tests.simulation.sync.kinds import BY_NAME, KINDS, rank, token_of
from tests.simulation.sync.profiles import Profile

THEIRS = {kind.name: f"crm_{kind.name}" for kind in KINDS}
OURS = {theirs: name for name, theirs in THEIRS.items()}


@dataclass
class Row:
    """One record of the CRM."""

    id: str
    person: int
    values: dict[str, Value]
    version: str
    modified: int
    times: dict[str, int] = field(default_factory=dict)
    past: list[tuple[str, Past]] = field(default_factory=list)
    own_key: str | None = None
    origin: str | None = None
    """The record of ours that an API create was for."""
    deleted: bool = False
    by_person: bool = False
    """Deleted by a person there."""
    into: str | None = None
    further: set[str] = field(default_factory=set)
    """Addresses of records that were merged into it: where the vendor keeps addresses unique, they lead to it."""
    older: dict[str, Value] = field(default_factory=dict)
    """What the values were before the last change: a lagging index may still show them."""

    @property
    def lives(self) -> bool:
        """Whether it can be read."""
        return not self.deleted and self.into is None


def address(row: Row) -> str:
    """Return a record's e-mail address as every vendor compares it."""
    return str(row.values.get("crm_email") or "").lower()


class Conflict(Exception):
    """The record was changed since, or another has the unique value: ``id`` of that one."""

    def __init__(self, id: str | None = None) -> None:
        self.id = id


class NotThere(Exception):
    """There is no such record."""


class Invalid(Exception):
    """The vendor refuses a value of a field."""

    def __init__(self, field: str) -> None:
        self.field = field


@dataclass
class Overwritten:
    """A person's value that a write of ours went over without its having been read."""

    id: str
    token: int
    late: bool
    """No history can tell of it: the write came after its worker had been given up, or the record is gone."""


class Vendor:
    """One CRM account."""

    def __init__(self, profile: Profile, rng: random.Random, own_key: bool, skew: int) -> None:
        self.profile, self.rng, self.own_key, self.skew = profile, rng, own_key, skew
        self.rows: dict[str, Row] = {}
        self.index: dict[str, Found] = {}
        self.pending: list[tuple[int, Found]] = []
        self.hints: list[str] = []
        """Ids that changed since they were last taken."""
        self.automations: list[tuple[int, str, str, str]] = []
        self.overwritten: list[Overwritten] = []
        self.gone_over: set[int] = set()
        """Tokens that an automation or a merge of the vendor replaced."""
        self.count = 0
        self.api_writes = 0
        self.api_changes: list[tuple[str, str, Value, Value]] = []
        self.api_creates = 0
        self.fired = 0

    # what changes

    def _stamp(self, row: Row, now: int) -> None:
        self.count += 1
        profile = self.profile
        stamp = now + self.skew - (self.rng.randrange(profile.late) if profile.late and self.rng.random() < 0.5 else 0)
        stamp -= stamp % profile.resolution
        row.modified = max(row.modified, stamp)
        if profile.counter:
            row.version = f"{self.count:014d}"
        elif profile.resolution == 1:
            row.modified = max(row.modified, int(row.version or 0) + 1)
            row.version = f"{row.modified:014d}"
        else:
            row.version = f"{row.modified:014d}"
        wait = self.rng.randrange(profile.lag)
        self.pending.append((now + wait, Found(row.id, row.version, row.modified)))
        self.hints.append(row.id)

    def set(self, row: Row, values: dict[str, Value], now: int, *, by_us: bool, by_vendor: bool = False) -> None:
        """Change a row's values (by the CRM's names), as the vendor stores them."""
        changed: dict[str, Value] = {}
        for name, value in values.items():
            kind = BY_NAME[OURS[name]]
            verbatim = value is None or kind.name in self.profile.verbatim
            stored = value if verbatim else kind.store(str(value))
            old = row.values.get(name)
            one_way = by_us and self.profile.forward and kind.name == "stage"
            if one_way and stored is not None and old is not None and rank(stored) < rank(old):
                continue
            if stored != old:
                changed[name] = stored
        if by_us and changed and "crm_name" in changed and self.rng.random() < 0.3:
            self._automate(row, changed, now)
        if not changed:
            if self.profile.touches:
                self._stamp(row, now)
            return
        for name in changed:
            old = row.values.get(name)
            if by_vendor and old is not None:
                self.gone_over.add(token_of(old))
        row.older = row.values
        row.values = {**row.values, **changed}
        self._stamp(row, now)
        for name, value in changed.items():
            row.times[name] = now + self.skew
            if self.profile.history:
                row.past.append((name, Past(value, row.version, by_us)))
        if by_us and "crm_tier" in changed and changed["crm_tier"] == "ta":
            self.automations.append((now + 500, row.id, "crm_tier", "tb"))

    def _automate(self, row: Row, changed: dict[str, Value], now: int) -> None:
        """An automation sets the region from the name: within the same save, or a little later."""
        token = token_of(changed["crm_name"])
        if token < 0:
            return
        if self.rng.random() < 0.5:
            old = row.values.get("crm_region")
            if old is not None:
                self.gone_over.add(token_of(old))
            if "crm_region" in changed and changed["crm_region"] is not None:
                self.gone_over.add(token_of(changed["crm_region"]))
            changed["crm_region"] = f"r{token}"
        else:
            self.automations.append((now + self.rng.randrange(3000), row.id, "crm_region", f"r{token}"))

    def run_automations(self, now: int) -> None:
        """Carry out what is due."""
        due = [one for one in self.automations if one[0] <= now]
        if not due:
            return
        self.automations = [one for one in self.automations if one[0] > now]
        for _, id, name, value in due:
            row = self.rows[id]
            if row.lives:
                self.fired += 1
                self.set(row, {name: value}, now, by_us=False, by_vendor=True)

    def add(self, person: int, values: dict[str, Value], now: int, *, by_us: bool, origin: str | None = None) -> Row:
        """Make a record."""
        row = Row(f"c{len(self.rows)}", person, {}, "", 0, origin=origin)
        if by_us and self.own_key:
            row.own_key = origin
        self.rows[row.id] = row
        self.set(row, values, now, by_us=by_us)
        if not row.version:
            self._stamp(row, now)
        return row

    def delete(self, row: Row, now: int, *, by_person: bool) -> None:
        """Put a record into the bin."""
        row.deleted, row.by_person = True, by_person
        self._stamp(row, now)

    def restore(self, row: Row, now: int) -> None:
        """Take a record out of the bin."""
        row.deleted = False
        self._stamp(row, now)

    def merge(self, loser: Row, winner: Row, now: int) -> None:
        """Merge: the winner's values stay; some vendors fill its blanks, and let the further of two stages stay."""
        filled: dict[str, Value] = {}
        for name, value in loser.values.items():
            kept = winner.values.get(name)
            further = self.profile.forward and name == "crm_stage" and value is not None and rank(value) > rank(kept)
            if (kept is None and self.profile.fills) or (kept is not None and further):
                filled[name] = value
                value = kept
            if value is not None:
                self.gone_over.add(token_of(value))
        emails = {address(row) for row in (loser, winner)} - {""}
        own = filled.get("crm_email", winner.values.get("crm_email"))
        winner.further = (winner.further | loser.further | emails) - {str(own).lower()}
        loser.into = winner.id
        self._stamp(loser, now)
        self.set(winner, filled, now, by_us=False)
        self._stamp(winner, now)

    def convert(self, row: Row, now: int) -> Row:
        """A lead becomes a contact: a new record with the same values."""
        made = self.add(row.person, dict(row.values), now, by_us=False)
        made.origin, made.own_key = row.origin, row.own_key
        row.into, row.own_key = made.id, None
        self._stamp(row, now)
        return made

    # the API

    def live(self, id: str) -> Row | None:
        """Return the record, or None when it is not there."""
        row = self.rows.get(id)
        return row if row is not None and row.lives else None

    def read(self, id: str, *, confirmed: bool = False, history: bool = False) -> Read:
        """Answer a read by id."""
        row = self.rows[id]
        if row.into is not None:
            if self.profile.pointer:
                return Moved(id, row.into, "contact" if self.profile.converts else "")
            return Absent(id, AbsentFrom.BY_ID, row.version, row.modified)
        if row.deleted:
            known = self.count % 2 == 0
            return Absent(id, AbsentFrom.BY_ID, row.version if known else "", row.modified if known else 0)
        return self.show(row, confirmed=confirmed, history=history)

    def show(self, row: Row, *, confirmed: bool = False, history: bool = False) -> Present:
        """Return a record as it is now."""
        past: dict[str, tuple[Past, ...]] | None = None
        if history and self.profile.history:
            lists: dict[str, list[Past]] = {}
            for name, one in row.past:
                lists.setdefault(name, []).append(one)
            past = {name: tuple(ones) for name, ones in lists.items()}
        times = dict(row.times) if self.profile.history else None
        return Present(row.id, row.values, row.version, row.modified, True, confirmed, times, past)

    def by_key(self, own_key: str) -> str | None:
        """Find by our unique field; always current."""
        return next((row.id for row in self.rows.values() if row.own_key == own_key and row.lives), None)

    def search(self, email: Value, now: int) -> list[str]:
        """Search by e-mail: an index that lags. HubSpot reads by its unique e-mail, which does not."""
        self.flush(now)
        wanted = str(email).lower()
        return [
            row.id
            for row in self.rows.values()
            if row.lives
            and (row.id in self.index or self.profile.unique_email)
            and (address(row) == wanted or (self.profile.leads_on and wanted in row.further))
        ]

    def flush(self, now: int) -> None:
        """Let the index show what it shows by now."""
        if any(at <= now for at, _ in self.pending):
            for at, found in self.pending:
                if at <= now and (found.id not in self.index or self.index[found.id].version <= found.version):
                    self.index[found.id] = found
            self.pending = [one for one in self.pending if one[0] > now]

    def changes(self, since: int, now: int) -> list[Found]:
        """Return what the index shows as modified since, deletions too."""
        self.flush(now)
        found = (one for one in self.index.values() if one.modified >= since and self._told(self.rows[one.id]))
        return sorted(found, key=lambda one: (one.modified, one.id))

    def _told(self, row: Row) -> bool:
        """Tell whether a record is in the index at all: at some vendors only the survivor names a merged one."""
        if row.into is None or not self.profile.told_by_survivor:
            return True
        return self.end(row).lives

    def end(self, row: Row) -> Row:
        """Return the record that a merged one became a part of in the end."""
        while row.into is not None:
            row = self.rows[row.into]
        return row

    def write(
        self, id: str, sent: tuple[Sent, ...], read: Present, now: int, *, must_exist: bool, late: bool
    ) -> Present:
        """Update a record as the API does; ``read`` is what the decision saw. Raises Conflict, NotThere, Invalid."""
        row = self.live(id)
        if row is None:
            gone = self.rows[id]
            if must_exist or gone.into is not None:
                raise NotThere
            gone.deleted = False
            row = gone
        self._guard(row, read.version)
        for one in sent:
            if one.f == "source" and one.sent is not None and token_of(one.sent) % 13 == 0:
                raise Invalid("source")
        self._apply(row, sent, read.values, now, late=late)
        return self.show(row, history=True)

    def remove(self, id: str, read: Present, now: int, *, late: bool) -> None:
        """Delete a record as the API does."""
        row = self.live(id)
        if row is None:
            raise NotThere
        self._guard(row, read.version)
        self.api_writes += 1
        for name, value in row.values.items():
            if value != read.values.get(name):
                self.overwritten.append(Overwritten(id, token_of(value), True))
        self.delete(row, now, by_person=False)

    def _guard(self, row: Row, version: str) -> None:
        guard = self.profile.guard
        if (guard == "etag" and row.version != version) or (guard == "modified_since" and row.version > version):
            raise Conflict

    def _apply(self, row: Row, sent: tuple[Sent, ...], saw: Values, now: int, *, late: bool) -> None:
        self.api_writes += 1
        before = row.values
        for one in sent:
            name = THEIRS[one.f]
            old = before.get(name)
            if old is not None and old != saw.get(name) and old != one.sent:
                self.overwritten.append(Overwritten(row.id, token_of(old), late))
        self.set(row, {THEIRS[one.f]: one.sent for one in sent}, now, by_us=True)
        for one in sent:
            name = THEIRS[one.f]
            old = before.get(name)
            if old is not None and row.values.get(name) != old and old == saw.get(name):
                self.api_changes.append((row.id, one.f, old, one.sent))

    def create(self, person: int, origin: str, sent: tuple[Sent, ...], now: int, *, late: bool) -> Present:
        """Create a record as the API does: an upsert on our key where there is one."""
        self.api_writes += 1
        if self.own_key and (id := self.by_key(origin)) is not None:
            self._apply(self.rows[id], sent, {}, now, late=late)
            return self.show(self.rows[id], history=True)
        values = {THEIRS[one.f]: one.sent for one in sent}
        email = values.get("crm_email")
        if self.profile.unique_email and email is not None:
            wanted = str(email).lower()
            holder = next((r for r in self.rows.values() if r.lives and wanted in (address(r), *r.further)), None)
            if holder is not None:
                raise Conflict(holder.id)
        self.api_creates += 1
        made = self.add(person, values, now, by_us=True, origin=origin)
        if late:
            made.origin = None  # sent by a worker that had been given up: nothing but a unique field prevents it
        return self.show(made, history=True)
