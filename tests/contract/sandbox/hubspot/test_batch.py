"""Batches by plain HTTP: what fails alone, what fails together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox import SandboxProcess

BATCH = "/crm/objects/2026-03/contacts/batch"
Answer = tuple[int, Any]


def send(sandbox: SandboxProcess, access: str, verb: str, rows: list[dict[str, Any]], **more: Any) -> Answer:
    status, _, body = sandbox.api("POST", f"{BATCH}/{verb}", access, {"inputs": rows, **more})
    return status, body


def row(email: str, trace: str | None = None, **properties: str) -> dict[str, Any]:
    made: dict[str, Any] = {"properties": {"email": email, **properties}}
    return made | ({"objectWriteTraceId": trace} if trace else {})


def unique_property(sandbox: SandboxProcess, access: str) -> None:
    definition = {
        "name": "own_key",
        "label": "Key",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "hasUniqueValue": True,
    }
    assert sandbox.api("POST", "/crm/v3/properties/contacts", access, definition)[0] == 201


@pytest.mark.parametrize("verb", ["create", "read", "update", "upsert", "archive"])
def test_a_hundred_is_the_most(sandbox: SandboxProcess, access: str, verb: str) -> None:
    rows = [{"id": str(number), "idProperty": "email", "properties": {}} for number in range(101)]
    status, body = send(sandbox, access, verb, rows)
    assert (status, body["category"]) == (400, "VALIDATION_ERROR")


def test_one_bad_row_without_trace_ids_fails_them_all(sandbox: SandboxProcess, access: str) -> None:
    send(sandbox, access, "create", [row("taken@example.test")])
    status, body = send(sandbox, access, "create", [row("new@example.test"), row("taken@example.test")])
    assert (status, body["category"]) == (409, "CONFLICT")
    rows = [row("new@example.test", "t1"), row("bad", "t1")]
    status, body = send(sandbox, access, "create", rows)
    assert (status, body["errors"][0]["code"]) == (400, "INVALID_EMAIL")
    assert len(sandbox.records()) == 1


def test_one_bad_row_with_trace_ids_fails_alone(sandbox: SandboxProcess, access: str) -> None:
    rows = [row(f"u{number}@example.test", f"t{number}") for number in range(6)] + [row("bad", "t6")]
    status, body = send(sandbox, access, "create", rows)
    assert (status, body["status"], body["numErrors"]) == (207, "COMPLETE", 1)
    error = body["errors"][0]
    assert error["context"] == {"objectWriteTraceId": ["t6"]}
    assert "INVALID_EMAIL" in error["message"]
    traces = [result["objectWriteTraceId"] for result in body["results"]]
    assert sorted(traces) == [f"t{number}" for number in range(6)]
    assert traces != sorted(traces)


def test_one_address_twice_fails_the_call_even_with_trace_ids(sandbox: SandboxProcess, access: str) -> None:
    rows = [row("ana@example.test", "t1"), row("Ana@example.test", "t2")]
    status, body = send(sandbox, access, "create", rows)
    assert (status, body["message"]) == (409, "Contact already exists")
    assert sandbox.records() == []


def test_reading_says_which_ids_are_missing(sandbox: SandboxProcess, access: str) -> None:
    _, made = send(sandbox, access, "create", [row("ana@example.test", city="Rome")])
    rows = [{"id": "ana@example.test"}, {"id": "nobody@example.test"}, {"id": "noone@example.test"}]
    status, body = send(sandbox, access, "read", rows, idProperty="email", properties=["city"])
    assert status == 207
    assert [result["properties"]["city"] for result in body["results"]] == ["Rome"]
    assert body["numErrors"] == 1
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"] == {"ids": ["nobody@example.test", "noone@example.test"]}
    only = [{"id": made["results"][0]["id"]}]
    assert send(sandbox, access, "read", only)[0] == 200
    assert send(sandbox, access, "read", only, idProperty="phone")[0] == 400


def test_updating(sandbox: SandboxProcess, access: str) -> None:
    _, made = send(sandbox, access, "create", [row("ana@example.test"), row("bo@example.test")])
    ana, bo = sorted(result["id"] for result in made["results"])
    rows = [
        {"id": ana, "objectWriteTraceId": "t1", "properties": {"city": "Rome"}},
        {"id": bo, "objectWriteTraceId": "t2", "properties": {"zzz": "1"}},
        {"id": "12345", "objectWriteTraceId": "t3", "properties": {"city": "Rome"}},
    ]
    status, body = send(sandbox, access, "update", rows)
    assert status == 207
    assert [(result["id"], result["objectWriteTraceId"]) for result in body["results"]] == [(ana, "t1")]
    contexts = [error["context"] for error in body["errors"]]
    assert contexts == [{"objectWriteTraceId": ["t2"]}, {"ids": ["12345"]}]
    double = [{"id": ana, "properties": {}}, {"id": ana, "properties": {}}]
    status, body = send(sandbox, access, "update", double)
    assert status == 400
    assert body["message"] == f"Duplicate IDs found in batch input: [{ana}]. IDs must be unique"
    assert body["context"] == {"ids": [ana]}
    same = [
        {"id": ana, "properties": {}},
        {"id": "ana@example.test", "idProperty": "email", "properties": {}},
    ]
    assert send(sandbox, access, "update", same)[0] == 400


def test_upsert_by_email_is_all_or_nothing(sandbox: SandboxProcess, access: str) -> None:
    send(sandbox, access, "create", [row("ana@example.test")])
    rows = [
        {"id": email, "idProperty": "email", "objectWriteTraceId": email, "properties": properties}
        for email, properties in (
            ("ana@example.test", {"city": "Rome"}),
            ("new@example.test", {"city": "Rome", "zzz": "1"}),
        )
    ]
    status, body = send(sandbox, access, "upsert", rows)
    assert (status, body["errors"][0]["code"]) == (400, "PROPERTY_DOESNT_EXIST")
    assert [record["properties"].get("city") for record in sandbox.records()] == [None]
    rows[1]["properties"] = {"city": "Oslo"}
    status, body = send(sandbox, access, "upsert", rows)
    assert status == 200
    new = {result["objectWriteTraceId"]: result["new"] for result in body["results"]}
    assert new == {"ana@example.test": False, "new@example.test": True}
    rows[1]["id"] = "ANA@example.test"
    assert send(sandbox, access, "upsert", rows)[0] == 400


def test_upsert_by_email_can_hit_somebodys_second_address(sandbox: SandboxProcess, access: str) -> None:
    send(sandbox, access, "create", [row("ana@example.test", hs_additional_emails="ana@home.test")])
    upserted = [{"id": "ana@home.test", "idProperty": "email", "properties": {"city": "Rome"}}]
    _, body = send(sandbox, access, "upsert", upserted)
    assert body["results"][0]["new"] is False
    assert [record["properties"]["email"] for record in sandbox.records()] == ["ana@example.test"]


def test_upsert_by_an_own_unique_property_fails_row_by_row(sandbox: SandboxProcess, access: str) -> None:
    unique_property(sandbox, access)
    _, made = send(sandbox, access, "create", [row("ana@example.test")])
    rows = [
        {"id": key, "idProperty": "own_key", "objectWriteTraceId": key, "properties": {"email": email}}
        for key, email in (("k1", "ana@example.test"), ("k2", "bo@example.test"), ("k3", "bad"))
    ]
    status, body = send(sandbox, access, "upsert", rows)
    assert status == 207
    assert [(result["objectWriteTraceId"], result["new"]) for result in body["results"]] == [("k2", True)]
    errors = {error["context"]["objectWriteTraceId"][0]: error for error in body["errors"]}
    assert errors["k1"]["context"]["existingId"] == [made["results"][0]["id"]]
    assert errors["k3"]["category"] == "VALIDATION_ERROR"
    status, body = send(sandbox, access, "upsert", rows[1:2])
    assert (status, body["results"][0]["new"]) == (200, False)
    assert send(sandbox, access, "upsert", [{"id": "k", "properties": {}}])[0] == 400


def test_archiving_is_204_whatever_the_ids_are(sandbox: SandboxProcess, access: str) -> None:
    _, made = send(sandbox, access, "create", [row("ana@example.test")])
    rows = [{"id": made["results"][0]["id"]}, {"id": "1"}]
    for _ in range(2):
        assert send(sandbox, access, "archive", rows)[0] == 204
    assert [record["archived"] for record in sandbox.records()] == [True]
