"""Bulk API 2.0 over plain HTTP: the states of a job, its data, its results, its pages."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.support.salesforce import DATA, SalesforceProcess

CSV = "LastName,Company,Email\nRoy,Roy Ltd,a@roy.test\n,Roy Ltd,b@roy.test\n"


@pytest.fixture
def insert(sandbox: SalesforceProcess, access: str) -> dict[str, Any]:
    """An open job that adds leads."""
    given = {"object": "Lead", "operation": "insert", "contentType": "CSV", "lineEnding": "LF"}
    status, job = sandbox.call("POST", "/jobs/ingest", access, given)
    assert status == 200
    made: dict[str, Any] = job
    return made


def upload(sandbox: SalesforceProcess, access: str, job: dict[str, Any], data: str) -> int:
    headers = {"Authorization": f"Bearer {access}", "Content-Type": "text/csv"}
    return sandbox.request("PUT", f"/{job['contentUrl']}", data.encode(), headers)[0]


def close(
    sandbox: SalesforceProcess, access: str, job: dict[str, Any], state: str = "UploadComplete"
) -> tuple[int, Any]:
    return sandbox.call("PATCH", f"/jobs/ingest/{job['id']}", access, {"state": state})


def read(sandbox: SalesforceProcess, access: str, job: dict[str, Any], kind: str = "ingest") -> dict[str, Any]:
    status, body = sandbox.call("GET", f"/jobs/{kind}/{job['id']}", access)
    assert status == 200
    found: dict[str, Any] = body
    return found


def results(sandbox: SalesforceProcess, access: str, job: dict[str, Any], which: str) -> list[str]:
    headers = {"Authorization": f"Bearer {access}"}
    status, _, body = sandbox.request("GET", f"{DATA}/jobs/ingest/{job['id']}/{which}", None, headers)
    assert status == 200, body
    return body.decode().splitlines()


def test_a_job_goes_through_its_states_by_the_clock(
    sandbox: SalesforceProcess, access: str, insert: dict[str, Any]
) -> None:
    sandbox.settings(bulkSeconds=600)
    assert (insert["state"], insert["apiVersion"]) == ("Open", 67.0)
    assert insert["contentUrl"] == f"services/data/v67.0/jobs/ingest/{insert['id']}/batches"
    assert upload(sandbox, access, insert, CSV) == 201
    assert upload(sandbox, access, insert, CSV) == 400
    assert close(sandbox, access, insert)[1]["state"] == "UploadComplete"
    assert read(sandbox, access, insert)["state"] == "UploadComplete"
    assert sandbox.records() == []
    sandbox.advance(301)
    assert read(sandbox, access, insert)["state"] == "InProgress"
    sandbox.advance(300)
    done = read(sandbox, access, insert)
    assert (done["state"], done["jobType"]) == ("JobComplete", "V2Ingest")
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (2, 1)
    assert [row["properties"]["Email"] for row in sandbox.records()] == ["a@roy.test"]
    good = results(sandbox, access, insert, "successfulResults")
    assert good[0] == '"sf__Id","sf__Created","LastName","Company","Email"'
    assert good[1].endswith('"true","Roy","Roy Ltd","a@roy.test"')
    assert results(sandbox, access, insert, "failedResults")[1:] == [
        '"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","","Roy Ltd","b@roy.test"'
    ]
    assert len(results(sandbox, access, insert, "unprocessedrecords")) == 1
    assert close(sandbox, access, insert, "Aborted")[1][0]["errorCode"] == "INVALIDJOBSTATE"
    listed = sandbox.call("GET", "/jobs/ingest?jobType=V2Ingest", access)[1]
    assert [job["id"] for job in listed["records"]] == [insert["id"]]
    assert sandbox.call("DELETE", f"/jobs/ingest/{insert['id']}", access)[0] == 204
    assert sandbox.call("GET", f"/jobs/ingest/{insert['id']}", access)[0] == 404


def test_an_unknown_column_fails_the_job(sandbox: SalesforceProcess, access: str, insert: dict[str, Any]) -> None:
    upload(sandbox, access, insert, "LastName,Nope\nRoy,1\n")
    close(sandbox, access, insert)
    failed = read(sandbox, access, insert)
    assert (failed["state"], failed["errorMessage"]) == ("Failed", "InvalidBatch : Field name not found : Nope")
    assert results(sandbox, access, insert, "unprocessedrecords") == ['"LastName","Nope"', '"Roy","1"']
    assert sandbox.records() == []


def test_an_aborted_job_writes_nothing(sandbox: SalesforceProcess, access: str, insert: dict[str, Any]) -> None:
    sandbox.settings(bulkSeconds=600)
    upload(sandbox, access, insert, CSV)
    close(sandbox, access, insert)
    assert close(sandbox, access, insert, "Aborted")[1]["state"] == "Aborted"
    sandbox.advance(700)
    assert read(sandbox, access, insert)["state"] == "Aborted"
    assert sandbox.records() == []


def test_the_duplicate_header_does_not_count_here(
    sandbox: SalesforceProcess, access: str, insert: dict[str, Any]
) -> None:
    sandbox.control("POST", "/records/Lead", {"properties": {"LastName": "Roy", "Company": "x", "Email": "a@roy.test"}})
    upload(sandbox, access, insert, CSV)
    close(sandbox, access, insert)
    assert read(sandbox, access, insert)["numberRecordsFailed"] == 2
    failed = results(sandbox, access, insert, "failedResults")
    assert any("DUPLICATES_DETECTED:Use one of these records?: --" in line for line in failed)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"object": "Nope", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Lead", "operation": "explode"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "upsert", "externalIdFieldName": "LastName"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "hardDelete"}, "FEATURENOTENABLED"),
        ({"object": "Lead", "operation": "insert", "columnDelimiter": "DOT"}, "INVALIDJOB"),
    ],
)
def test_jobs_that_cannot_be_made(sandbox: SalesforceProcess, access: str, given: dict[str, Any], code: str) -> None:
    status, body = sandbox.call("POST", "/jobs/ingest", access, given)
    assert (status, body[0]["errorCode"]) == (400, code)


def test_update_and_delete_with_other_delimiters(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=3)
    ids = [row["id"] for row in sandbox.records()]

    def run(operation: str, data: str) -> dict[str, Any]:
        given = {"object": "Lead", "operation": operation, "columnDelimiter": "SEMICOLON", "lineEnding": "CRLF"}
        _, job = sandbox.call("POST", "/jobs/ingest", access, given)
        upload(sandbox, access, job, data)
        close(sandbox, access, job)
        return read(sandbox, access, job)

    data = f'Id;Title;Email\r\n{ids[0]};"a ""b""; c";#N/A\r\n{ids[1]};;\r\n{ids[0][:14]}x;z;\r\n'
    done = run("update", data)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (3, 1)
    first, second, _ = (row["properties"] for row in sandbox.records())
    assert (first["Title"], "Email" in first) == ('a "b"; c', False)
    assert second["Email"] == "seed1@example.test"
    assert run("delete", f"Id\r\n{ids[2]}\r\n")["numberRecordsFailed"] == 0
    assert [row["archived"] for row in sandbox.records()] == [False, False, True]


def test_pages_of_a_query(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=25)
    given = {"operation": "query", "query": "SELECT Id, Email, Owner.Name, IsConverted, CreatedDate FROM Lead"}
    status, job = sandbox.call("POST", "/jobs/query", access, given)
    assert (status, job["state"], job["object"]) == (200, "UploadComplete", "Lead")
    assert read(sandbox, access, job, "query")["state"] == "JobComplete"
    headers = {"Authorization": f"Bearer {access}"}
    base = f"{DATA}/jobs/query/{job['id']}/results?maxRecords=10"
    locator, lines, sizes = "", [], []
    while locator != "null":
        path = base + (f"&locator={locator}" if locator else "")
        status, named, body = sandbox.request("GET", path, None, headers)
        assert status == 200
        locator = named["sforce-locator"]
        sizes.append(int(named["sforce-numberofrecords"]))
        header, *page = body.decode().splitlines()
        assert header == '"Id","Email","Owner.Name","IsConverted","CreatedDate"'
        lines += page
    assert sizes == [10, 10, 5]
    assert len(set(lines)) == 25
    assert '"Pat Person","false","20' in lines[0]
    wrong = base64.b64encode(b"x").decode()
    assert sandbox.request("GET", f"{base}&locator={wrong}", None, headers)[0] == 400
    status, body2 = sandbox.call(
        "POST", "/jobs/query", access, {"operation": "query", "query": "SELECT COUNT() FROM Lead"}
    )
    assert (status, body2[0]["errorCode"]) == (400, "API_ERROR")
