"""The file itself: what start refuses, what it brings up to date, and what a failing disk does."""

# ruff: noqa: ASYNC240
from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbridge.kit.errors import StartRefused, Unavailable
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.kind import Index, Kind
from leadbridge.storage.open import open_engine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.connection import check_version
from tests.contract.store.shapes import ACME, KINDS, PEOPLE, Person, applied, person, put, store_on


async def refusal(path: Path, kinds: tuple[Kind[Person], ...] = (PEOPLE,)) -> StartRefused:
    with pytest.raises(StartRefused) as caught:
        await SqliteEngine(path, busy_seconds=0.2).start(kinds)
    assert caught.value.hint
    return caught.value


def _foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE invoices (number)")
    connection.close()


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "leadbridge:meta" (key TEXT PRIMARY KEY, value)')
        connection.execute("INSERT INTO \"leadbridge:meta\" VALUES ('format', 99)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b"name,email\n" * 500), "is not an SQLite database"),
        (lambda path: path.mkdir(), "is a folder"),
        (_foreign, "is a database of another program"),
        (_newer, "was written by a newer Leadbridge"),
    ],
    ids=["csv", "folder", "foreign", "newer"],
)
async def test_a_file_that_is_no_store_of_ours_is_refused(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "hub.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    refused = await refusal(path)
    assert message in refused.message
    assert str(path) in refused.message
    assert (path.read_bytes() if path.is_file() else None) == before


async def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    refused = await refusal(tmp_path / "absent" / "hub.db")
    assert "folder" in refused.message
    assert "does not exist" in refused.message
    assert not (tmp_path / "absent").exists()


async def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    user = os.geteuid()
    tmp_path.chmod(0o500)
    if user == 0:  # the superuser may write everywhere
        os.seteuid(65534)
    try:
        refused = await refusal(tmp_path / "hub.db")
    finally:
        os.seteuid(user)
        tmp_path.chmod(0o700)
    assert "cannot be opened for writing: Permission denied" in refused.message


async def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = store_on(SqliteEngine(path))
    await store.start(KINDS)
    await put(store, *(person(name=f"n{n}", note="x" * 500) for n in range(200)))
    await store.close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    assert "is damaged" in (await refusal(path)).message


async def test_a_file_locked_by_another_program_is_refused_in_time(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert "is locked by another program" in (await refusal(path)).message
    finally:
        other.close()


def test_an_old_sqlite_is_refused() -> None:
    check_version((3, 35, 0))
    with pytest.raises(StartRefused, match=r"uses SQLite 3\.34\.1; at least 3\.35 is needed"):
        check_version((3, 34, 1))


async def test_the_file_is_private_and_wiped_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    engine = SqliteEngine(path)
    store = store_on(engine)
    await store.start(KINDS)
    secret = person(name="Zaphod Beeblebrox")
    await put(store, secret, person(name="Ford"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    applied(await store.write(WriteBatch().delete(PEOPLE, ACME, secret.id)))
    await store.close()
    assert not path.with_name("hub.db-wal").exists()
    content = path.read_bytes()
    assert b"Ford" in content
    assert b"Beeblebrox" not in content


async def test_a_locked_file_makes_writes_fail_whole_and_readable_until_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = store_on(SqliteEngine(path, busy_seconds=0.2))
    await store.start(KINDS)
    ada, bea = person(name="Ada"), person(name="Bea")
    await put(store, ada)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(Unavailable) as caught:
            await put(store, bea)
        assert caught.value.message == "The database hub.db is locked by another program."
        assert await store[PEOPLE].of(ACME).get(ada.id) is not None
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert await store[PEOPLE].of(ACME).get(bea.id) is None
    await put(store, bea)
    await store.close()


async def test_a_full_disk_makes_writes_fail_whole_until_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = store_on(SqliteEngine(path))
    await store.start(KINDS)
    ada = person(name="Ada")
    await put(store, ada)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    many = [person(note="x" * 200_000) for _ in range(10)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(Unavailable) as caught:
            await put(store, *many)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "hub.db" in caught.value.message
    assert str(tmp_path) not in caught.value.message
    people = store[PEOPLE].of(ACME)
    assert [one.id for one in (await people.find()).items] == [ada.id]
    await put(store, *many)
    assert len((await people.find()).items) == 11
    await store.close()


async def test_a_closed_store_answers_unavailable_and_opens_again(tmp_path: Path) -> None:
    engine = SqliteEngine(tmp_path / "hub.db")
    store = store_on(engine)
    for _ in range(2):
        with pytest.raises(Unavailable, match="closed"):
            await store[PEOPLE].of(ACME).get("x")
        with pytest.raises(Unavailable, match="closed"):
            await put(store, person())
        await store.close()
    await store.start(KINDS)
    await put(store, person(name="Ada"))
    await store.close()
    await store.close()
    await store.start(KINDS)
    assert len((await store[PEOPLE].of(ACME).find()).items) == 1
    await store.close()


async def test_batches_handed_over_before_closing_are_written(tmp_path: Path) -> None:
    store = store_on(SqliteEngine(tmp_path / "hub.db"))
    await store.start(KINDS)
    writes = [asyncio.create_task(store.write(WriteBatch().insert(PEOPLE, person()))) for _ in range(500)]
    await asyncio.sleep(0)
    await store.close()
    assert all(isinstance(result, Applied) for result in await asyncio.gather(*writes))
    await store.start(KINDS)
    assert len((await store[PEOPLE].of(ACME).find(limit=1000)).items) == 500
    await store.close()


def _people(*indexes: Index) -> Kind[Person]:
    return Kind("people", Person, indexes)


def _objects(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master") if ":" in name}
    finally:
        connection.close()


async def test_indexes_follow_their_declarations(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    none = _people()
    store = store_on(SqliteEngine(path))
    await store.start([none])
    batch = WriteBatch()
    for name, tags in (("Ada", ("x", "y")), ("Bea", ("y",)), ("Cleo", ())):
        batch.insert(none, person(name=name, tags=tags, provider=name.lower()))
    applied(await store.write(batch))
    bare = _objects(path)

    some = _people(Index("what", ("companyId", "name")), Index("tags", ("companyId", "tags"), multi=True))
    await store.start([some])
    assert [one.name for one in (await store[some].of(ACME).find(eq={"name": "Bea"})).items] == ["Bea"]
    assert [one.name for one in (await store[some].of(ACME).find(eq={"tags": "y"})).items] == ["Ada", "Bea"]
    connection = sqlite3.connect(path)
    connection.execute("CREATE INDEX operator_made ON people (rev)")
    connection.close()

    # the same names over other fields are built anew; what is no longer declared goes
    changed = _people(
        Index("what", ("companyId", "provider")), Index("tags", ("companyId", "tags", "name"), multi=True)
    )
    await store.start([changed])
    people = store[changed].of(ACME)
    assert [one.name for one in (await people.find(eq={"provider": "cleo"})).items] == ["Cleo"]
    found = await people.find(eq={"tags": "y"}, order=("name",), descending=True)
    assert [one.name for one in found.items] == ["Bea", "Ada"]
    await store.start([none])
    assert _objects(path) == bare
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'operator_made'").fetchone()
    connection.close()
    await store.close()


async def test_a_unique_index_over_duplicates_is_refused_and_the_file_kept(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    store = store_on(SqliteEngine(path))
    await store.start([_people()])
    applied(await store.write(WriteBatch().insert(_people(), person(key="k")).insert(_people(), person(key="k"))))
    await store.close()
    refused = await refusal(path, (_people(Index("key", ("companyId", "key"), unique=True)),))
    assert "break its unique index people:key" in refused.message
    await store.start([_people()])
    assert len((await store[_people()].of(ACME).find()).items) == 2
    await store.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("leadbridge.db", "not an address"),
        ("sqlite://hub.db", "three slashes"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///folder/", "names no file"),
        ("sqlite:///hub.db?mode=ro", "takes no options"),
        ("memory://x", "names no place"),
        ("mongodb://user:secret@", "not a valid MongoDB address"),
        ("mongodb://user:se/cret@host/db", "not a valid MongoDB address"),
        ("postgres://user:secret@host/db", "starts with postgres://"),
    ],
)
def test_an_address_that_names_no_store_is_refused_with_the_forms_that_do(url: str, message: str) -> None:
    with pytest.raises(StartRefused, match=message) as caught:
        open_engine(url)
    form = "mongodb://user:password@host:27017/leadbridge" if "MongoDB" in message else "sqlite:///leadbridge.db"
    assert form in caught.value.hint
    assert "secret" not in str(caught.value)


async def test_addresses_of_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url in ("sqlite:///one.db", f"sqlite:///{tmp_path}/two words %41.db", "memory://"):
        store = store_on(open_engine(url))
        await store.start(KINDS)
        await put(store, person(name="Ada"))
        assert len((await store[PEOPLE].of(ACME).find()).items) == 1
        await store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one.db",
        "one.db.lock",
        "two words %41.db",
        "two words %41.db.lock",
    ]
