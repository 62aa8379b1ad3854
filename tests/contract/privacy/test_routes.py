"""Erasure and export over HTTP, and a failed renewal whose tokens were sealed again meanwhile."""

from __future__ import annotations

from pathlib import Path

from leadbridge.integrations.calls import VendorCalls
from leadbridge.integrations.keeper import Failed
from leadbridge.integrations.model import TOKENS
from leadbridge.integrations.tokendocs import state_of
from leadbridge.integrations.tokens import Action, Outcome
from leadbridge.integrations.vendor import RefreshFailed
from leadbridge.security.errors import NotSent
from leadbridge.storage.batch import WriteBatch
from tests.contract.integrations.conftest import sandbox, shared_sandbox, site, tap
from tests.contract.integrations.walk import Connecting
from tests.support.hub_in_process import running_hub

__all__ = ["sandbox", "shared_sandbox", "site", "tap"]


async def test_a_person_is_exported_erased_and_kept_out(tmp_path: Path) -> None:
    async with running_hub(tmp_path / "hub") as hub:
        (id,) = await hub.leads({"externalId": "c-17", "firstName": "Anna", "email": "anna@x.example"})
        held = (await hub.ask("GET", "/leads/c-17/export")).data
        assert held["leadId"] == id
        assert held["documents"]["leads"][0]["email"] == "anna@x.example"
        assert "companyId" not in held["documents"]["leads"][0]
        made = await hub.ask("POST", "/privacy/erasures", json={"leadId": "c-17"})
        assert made.status == 201
        assert made.data["documents"] == {"leads": 1, "record_events": 1}
        assert made.data["state"] == "settling"
        assert id not in str(made.body)
        erasure = made.data["_id"]
        assert (await hub.ask("GET", f"/privacy/erasures/{erasure}")).data == made.data
        assert [one["_id"] for one in (await hub.ask("GET", "/privacy/erasures")).data] == [erasure]
        assert (await hub.ask("GET", "/leads/c-17/export")).status == 404
        body = {"firstName": "Anna", "email": "Anna@x.example"}
        refused = await hub.ask("POST", "/leads", json=body)
        assert (refused.status, refused.code) == (409, "erased_person")
        assert "anna" not in str(refused.body).lower()
        assert (await hub.ask("POST", "/leads", json=body | {"allowErased": True})).status == 201
        assert (await hub.ask("POST", "/privacy/erasures", json={"email": "anna@x.example"})).status == 201
        for wrong in ({}, {"leadId": "a", "email": "a@b.example"}, {"email": "nobody"}):
            assert (await hub.ask("POST", "/privacy/erasures", json=wrong)).status == 400
        assert (await hub.ask("GET", "/privacy/erasures/" + "0" * 24)).code == "erasure_not_found"


async def test_a_failed_renewal_is_noted_although_the_tokens_were_sealed_again_meanwhile(site: Connecting) -> None:
    connection = await site.connect()
    keeper, tokens = site.hub.connections.keeper, await site.tokens(connection)
    sent = await keeper._mark(connection, tokens, Action.SEND)
    assert sent is not None
    again = WriteBatch().patch(
        TOKENS, site.company, tokens.id, values={"kid": tokens.kid}, rev=(await site.tokens(connection)).rev
    )
    await site.hub.store.write(again)
    provider, _ = site.hub.connections.provider("hubspot")
    await keeper._failed(
        connection,
        provider,
        sent,
        Action.SEND,
        Failed(
            RefreshFailed(Outcome.NOT_SENT, NotSent("https://x.example", "no route")),
            VendorCalls(site.hub.transport, site.hub.clock, provider),
            0,
        ),
    )
    after = await site.tokens(connection)
    assert state_of(after).attempt is None
    assert after.failures == 1
