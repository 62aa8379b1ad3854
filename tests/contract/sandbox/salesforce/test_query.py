"""SOQL: what is found, in which order, by pages; what is refused; cursors and their end."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.salesforce import SalesforceProcess

DAY = 86_400


def refused(sandbox: SalesforceProcess, access: str, soql: str) -> dict[str, Any]:
    status, body = sandbox.call("GET", f"/query?{urlencode({'q': soql})}", access)
    assert status == 400, body
    error: dict[str, Any] = body[0]
    return error


def names(sandbox: SalesforceProcess, access: str, where: str) -> list[str]:
    found = sandbox.query(access, f"SELECT LastName FROM Lead WHERE {where} ORDER BY LastName")  # noqa: S608
    return [one["LastName"] for one in found["records"]]


@pytest.fixture
def four(sandbox: SalesforceProcess) -> str:
    """Four leads made by a person; returns an access token."""
    sandbox.control("POST", "/clock", {"freezeAt": "2026-12-02T10:00:00Z"})
    rows: list[dict[str, Any]] = [
        {"LastName": "A", "Company": "One", "NumberOfEmployees": 5, "Rating": "Hot", "City": "Oslo"},
        {"LastName": "B", "Company": "Two", "NumberOfEmployees": 50, "Title": "O'Neil 100%", "DoNotCall": True},
        {"LastName": "C", "Company": "Three", "AnnualRevenue": 1000, "City": "oslo"},
        {"LastName": "D", "Company": "Four", "Rating": "Cold", "Title": "O_x"},
    ]
    for row in rows:
        sandbox.control("POST", "/records/Lead", {"properties": row})
        sandbox.advance(3600)
    access: str = sandbox.issue_tokens()["access_token"]
    return access


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("City = 'OSLO'", "AC"),
        ("City != 'Oslo'", "BD"),
        ("City = null", "BD"),
        ("Rating != null", "AD"),
        ("NumberOfEmployees > 5", "B"),
        ("NumberOfEmployees >= 5 AND NumberOfEmployees <= 50", "AB"),
        ("Rating IN ('hot', 'Cold')", "AD"),
        ("Rating NOT IN ('Hot')", "BCD"),
        ("Title LIKE '%neil%'", "B"),
        (r"Title LIKE 'O\'%100\%'", "B"),
        (r"Title LIKE 'O\_%'", "D"),
        ("Title = 'O\\'Neil 100%'", "B"),
        ("DoNotCall = true", "B"),
        ("NOT (Rating = 'Hot' OR Rating = 'Cold')", "BC"),
        ("(City = 'Oslo' AND Rating = 'Hot') OR LastName = 'D'", "AD"),
        ("Owner.Name = 'Pat Person' AND AnnualRevenue = 1000", "C"),
        ("Owner.Profile.Name LIKE 'System%' AND LastName < 'C'", "AB"),
        ("CreatedDate >= 2026-12-02T12:00:00Z", "CD"),
        ("CreatedDate >= 2026-12-02T14:00:00+02:00", "CD"),
        ("CreatedDate = TODAY", "ABCD"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate = LAST_N_DAYS:1", "ABCD"),
        ("OwnerId IN (SELECT Id FROM User WHERE LastName = 'Person')", "ABCD"),
        ("Id NOT IN (SELECT ConvertedContactId FROM Lead)", "ABCD"),
        ("IsDeleted = false AND lastname = 'a'", "A"),
    ],
)
def test_conditions(sandbox: SalesforceProcess, four: str, where: str, found: str) -> None:
    assert "".join(names(sandbox, four, where)) == found


def test_order_limit_offset_and_aggregates(sandbox: SalesforceProcess, four: str) -> None:
    def ordered(rest: str) -> str:
        found = sandbox.query(four, f"SELECT l.LastName FROM Lead l {rest}")["records"]  # noqa: S608
        return "".join(one["LastName"] for one in found)

    assert ordered("ORDER BY NumberOfEmployees, LastName DESC") == "DCAB"
    assert ordered("ORDER BY NumberOfEmployees DESC NULLS LAST, LastName") == "BACD"
    assert ordered("ORDER BY NumberOfEmployees NULLS LAST, CreatedDate") == "ABCD"
    assert ordered("ORDER BY CreatedDate DESC LIMIT 2 OFFSET 1") == "CB"
    grouped = sandbox.query(four, "SELECT City town, COUNT(Id), MAX(NumberOfEmployees) FROM Lead GROUP BY City")
    rows = [(one["expr0"], one["expr1"]) for one in grouped["records"]]
    assert sorted(rows, key=str) == [(1, 5), (1, None), (2, 50)]
    having = "SELECT Rating FROM Lead GROUP BY Rating HAVING COUNT(Id) > 1"
    assert [one["Rating"] for one in sandbox.query(four, having)["records"]] == [None]
    assert sandbox.query(four, "SELECT COUNT() FROM Lead WHERE City = 'Oslo'")["totalSize"] == 2
    standard = sandbox.query(four, "SELECT FIELDS(STANDARD) FROM Lead LIMIT 1")["records"][0]
    assert {"Id", "Email", "SystemModstamp", "Address"} <= set(standard)


@pytest.mark.parametrize(
    ("soql", "code", "said"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY", "ERROR at Row:1:Column:11\nunexpected token: 'FORM'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "'<EOF>'"),
        ("SELECT Id FROM Lead WHERE Title='a' AND City='b' OR City='c'", "MALFORMED_QUERY", "'OR'"),
        ("SELECT Id FROM Lead WHERE Title = 'a", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "'x'"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'"),
        ("SELECT Id FROM Lead ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope'"),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01'", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", "should be enclosed in quotes"),
        ("SELECT Id FROM Lead WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: nonsense"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Id FROM Lead OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "2000"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY", "LIMIT"),
        ("SELECT City, COUNT(Id) FROM Lead", "MALFORMED_QUERY", "must be grouped"),
        ("SELECT City town FROM Lead", "MALFORMED_QUERY", "only aggregate expressions use field aliasing"),
        ("", "MALFORMED_QUERY", "has to be specified"),
    ],
)
def test_what_cannot_be_asked(sandbox: SalesforceProcess, access: str, soql: str, code: str, said: str) -> None:
    error = refused(sandbox, access, soql)
    assert error["errorCode"] == code
    assert said in error["message"]


def test_a_walk_meets_twelve_thousand_records_of_one_time_once(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=12_000, at="2026-11-20T08:00:01Z")
    since = "WHERE SystemModstamp >= 2026-11-20T08:00:00Z"
    soql = f"SELECT Id, SystemModstamp FROM Lead {since} ORDER BY SystemModstamp, Id"  # noqa: S608
    page = sandbox.query(access, soql)
    assert (page["totalSize"], len(page["records"])) == (12_000, 2000)
    seen = [one["Id"] for one in page["records"]]
    assert page["records"][0]["SystemModstamp"] == "2026-11-20T08:00:01.000+0000"
    while not page["done"]:
        page = sandbox.api("GET", page["nextRecordsUrl"], access)[2]
        seen += [one["Id"] for one in page["records"]]
    assert len(seen) == len(set(seen)) == 12_000
    assert seen == sorted(seen)
    at = "2026-11-20T08:00:01.000Z"
    after = f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{seen[10_999]}'))"
    rest = sandbox.query(access, f"SELECT Id FROM Lead WHERE {after} ORDER BY SystemModstamp, Id")  # noqa: S608
    assert [one["Id"] for one in rest["records"]] == seen[11_000:]


def test_cursors_end(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(queryPageMax=200, queryCursorsMax=2)
    sandbox.do("seed", count=401)

    def first() -> str:
        page = sandbox.query(access, "SELECT Id FROM Lead")
        return str(page["nextRecordsUrl"])

    def dead(url: str) -> bool:
        status, _, body = sandbox.api("GET", url, sandbox.issue_tokens()["access_token"])
        assert status in (200, 400)
        return status == 400 and body[0]["errorCode"] == "INVALID_QUERY_LOCATOR"

    one, two, three = first(), first(), first()
    assert [dead(url) for url in (one, two, three)] == [True, False, False]
    assert dead(three.replace("-200", "-999"))
    sandbox.advance(2 * DAY + 1)
    access = sandbox.issue_tokens()["access_token"]
    assert dead(three)
    four = first()
    assert sandbox.do("drop_cursors")["dropped"] == 1
    assert dead(four)


def test_a_client_may_ask_for_smaller_pages(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=250)
    path = "/services/data/v67.0/query/?q=SELECT+Id+FROM+Lead"
    headers = {"Authorization": f"Bearer {access}", "Sforce-Query-Options": "batchSize=10"}
    status, _, body = sandbox.request("GET", path, None, headers)
    assert status == 200
    assert b'-200"' in body  # 200 is the least there is


def test_search(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=12)
    sandbox.control("POST", "/records/Contact", {"properties": {"LastName": "Seed 11", "Email": "c@example.test"}})

    def find(sosl: str) -> list[dict[str, Any]]:
        status, body = sandbox.call("GET", f"/search/?{urlencode({'q': sosl})}", access)
        assert status == 200, body
        records: list[dict[str, Any]] = body["searchRecords"]
        return records

    found = find("FIND {seed 11} IN NAME FIELDS RETURNING Lead(Id, Name), Contact")
    assert [(one["attributes"]["type"], one.get("Name")) for one in found] == [("Lead", "Seed 11"), ("Contact", None)]
    assert len(find("FIND {seed1*}")) == 3
    assert find("FIND {nobody} IN EMAIL FIELDS RETURNING Lead") == []
    assert len(find("FIND {seed} RETURNING Lead(Id) LIMIT 5")) == 5
    sandbox.settings(searchLagSeconds=3600)
    assert find("FIND {seed}") == []
    sandbox.advance(3601)
    assert len(find("FIND {seed}")) == 13
