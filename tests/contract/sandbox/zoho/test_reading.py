"""Lists in pages, equal times through thousands of records, empty answers, COQL and search."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.zoho import ZohoProcess

EARLIER = "2026-11-19T00:00:00+00:00"
AT = "2026-11-20T00:00:00Z"


def seed(sandbox: ZohoProcess, count: int, **more: Any) -> dict[str, Any]:
    seeded: dict[str, Any] = sandbox.control("POST", "/do/seed", {"count": count, "at": AT, **more})
    return seeded


def walk(sandbox: ZohoProcess, access: str, query: str) -> list[str]:
    found: list[str] = []
    token = ""
    while True:
        more = f"&page_token={quote(token)}" if token else ""
        status, _, body = sandbox.crm("GET", f"/Leads?{query}{more}", access, If_Modified_Since=EARLIER)
        assert status == 200, body
        found += [row["id"] for row in body["data"]]
        token = body["info"]["next_page_token"]
        if not token:
            assert not body["info"]["more_records"]
            return found


def coql(sandbox: ZohoProcess, access: str, query: str) -> tuple[int, Any]:
    status, _, body = sandbox.crm("POST", "/coql", access, {"select_query": query})
    return status, body


def test_twelve_thousand_records_of_one_time_are_walked_once_each(sandbox: ZohoProcess, access: str) -> None:
    seed(sandbox, 12_000)
    found = walk(sandbox, access, "fields=id,Modified_Time&sort_by=Modified_Time&sort_order=asc")
    assert len(found) == len(set(found)) == 12_000


def test_a_page_reaches_two_thousand_records_and_a_token_the_rest(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(pageCap=20, discreteCap=40, tokenCap=60)
    seed(sandbox, 100)
    status, _, body = sandbox.crm("GET", "/Leads?fields=id&page=2", access)
    assert (status, len(body["data"]), body["info"]["page"]) == (200, 20, 2)
    status, _, body = sandbox.crm("GET", "/Leads?fields=id&page=3", access)
    assert (status, body["code"], body["details"]) == (400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", {"limit": 40})
    path = "/Leads?fields=id"
    _, _, body = sandbox.crm("GET", path, access)
    for _ in range(2):
        token = quote(body["info"]["next_page_token"])
        status, _, body = sandbox.crm("GET", f"{path}&page_token={token}", access)
        assert status == 200
    status, _, body = sandbox.crm("GET", f"{path}&page_token={quote(body['info']['next_page_token'])}", access)
    assert (status, body["code"]) == (400, "PAGINATION_LIMIT_EXCEEDED")


def test_a_page_token_is_bound_and_ends(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(pageCap=5)
    seed(sandbox, 20)
    _, _, body = sandbox.crm("GET", "/Leads?fields=id", access)
    token = quote(body["info"]["next_page_token"])
    for path, code in (
        (f"/Leads?fields=id,Email&page_token={token}", "TOKEN_BOUND_DATA_MISMATCH"),
        (f"/Contacts?fields=id&page_token={token}", "TOKEN_BOUND_DATA_MISMATCH"),
        (f"/Leads?fields=id&page=2&page_token={token}", "AMBIGUITY_DURING_PROCESSING"),
        ("/Leads?fields=id&page_token=nonsense", "INVALID_DATA"),
    ):
        status, _, body = sandbox.crm("GET", path, access)
        assert (status, body["code"]) == (400, code)
    sandbox.advance(86_401)
    access = sandbox.issue_tokens()["access_token"]
    status, _, body = sandbox.crm("GET", f"/Leads?fields=id&page_token={token}", access)
    assert (status, body["code"]) == (400, "EXPIRED_VALUE")


@pytest.mark.parametrize("by_offset", [False, True])
def test_a_record_that_moves_during_a_walk_hides_another_only_where_pages_are_offsets(
    sandbox: ZohoProcess, access: str, by_offset: bool
) -> None:
    sandbox.settings(pageCap=10, pageTokenByOffset=by_offset)
    first = int(seed(sandbox, 30)["first"])
    path = "/Leads?fields=id&sort_by=Modified_Time&sort_order=asc"
    _, _, body = sandbox.crm("GET", path, access)
    sandbox.edit(str(first), City="Oslo")
    _, _, body = sandbox.crm("GET", f"{path}&page_token={quote(body['info']['next_page_token'])}", access)
    assert body["data"][0]["id"] == str(first + (11 if by_offset else 10))


def test_what_is_newer_may_or_may_not_include_the_second_itself(sandbox: ZohoProcess, access: str) -> None:
    seed(sandbox, 3)
    for status, number in ((304, 304), (204, 204)):
        sandbox.settings(nothingNewStatus=number)
        answered = sandbox.crm("GET", "/Leads?fields=id", access, If_Modified_Since=AT)
        assert (answered[0], answered[2]) == (status, None)
    sandbox.settings(modifiedSinceInclusive=True)
    assert sandbox.crm("GET", "/Leads?fields=id", access, If_Modified_Since=AT)[0] == 200
    bad = sandbox.crm("GET", "/Leads?fields=id", access, If_Modified_Since="yesterday")
    assert (bad[0], bad[2]["code"]) == (400, "INVALID_DATA")


def test_records_by_ids_come_as_far_as_they_are_there(sandbox: ZohoProcess, access: str) -> None:
    first = int(seed(sandbox, 3)["first"])
    _, _, body = sandbox.crm("GET", f"/Leads?fields=Last_Name&ids={first + 1},999,{first}", access)
    assert [(row["id"], row["Last_Name"]) for row in body["data"]] == [
        (str(first + 1), "Seed 1"),
        (str(first), "Seed 0"),
    ]
    assert sandbox.crm("GET", "/Leads?fields=id&ids=999", access)[0] == 204
    many = ",".join(str(number) for number in range(101))
    assert sandbox.crm("GET", f"/Leads?fields=id&ids={many}", access)[2]["code"] == "LIMIT_EXCEEDED"


def test_fields_are_asked_for_by_name_and_at_most_fifty(sandbox: ZohoProcess, access: str) -> None:
    status, _, body = sandbox.crm("GET", "/Leads", access)
    assert (status, body["code"], body["details"]) == (400, "REQUIRED_PARAM_MISSING", {"param_name": "fields"})
    many = ",".join(f"F{number}" for number in range(51))
    status, _, body = sandbox.crm("GET", f"/Leads?fields={many}", access)
    assert (status, body["details"]) == (400, {"limit": 50, "param_name": "fields"})
    assert sandbox.crm("GET", "/Leads?fields=id", access)[::2] == (204, None)
    for wrong in ("sort_by=City", "sort_order=up", "per_page=201", "page=0", "converted=maybe"):
        assert sandbox.crm("GET", f"/Leads?fields=id&{wrong}", access)[0] == 400, wrong
    sandbox.settings(unknownRecordStatus=400)
    assert sandbox.crm("GET", "/Leads/999", access)[2]["message"] == "the id given seems to be invalid"


def test_a_query_goes_by_keys_through_equal_times(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(coqlCap=500)
    seed(sandbox, 1200)
    last, found = "0", []
    while True:
        status, body = coql(
            sandbox,
            access,
            f"select id, Email from Leads where (Modified_Time >= '{EARLIER}' and id > '{last}') "  # noqa: S608
            "order by id asc limit 2000",
        )
        assert status == 200
        found += [row["id"] for row in body["data"]]
        last = found[-1]
        if not body["info"]["more_records"]:
            break
    assert len(found) == len(set(found)) == 1200
    status, body = coql(sandbox, access, "select id from Leads where id is not null limit 1100, 2000")
    assert (status, body["info"]) == (200, {"count": 100, "more_records": False})


def test_a_query_selects_through_lookups_and_joins_its_conditions(sandbox: ZohoProcess, access: str) -> None:
    account = sandbox.control("POST", "/records/Accounts", {"properties": {"Account_Name": "O'Roy \\ Ltd"}})["id"]
    for name, linked in (("Ada", True), ("Bo", False)):
        values: dict[str, Any] = {"Last_Name": name, "Email": f"{name}@roy.test"}
        values |= {"Account_Name": {"id": account}} if linked else {}
        sandbox.control("POST", "/records/Contacts", {"properties": values})
    columns = "select Last_Name, Account_Name, Account_Name.Account_Name from Contacts where"
    _, body = coql(sandbox, access, f"{columns} Account_Name.Account_Name = 'O\\'Roy \\\\ Ltd'")
    (row,) = body["data"]
    assert (row["Last_Name"], row["Account_Name"]["id"]) == ("Ada", account)
    assert row["Account_Name.Account_Name"] == "O'Roy \\ Ltd"
    for condition, names in (
        ("Last_Name in ('Ada', 'Cy') or Email like 'bo%'", ["Ada", "Bo"]),
        ("((Email is not null and Account_Name is null) and Last_Name != 'Ada')", ["Bo"]),
        ("Last_Name not in ('Bo')", ["Ada"]),
        ("Created_Time between '2026-01-01T00:00:00+00:00' and '2099-01-01T00:00:00+00:00'", ["Ada", "Bo"]),
    ):
        query = f"select Last_Name from Contacts where {condition} order by Last_Name"  # noqa: S608
        _, body = coql(sandbox, access, query)
        assert [row["Last_Name"] for row in body["data"]] == names, condition
    assert coql(sandbox, access, "select id from Contacts where Last_Name = 'Nobody'") == (204, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("select id from Leads", "INVALID_QUERY"),
        ("select id from Leads where City == 'x'", "SYNTAX_ERROR"),
        ("select id from Leads where City = 'x' and City = 'y' and City = 'z'", "SYNTAX_ERROR"),
        ("select id from Spaceships where id is not null", "INVALID_MODULE"),
        ("select id, Nothing from Leads where id is not null", "INVALID_QUERY"),
        ("select id from Leads where Modified_Time > 'yesterday'", "INVALID_QUERY"),
        ("select id from Leads where id is not null limit 2001", "LIMIT_EXCEEDED"),
        ("select id from Leads where id is not null limit 100001, 10", "LIMIT_EXCEEDED"),
        ("delete from Leads where id is not null", "SYNTAX_ERROR"),
        ("select id from Leads where City = 'x", "SYNTAX_ERROR"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(sandbox: ZohoProcess, access: str, query: str, code: str) -> None:
    status, body = coql(sandbox, access, query)
    assert (status, body["code"]) == (400, code)


def test_search_by_email_word_and_criteria(sandbox: ZohoProcess, access: str) -> None:
    seed(sandbox, 30)
    sandbox.control("POST", "/records/Leads", {"properties": {"Last_Name": "O(x),y", "Company": "Acme Fox"}})

    def names(query: str) -> list[str]:
        status, _, body = sandbox.crm("GET", f"/Leads/search?fields=Last_Name&{query}", access)
        assert status in (200, 204), body
        return sorted(row["Last_Name"] for row in body["data"]) if body else []

    assert names("email=SEED7@example.test") == ["Seed 7"]
    assert names("word=fox") == ["O(x),y"]
    assert names("criteria=" + quote("((Email:equals:seed1@example.test)or(Last_Name:starts_with:Seed 2))")) == sorted(
        ["Seed 1", "Seed 2", *(f"Seed 2{number}" for number in range(10))]
    )
    assert names("criteria=" + quote("(Last_Name:equals:O\\(x\\)\\,y)")) == ["O(x),y"]
    assert names("email=nobody@example.test") == []
    for wrong in ("", "criteria=" + quote("(Nothing:equals:1)"), "criteria=Email:equals:1"):
        assert sandbox.crm("GET", f"/Leads/search?{wrong}", access)[0] == 400


def test_the_index_lags_as_long_as_it_is_told(sandbox: ZohoProcess, access: str) -> None:
    sandbox.settings(searchLagSeconds=30.0, coqlLagSeconds=30.0)
    lead = sandbox.control("POST", "/records/Leads", {"properties": {"Last_Name": "Roy", "Company": "Old"}})["id"]
    by_company = "select Company from Leads where Last_Name = 'Roy'"
    assert coql(sandbox, access, by_company)[0] == 204
    assert sandbox.crm("GET", "/Leads/search?word=Roy", access)[0] == 204
    sandbox.advance(31)
    assert coql(sandbox, access, by_company)[1]["data"][0]["Company"] == "Old"
    sandbox.edit(lead, Company="New")
    assert coql(sandbox, access, by_company)[1]["data"][0]["Company"] == "Old"
    assert sandbox.crm("GET", "/Leads?fields=Company", access)[2]["data"][0]["Company"] == "New"
    sandbox.advance(31)
    assert sandbox.crm("GET", "/Leads/search?word=New", access)[2]["data"][0]["Company"] == "New"
