"""What the engine does at start, what it sends, and what an operator is told."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadbridge.kit.errors import StartRefused
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.doctor import Level, short_check
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.mongo.indexes import META
from leadbridge.storage.mongo.statements import Find, by_ids, by_values, walk
from leadbridge.storage.query import Scan
from tests.contract.store.shapes import ACME, KINDS, PEOPLE, Person, applied, person, put, store_on
from tests.support import wire_server
from tests.support.hub import free_port
from tests.support.wire_server import LISTENER, engine_in

pytestmark = [
    pytest.mark.mongodb,
    # the driver leaves a socket to the collector where a connection breaks while it is being made
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
REAL_ONLY = pytest.mark.skipif(
    wire_server.real_server() is None,
    reason="the wire server's explain shows a SORT over IXSCAN where MongoDB has none",
)


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[MongoEngine]:
    engine = engine_in(tmp_path)
    await engine.start(KINDS)
    yield engine
    await engine.close()


def database(engine: MongoEngine) -> Any:
    return engine.client[engine.address.database]


async def test_the_listener_catches_what_is_beyond_the_subset(engine: MongoEngine) -> None:
    await put(store_on(engine), person(name="n"))
    assert LISTENER.take() == []
    async with await database(engine).people.aggregate([{"$match": {"name": {"$regex": "n"}}}]) as cursor:
        await cursor.to_list()
    await database(engine).people.find({"name": {"$nin": ["x"]}}).to_list()
    assert {"command aggregate", "query operator $nin"} <= set(LISTENER.take())


async def test_every_read_asks_for_the_majority_and_every_write_for_its_journals(engine: MongoEngine) -> None:
    store = store_on(engine)
    ada, bea = person(name="n", tags=("t",)), person()
    LISTENER.take()
    applied(await store.write(WriteBatch().insert(PEOPLE, ada)))
    applied(await store.write(WriteBatch().insert(PEOPLE, bea).patch(PEOPLE, ACME, ada.id, values={"age": 1}, rev=1)))
    await store[PEOPLE].of(ACME).find(order=("tags",))
    assert {name for name, _ in LISTENER.sent} == {"find", "insert", "update", "commitTransaction"}
    for name, command in LISTENER.sent:
        if name == "find" and "txnNumber" not in command:
            assert command["readConcern"] == {"level": "majority"}
        elif command.get("startTransaction"):
            assert command["readConcern"]["level"] == "snapshot"
        if name == "commitTransaction" or (name in ("insert", "update") and "autocommit" not in command):
            concern = command["writeConcern"]
            assert (concern["w"], concern["j"]) == ("majority", True)
        assert command["maxTimeMS"] > 0


async def test_times_and_identifiers_are_bson_in_the_database(engine: MongoEngine) -> None:
    ada = person(seen_at=datetime(2026, 1, 2, tzinfo=UTC))
    await put(store_on(engine), ada)
    raw = await database(engine).people.find_one()
    assert {name: type(raw[name]).__name__ for name in ("_id", "companyId", "seenAt")} == {
        "_id": "ObjectId", "companyId": "ObjectId", "seenAt": "datetime",
    }  # fmt: skip


async def test_several_starts_at_once_and_changed_declarations(tmp_path: Path) -> None:
    engines = [engine_in(tmp_path) for _ in range(4)]
    await asyncio.gather(*(engine.start(KINDS) for engine in engines))
    ours = database(engines[0]).people
    await ours.create_index("note", name="mine")
    names = {"lb_company", "lb_name", "lb_key", "lb_tagsAge", "mine"}
    assert names <= set(await ours.index_information())
    changed = Kind("people", Person, (Index("name", ("companyId", "name", "age")), Index("city", ("city",))))
    await engines[1].start([changed])
    after = await ours.index_information()
    assert set(after) == {"_id_", "lb_company", "lb_name", "lb_city", "mine"}
    assert [path for path, _ in after["lb_name"]["key"]] == ["companyId", "name", "age", "_id"]
    for engine in engines:
        await engine.close()


async def test_refusals_at_start(engine: MongoEngine, tmp_path: Path) -> None:
    await put(store_on(engine), person(note="x"), person(note="x"))
    unique = Kind("people", Person, (Index("note", ("companyId", "note"), unique=True),))
    again = engine_in(tmp_path)
    with pytest.raises(StartRefused, match=r"people that break its unique index \(note\)"):
        await again.start([unique])
    await database(engine)[META].update_one({"_id": "format"}, {"$set": {"format": 99}})
    with pytest.raises(StartRefused, match="written by a newer Leadbridge"):
        await again.start(KINDS)
    gone = MongoEngine(f"mongodb://user:secret@127.0.0.1:{free_port()}/db?serverSelectionTimeoutMS=300")
    with pytest.raises(StartRefused, match=r"answers at 127\.0\.0\.1") as caught:
        await gone.start(KINDS)
    assert "secret" not in str(caught.value)


async def test_the_doctor_finds_all_well_and_what_is_not(engine: MongoEngine) -> None:
    assert {finding.level for finding in await short_check(engine)} == {Level.OK}
    await database(engine).people.drop_index("lb_cityAge")
    findings = await short_check(engine, lambda: datetime.now(UTC) + timedelta(seconds=60))
    bad = " ".join(finding.what for finding in findings if finding.level is Level.FAILED)
    assert "Indexes differ from what is declared: people" in bad
    assert "60 s apart" in bad


SCANS = {
    "name": ("name", {"companyId": ACME}, ("name",), None),
    "name behind": ("name", {"companyId": ACME}, ("name",), ("n0100", "f" * 24)),
    "two behind": ("cityAge", {"companyId": ACME}, ("city", "age"), ("Rome", 100, "f" * 24)),
    "element": ("tagsAge", {"companyId": ACME, "tags": "t"}, ("age",), None),
    "unique": ("key", {"companyId": ACME}, ("key",), None),
}


def questions() -> list[Find]:
    found = [by_ids(PEOPLE, ACME, ["f" * 24]), by_values(PEOPLE, ACME, PEOPLE.index("key"), ["k1"])]
    for name, eq, order, after in SCANS.values():
        for descending in (False, True):
            found += walk(PEOPLE, Scan(PEOPLE.index(name), eq, order, None, None, after, descending))
    return [find for find in found if find is not None]


@REAL_ONLY
async def test_every_shape_reads_an_index_in_order_and_no_more_than_it_needs(engine: MongoEngine) -> None:
    many = [person(name=f"n{n:04}", city="Rome", age=n, key=f"k{n}", tags=("t",)) for n in range(900)]
    await put(store_on(engine), *many)
    limit = 10
    for find in questions():
        asked: dict[str, Any] = {"find": "people", "filter": find.filter, "limit": limit}
        asked |= {"hint": find.hint} if find.hint else {}
        asked |= {"sort": dict(find.sort)} if find.sort else {}
        plan = await database(engine).command({"explain": asked, "verbosity": "executionStats"})
        stages = str(plan["queryPlanner"]["winningPlan"])
        assert "'SORT'" not in stages, find
        assert "COLLSCAN" not in stages, find
        assert plan["executionStats"]["totalKeysExamined"] <= limit + 1, find


async def test_the_server_of_the_tests_ends_with_their_process() -> None:
    if wire_server.real_server() is not None:
        pytest.skip("a real server is not ours to end")
    script = "from tests.support.wire_server import server; import os, signal; print(server(), flush=True); "
    script += "os.kill(os.getpid(), signal.SIGKILL)"
    child = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, env=dict(os.environ), timeout=60
    )
    port = urlsplit(child.stdout.strip()).port
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        await asyncio.sleep(0.1)
    raise AssertionError("the wire server outlived its tests")
