"""A server that fails, answers nothing or loses its primary: each batch is applied once or not at all, never in part.

``failCommand`` makes the server refuse before it does anything; the proxy loses answers to what it did.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadbridge.kit.errors import Unavailable
from leadbridge.storage.batch import Applied, OutcomeUnknown, WriteBatch
from leadbridge.storage.mongo import MongoEngine
from leadbridge.storage.store import Store
from tests.contract.store.shapes import ACME, COUNTERS, KINDS, PEOPLE, applied, counter, person, put, store_on
from tests.support import wire_server
from tests.support.cutting_proxy import CuttingProxy
from tests.support.wire_server import LISTENER, POLLING, engine_in, failing, url_of

pytestmark = [
    pytest.mark.mongodb,
    pytest.mark.skipif(
        wire_server.real_server() is not None, reason="failCommand is a test command: off on real servers"
    ),
]
# the driver leaves a socket to the collector where a connection breaks while it is being made; it is collected here
pytestmark.append(
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
)
CONFLICT = {"errorCode": 112, "errorLabels": ["TransientTransactionError"]}
UNKNOWN_COMMIT = {"errorCode": 50, "errorLabels": ["UnknownTransactionCommitResult"]}
RETRIED_COMMIT = {"errorCode": 91, "errorLabels": ["UnknownTransactionCommitResult", "RetryableWriteError"]}
CLOSED = {"closeConnection": True}
NO_PRIMARY = {"errorCode": 10107, "errorLabels": ["RetryableWriteError"]}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let calls end after two seconds, not ten: the driver retries until then."""
    monkeypatch.setattr("leadbridge.storage.mongo.client.CALL_SECONDS", 2.0)
    monkeypatch.setattr("leadbridge.storage.mongo.writer.TRANSACTION_SECONDS", 2.0)
    yield
    gc.collect()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = store_on(engine_in(tmp_path, POLLING))
    await store.start(KINDS)
    yield store
    await store.close()


async def two_documents(store: Store, failure: dict[str, Any], commands: list[str], times: int) -> None:
    ada, bea = person(name="Ada"), person(name="Bea")
    await put(store, ada)
    batch = WriteBatch().patch(PEOPLE, ACME, ada.id, values={"name": "X"}, rev=1).insert(PEOPLE, bea)
    batch.after(COUNTERS, None, bea.id, add={"n": 1}, create={"companyId": ACME, "n": 0})
    with failing(commands, times, **failure):
        result = await store.write(batch)
    assert isinstance(result, Applied)
    assert await stamps(store, ada.id, result.batch) == (2, 1)
    assert await stamps(store, bea.id, result.batch) == (1, 1)
    counted = await store[COUNTERS].across_companies().get(bea.id)
    assert counted is not None
    assert counted.n == 1


async def stamps(store: Store, id: str, batch: str) -> tuple[Any, int]:
    """Return a person's ``rev``, and how often it remembers ``batch``."""
    body = (await store._engine.get(PEOPLE, None, [id]))[id]
    remembered = body["_b"]
    assert isinstance(remembered, list)
    return body["rev"], remembered.count(batch)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_write_conflict_replays_the_batch(store: Store, times: int) -> None:
    await two_documents(store, CONFLICT, ["update", "insert"], times)


@pytest.mark.parametrize("failure", [UNKNOWN_COMMIT, RETRIED_COMMIT, CLOSED], ids=["unknown", "retried", "closed"])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_commit_of_unknown_outcome_ends_applied_once(store: Store, failure: dict[str, Any], times: int) -> None:
    await two_documents(store, failure, ["commitTransaction"], times)


@pytest.mark.parametrize("failure", [CLOSED, NO_PRIMARY], ids=["closed", "no primary"])
@pytest.mark.parametrize("times", [1, 2, 3])
async def test_one_document_is_written_once(store: Store, failure: dict[str, Any], times: int) -> None:
    ada = person(name="Ada")
    with failing(["insert"], times, **failure):
        first = await store.write(WriteBatch().insert(PEOPLE, ada))
    assert isinstance(first, Applied)
    with failing(["update"], times, **failure):
        second = await store.write(WriteBatch().patch(PEOPLE, ACME, ada.id, values={"name": "X"}, rev=1))
    assert isinstance(second, Applied)
    assert await stamps(store, ada.id, first.batch) == (2, 1)
    assert await stamps(store, ada.id, second.batch) == (2, 1)
    with failing(["delete"], times, **failure):
        applied(await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id, rev=2)))
    assert await store[PEOPLE].of(ACME).get(ada.id) is None


@pytest.mark.parametrize("failure", [CONFLICT, CLOSED, NO_PRIMARY], ids=["conflict", "closed", "no primary"])
async def test_a_server_that_goes_on_failing_leaves_nothing_of_the_batch(
    store: Store, failure: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadbridge.storage.mongo.writer.TRANSACTION_SECONDS", 0.5)
    ada, bea = person(name="Ada"), person(name="Bea")
    await put(store, ada)
    batch = WriteBatch().patch(PEOPLE, ACME, ada.id, values={"name": "X"}, rev=1).insert(PEOPLE, bea)
    commands = ["update", "insert", "commitTransaction"]
    with failing(commands, 10_000, **failure), pytest.raises((Unavailable, OutcomeUnknown)) as caught:
        await store.write(batch)
    assert "127.0.0.1" in str(caught.value)
    found = await store[PEOPLE].of(ACME).get_many([ada.id, bea.id])
    assert found == {ada.id: ada.model_copy(update={"rev": 1})}


@asynccontextmanager
async def behind_a_proxy(tmp_path: Path) -> AsyncIterator[tuple[Store, CuttingProxy]]:
    parts = urlsplit(url_of(tmp_path.name.replace("[", "_")))
    proxy = CuttingProxy(parts.port or 27017)
    port = await proxy.start()
    store = store_on(
        MongoEngine(
            f"mongodb://127.0.0.1:{port}{parts.path}?directConnection=true&serverMonitoringMode=poll",
            listeners=[LISTENER],
        )
    )
    await store.start(KINDS)
    try:
        yield store, proxy
    finally:
        await store.close()
        await proxy.stop()


@pytest.mark.parametrize("cuts", [1, 2])
async def test_a_lost_answer_to_one_write_is_found_in_the_document(tmp_path: Path, cuts: int) -> None:
    async with behind_a_proxy(tmp_path) as (store, proxy):
        ada = person(name="Ada")
        proxy.command, proxy.cuts = "insert", cuts
        first = await store.write(WriteBatch().insert(PEOPLE, ada))
        assert (isinstance(first, Applied), proxy.cuts) == (True, 0)
        proxy.command, proxy.cuts = "update", cuts
        batch = WriteBatch().patch(PEOPLE, ACME, ada.id, values={"name": "X"}, rev=1)
        second = await store.write(batch.after(COUNTERS, None, "c", add={"n": 1}, create={"companyId": ACME, "n": 0}))
        assert isinstance(second, Applied)
        assert proxy.cuts == 0
        assert await stamps(store, ada.id, second.batch) == (2, 1)
        counted = await store[COUNTERS].across_companies().get("c")
        assert counted is not None
        assert counted.n == 1  # what follows the commit still follows it


@pytest.mark.parametrize("cuts", [1, 2])
async def test_a_lost_answer_to_a_commit_is_found_in_the_document(tmp_path: Path, cuts: int) -> None:
    async with behind_a_proxy(tmp_path) as (store, proxy):
        ada, bea = person(name="Ada"), person(name="Bea")
        proxy.command, proxy.cuts = "commitTransaction", cuts
        result = await store.write(WriteBatch().insert(PEOPLE, ada).insert(PEOPLE, bea))
        assert isinstance(result, Applied)
        assert proxy.cuts == 0
        assert [await stamps(store, one.id, result.batch) for one in (ada, bea)] == [(1, 1), (1, 1)]


@pytest.mark.parametrize("cuts", [1, 2, 4])
async def test_a_lost_answer_to_a_counter_counts_once(tmp_path: Path, cuts: int) -> None:
    async with behind_a_proxy(tmp_path) as (store, proxy):
        applied(await store.write(WriteBatch().insert(COUNTERS, counter("c"))))
        proxy.command, proxy.cuts = "update", cuts
        applied(await store.write(WriteBatch().after(COUNTERS, None, "c", add={"n": 1})))
        assert proxy.cuts == 0
        counted = await store[COUNTERS].across_companies().get("c")
        assert counted is not None
        assert counted.n == 1


async def test_deletes_whose_answer_was_lost_are_repeated(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path) as (store, proxy):
        ada = person(name="Ada")
        await put(store, ada)
        proxy.command, proxy.cuts = "delete", 2
        applied(await store.write(WriteBatch().delete(PEOPLE, ACME, ada.id)))
        assert proxy.cuts == 0
        assert await store[PEOPLE].of(ACME).get(ada.id) is None


async def test_a_server_that_is_gone_is_unavailable_and_named_without_secrets(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path) as (store, proxy):
        await proxy.stop()
        with pytest.raises((Unavailable, OutcomeUnknown), match=r"127\.0\.0\.1"):
            await store.write(WriteBatch().insert(PEOPLE, person()))
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
            await store[PEOPLE].of(ACME).get("f" * 24)
