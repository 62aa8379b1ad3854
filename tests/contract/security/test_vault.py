"""The vault on a real store: sealed values open in their own place only, and a company's first key is made once."""

from __future__ import annotations

import asyncio
import base64
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from leadbridge.kit.clock import ManualClock
from leadbridge.kit.errors import StartRefused
from leadbridge.kit.ids import object_ids
from leadbridge.security.errors import KeyGone, MasterKeyMissing, SealBroken
from leadbridge.security.keys import LocalKeyProvider
from leadbridge.security.model import CURRENT, DATA_KEYS, DataKey, KeyState, Sealed
from leadbridge.security.vault import RING_SECONDS, Vault, associated_data
from leadbridge.storage.batch import Applied, Duplicate, WriteBatch
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store

ACME, OTHER = "a" * 24, "b" * 24
CANARY = "cAnAry9f3k2"
MASTER = bytes(range(32))


class PausingProvider(LocalKeyProvider):
    """Lets others run while it works, as a key service over the network does."""

    async def wrap(self, key: bytes, context: bytes) -> bytes:
        await asyncio.sleep(0)
        return await super().wrap(key, context)


class World:
    """One store and what two processes on it share."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.ids = object_ids(self.clock, random.Random(1))
        self.engine = MemoryEngine()
        self.store = Store(self.engine, self.clock, self.ids, random.Random(2))

    def vault(self, provider: LocalKeyProvider | None = None) -> Vault:
        return Vault(self.store, provider or LocalKeyProvider(MASTER), self.clock, self.ids)

    async def keys(self, company: str) -> list[DataKey]:
        return (await self.store[DATA_KEYS].of(company).find()).items


@pytest.fixture
async def world() -> World:
    world = World()
    await world.store.start([DATA_KEYS])
    return world


async def test_what_was_sealed_opens(world: World) -> None:
    vault = world.vault()
    for text in (CANARY, "", "ä€😀", "x" * 10_000):
        sealed = await vault.seal(ACME, "connections", "c1", "refresh", text)
        assert await vault.open(ACME, "connections", "c1", "refresh", sealed) == text
        assert await world.vault().open(ACME, "connections", "c1", "refresh", sealed) == text
    sealed = await vault.seal(ACME, "connections", "c1", "refresh", b"\xff\x00")
    assert await vault.open_bytes(ACME, "connections", "c1", "refresh", sealed) == b"\xff\x00"
    with pytest.raises(SealBroken, match="not a text"):
        await vault.open(ACME, "connections", "c1", "refresh", sealed)


async def test_equal_texts_are_sealed_differently(world: World) -> None:
    vault = world.vault()
    one, other = [await vault.seal(ACME, "connections", "c1", "refresh", CANARY) for _ in range(2)]
    assert one.kid == other.kid
    assert one.n != other.n
    assert one.c != other.c


async def test_a_sealed_value_opens_in_its_own_place_only(world: World) -> None:
    vault = world.vault()
    sealed = await vault.seal(ACME, "connections", "c1", "refresh", CANARY)
    await vault.seal(OTHER, "connections", "c1", "refresh", CANARY)
    for place in (
        (OTHER, "connections", "c1", "refresh"),
        (ACME, "webhooks", "c1", "refresh"),
        (ACME, "connections", "c2", "refresh"),
        (ACME, "connections", "c1", "access"),
        (ACME, "connectionsc1", "", "refresh"),
    ):
        with pytest.raises(SealBroken) as caught:
            await vault.open(*place, sealed)
        assert CANARY not in str(caught.value)
        assert sealed.c not in str(caught.value) + caught.value.hint


async def test_every_part_of_a_sealed_value_is_guarded(world: World) -> None:
    vault = world.vault()
    sealed = await vault.seal(ACME, "connections", "c1", "refresh", CANARY)

    def flipped(text: str, at: int) -> str:
        raw = bytearray(base64.b64decode(text))
        raw[at] ^= 1
        return base64.b64encode(raw).decode()

    length = len(base64.b64decode(sealed.c))
    tampered = [replace(sealed, n=flipped(sealed.n, at)) for at in range(12)]
    tampered += [replace(sealed, c=flipped(sealed.c, at)) for at in range(length)]
    tampered += [
        replace(sealed, alg="A256GCM.2"), replace(sealed, alg=""), replace(sealed, kid="f" * 24), replace(sealed, n=""),
        replace(sealed, c=""), replace(sealed, c=sealed.c[:-4]), replace(sealed, c=sealed.c + "AAAA"),
        replace(sealed, n=sealed.n + "AAAA"), replace(sealed, n="***"), replace(sealed, c="ä"),
    ]  # fmt: skip
    for broken in tampered:
        with pytest.raises(SealBroken):
            await vault.open(ACME, "connections", "c1", "refresh", broken)
    assert await vault.open(ACME, "connections", "c1", "refresh", sealed) == CANARY


async def test_fields_of_one_document_share_a_key(world: World) -> None:
    vault = world.vault()
    sealed = await vault.seal_all(ACME, "connections", "c1", {"access": "one", "refresh": "two"})
    assert len({value.kid for value in sealed.values()}) == 1
    assert await vault.open(ACME, "connections", "c1", "refresh", sealed["refresh"]) == "two"
    with pytest.raises(SealBroken):
        await vault.open(ACME, "connections", "c1", "refresh", sealed["access"])


async def test_racing_vaults_end_with_one_key(world: World) -> None:
    made: list[str] = []

    def noted() -> str:
        made.append(world.ids())
        return made[-1]

    vaults = [Vault(world.store, PausingProvider(MASTER), world.clock, noted) for _ in range(4)]
    sealed = await asyncio.gather(
        *(vault.seal(ACME, "x", str(at), "f", str(at)) for at, vault in enumerate(vaults * 5))
    )
    assert len(made) > 1  # several had begun to make a key
    assert len(await world.keys(ACME)) == 1
    assert len({value.kid for value in sealed}) == 1
    for at, value in enumerate(sealed):
        assert await world.vault().open(ACME, "x", str(at), "f", value) == str(at)


async def test_the_loser_of_the_race_takes_the_winners_key(world: World) -> None:
    """Process two has read an empty ring; process one then makes the key; two's insert must lose."""
    one, two = world.vault(), world.vault()
    with pytest.raises(KeyGone):
        await two.open(ACME, "x", "1", "f", Sealed("f" * 24, "A256GCM.1", "", ""))
    first = await one.seal(ACME, "x", "1", "f", CANARY)
    second = await two.seal(ACME, "x", "2", "f", CANARY)
    assert first.kid == second.kid
    assert len(await world.keys(ACME)) == 1


async def test_a_company_can_have_only_one_current_key(world: World) -> None:
    await world.vault().seal(ACME, "x", "1", "f", CANARY)
    (key,) = await world.keys(ACME)
    again = key.model_copy(update={"id": world.ids()})
    assert isinstance(await world.store.write(WriteBatch().insert(DATA_KEYS, again)), Duplicate)
    retired = [
        key.model_copy(update={"id": world.ids(), "state": KeyState.RETIRED, "current_key": None}) for _ in range(2)
    ]
    for each in retired:
        assert isinstance(await world.store.write(WriteBatch().insert(DATA_KEYS, each)), Applied)


async def test_companies_have_keys_of_their_own(world: World) -> None:
    vault = world.vault()
    assert (await vault.seal(ACME, "x", "1", "f", "")).kid != (await vault.seal(OTHER, "x", "1", "f", "")).kid
    assert await vault.shred(ACME) == 1
    assert len(await world.keys(OTHER)) == 1


async def test_nothing_plain_reaches_the_store(world: World) -> None:
    drawn: list[bytes] = []

    def noted(size: int) -> bytes:
        drawn.append(random.randbytes(size))
        return drawn[-1]

    vault = Vault(world.store, LocalKeyProvider(MASTER), world.clock, world.ids, noted)
    await vault.seal(ACME, "x", "1", "f", CANARY)
    (body,) = (await world.engine.get(DATA_KEYS, ACME, [(await world.keys(ACME))[0].id])).values()
    key = next(raw for raw in drawn if len(raw) == 32)
    for secret in (key, MASTER):
        assert base64.b64encode(secret).decode() not in str(body)
        assert secret not in base64.b64decode(str(body["wrapped"]))
    assert body["currentKey"] == CURRENT
    assert CANARY not in str(body) + repr(vault.__dict__)


async def rotate(world: World) -> tuple[str, str]:
    """Make a new current key as a rotation will, and return the old and the new id."""
    (old,) = await world.keys(ACME)
    id = world.ids()
    provider = LocalKeyProvider(MASTER)
    wrapped = await provider.wrap(b"k" * 32, associated_data("data key", ACME, id))
    new = old.model_copy(update={"id": id, "wrapped": base64.b64encode(wrapped).decode()})
    batch = WriteBatch().patch(DATA_KEYS, ACME, old.id, values={"state": "retiring"}, unset=["currentKey"], rev=old.rev)
    assert isinstance(await world.store.write(batch.insert(DATA_KEYS, new)), Applied)
    return old.id, id


async def test_a_rotated_key_is_taken_up_within_thirty_seconds(world: World) -> None:
    vault = world.vault()
    before = await vault.seal(ACME, "x", "1", "f", CANARY)
    old, new = await rotate(world)
    assert before.kid == old
    assert (await vault.seal(ACME, "x", "1", "f", CANARY)).kid == old
    # another process seals with the new key at once, and this one opens it although it has not looked again yet
    foreign = await world.vault().seal(ACME, "x", "1", "f", CANARY)
    assert foreign.kid == new
    assert await vault.open(ACME, "x", "1", "f", foreign) == CANARY
    world.clock.advance(RING_SECONDS)
    assert (await vault.seal(ACME, "x", "1", "f", CANARY)).kid == new
    assert await vault.open(ACME, "x", "1", "f", before) == CANARY


async def test_a_shredded_company_is_closed_for_good(world: World) -> None:
    one, two = world.vault(), world.vault()
    sealed = await one.seal(ACME, "x", "1", "f", CANARY)
    assert await two.open(ACME, "x", "1", "f", sealed) == CANARY
    assert await one.shred(ACME) == 1
    with pytest.raises(KeyGone) as caught:
        await one.open(ACME, "x", "1", "f", sealed)
    assert caught.value.hint
    world.clock.advance(RING_SECONDS)
    with pytest.raises(KeyGone):
        await two.open(ACME, "x", "1", "f", sealed)
    assert await one.shred(ACME) == 0


async def test_a_retired_key_opens_until_its_bytes_are_gone(world: World) -> None:
    vault = world.vault()
    sealed = await vault.seal(ACME, "x", "1", "f", CANARY)
    old, _ = await rotate(world)
    await world.store.write(WriteBatch().patch(DATA_KEYS, ACME, old, values={"state": "retired"}, rev=2))
    assert await world.vault().open(ACME, "x", "1", "f", sealed) == CANARY
    await world.store.write(WriteBatch().patch(DATA_KEYS, ACME, old, values={}, unset=["wrapped"], rev=3))
    with pytest.raises(KeyGone, match="no longer kept"):
        await world.vault().open(ACME, "x", "1", "f", sealed)


async def test_another_master_key_is_named_at_start_and_at_use(world: World) -> None:
    await world.vault().check()
    sealed = await world.vault().seal(ACME, "x", "1", "f", CANARY)
    await world.vault().check()
    stranger = world.vault(LocalKeyProvider(b"\1" * 32))
    with pytest.raises(StartRefused, match="not the one this store was made with") as refused:
        await stranger.check()
    assert "LEADBRIDGE_MASTER_KEY_FILE" in refused.value.hint
    with pytest.raises(MasterKeyMissing):
        await stranger.open(ACME, "x", "1", "f", sealed)


async def test_a_data_key_moved_to_another_company_does_not_open(world: World) -> None:
    sealed = await world.vault().seal(ACME, "x", "1", "f", CANARY)
    (key,) = await world.keys(ACME)
    moved = key.model_copy(update={"id": world.ids(), "company_id": OTHER})
    await world.store.write(WriteBatch().insert(DATA_KEYS, moved))
    with pytest.raises(MasterKeyMissing, match="was changed"):
        await world.vault().open(OTHER, "x", "1", "f", replace(sealed, kid=moved.id))


async def test_a_store_that_keeps_its_keys_is_not_asked_at_every_call(world: World) -> None:
    vault = world.vault()
    reads = 0
    scan = world.engine.scan

    async def counted(*args: object, **more: object) -> object:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0)  # as long as a real engine takes: the others come in meanwhile
        return await scan(*args, **more)  # type: ignore[arg-type]

    world.engine.scan = counted  # type: ignore[method-assign, assignment]
    sealed = await vault.seal(ACME, "x", "1", "f", CANARY)
    first = reads
    for _ in range(50):
        await vault.open(ACME, "x", "1", "f", sealed)
    assert reads == first
    world.clock.advance(timedelta(seconds=RING_SECONDS).total_seconds())
    await asyncio.gather(*(vault.open(ACME, "x", "1", "f", sealed) for _ in range(50)))
    assert reads == first + 1
