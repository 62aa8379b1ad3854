"""The daily limit, many records at once, and the pages on which a person works."""

from __future__ import annotations

from tests.support.sandbox import SandboxProcess

CONTACTS = "/crm/v3/objects/contacts"


def test_the_daily_limit_ends_at_midnight_of_the_account(sandbox: SandboxProcess, access: str) -> None:
    sandbox.settings(dailyLimit=2)
    sandbox.control("POST", "/clock", {"freezeAt": "2026-11-22T23:00:00Z"})
    token = sandbox.issue_tokens()["access_token"]
    for left in ("1", "0"):
        status, headers, _ = sandbox.api("GET", CONTACTS, token)
        assert (status, headers["x-hubspot-ratelimit-daily-remaining"]) == (200, left)
    status, headers, body = sandbox.api("GET", CONTACTS, token)
    assert (status, body["policyName"]) == (429, "DAILY")
    assert "retry-after" not in headers
    sandbox.advance(2 * 3600)  # midnight UTC, not yet in US/Eastern
    token = sandbox.issue_tokens()["access_token"]
    assert sandbox.api("GET", CONTACTS, token)[0] == 429
    sandbox.advance(5 * 3600)
    token = sandbox.issue_tokens()["access_token"]
    assert sandbox.api("GET", CONTACTS, token)[0] == 200


def test_an_account_has_no_daily_limit_by_default(sandbox: SandboxProcess, access: str) -> None:
    _, headers, _ = sandbox.api("GET", CONTACTS, access)
    assert headers["x-hubspot-ratelimit-max"] == "110"
    assert "x-hubspot-ratelimit-daily" not in headers


def test_search_pages_through_records_of_one_time_up_to_its_cap(sandbox: SandboxProcess, access: str) -> None:
    sandbox.settings(rateLimits=False)
    seeded = sandbox.control("POST", "/do/seed", {"count": 10_150, "at": "2026-11-20T10:00:00Z"})
    assert seeded["at"] == "2026-11-20T10:00:00.000Z"
    body = {
        "filterGroups": [
            {"filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1763632800000"}]}
        ],
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
        "limit": 200,
        "after": "9800",
    }
    _, _, page = sandbox.api("POST", f"{CONTACTS}/search", access, body)
    assert (page["total"], len(page["results"]), page["paging"]["next"]["after"]) == (10_150, 200, "10000")
    assert sandbox.api("POST", f"{CONTACTS}/search", access, {**body, "after": "10000"})[0] == 400
    body["filterGroups"][0]["filters"].append(  # type: ignore[index]
        {"propertyName": "hs_object_id", "operator": "GT", "value": str(int(seeded["first"]) + 9_999)}
    )
    _, _, rest = sandbox.api("POST", f"{CONTACTS}/search", access, {**body, "after": "0"})
    assert rest["total"] == 150


def test_a_person_changes_a_record_on_its_page(sandbox: SandboxProcess, access: str) -> None:
    made = sandbox.control("POST", "/records/companies", {"properties": {"name": "Acme <b>"}})["id"]
    _, _, listed = sandbox.request("GET", "/?object=companies")
    assert b"Acme &lt;b&gt;" in listed
    status, headers, _ = sandbox.post_form(f"/record/companies/{made}", {"property": "city", "value": "Oslo"})
    assert (status, headers["location"].partition("?")[0]) == (303, f"/record/companies/{made}")
    (record,) = sandbox.records("companies")
    assert record["properties"]["city"] == "Oslo"
    status, _, shown = sandbox.post_form(f"/record/companies/{made}", {"property": "industry", "value": "NOPE"})
    assert status == 400
    assert b"NOPE was not one of the allowed options" in shown
    sandbox.post_form(f"/record/companies/{made}", {"do": "archive"})
    assert [row["archived"] for row in sandbox.records("companies")] == [True]
    assert sandbox.request("GET", "/record/companies/1")[0] == 404
