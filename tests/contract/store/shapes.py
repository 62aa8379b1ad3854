"""Kinds of documents made for the suite: every sort of index over every sort of value."""

from __future__ import annotations

import random
from datetime import datetime

from leadbridge.kit.clock import SystemClock
from leadbridge.kit.document import LeanDocument, Record
from leadbridge.kit.ids import object_ids
from leadbridge.storage.batch import Applied, WriteBatch, WriteResult
from leadbridge.storage.engine import Engine
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.store import Store

ACME = "a" * 24
OTHER = "b" * 24


class Person(Record):
    name: str | None = None
    key: str | None = None
    city: str | None = None
    age: int | None = None
    score: float | None = None
    active: bool | None = None
    seen_at: datetime | None = None
    tags: tuple[str, ...] = ()
    provider: str | None = None
    external: str | None = None
    note: str = ""
    address: dict[str, str] | None = None


class Counter(LeanDocument, frozen=True, kw_only=True, rename="camel"):
    state: str | None = None
    at: int | None = None
    n: int = 0
    marks: tuple[int, ...] = ()


PEOPLE = Kind(
    "people",
    Person,
    (
        Index("name", ("companyId", "name")),
        Index("key", ("companyId", "key"), unique=True),
        Index("external", ("companyId", "provider", "external"), unique=True),
        Index("cityAge", ("companyId", "city", "age")),
        Index("score", ("companyId", "score")),
        Index("active", ("companyId", "active")),
        Index("seen", ("companyId", "seenAt")),
        Index("street", ("companyId", "address.street")),
        Index("tags", ("companyId", "tags"), multi=True),
        Index("tagsAge", ("companyId", "tags", "age"), multi=True),
        Index("nameAll", ("name",)),
    ),
)
COUNTERS = Kind(
    "counters",
    Counter,
    (Index("state", ("state", "at")), Index("at", ("at",)), Index("marks", ("marks",), multi=True)),
    tenant=False,
)
KINDS = (PEOPLE, COUNTERS)

new_id = object_ids(SystemClock())


def person(company: str = ACME, id: str | None = None, **fields: object) -> Person:
    """Return a person with a new id unless one is given."""
    return Person.model_validate({"_id": id or new_id(), "companyId": company, **fields})


def counter(id: str, **fields: object) -> Counter:
    """Return a counter document."""
    return Counter(id=id, company_id=ACME, **fields)  # type: ignore[arg-type]


def store_on(engine: Engine) -> Store:
    """Return a store with the machine's clock and seeded jitter."""
    return Store(engine, SystemClock(), new_id, random.Random(7))


async def put(store: Store, *people: Person) -> None:
    """Store ``people`` in one batch."""
    batch = WriteBatch()
    for one in people:
        batch.insert(PEOPLE, one)
    applied(await store.write(batch))


def applied(result: WriteResult) -> None:
    """Fail unless the batch was applied."""
    assert isinstance(result, Applied), result
