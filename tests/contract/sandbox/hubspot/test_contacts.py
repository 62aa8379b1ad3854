"""Contacts by plain HTTP: values, errors, uniqueness, lifecycle, and one handler behind every path form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox import SandboxProcess

CONTACTS = "/crm/v3/objects/contacts"


def create(sandbox: SandboxProcess, access: str, **properties: Any) -> tuple[int, Any]:
    status, _, body = sandbox.api("POST", CONTACTS, access, {"properties": properties})
    return status, body


def change(sandbox: SandboxProcess, access: str, record_id: str, **properties: Any) -> tuple[int, Any]:
    status, _, body = sandbox.api("PATCH", f"{CONTACTS}/{record_id}", access, {"properties": properties})
    return status, body


def codes(body: Any) -> set[tuple[str, str]]:
    return {(error["context"]["propertyName"][0], error["code"]) for error in body["errors"]}


@pytest.mark.parametrize(
    "path",
    [
        "/crm/v3/objects/contacts",
        "/crm/v3/objects/0-1",
        "/crm/objects/2026-03/contacts",
        "/crm/objects/2026-03/0-1",
        "/crm/objects/2026-09/contacts",
    ],
)
def test_every_path_form_reaches_the_same_records(sandbox: SandboxProcess, access: str, path: str) -> None:
    status, headers, made = sandbox.api("POST", path, access, {"properties": {"email": "ana@example.test"}})
    assert (status, headers["content-type"]) == (201, "application/json;charset=utf-8")
    assert sandbox.api("GET", f"{path}/{made['id']}", access)[2]["id"] == made["id"]
    assert sandbox.api("GET", f"{CONTACTS}/{made['id']}", access)[0] == 200


def test_unknown_paths_types_and_bodies_are_refused_in_hubspots_envelope(sandbox: SandboxProcess, access: str) -> None:
    for method, path, body, expected in (
        ("GET", "/crm/v3/nothing", None, 404),
        ("GET", "/crm/v3/objects/0-999", None, 400),
        ("POST", CONTACTS, [], 400),
        ("POST", CONTACTS, {}, 400),
        ("POST", CONTACTS, {"properties": {"email": "a@b.test"}, "associations": [{"to": {"id": "1"}}]}, 400),
        ("GET", f"{CONTACTS}?limit=101", None, 400),
        ("GET", f"{CONTACTS}/abc", None, 404),
        ("GET", f"{CONTACTS}/{'9' * 40}", None, 404),
        ("GET", f"{CONTACTS}?after={'9' * 40}", None, 400),
        ("GET", f"{CONTACTS}/x?idProperty=phone", None, 400),
    ):
        status, headers, answer = sandbox.api(method, path, access, body)
        assert (status, answer["status"]) == (expected, "error"), path
        assert answer["correlationId"] == headers["x-hubspot-correlation-id"]


def test_bad_values_are_all_named_and_nothing_is_written(sandbox: SandboxProcess, access: str) -> None:
    status, body = create(
        sandbox,
        access,
        email="not an address",
        zzz="1",
        createdate="2026-01-01",
        lifecyclestage="Lead",
        hubspot_owner_id="1",
        closedate="soon",
    )
    assert (status, body["category"]) == (400, "VALIDATION_ERROR")
    assert codes(body) == {
        ("email", "INVALID_EMAIL"),
        ("zzz", "PROPERTY_DOESNT_EXIST"),
        ("createdate", "READ_ONLY_VALUE"),
        ("lifecyclestage", "INVALID_OPTION"),
        ("hubspot_owner_id", "INVALID_OWNER_ID"),
        ("closedate", "INVALID_DATE"),
    }
    assert '"error":"PROPERTY_DOESNT_EXIST","name":"zzz"' in body["message"]
    assert sandbox.records() == []
    assert create(sandbox, access, phone="1")[0] == 400


def test_values_are_text_or_null(sandbox: SandboxProcess, access: str) -> None:
    status, made = create(sandbox, access, firstname=17, lastname=True, closedate=1790000000000, phone=None)
    assert status == 201
    read = sandbox.api("GET", f"{CONTACTS}/{made['id']}?properties=firstname,lastname,closedate,phone", access)
    assert read[2]["properties"] == {
        "closedate": "2026-09-21T14:13:20.000Z",
        "createdate": made["createdAt"],
        "firstname": "17",
        "hs_object_id": made["id"],
        "lastmodifieddate": made["updatedAt"],
        "lastname": "true",
        "phone": None,
    }
    default = sandbox.api("GET", f"{CONTACTS}/{made['id']}", access)[2]["properties"]
    assert set(default) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


def test_an_empty_text_clears_and_the_same_value_changes_nothing(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test", phone="+1")
    sandbox.advance(5)
    _, same = change(sandbox, access, made["id"], phone="+1")
    assert same["updatedAt"] == made["updatedAt"]
    _, cleared = change(sandbox, access, made["id"], phone="")
    assert cleared["properties"]["phone"] is None
    assert cleared["updatedAt"] > made["updatedAt"]
    assert cleared["properties"]["lastmodifieddate"] == cleared["updatedAt"]


def test_the_lifecycle_stage_goes_back_only_by_way_of_nothing(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test", lifecyclestage="customer")
    status, body = change(sandbox, access, made["id"], lifecyclestage="lead", city="Rome")
    assert status == 200
    assert (body["properties"]["lifecyclestage"], body["properties"]["city"]) == ("customer", "Rome")
    change(sandbox, access, made["id"], lifecyclestage="")
    _, body = change(sandbox, access, made["id"], lifecyclestage="lead")
    assert body["properties"]["lifecyclestage"] == "lead"


def test_secondary_addresses_belong_to_their_contact(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test", hs_additional_emails="Ana@Home.test;a@b.test")
    status, body = create(sandbox, access, email="ana@home.test")
    assert (status, body["message"]) == (409, f"Contact already exists. Existing ID: {made['id']}")
    found = sandbox.api("GET", f"{CONTACTS}/ANA%40home.test?idProperty=email", access)[2]
    assert (found["id"], found["properties"]["email"]) == (made["id"], "ana@example.test")
    _, other = create(sandbox, access, email="bo@example.test")
    assert change(sandbox, access, other["id"], email="a@b.test")[0] == 409
    change(sandbox, access, made["id"], hs_additional_emails="")
    assert change(sandbox, access, other["id"], email="a@b.test")[0] == 200


def test_an_archived_contact_is_gone_but_listed_and_frees_its_address(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test")
    assert sandbox.api("DELETE", f"{CONTACTS}/{made['id']}", access)[0] == 204
    assert sandbox.api("DELETE", f"{CONTACTS}/{made['id']}", access)[0] == 204
    assert sandbox.api("GET", f"{CONTACTS}/{made['id']}", access)[0] == 404
    assert change(sandbox, access, made["id"], city="Rome")[0] == 404
    archived = sandbox.api("GET", f"{CONTACTS}?archived=true", access)[2]["results"]
    assert [(row["id"], row["archived"]) for row in archived] == [(made["id"], True)]
    assert archived[0]["archivedAt"] >= made["createdAt"]
    assert sandbox.api("GET", f"{CONTACTS}/{made['id']}?archived=true", access)[0] == 200
    _, again = create(sandbox, access, email="ana@example.test")
    assert int(again["id"]) > int(made["id"]) > 2**32


def test_a_merge_keeps_the_winners_values_and_both_addresses(sandbox: SandboxProcess, access: str) -> None:
    _, winner = create(sandbox, access, email="ana@example.test", city="Rome")
    _, loser = create(sandbox, access, email="bo@example.test", city="Oslo", phone="+1", lifecyclestage="customer")
    body = {"primaryObjectId": winner["id"], "objectIdToMerge": loser["id"]}
    _, _, merged = sandbox.api("POST", f"{CONTACTS}/merge", access, body)
    properties = merged["properties"]
    assert merged["id"] == winner["id"]
    assert (properties["city"], properties["phone"]) == ("Rome", "+1")
    assert properties["lifecyclestage"] == "customer"
    assert properties["hs_merged_object_ids"] == loser["id"]
    assert create(sandbox, access, email="bo@example.test")[0] == 409
    assert change(sandbox, access, loser["id"], city="Bern")[1]["id"] == winner["id"]
    assert sandbox.api("POST", f"{CONTACTS}/merge", access, body)[0] == 400


def test_a_merge_may_make_a_third_record(sandbox: SandboxProcess, access: str) -> None:
    sandbox.settings(mergeMakesNewRecord=True)
    _, winner = create(sandbox, access, email="ana@example.test")
    _, loser = create(sandbox, access, email="bo@example.test")
    body = {"primaryObjectId": winner["id"], "objectIdToMerge": loser["id"]}
    _, _, merged = sandbox.api("POST", f"{CONTACTS}/merge", access, body)
    assert merged["id"] not in (winner["id"], loser["id"])
    for old in (winner, loser):
        assert sandbox.api("GET", f"{CONTACTS}/{old['id']}", access)[2]["id"] == merged["id"]
    assert len(sandbox.records()) == 1


@pytest.mark.parametrize("new_record", [False, True])
def test_merges_in_a_row_lead_to_the_last_survivor(sandbox: SandboxProcess, access: str, *, new_record: bool) -> None:
    sandbox.settings(mergeMakesNewRecord=new_record)
    first, second, third = [create(sandbox, access, email=f"{name}@example.test")[1]["id"] for name in "abc"]
    survivor = ""
    for winner in (second, third):
        body = {"primaryObjectId": winner, "objectIdToMerge": survivor or first}
        survivor = sandbox.api("POST", f"{CONTACTS}/merge", access, body)[2]["id"]
    for old in (first, second, third):
        assert sandbox.api("GET", f"{CONTACTS}/{old}", access)[2]["id"] == survivor


def test_history_tells_a_person_from_the_app(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test", city="Rome")
    sandbox.advance(1)
    sandbox.edit(made["id"], city="Oslo")
    read = sandbox.api("GET", f"{CONTACTS}/{made['id']}?propertiesWithHistory=city", access)[2]
    newest, first = read["propertiesWithHistory"]["city"]
    assert (newest["value"], newest["sourceType"], newest["updatedByUserId"]) == ("Oslo", "CRM_UI", 77)
    assert (first["value"], first["sourceType"], first["sourceId"]) == ("Rome", "INTEGRATION", "9001337")


def test_unique_properties_are_enforced(sandbox: SandboxProcess, access: str) -> None:
    definition = {
        "label": "Key",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "hasUniqueValue": True,
    }
    properties = "/crm/properties/2026-03/contacts"
    for number in range(10):
        assert sandbox.api("POST", properties, access, {"name": f"key_{number}", **definition})[0] == 201
    assert sandbox.api("POST", properties, access, {"name": "key_11", **definition})[0] == 400
    _, made = create(sandbox, access, email="ana@example.test", key_1="L-1")
    status, body = create(sandbox, access, email="bo@example.test", key_1="L-1")
    assert status == 400
    assert codes(body) == {("key_1", "CONFLICTING_UNIQUE_VALUE")}
    found = sandbox.api("GET", f"{CONTACTS}/L-1?idProperty=key_1", access)[2]
    assert found["id"] == made["id"]


def test_property_definitions_are_checked(sandbox: SandboxProcess, access: str) -> None:
    path = "/crm/v3/properties/contacts"
    good = {"name": "tier", "label": "Tier", "type": "enumeration", "fieldType": "select"}
    good["groupName"] = "contactinformation"
    options = [{"label": "Gold", "value": "gold"}]
    for wrong in (
        good,
        {**good, "options": options, "name": "Tier!"},
        {**good, "options": options, "groupName": "nowhere"},
        {**good, "options": options, "fieldType": "text"},
        {**good, "options": options * 2},
        {"name": "tier"},
    ):
        assert sandbox.api("POST", path, access, wrong)[0] == 400, wrong
    assert sandbox.api("POST", path, access, {**good, "options": options})[0] == 201
    assert create(sandbox, access, email="ana@example.test", tier="Gold")[0] == 400
    assert create(sandbox, access, email="ana@example.test", tier="gold")[0] == 201
    changed = sandbox.api("PATCH", f"{path}/tier", access, {"options": [{"label": "Tin", "value": "tin"}]})[2]
    assert [option["value"] for option in changed["options"]] == ["tin"]
    assert sandbox.api("DELETE", f"{path}/email", access)[0] == 400
    assert sandbox.api("DELETE", f"{path}/tier", access)[0] == 204
    assert create(sandbox, access, email="bo@example.test", tier="tin")[0] == 400
    assert [item["name"] for item in sandbox.api("GET", f"{path}?archived=true", access)[2]["results"]] == ["tier"]
    assert sandbox.api("POST", path, access, {**good, "options": options})[0] == 201
    names = {"inputs": [{"name": "tier"}, {"name": "nope"}]}
    status, _, read = sandbox.api("POST", f"{path}/batch/read", access, names)
    assert (status, [item["name"] for item in read["results"]], read["numErrors"]) == (207, ["tier"], 1)
    groups = sandbox.api("GET", f"{path}/groups", access)[2]["results"]
    assert "contactinformation" in {group["name"] for group in groups}


def test_an_erased_persons_address_cannot_come_back(sandbox: SandboxProcess, access: str) -> None:
    _, made = create(sandbox, access, email="ana@example.test")
    erase = {"objectId": "Ana@example.test", "idProperty": "email"}
    assert sandbox.api("POST", f"{CONTACTS}/gdpr-delete", access, erase)[0] == 204
    assert sandbox.records() == []
    status, body = create(sandbox, access, email="ana@example.test")
    assert status == 400
    assert codes(body) == {("email", "GDPR_BLACKLISTED_EMAIL")}
    assert sandbox.api("GET", f"{CONTACTS}/{made['id']}", access)[0] == 404
