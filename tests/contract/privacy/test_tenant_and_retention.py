"""Erasing a company, killed erasures, and data that is past its time."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from leadbridge.integrations.hints.model import HINTS, StoredHint
from leadbridge.integrations.model import TOKENS
from leadbridge.kinds import KINDS
from leadbridge.leads.imports.model import ROW_REPORTS
from leadbridge.leads.service import Filters
from leadbridge.privacy.model import COMPANY_ERASURES, ERASURES, ErasureState
from leadbridge.privacy.retention import Keep, Retention
from leadbridge.privacy.service import RESUMED_AFTER, SETTLE
from leadbridge.security.errors import SealBroken
from leadbridge.security.model import DATA_KEYS
from leadbridge.storage.backup import all_documents
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.sync.links import fresh
from leadbridge.sync.model import LINKS
from leadbridge.tenancy.model import COMPANIES, Company
from leadbridge.usage.model import ERRORS, USAGE_EVENTS, Category, EventType
from leadbridge.usage.service import Failure
from tests.contract.privacy.conftest import BY, House
from tests.contract.privacy.test_rotation import go, opened, seal_tokens, worker
from tests.support.hub_in_process import running_hub

OTHER = "b" * 24


async def test_a_company_is_erased_with_its_keys_and_nothing_of_others(house: House) -> None:
    neighbour = Company(id=OTHER, company_id=OTHER, name="Neighbour", created_at=house.clock.now())
    await house.hub.store.write(WriteBatch().insert(COMPANIES, neighbour))
    theirs = House(house.hub, house.clock, OTHER, house.folder)
    kept = await seal_tokens(theirs, 1)
    await theirs.lead(firstName="Neighbour")
    ids = await seal_tokens(house, 1)
    tokens = await house.hub.store[TOKENS].of(house.company).get(ids[0])
    assert tokens is not None
    await house.bring("First name,E-mail\n" + "".join(f"P{n},p{n}@x.example\n" for n in range(700)))
    lead = await house.lead(firstName="One", email="one@x.example")
    await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    erasure = await house.hub.company_erasures.erase(house.company)
    assert erasure.state is ErasureState.SETTLING
    assert erasure.documents > 700
    left = [
        (kind.name, body)
        async for kind, body in all_documents(house.hub.store.engine, KINDS)
        if house.company in json.dumps(body)
    ]
    assert [name for name, _ in left] == ["company_erasures"]
    with pytest.raises(SealBroken):
        await house.hub.vault.open(house.company, TOKENS.name, ids[0], "access", tokens.access)
    assert (await opened(house.hub.store, house.hub.vault, OTHER, kept[0]))[0] == f"access {kept[0]}"
    assert (await house.hub.leads.page(OTHER, Filters(), limit=10)).items[0].first_name == "Neighbour"
    await house.hub.vault.seal(house.company, "x", "y", "z", "a key made by somebody who was late")
    house.clock.advance(SETTLE.total_seconds())
    assert await house.hub.company_erasures.sweep() == 1
    assert (await house.hub.store[DATA_KEYS].of(house.company).find()).items == []
    done = await house.hub.store[COMPANY_ERASURES].across_companies().get(house.company)
    assert done is not None
    assert done.state is ErasureState.DONE


async def test_what_is_past_its_time_goes_and_the_rest_stays(house: House) -> None:
    job = await house.bring("First name,E-mail\n,\nA,no address\n,not an address\nB,b@x.example\n")
    assert (await house.hub.store[ROW_REPORTS].of(house.company).find()).items != []
    usage = house.hub.usage

    async def happen() -> None:
        event = usage.event(house.company, EventType.CRM_SYNC, Category.CRM, succeeded=True, milliseconds=1)
        await usage.record(event)
        failure = Failure(
            operation=house.hub.ids(), code="c", message="m", cause="c", hint="h", retryable=False, provider="p"
        )
        await usage.record_failures(house.company, [failure])

    async def held() -> tuple[int, int, int]:
        store = house.hub.store
        events = (await store[USAGE_EVENTS].of(house.company).find()).items
        errors = (await store[ERRORS].of(house.company).find()).items
        return len(events), len(errors), len((await store[ROW_REPORTS].of(house.company).find()).items)

    await happen()
    events, errors, reports = await held()
    assert await run(house, 89) == {}
    assert await held() == (events, errors, reports)
    await happen()
    assert await run(house, 2) == {"error_log": 1, "import_rejects": reports}
    assert await held() == (events + 1, 1, 0)
    assert (await house.hub.imports.get(house.company, job.id)).counts.read == 3
    gone = await run(house, 320)
    assert gone["UsageEvent"] == events  # the one of day 89 is 322 days old


async def test_the_operator_says_how_long_each_kind_is_kept(house: House) -> None:
    failure = Failure("sync_leads", "code", "message", "cause", "hint", retryable=False)
    await house.hub.usage.record_failures(house.company, [failure])
    event = house.hub.usage.event(house.company, EventType.CRM_SYNC, Category.CRM, succeeded=True, milliseconds=1)
    await house.hub.usage.record(event)
    house.clock.advance(timedelta(days=8).total_seconds())
    keep = Keep(usage=30, errors=7)
    found = await Retention(house.hub.store, house.hub.rotation, keep).run_once(house.clock.now())
    assert {name: number for name, number in found.items() if number} == {"error_log": 1}


async def test_of_a_vendors_news_only_so_much_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadbridge.privacy.retention.COUNTED", ((HINTS, "receivedAt", 3),))
    now, batch = house.clock.now(), WriteBatch()
    for number in range(5):
        received = now - timedelta(minutes=5 - number)
        hint = StoredHint(
            id=f"hint-{number}",
            company_id=house.company,
            connection_id="f" * 24,
            provider="hubspot",
            object="contacts",
            record_id=str(number),
            change="changed",
            occurred_at=received,
            received_at=received,
        )
        batch.insert(HINTS, hint)
    await house.hub.store.write(batch)
    assert (await house.hub.retention.run_once(now))["hints"] == 2
    kept = await house.hub.store[HINTS].of(house.company).find(order=["receivedAt"], limit=10)
    assert [one.record_id for one in kept.items] == ["2", "3", "4"]
    assert "hints" not in await run(house, 0)


async def run(house: House, days: int) -> dict[str, int]:
    """Let ``days`` pass and return what retention deleted."""
    house.clock.advance(timedelta(days=days).total_seconds())
    found = await house.hub.retention.run_once(house.clock.now())
    return {name: number for name, number in found.items() if number}


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []
    yield made
    for process in made:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[House]:
    async with running_hub(tmp_path / "hub") as under_test:
        yield House(under_test.hub, None, under_test.company_id, tmp_path / "hub")  # type: ignore[arg-type]


async def test_an_erasure_killed_in_the_middle_is_finished_by_the_sweep(
    files: House, workers: list[subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = files.hub
    lead = await files.lead(email="gone@x.example", firstName="Gone")
    ids = [hub.ids() for _ in range(6000)]
    for start in range(0, 6000, 500):
        batch = WriteBatch()
        for n in range(start, start + 500):
            link = fresh(ids[n], files.company, f"{n:024x}", "contacts", "leads", lead.id)
            batch.insert(LINKS, msgspec.structs.replace(link, crm_id=str(n)))
        assert isinstance(await hub.store.write(batch), Applied)
    process = await worker(workers, what="erase", company=files.company, lead=lead.id, dataDir=str(files.folder))
    go(process)
    # a look at every twelfth is quick: the kill comes while most are there still
    while len(await hub.store[LINKS].of(files.company).get_many(ids[::12])) == 500:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    await asyncio.to_thread(process.wait)
    links = (await hub.store[LINKS].of(files.company).find(limit=6000, max_scan=6000)).items
    assert 0 < len(links) < 6000
    assert (await hub.leads.get(files.company, lead.id)).first_name == "Gone"  # the record itself goes last
    (erasure,) = (await hub.store[ERASURES].of(files.company).find()).items
    assert erasure.state is ErasureState.RUNNING
    later = hub.clock.now() + RESUMED_AFTER
    monkeypatch.setattr(hub.clock, "now", lambda: later)
    assert await hub.privacy.sweep() == 1
    assert (await hub.store[LINKS].of(files.company).find()).items == []
    assert (await hub.leads.page(files.company, Filters(), limit=5)).items == []
    assert (await hub.privacy.one(files.company, erasure.id)).state is ErasureState.SETTLING
