"""The honesty of the simulation: a random history of one CRM, recorded on its model, to be replayed on a sandbox.

What is recorded is what the sync core relies on: what a call answers, what a record then shows, whether its version
rose, where a merged record went, what the history tells. Values are named by field and number, so that each vendor can
write them in its own form.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from leadbridge.sync.core.values import Absent, Moved, Present, Sent, Value
from tests.simulation.sync.kinds import BY_NAME, rank
from tests.simulation.sync.profiles import Profile
from tests.simulation.sync.vendor import OURS, THEIRS, Conflict, NotThere, Row, Vendor

Op = Literal["create", "create_taken", "repeat", "write", "write_same", "write_gone", "person", "delete", "merge"]
OPS: Mapping[Op, int] = {
    "create": 5, "create_taken": 2, "repeat": 2, "write": 6, "write_same": 2, "write_gone": 1, "person": 6, "delete": 1,
    "merge": 2,
}  # fmt: skip
STEP_MS = 5_000
"""Between two steps: enough for a clock of whole seconds to move."""


@dataclass(frozen=True)
class Shown:
    """What a record shows: ``there``, ``gone``, or the number of the record that it was merged into."""

    state: str
    values: Mapping[str, Value] = field(default_factory=dict)
    """By our field names; blanks are left out."""
    rose: bool = False
    """The version rose since it was last looked at."""


@dataclass(frozen=True)
class Done:
    """One step, and what came of it on the model. Records are numbered in the order in which they were made."""

    op: Op
    record: int
    other: int = -1
    values: Mapping[str, Value] = field(default_factory=dict)
    """What is sent or typed, by our field names; None clears."""
    outcome: str = "ok"
    """``ok``, ``not there``, or ``taken by`` the record that stands in the way."""
    shown: Mapping[int, Shown] = field(default_factory=dict)
    """The records that the step was about, as they are afterwards."""


class _Calm(random.Random):
    """Chance without the model's disturbances: no automation fires, nothing is committed late."""

    def random(self) -> float:
        return 0.999


class Recorder:
    """Plays a random history on the model and keeps it."""

    def __init__(self, profile: Profile, fields: Sequence[str], seed: int) -> None:
        self.rng, self.now, self.fields = random.Random(seed), 1_700_000_000_000, tuple(fields)
        self.vendor = Vendor(profile, _Calm(seed), own_key=True, skew=0)
        self.rows: list[Row] = []
        self.sent: list[tuple[Sent, ...]] = []
        self._versions: dict[int, str] = {}
        self._addresses: set[Value] = set()
        self._token = seed * 100_000  # so that several histories fit into one account

    def history(self, steps: int) -> list[Done]:
        """Return so many steps."""
        return [self._step("create") if n < 2 else self._step(self._chosen()) for n in range(steps)]

    def past(self, record: int) -> dict[str, list[tuple[Value, bool]]]:
        """Return every value that a record's fields had, oldest first, and whether it came through the API."""
        found: dict[str, list[tuple[Value, bool]]] = {}
        for theirs, one in self.rows[record].past:
            found.setdefault(OURS[theirs], []).append((one.value, one.by_us))
        return found

    def last(self) -> dict[int, Shown]:
        """Return every record as it is in the end, a merged one as the survivor's number.

        Left out are those whose survivor was deleted: Dynamics goes on showing the closed record.
        """
        self.now += self.vendor.profile.lag + STEP_MS
        found: dict[int, Shown] = {}
        for number, row in enumerate(self.rows):
            end = self.vendor.end(row)
            if row.into is None:
                found[number] = self.show(number)
            elif end.lives:
                told = self.vendor.profile.pointer
                found[number] = Shown(str(self._number(end.id))) if told else Shown("gone")
        return found

    def news(self) -> set[int]:
        """Return the records that the walks of changes and deletions have told of, once the index is up to date."""
        return {self._number(found.id) for found in self.vendor.changes(0, self.now)}

    def held_by(self) -> dict[str, set[int]]:
        """Return every address that was ever there, and the records that a look-up by it finds now.

        Left out are those of merged records whose survivor was deleted, as in ``last``.
        """
        lost = [row for row in self.rows if row.into is not None and not self.vendor.end(row).lives]
        ever = {str(value) for value in self._addresses} - {str(row.values.get("crm_email")) for row in lost}
        return {one: {self._number(id) for id in self.vendor.search(one, self.now)} for one in ever}

    def _number(self, id: str) -> int:
        return next(number for number, row in enumerate(self.rows) if row.id == id)

    def _chosen(self) -> Op:
        return self.rng.choices(list(OPS), list(OPS.values()))[0]

    def _step(self, op: Op) -> Done:
        self.now += STEP_MS
        live = [number for number, row in enumerate(self.rows) if row.lives]
        gone = [number for number, row in enumerate(self.rows) if row.deleted]
        if (op == "write_gone" and not gone) or (op == "merge" and len(live) < 3) or not live:
            op = "create"
        if op == "delete" and len(live) < 3:
            op = "person"
        if op == "create_taken" and not (live := [n for n in live if self.rows[n].values.get("crm_email")]):
            op = "create"
        record = self.rng.choice(gone if op == "write_gone" else live or [0])
        return getattr(self, f"_{op}")(record, live)  # type: ignore[no-any-return]

    def _values(self, names: Sequence[str], *, api: bool, blanks: bool = True) -> dict[str, Value]:
        made: dict[str, Value] = {}
        for name in names:
            self._token += 1
            kind = BY_NAME[name]
            blank = blanks and name not in ("email", "stage") and self.rng.random() < 0.2
            made[name] = None if blank else (kind.ours if api else kind.crm)(self._token)
        return made

    def _moved(self, record: int, values: dict[str, Value], *, back: bool) -> dict[str, Value]:
        """Return values without a stage that stays where it is: two of the model's may be one of the vendor's.

        Where the API lets a stage only go forward, people do not go back here either. The model lets them, which is
        the harder case; HubSpot's pages do not.
        """
        stage = self.rows[record].values.get("crm_stage")
        if stage is not None and "stage" in values:
            further = rank(values["stage"]) - rank(stage)
            if further == 0 or (further < 0 and not back and self.vendor.profile.forward):
                del values["stage"]
        return values or {"name": f"v{self._token}"}

    def _some(self) -> list[str]:
        return self.rng.sample(self.fields, self.rng.randint(1, len(self.fields)))

    def _sent(self, values: Mapping[str, Value]) -> tuple[Sent, ...]:
        return tuple(
            Sent(name, value, None if value is None else BY_NAME[name].to_crm(str(value)))
            for name, value in values.items()
        )

    def _done(self, op: Op, record: int, values: Mapping[str, Value], told: str, *also: int, other: int = -1) -> Done:
        shown = {number: self.show(number) for number in (record, *also)}
        return Done(op, record, other, dict(values), told, shown)

    def show(self, record: int) -> Shown:
        """Return what a read by id shows of a record now."""
        row = self.rows[record]
        match self.vendor.read(row.id):
            case Moved(into=into):
                return Shown(str(self._number(into)))
            case Absent():
                return Shown("gone")
            case Present(values=values, version=version):
                rose = version > self._versions.get(record, "")
                self._versions[record] = version
                self._addresses |= {
                    value for name, value in values.items() if name == "crm_email" and value is not None
                }
                return Shown("there", {OURS[name]: v for name, v in values.items() if v is not None}, rose)

    def _create(self, record: int, live: Sequence[int], op: Op = "create") -> Done:
        number = len(self.rows)
        names = [name for name in self.fields if name in ("email", "stage") or self.rng.random() < 0.7]
        values = self._values(names, api=True, blanks=False)
        sent = self._sent(values)
        made = self.vendor.create(number, f"o{number}", sent, self.now, late=False)
        self.rows.append(self.vendor.rows[made.id])
        self.sent.append(sent)
        return self._done(op, number, values, "ok")

    def _create_taken(self, record: int, live: Sequence[int]) -> Done:
        """Another record of ours with an address that the CRM knows."""
        email = self.rows[record].values["crm_email"]
        values = {**self._values(["name"], api=True, blanks=False), "email": email, "stage": "s0"}
        number = len(self.rows)
        try:
            made = self.vendor.create(number, f"o{number}", self._sent(values), self.now, late=False)
        except Conflict as conflict:
            told = f"taken by {self._number(conflict.id or '')}"
            return self._done("create_taken", record, values, told, other=number)
        self.rows.append(self.vendor.rows[made.id])
        self.sent.append(self._sent(values))
        return self._done("create_taken", record, values, "ok", number, other=number)

    def _repeat(self, record: int, live: Sequence[int]) -> Done:
        """A create whose answer was lost, sent again."""
        row, sent = self.rows[record], self.sent[record]
        try:
            made = self.vendor.create(record, str(row.own_key), sent, self.now, late=False)
        except Conflict as conflict:
            told = f"taken by {self._number(conflict.id or '')}"
            return self._done("repeat", record, {one.f: one.ours for one in sent}, told)
        assert made.id == row.id
        return self._done("repeat", record, {one.f: one.ours for one in sent}, "ok")

    def _write(self, record: int, live: Sequence[int], op: Op = "write") -> Done:
        row = self.rows[record]
        values = (
            self._moved(record, self._values(self._some(), api=True), back=True)
            if op != "write_same"
            else {OURS[name]: value for name, value in row.values.items() if value is not None}
        )
        sent = tuple(Sent(name, value, value) for name, value in values.items()) if op == "write_same" else None
        try:
            self.vendor.write(
                row.id, sent or self._sent(values), self.vendor.show(row), self.now, must_exist=True, late=False
            )
        except NotThere:
            return self._done(op, record, values, "not there")
        return self._done(op, record, values, "ok")

    def _write_same(self, record: int, live: Sequence[int]) -> Done:
        return self._write(record, live, "write_same")

    def _write_gone(self, record: int, live: Sequence[int]) -> Done:
        return self._write(record, live, "write_gone")

    def _person(self, record: int, live: Sequence[int]) -> Done:
        values = self._moved(record, self._values(self._some(), api=False), back=False)
        typed = {THEIRS[name]: value for name, value in values.items()}
        self.vendor.set(self.rows[record], typed, self.now, by_us=False)
        return self._done("person", record, values, "ok")

    def _delete(self, record: int, live: Sequence[int]) -> Done:
        self.vendor.delete(self.rows[record], self.now, by_person=True)
        return self._done("delete", record, {}, "ok")

    def _merge(self, record: int, live: Sequence[int]) -> Done:
        loser = self.rng.choice([number for number in live if number != record])
        self.vendor.merge(self.rows[loser], self.rows[record], self.now)
        return self._done("merge", record, {}, "ok", loser, other=loser)
