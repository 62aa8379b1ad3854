"""What proves a caller, over real HTTP: the secret, the signature on the bytes that came, and nothing else."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from leadbridge.automation.inbound.model import ADDRESSES, CALLS
from leadbridge.automation.model import AutomationStatus
from leadbridge.kit.clock import SystemClock
from leadbridge.storage.batch import WriteBatch
from leadbridge.tenancy.model import DIRECTORY
from tests.contract.automation.inbound.calling import Called, automation, signed
from tests.support.hub_in_process import HubUnderTest, running_hub

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Shifted(SystemClock):
    """The machine's clock, and ahead of it by ``ahead``."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HubUnderTest]:
    folder = tmp_path_factory.mktemp("proof") / "hub"
    async with running_hub(folder, rate_address=0, rate_webhook=0) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def called(hub: HubUnderTest) -> Called:
    return await automation(hub)


async def test_the_secret_in_the_header_starts_a_visible_execution_with_the_body_as_data(called: Called) -> None:
    answer = await called.call({"test": "data"})

    assert answer.status == 202
    [execution] = await called.executions()
    assert execution.id == answer.data["executionId"]
    assert (execution.event_type, execution.origin, execution.hop) == ("webhook.received", "api", 0)
    event = await called.event(execution.id)
    assert event["data"] == {"test": "data"}
    assert event["executionId"] == execution.id
    assert event["automationId"] == called.id


async def test_an_unknown_key_and_a_wrong_secret_are_answered_alike_and_store_nothing(called: Called) -> None:
    wrong = await called.call(x_webhook_secret="whsec_wrong")
    missing = await called.call(x_webhook_secret="")
    unknown = await called.call(url=called.url[:-4] + "AAAA")
    long = await called.call(url=called.url + "A" * 300)

    told = []
    for answer in (wrong, missing, unknown, long):
        assert answer.status == 401
        error = answer.body["error"]
        told.append({name: value for name, value in error.items() if name != "requestId"})
    assert all(error == told[0] for error in told)
    assert await called.executions() == []
    assert (await called.hub.hub.store[CALLS].of(called.hub.company_id).find(limit=1)).items == []


async def test_a_signature_on_the_bytes_that_came_is_enough_without_a_secret_in_a_header(called: Called) -> None:
    body = b'{"a" :  1,\n "b":"\\u00e9"}'
    answer = await called.send(body, x_webhook_secret="", **signed(called.secret, body))
    assert answer.status == 202
    assert (await called.event(answer.data["executionId"]))["data"] == {"a": 1, "b": "é"}

    equal = b'{"a":1,"b":"\xc3\xa9"}'  # the same value in other bytes
    assert (await called.send(equal, x_webhook_secret="", **signed(called.secret, body, id="m2"))).status == 401


async def test_any_signature_of_several_is_enough(called: Called) -> None:
    body = b"{}"
    headers = signed(called.secret, body)
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]
    assert (await called.send(body, x_webhook_secret="", **headers)).status == 202


@pytest.mark.parametrize("shift", [-302, 302])
async def test_a_signature_outside_the_window_is_refused_and_may_not_be_shifted_in(called: Called, shift: int) -> None:
    body = b"{}"
    headers = signed(called.secret, body, at=int(time.time()) + shift)
    assert (await called.send(body, x_webhook_secret="", **headers)).status == 401
    moved = headers | {"webhook-timestamp": str(int(time.time()))}
    assert (await called.send(body, x_webhook_secret="", **moved)).status == 401
    assert await called.executions() == []


async def test_a_replay_within_the_window_starts_nothing_and_is_told_so(called: Called) -> None:
    body = b'{"n": 1}'
    headers = signed(called.secret, body, id="evt_7")
    first = await called.send(body, x_webhook_secret="", **headers)
    again = await called.send(body, x_webhook_secret="", **headers)

    assert (first.status, again.status) == (202, 202)
    assert "duplicate" not in first.data
    assert again.data == {"executionId": first.data["executionId"], "kind": "event", "duplicate": True}
    assert len(await called.executions()) == 1


async def test_require_signature_turns_the_header_secret_off(called: Called) -> None:
    await called.hub.hub.inbound.addresses.require_signature(called.hub.company_id, called.id, True)
    body = b"{}"
    assert (await called.send(body)).status == 401
    assert (await called.send(body, x_webhook_secret="", **signed(called.secret, body))).status == 202
    await called.hub.hub.inbound.addresses.require_signature(called.hub.company_id, called.id, False)
    assert (await called.send(body)).status == 202


async def test_a_rotated_secret_holds_at_once_and_the_one_before_until_the_overlap_ends(tmp_path: Path) -> None:
    clock = Shifted()
    async with running_hub(tmp_path / "hub", clock=clock) as hub:
        await rotated_with_overlap(await automation(hub), clock)


async def rotated_with_overlap(called: Called, clock: Shifted) -> None:
    addresses = called.hub.hub.inbound.addresses
    assert (await called.call()).status == 202  # so that the old secret is remembered
    rotated = await addresses.rotate(called.hub.company_id, called.id, timedelta(hours=24))
    new, old = rotated.secret.reveal(), called.secret
    body = b"{}"

    assert rotated.previous_until is not None
    assert (await called.call(x_webhook_secret=new)).status == 202
    assert (await called.call(x_webhook_secret=old)).status == 202
    assert (await called.send(body, x_webhook_secret="", **signed(new, body, id="n"))).status == 202
    assert (await called.send(body, x_webhook_secret="", **signed(old, body, id="o"))).status == 202

    clock.ahead = timedelta(hours=24, seconds=1)
    late = int(clock.now().timestamp())
    assert (await called.call(x_webhook_secret=old)).status == 401
    assert (await called.send(body, x_webhook_secret="", **signed(old, body, id="p", at=late))).status == 401
    assert (await called.call(x_webhook_secret=new)).status == 202


async def test_a_secret_that_leaked_ends_at_once_where_it_is_rotated_without_overlap(called: Called) -> None:
    assert (await called.call()).status == 202
    rotated = await called.hub.hub.inbound.addresses.rotate(called.hub.company_id, called.id, timedelta())

    assert rotated.previous_until is None
    assert (await called.call()).status == 401
    assert (await called.call(x_webhook_secret=rotated.secret.reveal())).status == 202


async def test_an_automation_that_is_not_active_says_so_only_to_who_has_the_secret(called: Called) -> None:
    assert (await called.call()).status == 202
    for status in (AutomationStatus.INACTIVE, AutomationStatus.PAUSED, AutomationStatus.DISABLED):
        await called.status(status)
        answer = await called.call()
        assert (answer.status, answer.code) == (409, "automation_inactive")
        assert (await called.call(x_webhook_secret="no")).status == 401
    await called.status(AutomationStatus.ACTIVE)
    assert (await called.call()).status == 202
    assert len(await called.executions()) == 2


async def test_an_address_that_was_forgotten_is_nobodys(called: Called) -> None:
    assert (await called.call()).status == 202
    batch = WriteBatch()
    await called.hub.hub.inbound.addresses.forget(batch, called.hub.company_id, called.id)
    await called.hub.hub.store.write(batch)

    assert (await called.call()).status == 401
    assert len(await called.executions()) == 1


async def test_key_and_secret_stand_nowhere_in_the_store_as_they_are(called: Called) -> None:
    hub = called.hub.hub
    address = await hub.store[ADDRESSES].of(called.hub.company_id).get(called.id)
    assert address is not None
    entry = await hub.store[DIRECTORY].across_companies().get(f"automation-webhook:{address.key_hash}")
    assert entry is not None
    key = called.url.rpartition("/")[2]
    for document in (address.model_dump_json(), entry.model_dump_json()):
        assert key not in document
        assert called.secret not in document
    assert (await hub.inbound.addresses.urls(called.hub.company_id, [called.id]))[called.id] == called.url
