"""Bulk reads: a job's states by the clock, its zipped CSV, and the call back at its end."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

from tests.support.receiver import Receiver
from tests.support.zoho import ZohoProcess

AUTH = "Zoho-oauthtoken"


def call(sandbox: ZohoProcess, access: str, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    headers = {"Authorization": f"{AUTH} {access}", "Content-Type": "application/json"}
    raw = None if body is None else json.dumps(body).encode()
    status, _, answered = sandbox.request(method, f"/crm/bulk/v8/read{path}", raw, headers)
    return status, answered


def start(sandbox: ZohoProcess, access: str, **query: Any) -> str:
    asked = {"query": {"module": {"api_name": "Leads"}, **query}, "file_type": "csv"}
    status, answered = call(sandbox, access, "POST", "", asked)
    assert status == 201, answered
    return str(json.loads(answered)["data"][0]["details"]["id"])


def job(sandbox: ZohoProcess, access: str, number: str) -> dict[str, Any]:
    status, answered = call(sandbox, access, "GET", f"/{number}")
    assert status == 200, answered
    found: dict[str, Any] = json.loads(answered)["data"][0]
    return found


def rows(sandbox: ZohoProcess, access: str, number: str) -> list[dict[str, str]]:
    status, packed = call(sandbox, access, "GET", f"/{number}/result")
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (name,) = archive.namelist()
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_a_job_is_done_after_a_while_and_calls_back(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(bulkSeconds=3600.0)
    sandbox.control("POST", "/do/seed", {"count": 30, "at": "2026-11-20T00:00:00Z"})
    with Receiver() as receiver:
        asked = {
            "callback": {"url": receiver.url, "method": "post"},
            "query": {"module": {"api_name": "Leads"}, "fields": ["id", "Last_Name", "Owner"]},
        }
        status, answered = call(sandbox, access, "POST", "", asked)
        number = json.loads(answered)["data"][0]["details"]["id"]
        first = job(sandbox, access, number)
        assert (status, first["state"], "result" in first) == (201, "ADDED", False)
        assert call(sandbox, access, "GET", f"/{number}/result")[0] == 400
        sandbox.advance(1300)
        assert job(sandbox, access, number)["state"] == "QUEUED"
        sandbox.advance(1200)
        assert job(sandbox, access, number)["state"] == "IN PROGRESS"
        sandbox.advance(1200)
        access = sandbox.issue_tokens()["access_token"]
        (request,) = receiver.wait(lambda seen: bool(seen))
    told = json.loads(request.body)
    assert (told["job_id"], told["state"]) == (number, "COMPLETED")
    done = job(sandbox, access, number)
    assert (done["state"], done["result"]["count"], done["result"]["more_records"]) == ("COMPLETED", 30, False)
    read = rows(sandbox, access, number)
    assert [row["Last_Name"] for row in read][:2] == ["Seed 0", "Seed 1"]
    assert {row["Owner"] for row in read} == {"5547000000000068001"}


def test_a_job_reads_by_criteria_and_by_pages(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(bulkSeconds=0.0, bulkRows=10)
    sandbox.control("POST", "/do/seed", {"count": 25, "at": "2026-11-20T00:00:00Z"})
    sandbox.control("POST", "/records/Leads", {"properties": {"Last_Name": "Late", "Company": "C"}})
    criteria = {
        "group_operator": "and",
        "group": [
            {"field": {"api_name": "Modified_Time"}, "comparator": "less_equal", "value": "2026-11-20T00:00:00+00:00"},
            {"field": {"api_name": "Last_Name"}, "comparator": "starts_with", "value": "Seed"},
        ],
    }
    number = start(sandbox, access, fields=["id"], criteria=criteria)
    found = [row["id"] for row in rows(sandbox, access, number)]
    while token := job(sandbox, access, number)["result"]["next_page_token"]:
        number = start(sandbox, access, fields=["id"], criteria=criteria, page_token=token)
        found += [row["id"] for row in rows(sandbox, access, number)]
    assert len(found) == len(set(found)) == 25
    every = rows(sandbox, access, start(sandbox, access, page=3))
    assert [row["Last_Name"] for row in every] == ["Seed 20", "Seed 21", "Seed 22", "Seed 23", "Seed 24", "Late"]


def test_a_job_that_makes_no_sense_is_refused(sandbox: ZohoProcess, access: str) -> None:
    leads = {"module": {"api_name": "Leads"}}
    wrong: list[tuple[Any, str]] = [
        ({}, "MANDATORY_NOT_FOUND"),
        ({"query": {"module": {"api_name": "Spaceships"}}}, "MODULE_NOT_AVAILABLE"),
        ({"query": {**leads, "fields": ["Nothing"]}}, "INVALID_DATA"),
        ({"query": {**leads, "page": 0}}, "PAGE_NOT_SUPPORTED"),
        (
            {"query": {**leads, "criteria": {"field": {"api_name": "X"}, "comparator": "equal", "value": "1"}}},
            "FIELD_IN_CRITERIA_NOT_AVAILABLE",
        ),
        (
            {"query": {**leads, "criteria": {"field": {"api_name": "id"}, "comparator": "near", "value": "1"}}},
            "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE",
        ),
        ({"query": leads, "callback": {"url": "http://example.test", "method": "post"}}, "INVALID_DATA"),
    ]
    for body, code in wrong:
        status, answered = call(sandbox, access, "POST", "", body)
        assert (status, json.loads(answered)["code"]) == (400, code)
    assert call(sandbox, access, "GET", "/123")[0] == 404
    narrow = sandbox.issue_tokens("ZohoCRM.bulk.ALL", "ZohoCRM.modules.contacts.READ")["access_token"]
    assert call(sandbox, narrow, "POST", "", {"query": leads})[0] == 401
