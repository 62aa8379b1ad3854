"""A sandbox beside the simulation's model of its vendor: the same history over HTTP, through the provider."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from leadbridge.crm.capabilities import History
from leadbridge.crm.model import RemoteRecord, Write, Written
from leadbridge.crm.rows import pieces
from leadbridge.sync.core.values import Value
from tests.contract.providers.conftest import Connected
from tests.contract.providers.steered import Steered
from tests.contract.providers.test_changes import walk, walk_gone
from tests.contract.providers.under_test import UnderTest
from tests.simulation.sync.kinds import rank
from tests.simulation.sync.trace import STEP_MS, Done, Shown


class Replica:
    """What is peculiar to a vendor when its sandbox is held against the model. One file a vendor.

    The record is a person with an address, plain texts and one choice of four.
    """

    profile: ClassVar[str]
    """The model's name for the vendor."""
    fields: ClassVar[Mapping[str, str]]
    """The model's fields that the sandbox has one like, to the vendor's names."""
    stages: ClassVar[tuple[str, str, str, str]]
    """What the model's four stages are called."""

    def form(self, field: str, value: str) -> str:
        """Return a value of the model's as the vendor writes it."""
        if field == "email":
            return f"{value}@example.test"
        return self.stages[rank(value)] if field == "stage" else value

    def born(self, number: int) -> Mapping[str, str]:
        """Return what the vendor requires of a new record beside the fields, by its names."""
        return {}

    def type_in(self, vendor: UnderTest, id: str, values: Mapping[str, str]) -> None:
        """Change fields (the vendor's names) of a record as a person."""
        assert isinstance(vendor, Steered)
        typed: Mapping[str, Any] = {name: self.typed(name, value) for name, value in values.items()}
        vendor.sandbox.edit(id, vendor.plural, **typed)

    def typed(self, name: str, value: str) -> Any:
        """Return a value as the vendor's pages send it."""
        return value

    def by_api(self, by: str) -> bool:
        """Tell whether a value in the history was written through the API."""
        raise AssertionError("this vendor keeps no values of the past")


class Replay:
    """Does on the sandbox what was recorded on the model."""

    def __init__(self, connected: Connected, replica: Replica, name: str, ahead: timedelta) -> None:
        """``name`` tells the keys of this history's records from those of others in the same account; ``ahead``: of
        our clock the vendor's is."""
        self._connected, self._replica, self._name = connected, replica, name
        self._session = connected.session()
        self._ids: list[str] = []
        self._versions: dict[int, str] = {}
        self.ahead = ahead
        self._cursors: tuple[str, str] = ("", "")

    async def begin(self) -> None:
        """Walk to the end of what the account has already."""
        changes, gone = await walk(self._connected, None, self.ahead), await walk_gone(self._connected, None)
        self._cursors = (changes[1], gone[1])

    def wait(self, ms: int) -> None:
        """Let time pass at the vendor."""
        self._connected.vendor.advance(ms / 1000)
        self.ahead += timedelta(milliseconds=ms)

    async def do(self, done: Done) -> str:
        """Do one step and return what came of it, in the recorder's words."""
        vendor, replica = self._connected.vendor, self._replica
        self.wait(STEP_MS)
        values = self._raw(done.values)
        match done.op:
            case "person":
                replica.type_in(vendor, self._ids[done.record], values)
            case "delete":
                vendor.remove(self._ids[done.record])
            case "merge":
                self._ids[done.record] = vendor.merge(self._ids[done.record], self._ids[done.other])
            case "create" | "create_taken" | "repeat":
                origin = done.other if done.op == "create_taken" else done.record
                return await self._upsert(origin, values)
            case _:
                written = await self._connected.provider.write(
                    self._session, vendor.object, [Write("w", values, self._ids[done.record])]
                )
                return self._told(written[0])
        return "ok"

    async def show(self, records: Iterable[int]) -> dict[int, Shown]:
        """Return what a read by id shows of some records."""
        found: dict[str, RemoteRecord] = {}
        asked = {record: self._ids[record] for record in records}
        for ids in pieces(list(dict.fromkeys(asked.values())), self._connected.provider.write_batch):
            found |= await self._read(ids)
        return {record: self._shown(record, id, found.get(id)) for record, id in asked.items()}

    def _shown(self, record: int, id: str, found: RemoteRecord | None) -> Shown:
        if found is None:
            return Shown("gone")
        if found.id != id:
            return Shown(str(self._number(found.id)))
        rose = found.version > self._versions.get(record, "")
        self._versions[record] = found.version
        names = {theirs: ours for ours, theirs in self._replica.fields.items()}
        return Shown("there", {names[n]: v for n, v in found.values.items() if n in names and v}, rose)

    async def news(self) -> set[int]:
        """Return the records of this history that the walks tell of, changed, merged away or deleted."""
        changes, gone = self._cursors
        told = [*(await walk(self._connected, changes, self.ahead))[0], *(await walk_gone(self._connected, gone))[0]]
        ids = {one.id for one in told} | {id for one in told for id in one.absorbed}
        return {self._number(id) for id in ids if id in self._ids}

    async def found_by(self, addresses: Iterable[str]) -> dict[str, int]:
        """Return which record a look-up by each address finds, those left out that find none."""
        vendor, field = self._connected.vendor, self._replica.fields["email"]
        raw = {self._replica.form("email", one): one for one in addresses}
        found: dict[str, int] = {}
        for keys in pieces(list(raw), self._connected.provider.write_batch):
            read = await self._connected.provider.read(self._session, vendor.object, field, keys, [field])
            found |= {raw[key]: self._number(record.id) for key, record in read.items()}
        return found

    async def past(self, record: int) -> dict[str, list[tuple[Value, bool]]] | None:
        """Return a record's values so far, oldest first; None where the vendor keeps none."""
        provider = self._connected.provider
        if not isinstance(provider, History):
            return None
        fields = self._replica.fields
        id = self._ids[record]
        found = await provider.history(self._session, self._connected.vendor.object, [id], list(fields.values()))
        return {
            ours: [(one.value or None, self._replica.by_api(one.by)) for one in reversed(found[id][theirs])]
            for ours, theirs in fields.items()
            if found[id].get(theirs)
        }

    def expected(self, shown: Mapping[int, Shown]) -> dict[int, Shown]:
        """Return what the model showed of some records, in the vendor's forms."""
        return {
            record: Shown(one.state, {f: self.form(f, value) for f, value in one.values.items()}, one.rose)
            for record, one in shown.items()
        }

    def form(self, field: str, value: Value) -> Value:
        """Return a value of the model's in the vendor's form."""
        return None if value is None else self._replica.form(field, str(value))

    def _raw(self, values: Mapping[str, Value]) -> dict[str, str]:
        fields = self._replica.fields
        return {fields[f]: "" if value is None else self._replica.form(f, str(value)) for f, value in values.items()}

    async def _upsert(self, origin: int, values: Mapping[str, str]) -> str:
        vendor = self._connected.vendor
        born = self._replica.born(origin)
        write = Write("w", {**values, **born, vendor.by: f"{self._name}-{origin}"})
        written = (await self._connected.provider.upsert(self._session, vendor.object, vendor.by, [write]))[0]
        if written.record is not None and origin == len(self._ids):
            self._ids.append(written.record.id)
        return self._told(written)

    async def _read(self, ids: Sequence[str]) -> dict[str, RemoteRecord]:
        names = list(self._replica.fields.values())
        return await self._connected.provider.read(self._session, self._connected.vendor.object, None, ids, names)

    def _told(self, written: Written) -> str:
        if written.record is not None:
            return "ok"
        assert written.fault is not None
        if written.existing_id is not None:
            return f"taken by {self._number(written.existing_id)}"
        return "not there" if written.fault.code == "record_not_found" else written.fault.code

    def _number(self, id: str) -> int:
        return self._ids.index(id)
