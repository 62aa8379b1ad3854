"""Endpoints on a real store: their secrets are sealed, overlap while they are replaced, and go when they go."""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from leadbridge.automation.delivery.addresses import TargetRefused
from leadbridge.automation.delivery.endpoints import EndpointForm, Endpoints, Issued
from leadbridge.automation.delivery.model import ENDPOINTS, HEALTH, Endpoint, EndpointHealth, EndpointState, OwnerKind
from leadbridge.kit.clock import ManualClock
from leadbridge.kit.ids import object_ids
from leadbridge.security.keys import LocalKeyProvider
from leadbridge.security.model import DATA_KEYS
from leadbridge.security.secret import Secret
from leadbridge.security.vault import Vault
from leadbridge.storage.batch import Applied, WriteBatch
from leadbridge.storage.memory import MemoryEngine
from leadbridge.storage.store import Store

ACME, OWNER = "a" * 24, "b" * 24
URL = "https://hook.eu1.make.com/cAnAry9f3k2wxyz"


@dataclass(frozen=True)
class Around:
    public: str = "https://hub.example.com"
    sandbox_origins: tuple[str, ...] = ()


class World:
    def __init__(self) -> None:
        self.clock = ManualClock()
        ids = object_ids(self.clock, random.Random(1))
        self.store = Store(MemoryEngine(), self.clock, ids, random.Random(2))
        vault = Vault(self.store, LocalKeyProvider(bytes(range(32))), self.clock, ids)
        self.endpoints = Endpoints(self.store, self.clock, ids, vault, Around(), random.Random(3).randbytes)

    async def made(self, **more: object) -> Issued:
        batch = WriteBatch()
        issued = await self.endpoints.make_endpoint(batch, ACME, OwnerKind.AUTOMATION, OWNER, URL, **more)  # type: ignore[arg-type]
        assert isinstance(await self.store.write(batch), Applied)
        return issued

    async def stored(self) -> Endpoint:
        found = await self.endpoints.of(ACME, OWNER)
        assert found is not None
        return found


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    await world.store.start([DATA_KEYS, ENDPOINTS, HEALTH])
    yield world
    await world.store.close()


async def test_a_new_endpoint_holds_its_secrets_sealed(world: World) -> None:
    issued = await world.made(make_api_key=Secret("key-of-make"))
    stored = await world.stored()
    secret = issued.secret.reveal()
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    plain = stored.model_dump_json()
    assert secret not in plain
    assert "cAnAry9f3k2" not in plain
    assert "key-of-make" not in plain
    assert stored.shown_url == "https://hook.eu1.make.com/…wxyz"
    assert stored.kid == stored.url.kid == stored.secret.kid
    opened = await world.endpoints.open(stored)
    assert opened.url.reveal() == URL
    assert [one.reveal() for one in opened.secrets] == [secret]
    assert opened.make_api_key == Secret("key-of-make")


async def test_a_replaced_secret_signs_until_its_overlap_ends(world: World) -> None:
    first = (await world.made()).secret
    batch = WriteBatch()
    second = (await world.endpoints.rotate(batch, await world.stored(), timedelta(hours=2))).secret
    assert isinstance(await world.store.write(batch), Applied)
    assert (await world.endpoints.open(await world.stored())).secrets == (second, first)
    world.clock.advance(2 * 3600 + 1)
    assert (await world.endpoints.open(await world.stored())).secrets == (second,)
    batch = WriteBatch()
    third = (await world.endpoints.rotate(batch, await world.stored(), timedelta(0))).secret
    assert isinstance(await world.store.write(batch), Applied)
    stored = await world.stored()
    assert stored.previous_secret is None
    assert stored.previous_until is None
    assert (await world.endpoints.open(stored)).secrets == (third,)
    with pytest.raises(ValueError, match="seven days"):
        await world.endpoints.rotate(WriteBatch(), stored, timedelta(days=8))


async def test_a_new_address_keeps_the_secret_and_ends_a_disabling(world: World) -> None:
    secret = (await world.made(make_api_key=Secret("key-of-make"))).secret
    stored = await world.stored()
    batch = WriteBatch()
    batch.replace(ENDPOINTS, stored.model_copy(update={"state": EndpointState.DISABLED, "code": "gone"}))
    assert isinstance(await world.store.write(batch), Applied)
    batch = WriteBatch()
    await world.endpoints.change(
        batch, await world.stored(), url="https://receiver.example.org/other-one", make_api_key=None,
        form=EndpointForm(per_second=3, schedule=(1, 2)),
    )  # fmt: skip
    assert isinstance(await world.store.write(batch), Applied)
    stored = await world.stored()
    opened = await world.endpoints.open(stored)
    assert (stored.state, stored.code, stored.per_second, stored.schedule) == (EndpointState.ACTIVE, None, 3, (1, 2))
    assert (opened.url.reveal(), opened.secrets, opened.make_api_key) == (
        "https://receiver.example.org/other-one",
        (secret,),
        None,
    )
    with pytest.raises(TargetRefused):
        await world.endpoints.change(WriteBatch(), stored, url="https://hub.example.com/in")


async def test_a_deleted_endpoint_leaves_nothing(world: World) -> None:
    await world.made()
    stored = await world.stored()
    batch = WriteBatch()
    batch.insert(HEALTH, EndpointHealth(id=stored.id, company_id=ACME))
    assert isinstance(await world.store.write(batch), Applied)
    batch = WriteBatch()
    world.endpoints.delete(batch, stored)
    assert isinstance(await world.store.write(batch), Applied)
    assert await world.endpoints.of(ACME, OWNER) is None
    assert await world.store[HEALTH].of(ACME).get(stored.id) is None
