"""Pushing leads into HubSpot's sandbox over real HTTP: what ends up there, and what is said about it."""

import asyncio
from typing import Any

import msgspec
import pytest

from leadbridge.kit.clock import to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.sync import links
from leadbridge.sync.core.values import Intent, Sent
from leadbridge.sync.model import LINKS
from leadbridge.usage.model import USAGE_EVENTS
from tests.support.hub_in_process import HubUnderTest
from tests.support.sandbox import SandboxProcess


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"email": f"p{number}@example.com", "firstName": f"P{number}", "lastName": "Example"} | more


def properties(sandbox: SandboxProcess) -> list[dict[str, Any]]:
    return [record["properties"] for record in sandbox.records()]


def writes(sandbox: SandboxProcess) -> int:
    return sandbox.calls("objects.batch.create") + sandbox.calls("objects.batch.update")


async def test_every_lead_is_created_once_and_a_second_push_writes_nothing(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(*(person(n, phone="+353 1 555 0100", address={"country": "IE"}) for n in range(120)))
    first = await hub.sync(*ids)
    assert [item["leadId"] for item in first["successful"]] == ids
    assert first["failed"] == []
    assert first["total"] == 120
    assert first["run"]["counts"] | {"created": 120, "read": 120} == first["run"]["counts"]
    stored = properties(sandbox)
    assert {record["leadbridge_id"] for record in stored} == set(ids)
    assert all(record["country"] == "Ireland" and record["lifecyclestage"] == "lead" for record in stored)

    made = writes(sandbox)
    before = await hub.hub.store[LINKS].of(hub.company_id).find(limit=200)
    second = await hub.sync(*ids)
    assert {item["action"] for item in second["successful"]} == {"unchanged"}
    assert [item["crmId"] for item in second["successful"]] == [item["crmId"] for item in first["successful"]]
    assert writes(sandbox) == made
    assert (await hub.hub.store[LINKS].of(hub.company_id).find(limit=200)).items == before.items


async def test_our_edit_goes_over_and_a_salespersons_edit_is_kept(hub: HubUnderTest, sandbox: SandboxProcess) -> None:
    [lead] = await hub.leads(person(1, title="CEO", company="Acme"))
    crm_id = (await hub.sync(lead))["successful"][0]["crmId"]
    sandbox.edit(crm_id, company="Acme Holding", jobtitle="Chief")
    await hub.ask("PATCH", f"/leads/{lead}", json={"title": "Chair", "phone": "+353 1 555 0100"})

    result = (await hub.sync(lead))["successful"][0]

    [stored] = properties(sandbox)
    assert result["action"] == "updated"
    assert result["keptFromCrm"] == ["title"]
    assert stored["phone"] == "+35315550100"
    assert (stored["jobtitle"], stored["company"]) == ("Chief", "Acme Holding")


async def test_an_existing_contact_is_matched_by_its_address_and_only_its_blanks_are_filled(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    sandbox.control(
        "POST", "/records/contacts", {"properties": {"email": "p1@example.com", "firstname": "Paula", "phone": ""}}
    )
    [lead] = await hub.leads(person(1, phone="+353 1 555 0100"))
    result = (await hub.sync(lead))["successful"][0]
    [stored] = properties(sandbox)
    assert result["action"] == "updated"
    assert (stored["firstname"], stored["lastname"], stored["phone"]) == ("Paula", "Example", "+35315550100")
    assert stored["leadbridge_id"] == lead


@pytest.mark.parametrize("kind", ["lost_after_write", "lost_before_write"])
@pytest.mark.parametrize("email", [True, False], ids=["with e-mail", "without e-mail"])
async def test_an_answer_that_never_came_neither_doubles_nor_loses_a_lead(
    hub: HubUnderTest, sandbox: SandboxProcess, kind: str, email: bool
) -> None:
    bodies = [person(n) if email else {"firstName": f"P{n}", "lastName": "Example"} for n in range(30)]
    ids = await hub.leads(*bodies)
    sandbox.fault("objects.batch.create", kind, times=1)
    result = await hub.sync(*ids)
    assert len(result["successful"]) == 30
    assert sorted(record["leadbridge_id"] for record in properties(sandbox)) == sorted(ids)


async def test_an_update_whose_answer_was_lost_is_found_to_have_landed(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    [lead] = await hub.leads(person(1))
    await hub.sync(lead)
    await hub.ask("PATCH", f"/leads/{lead}", json={"title": "CEO"})
    sandbox.fault("objects.batch.update", "lost_after_write", times=1)
    assert (await hub.sync(lead))["successful"][0]["action"] == "unchanged"
    [stored] = properties(sandbox)
    assert stored["jobtitle"] == "CEO"


async def test_a_contact_deleted_in_the_crm_is_never_created_again(hub: HubUnderTest, sandbox: SandboxProcess) -> None:
    [lead] = await hub.leads(person(1))
    crm_id = (await hub.sync(lead))["successful"][0]["crmId"]
    sandbox.control("DELETE", f"/records/contacts/{crm_id}")
    [failed] = (await hub.sync(lead))["failed"]
    assert failed["code"] == "crm_record_gone"
    assert failed["hint"]
    assert len([record for record in sandbox.records() if not record["archived"]]) == 0


async def test_two_leads_with_one_address_become_one_contact_and_one_explained_refusal(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    one, two = await hub.leads(person(1), person(1, firstName="Paul"))
    result = await hub.sync(one, two)
    assert [item["leadId"] for item in result["successful"]] == [one]
    assert [(item["leadId"], item["code"]) for item in result["failed"]] == [(two, "already_linked")]
    assert one in result["failed"][0]["error"]
    again = await hub.sync(two)
    assert again["failed"][0]["code"] == "already_linked"
    assert len(properties(sandbox)) == 1


async def test_a_contact_is_left_to_the_lead_it_may_just_have_been_created_for(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    """The hub died between a lead's create and its answer, and another lead with that address is pushed first."""
    one, two = await hub.leads(person(1), person(1, firstName="Paul"))
    connection = (await hub.ask("GET", "/crm-integration")).data["_id"]
    fresh = links.fresh("c" * 24, hub.company_id, connection, "contacts", "leads", one)
    intent = Intent("i", (Sent("email", "p1@example.com", "p1@example.com"),), at=to_millis(hub.hub.clock.now()))
    await hub.hub.store.write(WriteBatch().insert(LINKS, msgspec.structs.replace(fresh, intent=intent)))
    sandbox.control("POST", "/records/contacts", {"properties": {"email": "p1@example.com", "firstname": "P1"}})

    [held] = (await hub.sync(two))["failed"]
    assert held["code"] == "awaited_create"
    assert one in held["error"]
    assert len((await hub.sync(one))["successful"]) == 1
    assert (await hub.sync(two))["failed"][0]["code"] == "already_linked"
    [stored] = properties(sandbox)
    assert stored["leadbridge_id"] == one


async def test_of_leads_with_one_address_the_first_that_the_crm_takes_has_its_record(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    """A refused one leaves the address to the next; which is which is never guessed from within one call."""
    refused, taken, late, other = await hub.leads(
        person(1), person(1, firstName="Paul"), person(1, firstName="Pia"), person(2)
    )
    sandbox.fault("objects.batch.create", "answer", status=400, times=2, body={"category": "VALIDATION_ERROR"})
    result = await hub.sync(refused, taken, late, other)
    assert [(item["leadId"], item["code"]) for item in result["failed"]] == [
        (refused, "invalid_value"),
        (late, "already_linked"),
    ]
    assert [item["leadId"] for item in result["successful"]] == [taken, other]
    assert taken in result["failed"][1]["error"]
    assert sorted(record["leadbridge_id"] for record in properties(sandbox)) == sorted([taken, other])
    made = (await hub.hub.store[LINKS].of(hub.company_id).find(limit=10)).items
    assert sorted(link.record_id for link in made) == sorted([taken, other])


async def test_outcomes_stand_in_the_order_of_the_request_under_the_ids_that_were_sent(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    one, two, three = await hub.leads(person(1, externalId="ext-1"), person(2), person(3))
    [four] = await hub.leads(person(4, externalId=two))
    unknown = "f" * 24
    sent = [three, "ext-1", unknown, one, unknown, two, three]
    result = await hub.sync(*sent)
    assert [item["leadId"] for item in result["successful"]] == [three, "ext-1"]
    assert [(item["leadId"], item["code"]) for item in result["failed"]] == [
        (unknown, "lead_not_found"),
        (one, "duplicate_in_request"),
        (unknown, "duplicate_in_request"),
        (two, "ambiguous_id"),
        (three, "duplicate_in_request"),
    ]
    assert result["total"] == len(sent) == len(result["successful"]) + len(result["failed"])
    assert four not in {record["leadbridge_id"] for record in properties(sandbox)}


async def test_one_bad_lead_does_not_hold_up_the_others_and_is_explained_and_retried(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(*(person(n) for n in range(5)))
    sandbox.control("DELETE", "/faults")
    sandbox.fault("objects.batch.create", "answer", status=400, times=4, body={"category": "VALIDATION_ERROR"})
    result = await hub.sync(*ids)
    failed = result["failed"]
    assert failed
    assert len(result["successful"]) + len(failed) == 5
    log = (await hub.ask("GET", "/crm-integration/error-logs")).data
    assert {entry["leadId"] for entry in log} == {item["leadId"] for item in failed}
    entry = log[0]
    assert entry["code"] == "invalid_value"
    assert entry["cause"]
    assert entry["hint"]
    assert entry["retryable"] is True

    retried = await hub.ask("POST", f"/crm-integration/error-logs/{entry['_id']}/retry")
    assert retried.status == 202
    run = (await hub.ask("GET", f"/runs/{retried.data['_id']}")).data
    assert run["counts"]["created"] == 1


async def test_without_a_unique_field_an_unanswered_create_of_a_nameless_match_goes_to_review(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    connection = (await hub.ask("GET", "/crm-integration")).data
    assert (await hub.ask("DELETE", f"/crm-integration/connections/{connection['_id']}")).status == 200
    sandbox.settings(missingScopes=["crm.schemas.contacts.write"])
    sandbox.control("POST", "/reset")
    sandbox.settings(rateLimits=False, missingScopes=["crm.schemas.contacts.write"])
    await hub.connect()
    [lead] = await hub.leads({"firstName": "No", "lastName": "Address"})
    sandbox.fault("objects.batch.create", "lost_after_write", times=1)
    [failed] = (await hub.sync(lead))["failed"]
    assert failed["code"] == "unanswered_create"
    assert len(properties(sandbox)) == 1
    assert (await hub.sync(lead))["failed"][0]["code"] == "unanswered_create"
    assert len(properties(sandbox)) == 1


async def test_too_many_ids_and_no_connection_are_refused_before_anything_is_done(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    refused = await hub.ask("POST", "/crm-integration/sync-leads", json={"leadIds": [f"x{n}" for n in range(10_001)]})
    assert (refused.status, refused.code) == (413, "too_many_ids")
    connection = (await hub.ask("GET", "/crm-integration")).data
    await hub.ask("DELETE", f"/crm-integration/connections/{connection['_id']}")
    refused = await hub.ask("POST", "/crm-integration/sync-leads", json={"leadIds": ["x"]})
    assert (refused.status, refused.code) == (409, "no_active_connection")


async def test_a_push_is_one_usage_event(hub: HubUnderTest) -> None:
    ids = await hub.leads(person(1), person(2))
    result = await hub.sync(*ids)
    events = (await hub.hub.store[USAGE_EVENTS].of(hub.company_id).find(order=["createdAt"], descending=True)).items
    event = events[0]
    assert event.event_type == "crm_sync"
    assert event.metrics.records_processed == 2
    assert event.metrics.api_calls_used == result["run"]["vendorCalls"] > 0
    assert event.run_id == result["run"]["_id"]


async def test_a_revoked_app_fails_every_lead_with_the_reason_and_asks_for_a_new_connect(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(person(1), person(2))
    sandbox.advance(3600)
    sandbox.fault(
        "oauth.token", "answer", status=400, times=9, body={"status": "BAD_REFRESH_TOKEN", "error": "invalid_grant"}
    )
    result = await hub.sync(*ids)
    assert [item["leadId"] for item in result["failed"]] == ids
    assert all(item["hint"] for item in result["failed"])
    status = (await hub.ask("GET", "/crm-integration")).data
    assert status["status"] == "reauth_required"


async def test_a_crm_that_cannot_be_reached_fails_each_lead_with_the_reason_and_a_later_push_succeeds(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(person(1), person(2))
    sandbox.fault("objects.batch.read", "answer", status=503, times=4, body={"message": "busy"})
    result = await hub.sync(*ids)
    assert [(item["leadId"], item["retryable"]) for item in result["failed"]] == [(id, True) for id in ids]
    assert (await hub.ask("GET", f"/runs/{result['run']['_id']}")).data["counts"]["failed"] == 2
    assert len((await hub.sync(*ids))["successful"]) == 2


async def test_a_server_error_after_the_write_is_not_taken_for_a_refusal(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    ids = await hub.leads(person(1), person(2))
    sandbox.fault("objects.batch.create", "answer", status=502, times=1, body={"message": "bad gateway"})
    assert len((await hub.sync(*ids))["successful"]) == 2
    assert len(properties(sandbox)) == 2


async def test_pushes_of_one_connection_wait_for_each_other(hub: HubUnderTest, sandbox: SandboxProcess) -> None:
    ids = await hub.leads(*(person(n) for n in range(10)))
    sandbox.settings(latencyMs=100)
    results = await asyncio.gather(*(hub.sync(*ids) for _ in range(3)))
    assert sorted(result["run"]["counts"]["created"] for result in results) == [0, 0, 10]
    assert len(properties(sandbox)) == 10


async def test_a_leads_links_tell_its_records_and_whose_account_they_are_in(
    hub: HubUnderTest, sandbox: SandboxProcess
) -> None:
    lead, other = await hub.leads(person(1, externalId="customer-1"), person(2))
    assert (await hub.ask("GET", f"/leads/{lead}/links")).data == []
    pushed = (await hub.sync(lead, other))["successful"]
    (link,) = (await hub.ask("GET", "/leads/customer-1/links")).data
    (connection,) = (await hub.ask("GET", "/crm-integration/connections")).data
    assert {name: link[name] for name in ("connectionId", "provider", "state", "crmId")} == {
        "connectionId": connection["_id"], "provider": "hubspot", "state": "active", "crmId": pushed[0]["crmId"],
    }  # fmt: skip
    assert link["accountName"] == connection["accountInfo"]["accountName"]

    await hub.ask("POST", f"/leads/{other}/merge", json={"otherId": lead})
    merged = (await hub.ask("GET", f"/leads/{other}/links")).data
    assert {one["crmId"] for one in merged} == {one["crmId"] for one in pushed}
