"""The token keeper against a real token endpoint: crowds, lost answers, dead processes, vendors that rotate."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadbridge.crm.errors import CallFailed
from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.crm.provider import Provider
from leadbridge.integrations.keeper import Access
from leadbridge.integrations.model import TOKENS, Connection
from leadbridge.integrations.tokens import AttemptState
from leadbridge.storage.batch import WriteBatch
from tests.contract.integrations.walk import Connecting
from tests.support.hub import clean_environment
from tests.support.sandbox import token_hash


class OnceOnly(HubSpot):
    """The same vendor, had it said that it takes each refresh token once."""

    guarantees = replace(HubSpot.guarantees, replay_safe=False)


async def ask(
    site: Connecting, connection: Connection, failed_gen: int | None = None, provider: Provider | None = None
) -> Access:
    adapter, app = site.hub.connections.provider("hubspot")
    return await site.hub.connections.keeper.access_token(connection, provider or adapter, app, failed_gen)


def worker(site: Connecting, connection: Connection, callers: int, failed_gen: int = 1) -> subprocess.Popen[str]:
    asked = {
        "dataDir": str(site.hub.settings.data_dir),
        "vendor": site.sandbox.url,
        "company": site.company,
        "connection": connection.id,
        "callers": callers,
        "failedGen": failed_gen,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.contract.integrations.keeper_worker", json.dumps(asked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment({"PYTHONPATH": ":".join(path for path in sys.path if path)}),
    )
    assert process.stdout is not None
    return process


async def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert await asyncio.to_thread(process.stdout.readline) == "ready\n"


async def result(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, _ = await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0
    got: list[dict[str, Any]] = json.loads(out.splitlines()[-1])
    return got


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def presented(site: Connecting) -> dict[str, int]:
    """Return how often each refresh token was presented."""
    counted = site.sandbox.control("GET", "/counters")["refreshTokens"]
    return {name: int(one["presented"]) for name, one in counted.items()}


async def end_lease(site: Connecting, connection: Connection) -> None:
    """Let the attempt that stands be past its time."""
    tokens = await site.tokens(connection)
    assert tokens.attempt is not None
    past = site.hub.clock.now() - timedelta(seconds=1)
    attempt = tokens.attempt.model_copy(update={"until": past}).model_dump(by_alias=True)
    await site.hub.store.write(
        WriteBatch().patch(TOKENS, site.company, tokens.id, values={"attempt": attempt}, rev=tokens.rev)
    )


async def until_sent(site: Connecting, connection: Connection) -> None:
    """Return when a renewal has been marked and has reached the vendor."""
    while (await site.tokens(connection)).attempt is None or not presented(site):  # noqa: ASYNC110  # another process
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("rotation", ["stable", "rotating", "kills_on_reuse"])
async def test_twenty_callers_in_two_processes_renew_once(site: Connecting, rotation: str) -> None:
    connection = await site.connect()
    before = token_hash((await ask(site, connection)).secret.get_secret_value())
    site.sandbox.settings(rotation=rotation, latencyMs=150)
    calls = site.sandbox.calls("oauth.token")
    processes = [worker(site, connection, 10) for _ in range(2)]
    for process in processes:
        await ready(process)
    for process in processes:
        go(process)
    got = [one for process in processes for one in await result(process)]
    assert len(got) == 20
    assert len({one["token"] for one in got}) == 1
    assert {one["gen"] for one in got} == {2}
    assert got[0]["token"] != before
    assert site.sandbox.calls("oauth.token") == calls + 1
    assert list(presented(site).values()) == [1]
    latest = await ask(site, connection)
    assert token_hash(latest.secret.get_secret_value()) == got[0]["token"]
    assert site.alive(await site.refresh_token(connection))


async def test_a_lost_answer_is_asked_for_again_where_that_is_harmless(site: Connecting) -> None:
    connection = await site.connect()
    token = await site.refresh_token(connection)
    site.sandbox.fault("oauth.token", "lost_after_write")
    access = await ask(site, connection, 1)
    assert access.gen == 2
    assert site.sandbox.presentations(token) == 2
    assert (await site.data("GET", ""))["status"] == "active"
    assert [entry["code"] for entry in await site.errors("?connectionId=" + connection.id)] == ["outcome_lost"]


async def test_a_once_only_token_is_kept_back_until_it_must_be_tried_one_last_time(site: Connecting) -> None:
    """The vendor has used the token up; presenting it again ends the grant, and only then is it said so."""
    connection = await site.connect()
    token = await site.refresh_token(connection)
    site.sandbox.settings(rotation="kills_on_reuse")
    site.sandbox.fault("oauth.token", "lost_after_write")
    with pytest.raises(CallFailed) as failed:
        await ask(site, connection, 1, OnceOnly())
    assert failed.value.fault.code == "reauth_required"
    assert site.sandbox.presentations(token) == 2
    assert (await site.data("GET", ""))["status"] == "reauth_required"
    with pytest.raises(CallFailed):
        await ask(site, connection, 1, OnceOnly())
    assert site.sandbox.presentations(token) == 2


async def test_a_once_only_token_whose_request_never_arrived_is_saved_by_the_last_try(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.settings(rotation="kills_on_reuse")
    site.sandbox.fault("oauth.token", "lost_before_write")
    access = await ask(site, connection, 1, OnceOnly())
    assert access.gen == 2
    assert list(presented(site).values()) == [1]
    assert (await site.data("GET", ""))["status"] == "active"


async def test_the_tenant_is_warned_at_once_and_the_old_token_serves_on(site: Connecting) -> None:
    connection = await site.connect()
    await site.near_its_end(connection)
    site.sandbox.fault("oauth.token", "lost_after_write")
    access = await ask(site, connection, None, OnceOnly())
    assert access.gen == 1
    shown = await site.data("GET", "")
    assert (shown["status"], shown["statusReason"]["code"]) == ("needs_attention", "refresh_outcome_unknown")
    tokens = await site.tokens(connection)
    assert tokens.attempt is not None
    assert tokens.attempt.state == AttemptState.UNKNOWN
    calls = site.sandbox.calls("oauth.token")
    assert (await ask(site, connection, None, OnceOnly())).gen == 1
    assert site.sandbox.calls("oauth.token") == calls


@pytest.mark.parametrize("adapter", [HubSpot, OnceOnly])
async def test_a_process_killed_between_sending_and_storing(site: Connecting, adapter: type[HubSpot]) -> None:
    connection = await site.connect()
    site.sandbox.fault("oauth.token", "delay_after_write", delayMs=20_000)
    process = worker(site, connection, 3)
    await ready(process)
    go(process)
    await asyncio.wait_for(until_sent(site, connection), 20)
    process.kill()
    process.communicate()
    waiting = asyncio.create_task(ask(site, connection, 1, adapter()))
    await asyncio.sleep(0.5)
    assert not waiting.done(), "somebody may still hold the answer"
    await end_lease(site, connection)
    assert (await asyncio.wait_for(waiting, 20)).gen == 2
    assert list(presented(site).values()) == [2], "known to be the second time, and marked"
    assert (await site.data("GET", ""))["status"] == "active"


async def test_an_answer_is_stored_even_after_its_lease_has_ended(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.settings(rotation="kills_on_reuse")
    site.sandbox.fault("oauth.token", "delay_after_write", delayMs=1500)
    slow = asyncio.create_task(ask(site, connection, 1, OnceOnly()))
    await asyncio.wait_for(until_sent(site, connection), 10)
    await end_lease(site, connection)
    assert (await slow).gen == 2
    assert list(presented(site).values()) == [1]
    assert site.alive(await site.refresh_token(connection)), "the only live refresh token was kept"


async def test_a_caller_who_goes_away_leaves_the_renewal_behind(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.settings(rotation="rotating")
    site.sandbox.fault("oauth.token", "delay_after_write", delayMs=700)
    impatient = asyncio.create_task(ask(site, connection, 1))
    await asyncio.wait_for(until_sent(site, connection), 10)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    await site.hub.connections.drain()
    assert (await site.tokens(connection)).gen == 2
    assert site.alive(await site.refresh_token(connection))


async def test_tokens_that_come_in_after_a_disconnect_are_given_back(site: Connecting) -> None:
    connection = await site.connect()
    site.sandbox.settings(rotation="rotating")
    site.sandbox.fault("oauth.token", "delay_after_write", delayMs=1000)
    late = asyncio.create_task(ask(site, connection, 1))
    await asyncio.wait_for(until_sent(site, connection), 10)
    site.sandbox.fault("oauth.revoke", "answer", status=500)
    await site.data("DELETE", f"/connections/{connection.id}")
    assert (await asyncio.gather(late, return_exceptions=True))[0].__class__.__name__ == "NotConnected"
    await site.hub.connections.drain()
    given = [call.answered()["refresh_token"] for call in site.tap.calls if call.grant_type == "refresh_token"]
    assert given
    assert not site.alive(given[-1])


async def test_nothing_is_sent_and_nothing_is_lost_while_the_vendor_cannot_be_reached(site: Connecting) -> None:
    connection = await site.connect()
    token = await site.refresh_token(connection)
    site.tap.stop()
    with pytest.raises(CallFailed) as failed:
        await ask(site, connection, 1)
    assert failed.value.fault.code == "token_renewal_held"
    assert failed.value.fault.retryable
    tokens = await site.tokens(connection)
    assert (tokens.attempt, tokens.gone) == (None, False)
    assert (await site.data("GET", ""))["status"] == "active"
    assert (await ask(site, connection)).gen == 1
    assert site.alive(token)


async def test_at_least_a_minute_between_two_renewals(site: Connecting) -> None:
    connection = await site.connect()
    assert (await ask(site, connection, 1)).gen == 2
    with pytest.raises(CallFailed) as failed:
        await ask(site, connection, 2)
    assert failed.value.fault.code == "token_renewal_held"
    assert failed.value.fault.retry_after is not None
    assert 50 < failed.value.fault.retry_after <= 60
    assert (await ask(site, connection, 1)).gen == 2, "who was refused with an older token uses the newer"
