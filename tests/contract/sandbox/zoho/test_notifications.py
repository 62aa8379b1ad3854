"""Notifications: channels that end, what a delivery carries, and how unreliable deliveries can be made."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.receiver import Received, Receiver
from tests.support.zoho import ZohoProcess

CHANNEL = "1000000068001"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        yield server


def watch(receiver: Receiver, *events: str, **more: Any) -> dict[str, Any]:
    one = {"channel_id": CHANNEL, "events": list(events), "token": "a-token", "notify_url": receiver.url, **more}
    return {"watch": [one]}


def subscribe(sandbox: ZohoProcess, access: str, receiver: Receiver, *events: str, **more: Any) -> dict[str, Any]:
    status, _, body = sandbox.crm("POST", "/actions/watch", access, watch(receiver, *events, **more))
    assert status == 201, body
    entry: dict[str, Any] = body["watch"][0]
    return entry


def add(sandbox: ZohoProcess, **values: str) -> str:
    properties = {"Last_Name": "Roy", "Company": "Roy Ltd", **values}
    made: str = sandbox.control("POST", "/records/Leads", {"properties": properties})["id"]
    return made


def bodies(requests: list[Received]) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in requests]


def settled(sandbox: ZohoProcess) -> dict[str, Any]:
    """Return what became of the deliveries when none is under way; a receiver has one before its sender knows."""
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, Any] = sandbox.control("POST", "/do/deliveries", {})
        if not found["events"]["waiting"]:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def channels(sandbox: ZohoProcess) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.control("POST", "/do/deliveries", {})["channels"]
    return found


def test_a_delivery_carries_ids_and_the_channels_own_token(
    sandbox: ZohoProcess, access: str, receiver: Receiver
) -> None:
    subscribe(sandbox, access, receiver, "Leads.all", return_affected_field_values=True)
    lead = add(sandbox)
    sandbox.edit(lead, City="Oslo")
    sandbox.control("DELETE", f"/records/Leads/{lead}")
    # what is under way at one time arrives in any order
    told = {one["operation"]: one for one in bodies(receiver.wait(lambda seen: len(seen) == 3))}
    assert sorted(told) == ["delete", "insert", "update"]
    made, changed = told["insert"], told["update"]
    for one in told.values():
        assert (one["ids"], one["module"], one["token"], one["channel_id"]) == ([lead], "Leads", "a-token", CHANNEL)
        assert isinstance(one["server_time"], int)
    assert changed["affected_fields"] == [{lead: ["City"]}]
    assert changed["affected_values"] == [{"record_id": lead, "values": {"City": "Oslo"}}]
    assert "affected_fields" not in made
    assert not any("signature" in name for name in receiver.requests[0].headers)


def test_only_what_was_asked_for_is_sent(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    selection = {
        "type": "field_selection",
        "module": {"api_name": "Leads"},
        "field_selection": {"field": {"api_name": "Email"}},
    }
    subscribe(sandbox, access, receiver, "Leads.edit", notification_condition=[selection])
    lead = add(sandbox)
    sandbox.edit(lead, City="Oslo")
    sandbox.edit(lead, Email="ada@roy.test")
    (request,) = bodies(receiver.wait(lambda seen: bool(seen)))
    assert (request["operation"], request["affected_fields"]) == ("update", [{lead: ["Email"]}])
    assert settled(sandbox)["events"]["sent"] == 1


def test_one_call_is_one_delivery_of_up_to_a_hundred_ids(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    subscribe(sandbox, access, receiver, "Leads.create")
    sandbox.control("POST", "/do/seed", {"count": 250})
    got = bodies(receiver.wait(lambda seen: len(seen) == 3))
    assert sorted(len(one["ids"]) for one in got) == [50, 100, 100]


def test_what_is_undone_is_not_told(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    subscribe(sandbox, access, receiver, "Leads.all")
    rows = [{"Last_Name": "Roy", "Company": "Roy"}, {"Company": "nameless"}]
    _, _, body = sandbox.crm("POST", "/Leads", access, {"data": rows})
    (got,) = bodies(receiver.wait(lambda seen: bool(seen)))
    assert got["ids"] == [body["data"][0]["details"]["id"]]


def test_a_channel_ends_by_itself_unless_it_is_renewed(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-11-23T10:00:00Z"})
    access = sandbox.issue_tokens()["access_token"]
    subscribe(sandbox, access, receiver, "Leads.all", channel_expiry="2026-11-30T09:00:00+00:00")
    assert channels(sandbox)[0]["expires"] == "2026-11-30T09:00:00+00:00"
    sandbox.advance(6 * 86_400)
    access = sandbox.issue_tokens()["access_token"]
    renewed = watch(receiver, "Leads.all", channel_expiry="2026-12-06T09:00:00+00:00", token="another")
    status, _, body = sandbox.crm("PUT", "/actions/watch", access, renewed)
    assert (status, body["watch"][0]["message"]) == (200, "Successfully updated the subscribe details")
    _, _, body = sandbox.crm("GET", f"/actions/watch?channel_id={CHANNEL}&module=Leads", access)
    (shown,) = body["watch"]
    assert (shown["events"], shown["token"], shown["resource_name"]) == (["Leads.all"], "another", "Leads")
    sandbox.advance(8 * 86_400)
    access = sandbox.issue_tokens()["access_token"]
    assert sandbox.crm("GET", "/actions/watch", access)[0] == 204
    add(sandbox)
    assert sandbox.control("POST", "/do/deliveries", {})["events"] == {"waiting": 0, "sent": 0, "dropped": 0, "lost": 0}
    status, _, body = sandbox.crm("PUT", "/actions/watch", access, renewed)
    assert (status, body["watch"][0]["code"]) == (400, "NOT_SUBSCRIBED")


@pytest.mark.parametrize("expiry", [None, "soon", "2026-12-25T00:00:00+00:00", "2026-11-01T00:00:00+00:00"])
def test_an_unusable_expiry_is_an_hour(
    sandbox: ZohoProcess, access: str, receiver: Receiver, expiry: str | None
) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-11-23T10:00:00Z"})
    access = sandbox.issue_tokens()["access_token"]
    subscribe(sandbox, access, receiver, "Leads.all", channel_expiry=expiry)
    assert channels(sandbox)[0]["expires"] == "2026-11-23T11:00:00+00:00"


def test_a_channel_watches_less_and_then_nothing(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    subscribe(sandbox, access, receiver, "Leads.create", "Leads.edit", "Contacts.all")
    fewer = {"watch": [{"channel_id": CHANNEL, "events": ["Leads.edit", "Contacts.all"], "_delete_events": True}]}
    status, _, body = sandbox.crm("PATCH", "/actions/watch", access, fewer)
    assert (status, body["watch"][0]["message"]) == (200, "Successfully removed the subscribe details")
    _, _, body = sandbox.crm("GET", "/actions/watch", access)
    assert [one["events"] for one in body["watch"]] == [["Leads.create"]]
    status, _, body = sandbox.crm("DELETE", f"/actions/watch?channel_ids={CHANNEL},77", access)
    assert status == 207
    assert [row["code"] for row in body["watch"]] == ["SUCCESS", "NOT_SUBSCRIBED"]
    add(sandbox)
    assert settled(sandbox)["events"]["sent"] == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"channel_id": None}, "MANDATORY_NOT_FOUND"),
        ({"channel_id": "abc"}, "INVALID_DATA"),
        ({"events": []}, "MANDATORY_NOT_FOUND"),
        ({"events": ["Leads.rename"]}, "INVALID_DATA"),
        ({"notify_url": "http://example.test/hook"}, "INVALID_DATA"),
        ({"token": "x" * 51}, "INVALID_DATA"),
    ],
)
def test_a_wrong_channel_is_refused_alone(
    sandbox: ZohoProcess, access: str, receiver: Receiver, wrong: dict[str, Any], code: str
) -> None:
    good, bad = watch(receiver, "Leads.all")["watch"][0], watch(receiver, "Leads.all", **wrong)["watch"][0]
    status, _, body = sandbox.crm("POST", "/actions/watch", access, {"watch": [good, bad]})
    assert status == 207
    assert [row["code"] for row in body["watch"]] == ["SUCCESS", code]


def test_a_delivery_nobody_takes_is_tried_again(sandbox: ZohoProcess, access: str, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(sandbox, access, receiver, "Leads.all")
    add(sandbox)
    deadline = time.monotonic() + 60
    while 500 not in [one["status"] for one in sandbox.control("POST", "/do/deliveries", {})["deliveries"]]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    receiver.status = 200
    sandbox.advance(61)
    receiver.wait(lambda seen: len(seen) == 2)
    first, second = receiver.requests
    assert first.body == second.body


def test_deliveries_come_twice_in_another_order_late_or_never(
    sandbox: ZohoProcess, access: str, receiver: Receiver
) -> None:
    sandbox.settings(webhooks=False, webhookDuplicates=True, webhookShuffle=True)
    subscribe(sandbox, access, receiver, "Leads.create")
    leads = [add(sandbox) for _ in range(12)]
    sandbox.settings(webhooks=True)
    got = [one["ids"][0] for one in bodies(receiver.wait(lambda seen: len(seen) == 24))]
    assert sorted(got) == sorted([*leads, *leads])
    assert list(dict.fromkeys(got)) != leads
    sandbox.settings(webhookDuplicates=False, webhookLoss=1.0)
    add(sandbox)
    assert settled(sandbox)["events"] == {"waiting": 0, "sent": 12, "dropped": 0, "lost": 1}
    sandbox.settings(webhookLoss=0.0, webhookDelaySeconds=3600.0)
    late = add(sandbox)
    assert sandbox.control("POST", "/do/deliveries", {})["events"]["waiting"] == 1
    sandbox.advance(3601)
    assert bodies(receiver.wait(lambda seen: len(seen) == 25))[-1]["ids"] == [late]
