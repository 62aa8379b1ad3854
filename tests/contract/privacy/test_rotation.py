"""Keys replaced while the hub runs: by one process, by two at once, killed in the middle, while tokens are renewed."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadbridge.integrations.model import TOKENS, ConnectionTokens
from leadbridge.integrations.tokendocs import seal_grant
from leadbridge.kinds import KINDS
from leadbridge.kit.errors import StartRefused
from leadbridge.security.errors import MasterKeyMissing, SealBroken
from leadbridge.security.keys import FileKeyProvider, StoredKeyProvider, read_master_keys
from leadbridge.security.masterkey import rotate_master
from leadbridge.security.model import DATA_KEYS, SEALED_INDEX, KeyState
from leadbridge.security.rotation import ALL, KEPT_RETIRED, RESEAL_AFTER, KeyRotation
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.store import Store
from tests.contract.integrations.test_keeper import OnceOnly, ask, presented
from tests.contract.integrations.walk import Connecting
from tests.contract.privacy.conftest import House
from tests.contract.privacy.worker import quick
from tests.support.hub import clean_environment
from tests.support.hub_in_process import running_hub
from tests.support.sandbox import SandboxProcess
from tests.support.wire_tap import WireTap

SECRET = "cAnArY-refresh"


async def seal_tokens(house: House, count: int) -> list[str]:
    """Store that many grants and return their ids."""
    now = house.hub.clock.now()
    ids = [house.hub.ids() for _ in range(count)]
    for start in range(0, count, 500):
        batch = WriteBatch()
        for id in ids[start : start + 500]:
            fields = await seal_grant(house.hub.vault, house.company, id, f"access {id}", f"{SECRET} {id}")
            batch.insert(
                TOKENS,
                ConnectionTokens(
                    id=id, company_id=house.company, gen=1, issued_at=now, expires_at=now + timedelta(hours=1), **fields
                ),
            )
        assert isinstance(await house.hub.store.write(batch), Applied)
    await house.hub.clock.sleep(0.01)  # a key that is not older than an order needs no replacing
    return ids


async def opened(store: Store, vault: Vault, company: str, id: str) -> tuple[str, str]:
    tokens = await store[TOKENS].of(company).get(id)
    assert tokens is not None
    assert tokens.refresh is not None
    assert tokens.kid == tokens.access.kid == tokens.refresh.kid
    access = await vault.open(company, TOKENS.name, id, "access", tokens.access)
    return access, await vault.open(company, TOKENS.name, id, "refresh", tokens.refresh)


async def states(store: Store, company: str) -> list[KeyState]:
    return sorted(key.state for key in (await store[DATA_KEYS].of(company).find()).items)


async def sealed_with(store: Store, company: str) -> set[str]:
    found = set()
    for kind in KINDS:
        if SEALED_INDEX in kind.indexes:
            found |= {document.kid for document in (await store[kind].of(company).find(limit=5000)).items}
    return found


async def test_everything_is_sealed_again_and_the_old_key_is_retired(house: House) -> None:
    ids = await seal_tokens(house, 3)
    store, rotation = house.hub.store, house.hub.rotation
    order = await rotation.order(house.company)
    progress = await rotation.run(order)  # the clock moves as it is slept on
    assert (progress.resealed, progress.retired, progress.broken) == (3, 1, [])
    assert await states(store, house.company) == [KeyState.CURRENT, KeyState.RETIRED]
    current = next(k for k in (await store[DATA_KEYS].of(house.company).find()).items if k.state is KeyState.CURRENT)
    assert await sealed_with(store, house.company) == {current.id}
    for id in ids:
        assert await opened(store, house.hub.vault, house.company, id) == (f"access {id}", f"{SECRET} {id}")
    assert await rotation.running() == []
    again = await rotation.run(order)  # an order that is done does nothing
    assert (again.resealed, again.retired) == (0, 0)


async def test_nothing_is_sealed_again_before_every_process_knows_the_new_key(house: House) -> None:
    await seal_tokens(house, 2)
    rotation = house.hub.rotation
    order = await rotation.order(ALL)
    assert (await rotation.run(order, wait=False)).resealed == 0
    assert await states(house.hub.store, house.company) == [KeyState.CURRENT, KeyState.RETIRING]
    house.clock.advance(RESEAL_AFTER.total_seconds() - 1)
    assert await rotation.resume() == 0
    house.clock.advance(1)
    assert await rotation.resume() == 2
    assert await rotation.running() == []


async def test_a_process_that_has_not_heard_of_the_new_key_is_waited_for(house: House) -> None:
    ids = await seal_tokens(house, 1)
    other = Vault(house.hub.store, house.hub.vault.provider, house.clock, house.hub.ids)
    await other.seal(house.company, "x", "y", "z", "warm")
    order = await house.hub.rotation.order(ALL)
    await house.hub.rotation.switch(order)
    house.clock.advance(29)
    late = await other.seal(house.company, TOKENS.name, ids[0], "access", "late")
    tokens = await house.hub.store[TOKENS].of(house.company).get(ids[0])
    assert tokens is not None
    assert late.kid == tokens.kid  # the old key still, for up to 30 s
    house.clock.advance(2)
    assert (await other.seal(house.company, "x", "y", "z", "warm")).kid != late.kid
    await house.hub.rotation.run(order)
    assert await other.open(house.company, TOKENS.name, ids[0], "access", late) == "late"


async def test_two_rotations_at_once_make_one_key(house: House) -> None:
    await seal_tokens(house, 20)
    one, two = house.hub.rotation, house.hub.rotation.telling(lambda _: None)
    orders = await asyncio.gather(one.order(ALL), two.order(ALL))
    assert orders[0].started_at == orders[1].started_at
    await asyncio.gather(one.run(orders[0]), two.run(orders[1]))
    assert await states(house.hub.store, house.company) == [KeyState.CURRENT, KeyState.RETIRED]
    assert len(await sealed_with(house.hub.store, house.company)) == 1


async def test_a_document_that_does_not_open_is_named_and_left_alone(house: House) -> None:
    ids = await seal_tokens(house, 2)
    tokens = await house.hub.store[TOKENS].of(house.company).get(ids[0])
    assert tokens is not None
    other = await house.hub.store[TOKENS].of(house.company).get(ids[1])
    assert other is not None
    await house.hub.store.write(WriteBatch().replace(TOKENS, tokens.model_copy(update={"access": other.access})))
    order = await house.hub.rotation.order(house.company)
    progress = await house.hub.rotation.run(order)
    assert progress.broken == [f"connection_tokens {ids[0]}"]
    assert progress.resealed == 1
    assert await states(house.hub.store, house.company) == [KeyState.CURRENT, KeyState.RETIRING]
    assert [one.id for one in await house.hub.rotation.running()] == [house.company]


async def test_a_retired_key_is_deleted_after_30_days_unless_something_needs_it(house: House) -> None:
    ids = await seal_tokens(house, 1)
    before = await house.hub.store[TOKENS].of(house.company).get(ids[0])
    assert before is not None
    await house.hub.rotation.run(await house.hub.rotation.order(ALL))
    after = await house.hub.store[TOKENS].of(house.company).get(ids[0])
    assert after is not None
    assert await house.hub.rotation.forget_retired() == 0
    house.clock.advance(KEPT_RETIRED.total_seconds())
    # a process that stood still all the time stores what it had sealed with the old key
    late = after.model_copy(update={"access": before.access, "refresh": before.refresh, "kid": before.kid})
    await house.hub.store.write(WriteBatch().replace(TOKENS, late))
    assert await house.hub.rotation.forget_retired() == 0
    assert (await opened(house.hub.store, house.hub.vault, house.company, ids[0]))[1] == f"{SECRET} {ids[0]}"
    assert len(await sealed_with(house.hub.store, house.company)) == 1
    house.clock.advance(KEPT_RETIRED.total_seconds())
    assert await house.hub.rotation.forget_retired() == 1
    with pytest.raises(SealBroken):
        await house.hub.vault.open(house.company, TOKENS.name, ids[0], "access", before.access)


def new_master(folder: Path, name: str = "new.key") -> Path:
    path = folder / name
    path.write_bytes(base64.b64encode(os.urandom(32)) + b"\n")
    path.chmod(0o600)
    return path


async def test_the_master_key_is_replaced_under_a_running_hub(house: House) -> None:
    ids = await seal_tokens(house, 2)
    path = house.hub.settings.master_key
    running = FileKeyProvider(path, create=False)  # another process, which has looked at the file long ago
    other = Vault(house.hub.store, running, house.clock, house.hub.ids, ring_seconds=0)
    provider = house.hub.vault.provider
    assert isinstance(provider, StoredKeyProvider)
    old_id, said = provider.key_id, list[str]()
    new = new_master(house.folder)

    async def none() -> int:
        return 0

    async def rotate(*, wait: bool) -> int:
        return await rotate_master(
            provider, new, house.hub.rotation, house.clock, also=none, told=said.append, wait=wait
        )

    house.clock.advance(path.stat().st_mtime - house.clock.now().timestamp())
    assert await rotate(wait=False) == 1
    assert len(read_master_keys(path)) == 2
    assert (await opened(house.hub.store, other, house.company, ids[0]))[1] == f"{SECRET} {ids[0]}"
    house.clock.advance((path.stat().st_mtime - house.clock.now().timestamp()) + 100)
    assert await rotate(wait=True) == 0
    assert read_master_keys(path) == read_master_keys(new)
    assert said[-1] == "done"
    kept = path.with_name(f"{path.name}.{old_id.replace(':', '-')}")
    assert len(read_master_keys(kept)) == 1
    assert {key.master_key_id for key in (await house.hub.store[DATA_KEYS].of(house.company).find()).items} != {old_id}
    fresh = Vault(house.hub.store, FileKeyProvider(path, create=False), house.clock, house.hub.ids)
    await fresh.check()
    for vault in (fresh, other, house.hub.vault):
        assert (await opened(house.hub.store, vault, house.company, ids[1]))[0] == f"access {ids[1]}"
    with pytest.raises(StartRefused, match="not the one this store was made with"):
        await Vault(house.hub.store, FileKeyProvider(kept, create=False), house.clock, house.hub.ids).check()
    with pytest.raises(MasterKeyMissing):
        await provider.unwrap(b"x" * 60, old_id, b"")


# several processes


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    made: list[subprocess.Popen[str]] = []
    yield made
    for process in made:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def worker(workers: list[subprocess.Popen[str]], **asked: Any) -> subprocess.Popen[str]:
    """Start a process and return it once it waits for its line."""
    process = subprocess.Popen(  # noqa: ASYNC220  # begins at once
        [sys.executable, "-m", "tests.contract.privacy.worker", json.dumps(asked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment({"PYTHONPATH": ":".join(path for path in sys.path if path)}),
    )
    workers.append(process)
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


async def outcome(process: subprocess.Popen[str]) -> Any:
    out, _ = await asyncio.to_thread(process.communicate, timeout=90)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[House]:
    """A hub whose store and keys are files that other processes use as well, on the clock of the world."""
    async with running_hub(tmp_path / "hub") as under_test:
        yield House(under_test.hub, None, under_test.company_id, tmp_path / "hub")  # type: ignore[arg-type]


async def test_a_rotation_killed_in_the_middle_is_finished_by_the_next_one(
    files: House, workers: list[subprocess.Popen[str]]
) -> None:
    ids = await seal_tokens(files, 1500)
    store = files.hub.store
    first = await worker(workers, what="rotate", times=1, dataDir=str(files.folder))
    go(first)
    old = (await store[TOKENS].of(files.company).get(ids[0])).kid  # type: ignore[union-attr]
    while True:  # killed while some are sealed again and some are not
        page = await store[TOKENS].of(files.company).find(eq={"kid": old}, limit=1)
        done = (await store[TOKENS].of(files.company).get_many(ids[:50])).values()
        if any(tokens.kid != old for tokens in done):
            break
        assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    await asyncio.to_thread(first.wait)
    assert page.items
    assert len(await sealed_with(store, files.company)) == 2
    assert KeyState.RETIRING in await states(store, files.company)
    second = await worker(workers, what="rotate", times=1, dataDir=str(files.folder))
    go(second)
    resealed = await outcome(second)
    assert 0 < resealed < 1500
    assert await states(store, files.company) == [KeyState.CURRENT, KeyState.RETIRED]
    assert len(await sealed_with(store, files.company)) == 1
    for id in (ids[0], ids[-1]):
        assert await opened(store, files.hub.vault, files.company, id) == (f"access {id}", f"{SECRET} {id}")


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess() as process:
        process.settings(rotation="kills_on_reuse", rateLimits=False)
        yield process


async def test_no_renewal_is_lost_while_two_processes_rotate(
    tmp_path: Path, sandbox: SandboxProcess, workers: list[subprocess.Popen[str]]
) -> None:
    with WireTap(sandbox.url) as tap:
        settings = {
            "hubspot_api_url": tap.origin,
            "hubspot_authorize_url": f"{sandbox.url}/oauth/authorize",
            "sandbox_origins": (tap.origin, sandbox.url),
            "return_urls": ("https://crm.example.com/settings/integrations",),
        }
        async with running_hub(tmp_path / "hub", sandbox, **settings) as under_test:
            site = Connecting(under_test, sandbox, tap)
            site.hub.vault._ring_seconds = 0.1
            connection = await site.connect()
            rotating = [
                await worker(workers, what="rotate", times=6, dataDir=str(site.hub.settings.data_dir)) for _ in range(2)
            ]
            for process in rotating:
                go(process)
            renewals = 0
            provider = OnceOnly()
            while any(process.poll() is None for process in rotating) and renewals < 200:
                gen = (await site.tokens(connection)).gen
                await let_renew(site, connection.id)
                assert (await ask(site, connection, gen, provider)).gen == gen + 1
                renewals += 1
            for process in rotating:
                await outcome(process)
            assert renewals >= 3
            tokens = await site.tokens(connection)
            assert tokens.gen == renewals + 1
            assert tokens.attempt is None
            assert max(presented(site).values()) == 1
            await KeyRotation.run(quick(site.hub), await quick(site.hub).order(ALL))
            held = await states(site.hub.store, site.company)
            assert held.count(KeyState.CURRENT) == 1
            assert set(held) == {KeyState.CURRENT, KeyState.RETIRED}
            assert site.alive(await site.refresh_token(connection))


async def let_renew(site: Connecting, id: str) -> None:
    """Put the last renewal more than a minute back."""
    while True:
        tokens = await site.hub.store[TOKENS].of(site.company).get(id)
        assert tokens is not None
        past = site.hub.clock.now() - timedelta(minutes=5)
        batch = WriteBatch().patch(TOKENS, site.company, id, values={"lastRefreshAt": past}, rev=tokens.rev)
        if isinstance(await site.hub.store.write(batch), Applied):
            return
