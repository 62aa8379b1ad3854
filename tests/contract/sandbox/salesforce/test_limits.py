"""Limits, faults and counts: what a test orders is what happens."""

from __future__ import annotations

import pytest

from tests.support.salesforce import DATA, SalesforceProcess

LEAD = {"LastName": "Roy", "Company": "Roy Ltd"}


def test_every_answer_says_what_was_used(sandbox: SalesforceProcess, access: str) -> None:
    for used in (1, 2):
        _, headers, _ = sandbox.api("GET", f"{DATA}/sobjects", access)
        assert headers["sforce-limit-info"] == f"api-usage={used}/115000"
    _, limits = sandbox.call("GET", "/limits", access)
    assert limits["DailyApiRequests"] == {"Max": 115_000, "Remaining": 114_997}
    assert sandbox.do("used_calls", count=1000)["used"] == 1003


def test_the_calls_of_a_day_run_out_and_come_back(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(dailyLimit=3)
    assert [sandbox.call("GET", "/sobjects", access)[0] for _ in range(5)] == [200, 200, 200, 403, 403]
    status, headers, body = sandbox.api("GET", f"{DATA}/sobjects", access)
    assert (status, body) == (
        403,
        [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    )
    assert "retry-after" not in headers
    assert headers["sforce-limit-info"] == "api-usage=3/3"
    sandbox.settings(rateLimits=False)
    assert sandbox.call("GET", "/sobjects", access)[0] == 200
    sandbox.settings(rateLimits=True)
    sandbox.advance(25 * 3600)
    access = sandbox.issue_tokens()["access_token"]
    assert sandbox.call("GET", "/sobjects", access)[0] == 200


def test_long_requests_of_others(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("long_running", count=25)
    status, body = sandbox.call("GET", "/sobjects", access)
    assert (status, body[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert body[0]["message"] == "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    sandbox.do("long_running", count=24)
    assert sandbox.call("GET", "/sobjects", access)[0] == 200


def test_an_answer_lost_after_the_write_has_written(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.fault("collections.create", "lost_after_write")
    rows = {"records": [{"attributes": {"type": "Lead"}, **LEAD, "LastName": f"L{number}"} for number in range(3)]}
    with pytest.raises(ConnectionError):
        sandbox.call("POST", "/composite/sobjects", access, rows)
    assert len(sandbox.records()) == 3
    sandbox.fault("collections.create", "lost_before_write")
    with pytest.raises(ConnectionError):
        sandbox.call("POST", "/composite/sobjects", access, rows)
    assert len(sandbox.records()) == 3
    assert sandbox.control("GET", "/counters")["operations"]["collections.create"] == {"lost": 2}


def test_answers_on_order(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.fault("query", "answer", status=503, body="<h1>Down for maintenance</h1>")
    bearer = {"Authorization": f"Bearer {access}"}
    status, headers, body = sandbox.request("GET", f"{DATA}/query?q=x", None, bearer)
    assert (status, headers["content-type"]) == (503, "text/html;charset=utf-8")
    assert body.startswith(b"<h1>")
    sandbox.fault("query", "answer", status=503)
    status, answered = sandbox.call("GET", "/query?q=x", access)
    assert (status, answered[0]["errorCode"]) == (503, "SERVER_UNAVAILABLE")
    sandbox.fault(f"GET {DATA}/query", "rate_limited", policy="ConcurrentRequests")
    assert "Concurrent" in sandbox.call("GET", "/query?q=x", access)[1][0]["message"]
    sandbox.fault("query", "rate_limited")
    assert sandbox.call("GET", "/query?q=x", access)[1][0]["message"] == "TotalRequests Limit exceeded."


def test_a_very_long_address_is_refused(sandbox: SalesforceProcess, access: str) -> None:
    bearer = {"Authorization": f"Bearer {access}"}
    assert sandbox.request("GET", f"{DATA}/query?q={'x' * 16_500}", None, bearer)[0] == 414


def test_many_at_once(sandbox: SalesforceProcess, access: str) -> None:
    assert sandbox.call("POST", "/composite/sobjects", access, {"records": []})[1][0] == {
        "message": "At least 1 record is required",
        "errorCode": "REQUIRED_FIELD_MISSING",
        "fields": [],
    }
    rows = [{"attributes": {"type": "Lead"}, **LEAD, "LastName": f"L{number}"} for number in range(201)]
    status, body = sandbox.call("POST", "/composite/sobjects", access, {"records": rows})
    assert (status, body[0]["errorCode"]) == (400, "EXCEEDED_ID_LIMIT")
    _, made = sandbox.call("POST", "/composite/sobjects", access, {"records": rows[:200]})
    assert all(row["success"] for row in made)
    ids = [row["id"] for row in made]
    typed = {"attributes": {"type": "Lead"}}
    bad: list[dict[str, object]] = [{**typed, "id": ids[0], "Title": "CEO"}, {**typed, "Title": "x"}]
    _, undone = sandbox.call("PATCH", "/composite/sobjects", access, {"allOrNone": True, "records": bad})
    codes = [row["errors"][0]["statusCode"] for row in undone]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MISSING_ARGUMENT"]
    assert sandbox.call("GET", f"/sobjects/Lead/{ids[0]}?fields=Title", access)[1]["Title"] is None
    _, half = sandbox.call("PATCH", "/composite/sobjects", access, {"records": bad})
    assert [row["success"] for row in half] == [True, False]
    status, whole = sandbox.call(
        "PATCH", "/composite/sobjects", access, {"records": [{**bad[0], "Title": "CTO"}, {**bad[0], "Nope": 1}]}
    )
    assert (status, whole[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert sandbox.call("GET", f"/sobjects/Lead/{ids[0]}?fields=Title", access)[1]["Title"] == "CEO"
    _, gone = sandbox.call("DELETE", f"/composite/sobjects?ids={ids[0]},{ids[0]},nonsense", access)
    assert [row["success"] for row in gone] == [True, False, False]
    assert [row["errors"][0]["statusCode"] for row in gone[1:]] == ["ENTITY_IS_DELETED", "MALFORMED_ID"]
