"""Every provider: what goes wrong on the way, after which nothing is there twice and nothing is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta

import pytest

from leadbridge.crm.app import App
from leadbridge.crm.errors import CallFailed
from leadbridge.crm.model import Pace, Write
from leadbridge.integrations.model import TOKENS
from leadbridge.integrations.session import ConnectionSession
from leadbridge.security.errors import OutcomeLost
from leadbridge.security.transport import HttpRequest, HttpResponse
from leadbridge.storage.batch import WriteBatch
from tests.contract.providers.conftest import Connected
from tests.contract.providers.under_test import Trouble, UnderTest
from tests.support.hub import clean_environment


@dataclass
class Expiring:
    """A session before whose second call the vendor's clock passes the end of the access token."""

    inner: ConnectionSession
    vendor: UnderTest
    calls: int = 0

    @property
    def app(self) -> App:
        return self.inner.app

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.inner.scopes

    async def call(self, request: HttpRequest, pace: Pace | None = None) -> HttpResponse:
        self.calls += 1
        if self.calls == 2:
            self.vendor.advance(self.vendor.token_seconds + 60)
        return await self.inner.call(request, pace)

    async def pause(self, seconds: float) -> None:
        await self.inner.pause(seconds)


async def test_a_token_that_ends_in_the_middle_of_a_batch(connected: Connected) -> None:
    vendor = connected.vendor
    before = vendor.calls("token")
    session = Expiring(connected.session(), vendor)
    count = 2 * connected.provider.write_batch + 50
    writes = [Write(str(number), vendor.good(number)) for number in range(count)]
    outcomes = await connected.provider.upsert(session, vendor.object, vendor.by, writes)
    assert [one.fault for one in outcomes] == [None] * count
    assert len(connected.held()) == count
    assert vendor.calls("token") == before + 1


@pytest.mark.parametrize("kind", ["server_error", "rate_limited", "lost_before", "lost_after", "locked"])
async def test_an_upsert_is_repeated_after(connected: Connected, kind: Trouble) -> None:
    vendor = connected.vendor
    vendor.trouble("upsert", kind)
    outcomes = await connected.upsert([vendor.good(number) for number in range(20)])
    assert [one.fault for one in outcomes] == [None] * 20
    assert len(connected.held()) == 20
    assert {one.record.id for one in outcomes if one.record} == set(connected.held().values())


@pytest.mark.parametrize("kind", ["server_error", "rate_limited", "lost_before", "lost_after"])
async def test_a_read_is_repeated_after(connected: Connected, kind: Trouble) -> None:
    vendor = connected.vendor
    await connected.upsert([vendor.good(1)])
    held = connected.held()
    vendor.trouble("read", kind)
    read = await connected.provider.read(connected.session(), vendor.object, None, list(held.values()), [])
    assert list(read) == list(held.values())


async def test_an_answer_that_cannot_be_read_leaves_no_row_without_an_outcome(connected: Connected) -> None:
    vendor = connected.vendor
    vendor.trouble("upsert", "unreadable")
    rows = [vendor.good(number) for number in range(5)]
    outcomes = await connected.upsert(rows)
    assert len(outcomes) == 5
    assert all(one.fault is not None and one.fault.retryable for one in outcomes)
    assert all(one.fault is None for one in await connected.upsert(rows))
    assert len(connected.held()) == 5


async def test_one_call_that_fails_for_good_does_not_hide_what_the_others_wrote(connected: Connected) -> None:
    vendor = connected.vendor
    vendor.trouble("upsert", "forbidden")
    batch = connected.provider.write_batch
    outcomes = await connected.upsert([vendor.good(number) for number in range(2 * batch + 50)])
    failed = [one for one in outcomes if one.fault is not None]
    assert len(outcomes) == 2 * batch + 50
    assert len(failed) in (50, batch)
    assert {one.record.id for one in outcomes if one.record} == set(connected.held().values())


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "server_error"])
async def test_a_create_whose_outcome_is_unknown_is_told_and_not_repeated(connected: Connected, kind: Trouble) -> None:
    vendor, provider = connected.vendor, connected.provider
    vendor.trouble("create", kind)
    before = vendor.calls("create")
    rows = [Write(str(number), vendor.good(number)) for number in range(3)]
    with pytest.raises(OutcomeLost):
        await provider.write(connected.session(), vendor.object, rows)
    assert vendor.calls("create") == before + 1
    # our key finds what became of it, and an upsert on it makes the rest
    outcomes = await connected.upsert([vendor.good(number) for number in range(3)])
    assert [one.fault for one in outcomes] == [None] * 3
    assert len(connected.held()) == 3


async def let_renew(connected: Connected) -> None:
    """Let the last renewal be long enough ago for another one."""
    hub, company = connected.site.hub, connected.site.company_id
    tokens = await hub.store[TOKENS].of(company).get(connected.connection.id)
    assert tokens is not None
    past = {"lastRefreshAt": hub.clock.now() - timedelta(minutes=5)}
    await hub.store.write(WriteBatch().patch(TOKENS, company, tokens.id, values=past, rev=tokens.rev))


async def test_tokens_are_renewed_as_declared(connected: Connected) -> None:
    vendor, provider = connected.vendor, connected.provider
    vendor.rotate(provider.guarantees.rotation)
    before = vendor.calls("token")
    for _ in range(2):
        vendor.advance(vendor.token_seconds + 60)
        await let_renew(connected)
        await provider.describe(connected.session(), vendor.object)
    assert vendor.calls("token") == before + 2
    if provider.guarantees.rotation != "stable":
        assert set(vendor.presented()) == {1}


async def test_a_grant_that_was_ended_asks_for_a_person(connected: Connected) -> None:
    vendor = connected.vendor
    vendor.revoke()
    with pytest.raises(CallFailed):
        await connected.provider.describe(connected.session(), vendor.object)
    presented = list(vendor.presented())
    with pytest.raises(CallFailed) as failed:
        await connected.provider.describe(connected.session(), vendor.object)
    assert failed.value.code == "reauth_required"
    assert list(vendor.presented()) == presented, "a grant that is gone is not presented again"
    shown = (await connected.site.ask("GET", "/crm-integration")).data
    assert shown["status"] == "reauth_required"


def test_a_crowd_in_four_processes_renews_once(connected: Connected) -> None:
    vendor, hub = connected.vendor, connected.site.hub
    before = vendor.calls("token")
    vendor.advance(vendor.token_seconds + 60)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.contract.providers.caller", json.dumps(asked)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment({"PYTHONPATH": ":".join(path for path in sys.path if path)}),
        )
        for asked in (
            {
                "dataDir": str(hub.settings.data_dir),
                "settings": vendor.settings() | {"database_url": hub.settings.database_url},
                "company": connected.site.company_id,
                "connection": connected.connection.id,
                "object": vendor.object,
                "callers": callers,
            }
            for callers in (13, 13, 12, 12)
        )
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = 0
    for process in processes:
        out, _ = process.communicate(timeout=110)
        assert process.returncode == 0
        done += int(out.splitlines()[-1])
    assert done == 50
    assert vendor.calls("token") == before + 1
