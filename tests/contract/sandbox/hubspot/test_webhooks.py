"""Webhooks out: what is sent, how it is signed, and what becomes of what nobody took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hubspot.utils.signature import Signature

from tests.support.receiver import Received, Receiver
from tests.support.sandbox import CLIENT_SECRET, SandboxProcess

CREATED = {"eventType": "contact.creation"}
RENAMED = {"eventType": "contact.propertyChange", "propertyName": "firstname"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


def subscribe(sandbox: SandboxProcess, receiver: Receiver, *subscriptions: dict[str, Any]) -> None:
    sandbox.control("POST", "/do/webhooks", {"targetUrl": receiver.url, "subscriptions": list(subscriptions)})


def add(sandbox: SandboxProcess, email: str, **more: str) -> str:
    made: str = sandbox.control("POST", "/records/contacts", {"properties": {"email": email, **more}})["id"]
    return made


def events(requests: list[Received]) -> list[dict[str, Any]]:
    return [event for request in requests for event in json.loads(request.body)]


def test_the_vendors_own_helper_accepts_the_signature_and_refuses_another(
    sandbox: SandboxProcess, receiver: Receiver
) -> None:
    subscribe(sandbox, receiver, CREATED)
    add(sandbox, "ana@example.test")
    (request,) = receiver.wait(lambda seen: len(seen) == 1)
    headers = request.headers

    def valid(body: bytes, **more: str) -> bool:
        accepted: bool = Signature.is_valid(
            signature=headers["x-hubspot-signature-v3"],
            client_secret=CLIENT_SECRET,
            request_body=body.decode(),
            http_uri=receiver.url,
            signature_version="v3",
            timestamp=headers["x-hubspot-request-timestamp"],
            **more,
        )
        return accepted

    assert valid(request.body)
    assert not valid(request.body.replace(b"CRM_UI", b"API___"))
    assert headers["x-hubspot-signature-version"] == "v1"


def test_events_name_what_changed_and_who_did_it(sandbox: SandboxProcess, receiver: Receiver, access: str) -> None:
    generic = {"eventType": "object.deletion", "objectTypeId": "0-1"}
    subscribe(sandbox, receiver, CREATED, RENAMED, generic)
    person = add(sandbox, "ana@example.test")
    path = f"/crm/v3/objects/contacts/{person}"
    assert sandbox.api("PATCH", path, access, {"properties": {"firstname": "Ana", "phone": "1"}})[0] == 200
    assert sandbox.api("DELETE", path, access)[0] == 204
    got = events(receiver.wait(lambda seen: len(events(seen)) == 3))
    shown = {event["subscriptionType"]: event for event in got}
    assert shown["contact.creation"]["changeSource"] == "CRM_UI"
    assert shown["contact.creation"]["sourceId"] == "userId:77"
    renamed = shown["contact.propertyChange"]
    assert (renamed["propertyName"], renamed["propertyValue"]) == ("firstname", "Ana")
    assert (renamed["changeSource"], renamed["sourceId"]) == ("INTEGRATION", "9001337")
    assert shown["object.deletion"]["objectTypeId"] == "0-1"
    assert {event["objectId"] for event in got} == {int(person)}
    assert {event["portalId"] for event in got} == {4242001}


def test_what_is_undone_is_not_told(sandbox: SandboxProcess, receiver: Receiver, access: str) -> None:
    subscribe(sandbox, receiver, CREATED)
    rows = [{"properties": {"email": f"p{number}@example.test"}} for number in range(3)]
    rows.append({"properties": {"zzz": "1"}})
    assert sandbox.api("POST", "/crm/v3/objects/contacts/batch/create", access, {"inputs": rows})[0] == 400
    kept = add(sandbox, "ana@example.test")
    got = events(receiver.wait(lambda seen: bool(seen)))
    assert [event["objectId"] for event in got] == [int(kept)]


def test_a_delivery_nobody_takes_is_tried_again(sandbox: SandboxProcess, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(sandbox, receiver, CREATED)
    add(sandbox, "ana@example.test")
    receiver.wait(lambda seen: len(seen) == 1)
    receiver.status = 200
    sandbox.advance(90)
    receiver.wait(lambda seen: len(seen) == 2)
    assert [json.loads(request.body)[0]["attemptNumber"] for request in receiver.requests] == [0, 1]
    first, second = events(receiver.requests)
    assert first["eventId"] == second["eventId"]


def test_deliveries_can_come_twice_and_in_another_order(sandbox: SandboxProcess, receiver: Receiver) -> None:
    sandbox.settings(webhooks=False, webhookDuplicates=True, webhookShuffle=True)
    subscribe(sandbox, receiver, CREATED)
    sandbox.control("POST", "/do/seed", {"count": 250})
    sandbox.settings(webhooks=True)
    requests = receiver.wait(lambda seen: len(seen) == 6)
    assert sorted(len(json.loads(request.body)) for request in requests) == [50, 50, 100, 100, 100, 100]
    got = [event["objectId"] for event in events(requests)]
    assert len(set(got)) == 250
    assert got != sorted(got)
    assert sandbox.control("POST", "/do/deliveries")["events"] == {"waiting": 0, "sent": 250, "dropped": 0}


def test_a_merge_names_both_records_and_the_survivor(sandbox: SandboxProcess, receiver: Receiver) -> None:
    subscribe(sandbox, receiver, {"eventType": "contact.merge"})
    one, other = add(sandbox, "ana@example.test"), add(sandbox, "ann@example.test")
    merged = {"object": "contacts", "primary": one, "other": other, "newRecord": True}
    survivor = sandbox.control("POST", "/do/merge", merged)["id"]
    (event,) = events(receiver.wait(lambda seen: bool(seen)))
    assert survivor not in (one, other)
    assert event["primaryObjectId"] == int(one)
    assert event["mergedObjectIds"] == [int(other)]
    assert event["newObjectId"] == int(survivor)
