"""Service endpoints and steps that are registered through the Web API, and the posts that they cause."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from tests.support.dynamics import ORGANIZATION_ID, PERSON_ID, USER_ID, DynamicsProcess
from tests.support.receiver import Received, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def listen(sandbox: DynamicsProcess, access: str, url: str, *messages: str, **more: Any) -> list[str]:
    """Register an endpoint and a step for each message on leads; return the ids of the steps."""
    endpoint = sandbox.add(
        access,
        "serviceendpoints",
        **{"name": "Hub", "contract": 8, "authtype": 4, "authvalue": "k9/+", "url": url, "messageformat": 2}
        | {name: more.pop(name) for name in ("authtype", "authvalue") if name in more},
    )
    steps = []
    for message in messages:
        _, _, found = sandbox.web("GET", f"sdkmessages?$select=sdkmessageid&$filter=name eq '{message}'", access)
        named = found["value"][0]["sdkmessageid"]
        query = f"primaryobjecttypecode eq 'lead' and _sdkmessageid_value eq {named}"
        _, _, found = sandbox.web("GET", f"sdkmessagefilters?$select=sdkmessagefilterid&$filter={query}", access)
        picked = found["value"][0]["sdkmessagefilterid"]
        steps.append(
            sandbox.add(
                access,
                "sdkmessageprocessingsteps",
                **{
                    "name": f"Hub: {message} of lead",
                    "stage": 40,
                    "mode": 1,
                    "rank": 1,
                    "supporteddeployment": 0,
                    "asyncautodelete": True,
                    "eventhandler_serviceendpoint@odata.bind": f"/serviceendpoints({endpoint})",
                    "sdkmessageid@odata.bind": f"/sdkmessages({named})",
                    "sdkmessagefilterid@odata.bind": f"/sdkmessagefilters({picked})",
                },
                **(more if message == "Update" else {}),
            )
        )
    return steps


def body(request: Received) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(request.body)
    return parsed


def target(request: Received) -> dict[str, Any]:
    (found,) = [one["value"] for one in body(request)["InputParameters"] if one["key"] == "Target"]
    parsed: dict[str, Any] = found
    return parsed


def attributes(request: Received) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in target(request)["Attributes"]}


def settled(sandbox: DynamicsProcess, **events: int) -> None:
    """Wait until that many events were sent or failed: an answer is judged after the receiver has seen the request."""
    deadline = time.monotonic() + 60
    while True:
        counts = sandbox.control("POST", "/do/deliveries")["events"]
        if all(counts[state] == number for state, number in events.items()):
            return
        assert time.monotonic() < deadline, counts
        time.sleep(0.02)


def by_message(requests: list[Received]) -> dict[str, Received]:
    return {body(request)["MessageName"]: request for request in requests}


def test_a_change_is_posted_with_what_changed(sandbox: DynamicsProcess, receiver: Receiver, access: str) -> None:
    listen(sandbox, access, receiver.url, "Create", "Update", "Delete", filteringattributes="emailaddress1,statuscode")
    lead = sandbox.add(access, "leads?tag=hub", lastname="Field")
    assert sandbox.web("PATCH", f"leads({lead})", access, {"jobtitle": "not listened to"}, If_Match="*")[0] == 204
    sandbox.edit(lead, emailaddress1="n@field.test", statuscode="2")
    assert sandbox.web("DELETE", f"leads({lead})", access)[0] == 204
    got = by_message(receiver.wait(lambda seen: len(seen) == 3))
    assert set(got) == {"Create", "Update", "Delete"}
    assert {unquote(request.path) for request in got.values()} == {"/hook?code=k9/+"}
    created, updated, deleted = got["Create"], got["Update"], got["Delete"]
    assert created.headers["x-ms-dynamics-entity-name"] == "lead"
    assert created.headers["x-ms-dynamics-request-name"] == "Create"
    assert created.headers["x-ms-dynamics-organization"] == sandbox.url.removeprefix("http://")
    assert body(created)["SharedVariables"] == [{"key": "tag", "value": "hub"}]
    assert body(created)["InitiatingUserId"] == USER_ID
    assert attributes(created)["lastname"] == "Field"
    assert body(updated)["UserId"] == PERSON_ID
    assert body(updated)["SharedVariables"] == []
    assert body(updated)["OrganizationId"] == ORGANIZATION_ID
    changed = attributes(updated)
    assert changed["emailaddress1"] == "n@field.test"
    assert changed["statuscode"]["Value"] == 2
    assert changed["statuscode"]["__type"].startswith("OptionSetValue:")
    assert changed["modifiedon"].startswith("/Date(")
    assert "lastname" not in changed
    assert target(deleted)["__type"].startswith("EntityReference:")
    assert body(deleted)["PrimaryEntityId"] == lead
    ids = {body(request)["OperationId"] for request in got.values()}
    assert len(ids) == 3


def test_what_is_undone_is_not_told(sandbox: DynamicsProcess, receiver: Receiver, access: str) -> None:
    listen(sandbox, access, receiver.url, "Create")
    rows = [{"@odata.type": "Microsoft.Dynamics.CRM.lead", "lastname": name} for name in ("A", "B", "x" * 51)]
    assert sandbox.web("POST", "leads/Microsoft.Dynamics.CRM.CreateMultiple", access, {"Targets": rows})[0] == 400
    kept = sandbox.add(access, "leads", lastname="kept")
    (request,) = receiver.wait(bool)
    assert body(request)["PrimaryEntityId"] == kept


def test_only_an_unavailable_receiver_is_asked_once_more(
    sandbox: DynamicsProcess, receiver: Receiver, access: str
) -> None:
    (step,) = listen(sandbox, access, receiver.url, "Create")
    receiver.status = 503
    sandbox.add(access, "leads", lastname="twice")
    settled(sandbox, failed=1)
    receiver.status = 500
    once = sandbox.add(access, "leads", lastname="once")
    settled(sandbox, failed=2)
    receiver.status = 200
    sandbox.add(access, "leads", lastname="taken")
    settled(sandbox, failed=2, sent=1)
    requests = receiver.wait(lambda seen: len(seen) == 4)
    assert [body(request)["PrimaryEntityId"] for request in requests].count(once) == 1
    assert body(requests[0])["OperationId"] == body(requests[1])["OperationId"]
    failed = f"asyncoperations?$filter=statuscode eq 31 and _owningextensionid_value eq {step}&$select=friendlymessage"
    _, _, jobs = sandbox.web("GET", failed, access)
    assert sorted(job["friendlymessage"][-4:] for job in jobs["value"]) == ["500.", "503."]


def test_deliveries_can_come_twice(sandbox: DynamicsProcess, receiver: Receiver, access: str) -> None:
    sandbox.settings(webhooks=False, webhookDuplicates=True, webhookShuffle=True)
    listen(sandbox, access, receiver.url, "Create")
    sandbox.control("POST", "/do/seed", {"count": 40})
    sandbox.settings(webhooks=True)
    requests = receiver.wait(lambda seen: len(seen) == 80)
    operations = [body(request)["OperationId"] for request in requests]
    assert len(set(operations)) == 40


def test_a_step_that_was_removed_is_silent(sandbox: DynamicsProcess, receiver: Receiver, access: str) -> None:
    first, second = listen(sandbox, access, receiver.url, "Create", "Delete")
    assert len(sandbox.control("POST", "/do/steps")) == 2
    assert sandbox.web("DELETE", f"sdkmessageprocessingsteps({first})", access)[0] == 204
    lead = sandbox.add(access, "leads", lastname="A")
    assert sandbox.web("DELETE", f"leads({lead})", access)[0] == 204
    (request,) = receiver.wait(bool)
    assert body(request)["MessageName"] == "Delete"
    disabled = {"statecode": 1, "statuscode": 2}
    assert sandbox.web("PATCH", f"sdkmessageprocessingsteps({second})", access, disabled, If_Match="*")[0] == 204
    assert sandbox.control("POST", "/do/steps") == []


def test_a_message_that_is_too_large_loses_its_parameters(
    sandbox: DynamicsProcess, receiver: Receiver, access: str
) -> None:
    listen(sandbox, access, receiver.url, "Create")
    long = {f"address1_line{number}": "é" * 250 for number in (1, 2, 3)}
    sandbox.add(access, "leads", lastname="A", description="é" * 2000, **long)
    (small,) = receiver.wait(bool)
    assert "x-ms-dynamics-msg-size-exceeded" not in small.headers
    column = {"@odata.type": "Microsoft.Dynamics.CRM.MemoAttributeMetadata", "SchemaName": "new_Long"}
    definition = "EntityDefinitions(LogicalName='lead')/Attributes"
    assert sandbox.web("POST", definition, access, {**column, "MaxLength": 1_048_576})[0] == 204
    lead = sandbox.add(access, "leads", lastname="B", new_long="x" * 300_000)
    large = receiver.wait(lambda seen: len(seen) == 2)[1]
    assert large.headers["x-ms-dynamics-msg-size-exceeded"] == "true"
    assert body(large)["PrimaryEntityId"] == lead
    assert "InputParameters" not in body(large)


def test_the_secret_can_be_a_header_and_an_image_shows_what_was(
    sandbox: DynamicsProcess, receiver: Receiver, access: str
) -> None:
    secret = '<settings><setting name="X-Webhook-Secret" value="k9" /></settings>'
    (step,) = listen(sandbox, access, receiver.url, "Update", authtype=5, authvalue=secret)
    sandbox.add(
        access,
        "sdkmessageprocessingstepimages",
        **{
            "name": "both",
            "entityalias": "both",
            "imagetype": 2,
            "messagepropertyname": "Target",
            "attributes": "lastname",
            "sdkmessageprocessingstepid@odata.bind": f"/sdkmessageprocessingsteps({step})",
        },
    )
    lead = sandbox.add(access, "leads", lastname="Before")
    sandbox.edit(lead, lastname="After")
    (request,) = receiver.wait(bool)
    assert request.headers["x-webhook-secret"] == "k9"
    assert request.path == "/hook"
    shown = {}
    for side in ("PreEntityImages", "PostEntityImages"):
        (image,) = body(request)[side]
        values = {one["key"]: one["value"] for one in image["value"]["Attributes"]}
        shown[side] = values["lastname"]
    assert shown == {"PreEntityImages": "Before", "PostEntityImages": "After"}


def test_secrets_are_never_read_back_and_rights_are_asked_for(sandbox: DynamicsProcess, access: str) -> None:
    listen(sandbox, access, "http://127.0.0.1:9/hook", "Create")
    _, _, found = sandbox.web("GET", "serviceendpoints?$filter=contract eq 8", access)
    assert [one["url"] for one in found["value"]] == ["http://127.0.0.1:9/hook"]
    assert "authvalue" not in found["value"][0]
    assert sandbox.web("GET", "serviceendpoints?$select=authvalue", access)[0] == 400
    sandbox.settings(missingPrivileges=["prvCreateServiceEndpoint"])
    status, _, refused = sandbox.web("POST", "serviceendpoints", access, {"name": "Hub"})
    assert (status, refused["error"]["code"]) == (403, "0x80040220")


def test_a_merge_names_both_records(sandbox: DynamicsProcess, receiver: Receiver, access: str) -> None:
    listen(sandbox, access, receiver.url, "Merge")
    one, other = sandbox.add(access, "leads", lastname="A"), sandbox.add(access, "leads", lastname="B")
    assert sandbox.control("POST", "/do/merge", {"primary": one, "other": other}) == {"id": one}
    (request,) = receiver.wait(bool)
    parameters = {item["key"]: item["value"] for item in body(request)["InputParameters"]}
    assert parameters["Target"]["Id"] == one
    assert parameters["SubordinateId"] == other


def test_an_administrator_registers_one_too(sandbox: DynamicsProcess, receiver: Receiver) -> None:
    sandbox.control("POST", "/do/webhooks", {"url": receiver.url, "secret": "s", "objects": ["leads", "contacts"]})
    assert len(sandbox.control("POST", "/do/steps")) == 8
    sandbox.control("POST", "/do/seed", {"count": 1, "object": "contacts"})
    (request,) = receiver.wait(bool)
    assert (request.path, body(request)["PrimaryEntityName"]) == ("/hook?code=s", "contact")
