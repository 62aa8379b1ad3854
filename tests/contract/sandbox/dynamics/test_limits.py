"""Service protection, faults on order, batches as bytes, and what a restart keeps."""

from __future__ import annotations

import threading
import time
from http.client import HTTPException
from pathlib import Path

import pytest

from tests.support.dynamics import DynamicsProcess

HEAD = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary"


def batch(*parts: str) -> bytes:
    pieces = [f"--batch_7\r\n{HEAD}\r\n\r\n{part}\r\n" for part in parts]
    return ("".join(pieces) + "--batch_7--\r\n").encode()


def send(sandbox: DynamicsProcess, access: str, body: bytes, **headers: str) -> tuple[int, dict[str, str], str]:
    kind = 'multipart/mixed; boundary="batch_7"'
    status, named, text = sandbox.web("POST", "$batch", access, body, Content_Type=kind, **headers)
    return status, named, str(text)


def lead(values: str, more: str = "") -> str:
    head = "POST /api/data/v9.2/leads HTTP/1.1\r\nContent-Type: application/json; type=entry\r\n"
    return f"{head}{more}\r\n{values}\r\n"


def test_too_many_requests_wait_for_the_window(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.settings(requestLimit=3)
    left = [sandbox.web("GET", "WhoAmI", access)[1]["x-ms-ratelimit-burst-remaining-xrm-requests"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    status, headers, body = sandbox.web("GET", "WhoAmI", access)
    assert (status, body["error"]["code"]) == (429, "0x80072322")
    wait = int(headers["retry-after"])
    assert 0 < wait <= 300
    other = sandbox.issue_tokens(person="app")["access_token"]
    assert sandbox.web("GET", "WhoAmI", other)[0] == 200  # limits are each user's own
    sandbox.advance(wait)
    assert sandbox.web("GET", "WhoAmI", access)[0] == 200
    sandbox.settings(requestLimit=0)
    assert sandbox.web("GET", "WhoAmI", access)[1]["retry-after"] == "300"
    sandbox.settings(rateLimits=False)
    assert sandbox.web("GET", "WhoAmI", access)[0] == 200


def test_a_batch_is_one_request_but_its_time_counts(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.settings(recordMs=400, executionLimitSeconds=1)
    status, _, text = send(sandbox, access, batch(*[lead('{"lastname":"A"}')] * 3))
    assert (status, text.count("204 No Content")) == (200, 3)
    status, headers, body = sandbox.web("GET", "WhoAmI", access)
    assert (status, body["error"]["code"]) == (429, "0x80072321")
    sandbox.advance(int(headers["retry-after"]))
    assert sandbox.web("GET", "WhoAmI", access)[0] == 200


def test_more_requests_at_once_than_allowed(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.settings(concurrentLimit=1)
    sandbox.fault("whoami", "delay", delayMs=60_000)
    slow = threading.Thread(target=_ignore, args=(sandbox, access), daemon=True)
    slow.start()
    deadline = time.monotonic() + 60
    while True:
        status, headers, body = sandbox.web("GET", "leads?$top=1", access)
        if status == 429:
            break
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert body["error"]["code"] == "0x80072326"
    assert headers["retry-after"]


def _ignore(sandbox: DynamicsProcess, access: str) -> None:
    try:
        sandbox.web("GET", "WhoAmI", access)
    except (OSError, HTTPException):
        return


@pytest.mark.parametrize(("policy", "code"), [("", "0x80072322"), ("time", "0x80072321"), ("concurrent", "0x80072326")])
def test_limits_on_order(sandbox: DynamicsProcess, access: str, policy: str, code: str) -> None:
    sandbox.fault("records.*", "rate_limited", policy=policy)
    sandbox.fault("records.list", "rate_limited", policy=policy, headers={"Retry-After": "7"})
    status, headers, body = sandbox.web("GET", "leads", access)
    assert (status, headers["retry-after"], body["error"]["code"]) == (429, "7", code)
    assert sandbox.web("GET", "leads", access)[0] == 200


def test_an_answer_is_lost_after_the_write(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.fault("records.create", "lost_after_write")
    with pytest.raises((OSError, HTTPException)):
        sandbox.web("POST", "leads", access, {"lastname": "kept"})
    assert [row["properties"]["lastname"] for row in sandbox.records()] == ["kept"]
    sandbox.fault("oauth.token", "answer", status=503)
    assert sandbox.token(grant_type="refresh_token", refresh_token="x")[0] == 503


def test_one_part_of_a_batch_fails_on_order(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.fault("batch/records.create", "answer", nth=2, status=503)
    parts = [lead(f'{{"lastname":"{name}"}}') for name in "ABC"]
    status, _, text = send(sandbox, access, batch(*parts), Prefer="odata.continue-on-error")
    assert status == 200
    assert [line.split()[1] for line in text.splitlines() if line.startswith("HTTP/1.1")] == ["204", "503", "204"]
    assert sorted(row["properties"]["lastname"] for row in sandbox.records()) == ["A", "C"]


def test_a_change_set_is_all_or_nothing_and_knows_its_ids(sandbox: DynamicsProcess, access: str) -> None:
    def change_set(reference: str, name: str) -> bytes:
        parts = [
            ("1", 'POST /api/data/v9.2/accounts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"name":"Acme"}'),
            (
                "2",
                "POST /api/data/v9.2/contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
                f'{{"lastname":"{name}","parentcustomerid_account@odata.bind":"{reference}"}}',
            ),
        ]
        inner = "".join(f"--changeset_1\r\n{HEAD}\r\nContent-ID: {at}\r\n\r\n{part}\r\n" for at, part in parts)
        kind = "Content-Type: multipart/mixed; boundary=changeset_1"
        return f"--batch_7\r\n{kind}\r\n\r\n{inner}--changeset_1--\r\n\r\n--batch_7--\r\n".encode()

    status, _, text = send(sandbox, access, change_set("$1", "Ann"))
    assert (status, text.count("204 No Content")) == (200, 2)
    assert "boundary=changesetresponse_" in text
    assert "Content-ID: 2" in text
    for reference, name in (("$1", "x" * 51), ("$9", "Ann")):
        status, _, text = send(sandbox, access, change_set(reference, name), Prefer="odata.continue-on-error")
        assert (status, text.count("HTTP/1.1")) == (200, 1)
    assert len(sandbox.records("accounts")) == 1


def test_what_is_no_batch_is_refused(sandbox: DynamicsProcess, access: str) -> None:
    assert send(sandbox, access, b"nothing")[0] == 400
    assert send(sandbox, access, batch("nonsense"))[0] == 400
    sandbox.settings(batchMax=2)
    assert send(sandbox, access, batch(*[lead('{"lastname":"A"}')] * 3))[0] == 400
    assert sandbox.records() == []
    reading = "GET /api/data/v9.2/leads?$select=lastname&$filter=lastname%20eq%20'A' HTTP/1.1\r\nAccept: */*\r\n\r\n"
    status, _, text = send(sandbox, access, batch(lead('{"lastname":"A"}'), reading))
    assert status == 200
    assert '"lastname":"A"' in text


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    data = tmp_path / "vendor.sqlite"
    with DynamicsProcess(data) as sandbox:
        tokens = sandbox.issue_tokens()
        access = tokens["access_token"]
        column = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_AppId"}
        assert sandbox.web("POST", "EntityDefinitions(LogicalName='lead')/Attributes", access, column)[0] == 204
        made = sandbox.add(access, "leads", lastname="A", new_appid="1")
        before = sandbox.records()
        link = sandbox.web("GET", "leads?$select=lastname", access, Prefer="odata.track-changes")[2]["@odata.deltaLink"]
        old = sandbox.url
        sandbox.kill()
    with DynamicsProcess(data, int(old.rpartition(":")[2])) as sandbox:
        assert sandbox.records() == before
        assert sandbox.web("GET", f"leads({made})?$select=new_appid", access)[2]["new_appid"] == "1"
        sandbox.add(access, "leads", lastname="B")
        assert [row["lastname"] for row in sandbox.follow(link, access)[2]["value"]] == ["B"]
        assert sandbox.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])[0] == 200
