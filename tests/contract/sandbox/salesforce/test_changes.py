"""Deletes, merges, conversion, undeletion and late commits, as a walk of changes meets them."""

from __future__ import annotations

from typing import Any

from tests.support.salesforce import SalesforceProcess

SEEN = "SELECT Id, IsDeleted, MasterRecordId, SystemModstamp FROM {} ORDER BY SystemModstamp, Id"
DAY = 86_400


def person(sandbox: SalesforceProcess, name: str, **values: Any) -> str:
    made = sandbox.control("POST", f"/records/{name}", {"properties": values})
    record_id: str = made["id"]
    return record_id


def every(sandbox: SalesforceProcess, access: str, name: str) -> dict[str, dict[str, Any]]:
    found = sandbox.query(access, SEEN.format(name), every=True)["records"]
    return {one["Id"]: one for one in found}


def test_a_merge_deletes_the_loser_and_names_the_winner(sandbox: SalesforceProcess, access: str) -> None:
    winner = person(sandbox, "Account", Name="Roy Ltd", Phone="1")
    loser = person(sandbox, "Account", Name="Roy Limited", Phone="2", Website="https://roy.test")
    contact = person(sandbox, "Contact", LastName="Roy", AccountId=loser)
    before = every(sandbox, access, "Account")[winner]["SystemModstamp"]
    sandbox.advance(60)
    sandbox.do("merge", primary=winner, other=loser, properties={"Website": "https://roy.test"})
    seen = every(sandbox, access, "Account")
    assert (seen[loser]["IsDeleted"], seen[loser]["MasterRecordId"]) == (True, winner)
    assert (seen[winner]["IsDeleted"], seen[winner]["MasterRecordId"]) == (False, None)
    assert seen[winner]["SystemModstamp"] > before
    _, kept = sandbox.call("GET", f"/sobjects/Account/{winner}", access)
    assert (kept["Name"], kept["Phone"], kept["Website"]) == ("Roy Ltd", "1", "https://roy.test")
    assert sandbox.call("GET", f"/sobjects/Contact/{contact}", access)[1]["AccountId"] == winner
    status, body = sandbox.call("PATCH", f"/sobjects/Account/{loser}", access, {"Phone": "3"})
    assert (status, body[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


def test_a_converted_lead_cannot_be_changed(sandbox: SalesforceProcess, access: str) -> None:
    lead = person(sandbox, "Lead", LastName="Roy", FirstName="Ada", Company="Roy Ltd", Email="a@roy.test", City="Oslo")
    made = sandbox.do("convert", id=lead, opportunityName="Big deal")
    _, read = sandbox.call("GET", f"/sobjects/Lead/{lead}", access)
    assert (read["IsConverted"], read["Status"], read["IsDeleted"]) == (True, "Closed - Converted", False)
    assert read["ConvertedContactId"] == made["contactId"]
    assert read["ConvertedAccountId"] == made["accountId"]
    assert read["ConvertedOpportunityId"] == made["opportunityId"]
    _, contact = sandbox.call("GET", f"/sobjects/Contact/{made['contactId']}", access)
    assert (contact["Name"], contact["Email"], contact["MailingCity"]) == ("Ada Roy", "a@roy.test", "Oslo")
    assert sandbox.call("GET", f"/sobjects/Contact/{made['contactId']}/Account", access)[1]["Name"] == "Roy Ltd"
    status, body = sandbox.call("PATCH", f"/sobjects/Lead/{lead}", access, {"Phone": "3"})
    assert (status, body[0]["errorCode"]) == (400, "CANNOT_UPDATE_CONVERTED_LEAD")
    second = person(sandbox, "Lead", LastName="Bo", Company="Roy Ltd")
    again = sandbox.do("convert", id=second, accountId=made["accountId"], doNotCreateOpportunity=True)
    assert (again["accountId"], again["opportunityId"]) == (made["accountId"], None)


def test_the_recycle_bin(sandbox: SalesforceProcess) -> None:
    account = person(sandbox, "Account", Name="Roy Ltd")
    contact = person(sandbox, "Contact", LastName="Roy", AccountId=account)
    sandbox.control("DELETE", f"/records/Account/{account}")
    access = sandbox.issue_tokens()["access_token"]
    assert every(sandbox, access, "Contact")[contact]["IsDeleted"] is True
    assert sandbox.query(access, "SELECT Id FROM Contact")["records"] == []
    sandbox.do("undelete", id=account)
    assert every(sandbox, access, "Contact")[contact]["IsDeleted"] is False
    assert sandbox.call("GET", f"/sobjects/Account/{account}", access)[0] == 200
    sandbox.control("DELETE", f"/records/Account/{account}")
    sandbox.advance(15 * DAY + 1)
    access = sandbox.issue_tokens()["access_token"]
    assert every(sandbox, access, "Account") == {}
    assert sandbox.call("GET", f"/sobjects/Account/{account}", access)[1][0]["errorCode"] == "NOT_FOUND"


def test_replication_calls(sandbox: SalesforceProcess) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-12-02T10:00:30Z"})
    access = sandbox.issue_tokens()["access_token"]
    kept, gone = (person(sandbox, "Lead", LastName=name, Company="Roy Ltd") for name in ("Kept", "Gone"))
    sandbox.control("DELETE", f"/records/Lead/{gone}")
    sandbox.advance(60)

    def ask(what: str, start: str, end: str) -> tuple[int, Any]:
        return sandbox.call("GET", f"/sobjects/Lead/{what}/?start={start}&end={end}", access)

    status, body = ask("updated", "2026-12-02T10:00:00Z", "2026-12-02T10:05:00%2B00:00")
    assert (status, body) == (200, {"ids": [kept], "latestDateCovered": "2026-12-02T10:01:00.000+0000"})
    status, body = ask("deleted", "2026-12-02T10:00:00Z", "2026-12-02T10:05:00Z")
    assert body["deletedRecords"] == [{"id": gone, "deletedDate": "2026-12-02T10:00:30.000+0000"}]
    assert body["earliestDateAvailable"] == "2026-11-17T10:01:30.000+0000"
    too_short, too_old = ("02T10:00:10", "02T10:00:50"), ("01T00:00:00", "01T01:00:00")
    for month, (start, end) in (("12", too_short), ("10", too_old)):
        status, body = ask("updated", f"2026-{month}-{start}Z", f"2026-{month}-{end}Z")
        assert (status, body[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")


def test_a_late_commit_carries_an_earlier_time(sandbox: SalesforceProcess, access: str) -> None:
    first = person(sandbox, "Lead", LastName="First", Company="Roy Ltd")
    sandbox.settings(lateCommitSeconds=120)
    late = person(sandbox, "Lead", LastName="Late", Company="Roy Ltd")
    seen = sandbox.query(access, SEEN.format("Lead"))["records"]
    assert [one["Id"] for one in seen] == [late, first]
    assert seen[0]["SystemModstamp"] < seen[1]["SystemModstamp"]


def test_every_write_moves_the_time(sandbox: SalesforceProcess, access: str) -> None:
    made = person(sandbox, "Lead", LastName="Roy", Company="Roy Ltd")
    user = sandbox.control("GET", "/accounts")["accounts"][0]

    def stamp() -> tuple[str, str]:
        _, read = sandbox.call("GET", f"/sobjects/Lead/{made}", access)
        return read["SystemModstamp"], read["LastModifiedById"]

    before, by = stamp()
    assert by == user["personId"]
    sandbox.advance(1)
    sandbox.call("PATCH", f"/sobjects/Lead/{made}", access, {"Title": "CEO"})
    after, by = stamp()
    assert after > before
    assert by == user["userId"]


def test_times_have_no_fractions_of_a_second(sandbox: SalesforceProcess) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-12-02T10:00:00.900Z"})
    access = sandbox.issue_tokens()["access_token"]
    person(sandbox, "Lead", LastName="Roy", Company="Roy Ltd")
    found = sandbox.query(access, "SELECT SystemModstamp FROM Lead WHERE SystemModstamp >= 2026-12-02T10:00:00.950Z")
    assert [one["SystemModstamp"] for one in found["records"]] == ["2026-12-02T10:00:00.000+0000"]
