"""Backups: whole or refused, sealed as they were, and what happened since is done again after a restore."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from leadbridge.app import Hub
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import CONNECTIONS, TOKENS, AccountInfo, Connection
from leadbridge.integrations.tokendocs import state_of
from leadbridge.integrations.tokens import AttemptState
from leadbridge.kinds import KINDS
from leadbridge.kit.errors import StartRefused
from leadbridge.leads.errors import PersonErased
from leadbridge.leads.model import LEADS
from leadbridge.privacy.errors import JournalUnusable, RestoreRefused
from leadbridge.privacy.restore import Backups
from leadbridge.storage.backup import BadBackup, all_documents
from leadbridge.storage.batch import WriteBatch
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.sqlite import SqliteEngine
from leadbridge.storage.sqlite.snapshot import refuse_while_open
from leadbridge.storage.state import STATE_ID, STORE_STATE, StoreState, store_state
from leadbridge.usage.service import ErrorFilter
from tests.contract.privacy.conftest import BY, House, started
from tests.contract.privacy.test_rotation import SECRET, opened, seal_tokens


async def bodies(hub: Hub) -> dict[tuple[str, str], dict[str, object]]:
    """Return every stored document but the store's own state, without the batches that wrote it."""
    return {
        (kind.name, str(body["_id"])): {name: value for name, value in body.items() if name != "_b"}
        async for kind, body in all_documents(hub.store.engine, KINDS)
        if kind is not STORE_STATE
    }


async def fill(house: House) -> None:
    await house.bring("First name,E-mail\n" + "".join(f"P{n},p{n}@x.example\n" for n in range(1200)))
    await seal_tokens(house, 2)


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
async def test_a_store_comes_back_as_it_was_on_any_engine(house: House, engine: str) -> None:
    await fill(house)
    file = house.folder / "hub.backup"
    summary = await house.hub.backups.write(file, "test")
    before = await bodies(house.hub)
    assert summary.documents == len(before)
    assert file.stat().st_mode & 0o077 == 0
    text = gzip.decompress(file.read_bytes())
    assert SECRET.encode() not in text
    assert house.hub.settings.master_key.read_bytes().strip() not in text
    other = MemoryEngine() if engine == "memory" else SqliteEngine(house.folder / "other.db")
    hub = await started(house.folder, other, house.clock)
    try:
        restored = await hub.backups.restore(file, replace=False)
        assert restored.epoch == 1
        assert await bodies(hub) == before
        tokens = (await hub.store[TOKENS].of(house.company).find()).items
        for one in tokens:
            texts = await opened(hub.store, hub.vault, house.company, one.id)
            assert texts == (f"access {one.id}", f"{SECRET} {one.id}")
        with pytest.raises(RestoreRefused, match="not empty"):
            await hub.backups.restore(file, replace=False)
        assert (await hub.backups.restore(file, replace=True)).epoch == 2
        assert await bodies(hub) == before
    finally:
        await hub.close()


async def test_a_damaged_file_changes_nothing(house: House) -> None:
    await house.lead(firstName="Somebody")
    file = house.folder / "hub.backup"
    await house.hub.backups.write(file, "test")
    before = await bodies(house.hub)
    whole, text = file.read_bytes(), gzip.decompress(file.read_bytes())
    lines = text.splitlines(keepends=True)
    bad = {
        "cut off": whole[: len(whole) // 2],
        "cut off at a line": gzip.compress(b"".join(lines[:-1])),
        "no gzip": b"hello",
        "nothing": b"",
        "a flipped byte": whole[:200] + bytes([whole[200] ^ 1]) + whole[201:],
        "a changed document": gzip.compress(text.replace(b"Somebody", b"Sombrero")),
        "a document left out": gzip.compress(b"".join(lines[:3] + lines[4:])),
        "longer": gzip.compress(text + lines[3]),
        "another program's": gzip.compress(b'{"a": 1}\n'),
    }
    changed = text.replace(b"Somebody", b"Sombrero").splitlines(keepends=True)
    good, forged = (hashlib.sha256(b"".join(one[:-1])).hexdigest().encode() for one in (lines, changed))
    bad["changed with its checksum"] = gzip.compress(b"".join(changed).replace(good, forged))
    for name, data in bad.items():
        damaged = house.folder / "damaged"
        damaged.write_bytes(data)
        with pytest.raises(BadBackup) as refused:
            await house.hub.backups.restore(damaged, replace=True)
        assert refused.value.message.count(".") >= 1, name
        assert await bodies(house.hub) == before, name
    with pytest.raises(BadBackup, match="does not exist"):
        await house.hub.backups.restore(house.folder / "none", replace=True)
    with pytest.raises(BadBackup, match="exists already"):
        await house.hub.backups.write(file, "test")
    damaged.write_bytes(gzip.compress(text.replace(b'"leads":1', b'"leads":2', 1)))
    with pytest.raises(BadBackup, match="newer Leadbridge"):
        await house.hub.backups.restore(damaged, replace=True)
    assert list(house.folder.glob(".hub.backup*")) == []


async def test_who_was_erased_since_is_erased_again(house: House) -> None:
    gone = await house.lead(email="gone@x.example", firstName="Gone")
    back = await house.lead(email="back@x.example", firstName="Back")
    stays = await house.lead(email="stays@x.example", firstName="Stays")
    early = house.folder / "early.backup"
    await house.hub.backups.write(early, "test")  # before the company has a key for its hashes
    for lead in (gone, back):
        await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    again = await house.lead(email="back@x.example", firstName="Again", allowErased=True)
    late = house.folder / "late.backup"
    await house.hub.backups.write(late, "test")
    restored = await house.hub.backups.restore(early, replace=True)
    assert restored.replayed.people == 2
    left = (await house.hub.store[LEADS].of(house.company).find()).items
    assert [lead.id for lead in left] == [stays.id]
    with pytest.raises(PersonErased):
        await house.lead(email="gone@x.example")
    await house.lead(email="back@x.example")  # has agreed again, and the journal knows
    restored = await house.hub.backups.restore(late, replace=True)
    assert restored.replayed.people == 0
    assert {lead.id for lead in (await house.hub.store[LEADS].of(house.company).find()).items} == {stays.id, again.id}


async def test_an_erased_company_does_not_come_back(house: House) -> None:
    file = house.folder / "hub.backup"
    await house.hub.backups.write(file, "test")
    await house.hub.company_erasures.erase(house.company)
    restored = await house.hub.backups.restore(file, replace=True)
    assert restored.replayed.companies == 1
    assert await house.hub.tenancy.first_company() is None


async def test_a_journal_that_cannot_be_read_stops_the_restore_before_anything(house: House) -> None:
    lead = await house.lead(firstName="Somebody")
    file = house.folder / "hub.backup"
    await house.hub.backups.write(file, "test")
    await house.hub.privacy.erase(house.company, BY, lead_id=lead.id)
    journal = house.hub.settings.erasure_journal
    whole = journal.read_bytes()
    journal.write_bytes(b"nonsense\n" + whole)
    before = await bodies(house.hub)
    with pytest.raises(JournalUnusable, match="Line 1"):
        await house.hub.backups.restore(file, replace=True)
    assert await bodies(house.hub) == before
    journal.write_bytes(whole + b'{"op":"person","at":"2026')  # cut off by a power cut: its erasure never began
    assert (await house.hub.backups.restore(file, replace=True)).replayed.people == 1
    await house.hub.people.note("key", house.company)
    assert (await house.hub.backups.restore(file, replace=True)).replayed.people == 1


async def test_grants_that_may_be_used_up_are_marked_and_their_owners_told(house: House) -> None:
    ids = await seal_tokens(house, 2)
    for id, provider in zip(ids, ("hubspot", "salesforce"), strict=True):
        connection = Connection(
            id=id, company_id=house.company, provider=provider, stage=Stage.CONNECTED, api_version="1",
            account=AccountInfo(account_id=id, user_id="u", name="n", environment="production"),
            origins=("https://api.example",), created_by="f" * 24, created_at=house.clock.now(),
        )  # fmt: skip
        await house.hub.store.write(WriteBatch().insert(CONNECTIONS, connection))
    file = house.folder / "hub.backup"
    hub = house.hub
    backups = Backups(
        hub.store, hub.clock, hub.ids, hub.vault.provider, hub.backups._journal, hub.backups._replay, hub.usage, KINDS,
        rotates=lambda provider: provider == "salesforce",
    )  # fmt: skip
    await backups.write(file, "test")
    assert (await backups.restore(file, replace=True)).uncertain == 1
    marked = await hub.store[TOKENS].of(house.company).get_many(ids)
    assert marked[ids[0]].attempt is None
    attempt = state_of(marked[ids[1]]).attempt
    assert attempt is not None
    assert attempt.state is AttemptState.UNKNOWN
    told = (await hub.usage.errors(house.company, ErrorFilter(), limit=10, after=None)).items
    assert [(entry.connection_id, entry.code) for entry in told] == [(ids[1], "refresh_outcome_unknown")]


async def test_a_restore_that_was_cut_off_is_not_taken_for_a_store(house: House) -> None:
    file = house.folder / "hub.backup"
    await house.hub.backups.write(file, "test")
    await house.hub.store.write(WriteBatch().insert(STORE_STATE, StoreState(id=STATE_ID, restoring=True)))
    with pytest.raises(StartRefused, match="did not end"):
        await house.hub.start()
    await house.hub.backups.restore(file, replace=True)
    await house.hub.start()
    assert (await store_state(house.hub.store)).restore_epoch == 1


async def test_a_backup_is_of_one_moment_while_others_write(sqlite_house: House) -> None:
    house = sqlite_house
    await fill(house)
    seen = 0
    async for kind, _ in all_documents(house.hub.store.engine, [LEADS]):
        assert kind is LEADS
        seen += 1
        if seen == 1:
            await house.lead(firstName="Later")
    assert seen == 1200


async def test_a_file_in_use_by_another_is_known(sqlite_house: House, tmp_path: Path) -> None:
    path = sqlite_house.folder / "store.db"
    with pytest.raises(StartRefused, match="open"):
        refuse_while_open(path)
    await sqlite_house.hub.store.close()
    refuse_while_open(path)
    refuse_while_open(tmp_path / "none.db")
