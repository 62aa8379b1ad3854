"""Credits, calls at one time, faults on order, permissions, and what outlives a restart."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.zoho import CLIENT_ID, ZGID, ZohoProcess

ROY = {"Last_Name": "Roy", "Company": "Roy Ltd"}
USED = "x-api-credits-remaining"


def usage(sandbox: ZohoProcess) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.control("POST", "/do/usage", {})
    return found


def test_credits_are_shown_from_the_half_on_and_end_without_a_time(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(dailyCredits=4)
    shown = [sandbox.crm("GET", "/org", access)[1].get(USED) for _ in range(4)]
    assert shown == [None, "2", "1", "0"]
    status, headers, body = sandbox.crm("GET", "/org", access)
    assert (status, body["code"], headers[USED]) == (429, "TOO_MANY_REQUESTS", "0")
    assert "retry-after" not in headers
    sandbox.advance(86_400 + 120)
    access = sandbox.issue_tokens()["access_token"]
    assert sandbox.crm("GET", "/org", access)[0] == 200


def test_what_calls_cost(sandbox: ZohoProcess, access: str) -> None:
    seeded = sandbox.control("POST", "/do/seed", {"count": 2})
    query = "select id from Leads where id is not null limit {}"
    calls: list[tuple[str, str, Any, int]] = [
        ("GET", "/Leads?fields=id", None, 1),
        ("POST", "/Leads", {"data": [ROY] * 10}, 1),
        ("POST", "/Leads/upsert", {"data": [ROY] * 11}, 2),
        ("POST", "/Leads", {"data": [ROY] * 100}, 10),
        ("POST", "/coql", {"select_query": query.format(200)}, 1),
        ("POST", "/coql", {"select_query": query.format(1000)}, 2),
        ("POST", "/coql", {"select_query": query.format("0, 2000")}, 3),
        ("POST", f"/Leads/{seeded['first']}/actions/convert", {"data": [{}]}, 5),
    ]
    for method, path, body, cost in calls:
        before = usage(sandbox)["credits"][ZGID]
        sandbox.crm(method, path, access, body)
        assert usage(sandbox)["credits"][ZGID] - before == cost, path


def test_one_call_too_many_at_one_time_is_refused() -> None:
    with ZohoProcess() as sandbox:
        sandbox.settings(concurrency=2, heavyConcurrency=1)
        access = sandbox.issue_tokens()["access_token"]
        sandbox.fault("records.upsert", "delay", delayMs=600_000)

        def held() -> None:
            # the first one stays under way until the sandbox is killed
            with pytest.raises(ConnectionError):
                sandbox.crm("POST", "/Leads/upsert", access, {"data": [ROY] * 11})

        thread = threading.Thread(target=held)
        thread.start()
        deadline = time.monotonic() + 60
        while usage(sandbox)["mostAtOnce"].get(f"{ZGID}:{CLIENT_ID}:heavy") != 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        status, _, body = sandbox.crm("POST", "/Leads/upsert", access, {"data": [ROY] * 11})
        assert (status, body["code"]) == (429, "TOO_MANY_REQUESTS")
        assert sandbox.crm("POST", "/Leads/upsert", access, {"data": [ROY] * 10})[0] == 200, "this one is not heavy"
        sandbox.settings(concurrency=1)
        assert sandbox.crm("GET", "/org", access)[0] == 429
        sandbox.settings(rateLimits=False)
        assert sandbox.crm("GET", "/org", access)[0] == 200
        sandbox.kill()
        thread.join(60)
        assert not thread.is_alive()


def test_an_answer_lost_after_the_write_has_written(sandbox: ZohoProcess, access: str) -> None:
    sandbox.fault("records.create", "lost_after_write")
    with pytest.raises(ConnectionError):
        sandbox.crm("POST", "/Leads", access, {"data": [ROY]})
    sandbox.fault("POST /crm/*/Leads", "lost_before_write")
    with pytest.raises(ConnectionError):
        sandbox.crm("POST", "/Leads", access, {"data": [ROY]})
    assert len(sandbox.records()) == 1
    assert sandbox.control("GET", "/counters")["operations"]["records.create"] == {"lost": 2}


def test_answers_on_order(sandbox: ZohoProcess, access: str) -> None:
    sandbox.fault("org.read", "answer")
    assert sandbox.crm("GET", "/org", access)[2]["code"] == "INTERNAL_ERROR"
    sandbox.fault("org.read", "answer", status=502, body="<h1>Bad gateway</h1>")
    status, headers, body = sandbox.request("GET", "/crm/v8/org", headers={"Authorization": f"Bearer {access}"})
    assert (status, headers["content-type"], body[:4]) == (502, "text/html;charset=UTF-8", b"<h1>")
    sandbox.fault("org.read", "rate_limited")
    assert sandbox.crm("GET", "/org", access)[0] == 429
    sandbox.fault("oauth.token", "rate_limited", policy="token")
    status, token = sandbox.token(grant_type="refresh_token", refresh_token="any")
    assert (status, token["error"]) == (400, "Access Denied")


def test_a_user_who_lost_a_permission_is_told_which(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(missingPermissions=["Crm_Implied_Create_Leads"])
    status, _, body = sandbox.crm("POST", "/Leads", access, {"data": [ROY]})
    assert (status, body["code"]) == (403, "NO_PERMISSION")
    assert body["details"] == {"permissions": ["Crm_Implied_Create_Leads"]}
    assert sandbox.crm("POST", "/Accounts", access, {"data": [{"Account_Name": "Roy Ltd"}]})[0] == 201
    sandbox.settings(missingScopes=["ZohoCRM.modules.ALL"])
    assert sandbox.crm("GET", "/Leads?fields=id", access)[2]["code"] == "OAUTH_SCOPE_MISMATCH"


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    data = tmp_path / "vendor.sqlite"
    channel = {"channel_id": "7", "events": ["Leads.all"], "notify_url": "http://127.0.0.1:9/hook"}
    with ZohoProcess(data) as sandbox:
        sandbox.settings(webhooks=False, pageCap=50)
        access = sandbox.issue_tokens()["access_token"]
        field = {"fields": [{"field_label": "Own Key", "data_type": "text", "unique": {}}]}
        assert sandbox.crm("POST", "/settings/fields?module=Leads", access, field)[0] == 201
        assert sandbox.crm("POST", "/actions/watch", access, {"watch": [channel]})[0] == 201
        assert sandbox.crm("POST", "/Leads", access, {"data": [ROY] * 100})[0] == 201
        before = sandbox.records()
        assert sandbox.kill() == -signal.SIGKILL
    with ZohoProcess(data) as sandbox:
        assert sandbox.records() == before
        assert len(sandbox.crm("GET", "/Leads?fields=id", access)[2]["data"]) == 50
        assert sandbox.control("POST", "/do/deliveries", {})["events"]["waiting"] == 1
        names = [one["api_name"] for one in sandbox.crm("GET", "/settings/fields?module=Leads", access)[2]["fields"]]
        assert names[-1] == "Own_Key"
        _, _, body = sandbox.crm("POST", "/Leads", access, {"data": [ROY]})
        assert int(body["data"][0]["details"]["id"]) == int(before[-1]["id"]) + 1


def test_what_makes_no_sense_to_the_control_is_said(sandbox: ZohoProcess) -> None:
    for path, body in (
        ("/do/seed", {"count": 0}),
        ("/do/seed", {"count": 1, "object": "Spaceships"}),
        ("/do/seed", {"count": 1, "at": "yesterday"}),
        ("/do/merge", {"primary": "1", "other": "2"}),
        ("/do/restore", {"id": "1"}),
        ("/do/user", {"id": "x"}),
        ("/do/module", {"name": "no name"}),
        ("/do/field", {}),
        ("/tokens", {"zgid": "1"}),
        ("/tokens", {"clientId": "nobody"}),
        ("/accounts", {"location": "moon", "zgid": "1"}),
        ("/apps", {"redirectUris": "x"}),
    ):
        status, _, answered = sandbox.request("POST", f"/_control{path}", json.dumps(body).encode())
        assert status == 400, path
        assert json.loads(answered)["error"], path
