"""Records: what a write is answered, row by row, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.zoho import ZohoProcess

ROY = {"Last_Name": "Roy", "Company": "Roy Ltd", "Email": "ada@roy.test"}
OWN_KEY = {"field_label": "Own Key", "data_type": "text", "length": 60, "unique": {"case_sensitive": False}}


def create(sandbox: ZohoProcess, access: str, *rows: dict[str, Any], module: str = "Leads") -> list[dict[str, Any]]:
    _, _, body = sandbox.crm("POST", f"/{module}", access, {"data": list(rows), "trigger": []})
    found: list[dict[str, Any]] = body["data"]
    return found


def made(sandbox: ZohoProcess, access: str, module: str = "Leads", **values: Any) -> str:
    (row,) = create(sandbox, access, {**(ROY if module == "Leads" else {}), **values}, module=module)
    assert row["code"] == "SUCCESS", row
    return str(row["details"]["id"])


def read(sandbox: ZohoProcess, access: str, record: str, module: str = "Leads") -> dict[str, Any]:
    _, _, body = sandbox.crm("GET", f"/{module}/{record}", access)
    row: dict[str, Any] = body["data"][0]
    return row


def test_a_mixture_is_207_and_each_row_has_its_own_answer(sandbox: ZohoProcess, access: str) -> None:
    rows = [ROY, {"Company": "No name"}, {**ROY, "Email": "no address"}]
    status, _, body = sandbox.crm("POST", "/Leads", access, {"data": rows})
    assert status == 207
    good, nameless, wrong = body["data"]
    assert (good["code"], good["message"], good["status"]) == ("SUCCESS", "record added", "success")
    assert len(good["details"]["id"]) == 19
    assert nameless["code"] == "MANDATORY_NOT_FOUND"
    assert nameless["details"] == {"api_name": "Last_Name", "json_path": "$.data[1].Last_Name"}
    assert wrong["code"] == "INVALID_DATA"
    assert wrong["details"]["json_path"] == "$.data[2].Email"
    assert sandbox.crm("POST", "/Leads", access, {"data": rows[1:]})[0] == 400
    assert sandbox.crm("POST", "/Leads", access, {"data": rows[:1]})[0] == 201
    assert len(sandbox.records()) == 2, "an address twice is no obstacle to a plain insert"


@pytest.mark.parametrize(
    ("values", "details"),
    [
        ({"No_of_Employees": "12"}, {"api_name": "No_of_Employees", "expected_data_type": "integer"}),
        ({"Company": 5}, {"api_name": "Company", "expected_data_type": "text"}),
        ({"City": "x" * 101}, {"api_name": "City", "maximum_length": 100}),
        ({"Email_Opt_Out": "yes"}, {"api_name": "Email_Opt_Out", "expected_data_type": "boolean"}),
        ({"Owner": "5547000000000068001"}, {"api_name": "Owner", "expected_data_type": "jsonobject"}),
        ({"Phone": ""}, {"api_name": "Phone", "expected_data_type": "phone"}),
        ({"Annual_Revenue": True}, {"api_name": "Annual_Revenue", "expected_data_type": "double"}),
    ],
)
def test_values_are_held_to_their_fields(
    sandbox: ZohoProcess, access: str, values: dict[str, Any], details: dict[str, Any]
) -> None:
    (row,) = create(sandbox, access, {**ROY, **values})
    assert row["code"] == "INVALID_DATA"
    assert {name: row["details"][name] for name in details} == details
    assert sandbox.records() == []


def test_an_unknown_owner_or_lookup_is_refused(sandbox: ZohoProcess, access: str) -> None:
    rows = [{**ROY, "Owner": {"id": "999"}}]
    assert create(sandbox, access, *rows)[0]["message"] == "the id given seems to be invalid"
    (row,) = create(sandbox, access, {"Last_Name": "Roy", "Account_Name": {"id": "999"}}, module="Contacts")
    assert row["details"]["api_name"] == "Account_Name"
    account = made(sandbox, access, "Accounts", Account_Name="Roy Ltd")
    person = made(sandbox, access, "Contacts", Last_Name="Roy", Account_Name={"id": account})
    assert read(sandbox, access, person, "Contacts")["Account_Name"] == {"name": "Roy Ltd", "id": account}


def test_picklists_and_fields_are_strict_on_request(sandbox: ZohoProcess, access: str) -> None:
    lead = {**ROY, "Lead_Source": "Mars", "Last_Nam": "x"}
    assert create(sandbox, access, lead)[0]["code"] == "SUCCESS"
    sandbox.settings(strictFields=True)
    assert create(sandbox, access, lead)[0]["message"] == "the field api name given seems to be invalid"
    sandbox.settings(strictFields=False, strictPicklists=True)
    assert "Web Download" in create(sandbox, access, lead)[0]["details"]["supported_values"]


def test_null_clears_and_read_only_fields_are_left_alone(sandbox: ZohoProcess, access: str) -> None:
    lead = made(sandbox, access, City="Rome", Created_Time="2020-01-01T00:00:00Z")
    change = {"data": [{"id": lead, "City": None, "Full_Name": "Someone Else", "First_Name": "Ada"}]}
    status, _, body = sandbox.crm("PUT", "/Leads", access, change)
    assert (status, body["data"][0]["message"]) == (200, "record updated")
    row = read(sandbox, access, lead)
    assert (row["City"], row["Full_Name"], row["Owner"]["email"]) == (None, "Ada Roy", "ana.admin@example.test")
    assert not row["Created_Time"].startswith("2020")
    for name in ("Last_Name", "Company"):
        cleared = {"data": [{"id": lead, name: None}]}
        assert sandbox.crm("PUT", "/Leads", access, cleared)[2]["data"][0]["code"] == "MANDATORY_NOT_FOUND"


def test_an_update_of_what_is_not_there_fails_alone(sandbox: ZohoProcess, access: str) -> None:
    lead = made(sandbox, access)
    rows = [{"id": lead, "City": "Rome"}, {"id": "5547000000000999999", "City": "Oslo"}, {"City": "Bonn"}]
    status, _, body = sandbox.crm("PUT", "/Leads", access, {"data": rows})
    assert status == 207
    assert [row["code"] for row in body["data"]] == ["SUCCESS", "INVALID_DATA", "MANDATORY_NOT_FOUND"]
    assert sandbox.crm("PUT", f"/Leads/{lead}", access, {"data": [{"City": "Paris"}]})[0] == 200
    assert read(sandbox, access, lead)["City"] == "Paris"


def test_an_update_can_be_held_to_the_state_that_was_read(sandbox: ZohoProcess, access: str) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-11-23T10:00:00Z"})
    access = sandbox.issue_tokens()["access_token"]
    lead = made(sandbox, access)
    seen = read(sandbox, access, lead)["Modified_Time"]
    assert seen == "2026-11-23T11:00:00+01:00", "times have the organisation's offset"
    sandbox.advance(5)
    sandbox.edit(lead, City="Oslo")
    change = {"data": [{"id": lead, "City": "Rome"}]}
    status, _, body = sandbox.crm("PUT", "/Leads", access, change, If_Unmodified_Since=seen)
    assert (status, body["data"][0]["code"]) == (412, "ALREADY_MODIFIED")
    assert body["data"][0]["details"]["Modified_Time"] == "2026-11-23T11:00:05+01:00"
    assert read(sandbox, access, lead)["City"] == "Oslo"
    now = body["data"][0]["details"]["Modified_Time"]
    assert sandbox.crm("PUT", "/Leads", access, change, If_Unmodified_Since=now)[0] == 200


def test_who_changed_a_record_tells(sandbox: ZohoProcess, access: str) -> None:
    sandbox.control("POST", "/do/user", {"id": 5547000000000068002, "firstName": "Bo", "lastName": "Berg"})
    lead = made(sandbox, access)
    sandbox.edit(lead, City="Oslo")
    row = read(sandbox, access, lead)
    assert (row["Created_By"]["name"], row["Modified_By"]["name"]) == ("Ana Admin", "Bo Berg")
    _, _, body = sandbox.crm("GET", "/users?type=ActiveUsers", access)
    assert [one["full_name"] for one in body["users"]] == ["Ana Admin", "Bo Berg"]


def test_an_upsert_finds_by_email_whatever_its_case(sandbox: ZohoProcess, access: str) -> None:
    rows = [ROY, {**ROY, "Email": "new@roy.test"}, {"Email": "ADA@roy.test", "City": "Rome"}]
    status, _, body = sandbox.crm("POST", "/Leads/upsert", access, {"data": rows, "trigger": []})
    assert status == 200
    assert [(row["action"], row["duplicate_field"]) for row in body["data"]] == [
        ("insert", None),
        ("insert", None),
        ("update", "Email"),
    ]
    assert body["data"][0]["details"]["id"] == body["data"][2]["details"]["id"]
    assert len(sandbox.records()) == 2


def test_an_upsert_by_our_own_unique_field(sandbox: ZohoProcess, access: str) -> None:
    status, _, body = sandbox.crm("POST", "/settings/fields?module=Leads", access, {"fields": [OWN_KEY]})
    assert (status, body["fields"][0]["message"]) == (201, "field created")
    rows = [{**ROY, "Own_Key": f"k{number}", "Email": f"p{number}@roy.test"} for number in range(100)]
    asked = {"data": rows, "duplicate_check_fields": ["Own_Key"], "trigger": []}
    first = sandbox.crm("POST", "/Leads/upsert", access, asked)[2]["data"]
    again = sandbox.crm("POST", "/Leads/upsert", access, asked)[2]["data"]
    assert {row["action"] for row in first} == {"insert"}
    assert {(row["action"], row["duplicate_field"]) for row in again} == {("update", "Own_Key")}
    assert [row["details"]["id"] for row in first] == [row["details"]["id"] for row in again]
    (clash,) = create(sandbox, access, {**ROY, "Own_Key": "K7"})
    assert clash["code"] == "DUPLICATE_DATA"
    assert clash["details"]["duplicate_record"]["id"] == first[7]["details"]["id"]
    change = {"data": [{"id": first[8]["details"]["id"], "Own_Key": "k7"}]}
    assert sandbox.crm("PUT", "/Leads", access, change)[2]["data"][0]["code"] == "DUPLICATE_DATA"
    wrong = {"data": rows[:1], "duplicate_check_fields": ["City"]}
    assert sandbox.crm("POST", "/Leads/upsert", access, wrong)[2]["code"] == "INVALID_DATA"


def test_a_record_by_another_systems_key(sandbox: ZohoProcess, access: str) -> None:
    field = {"field_label": "Their Key", "data_type": "text", "external": {"type": "user", "show": True}}
    assert sandbox.crm("POST", "/settings/fields?module=Leads", access, {"fields": [field]})[0] == 201
    lead = made(sandbox, access, Their_Key="theirs-1")
    header = {"X_EXTERNAL": "Leads.Their_Key"}
    _, _, body = sandbox.crm("GET", "/Leads/theirs-1", access, **header)
    assert body["data"][0]["id"] == lead
    assert sandbox.crm("PUT", "/Leads/theirs-1", access, {"data": [{"City": "Rome"}]}, **header)[0] == 200
    assert read(sandbox, access, lead)["City"] == "Rome"
    for path, named in (
        ("theirs-2", "Leads.Their_Key"),
        ("theirs-1", "Leads.City"),
        ("theirs-1", "Contacts.Their_Key"),
    ):
        status, _, body = sandbox.crm("GET", f"/Leads/{path}", access, X_EXTERNAL=named)
        assert (status, body["code"]) == (400, "INVALID_DATA")
        assert sandbox.crm("DELETE", f"/Leads/{path}", access, X_EXTERNAL=named)[0] == 400
    assert sandbox.crm("DELETE", "/Leads/theirs-1", access, **header)[0] == 200
    assert sandbox.crm("GET", f"/Leads/{lead}", access)[0] == 204


def test_a_locked_record_is_left_alone(sandbox: ZohoProcess, access: str) -> None:
    lead, other = made(sandbox, access), made(sandbox, access, Email="other@roy.test")
    sandbox.control("POST", "/do/lock", {"id": lead})
    rows = {"data": [{"id": lead, "City": "Rome"}, {"id": other, "City": "Rome"}]}
    status, _, body = sandbox.crm("PUT", "/Leads", access, rows)
    assert (status, [row["code"] for row in body["data"]]) == (207, ["RECORD_LOCKED", "SUCCESS"])
    status, _, body = sandbox.crm("DELETE", f"/Leads?ids={lead}", access)
    assert (status, body["data"][0]["code"]) == (400, "RECORD_LOCKED")
    assert read(sandbox, access, lead)["Locked__s"] is True
    sandbox.control("POST", "/do/lock", {"id": lead, "locked": False})
    assert sandbox.crm("PUT", "/Leads", access, rows)[0] == 200


def test_a_call_takes_a_hundred_rows_and_no_more(sandbox: ZohoProcess, access: str) -> None:
    status, _, body = sandbox.crm("POST", "/Leads", access, {"data": [ROY] * 101})
    assert (status, body["code"], body["details"]) == (400, "LIMIT_EXCEEDED", {"limit": 100})
    for sent, code in (({}, "MANDATORY_NOT_FOUND"), ({"data": ROY}, "INVALID_DATA")):
        status, _, body = sandbox.crm("POST", "/Leads", access, sent)
        assert (status, body["code"]) == (400, code)
    assert sandbox.crm("POST", "/Spaceships", access, {"data": [ROY]})[2]["code"] == "INVALID_MODULE"
    assert sandbox.crm("POST", "/a/b/c/d/e", access, {})[2]["code"] == "INVALID_URL_PATTERN"


def test_which_automations_ran_is_kept(sandbox: ZohoProcess, access: str) -> None:
    made(sandbox, access)
    sandbox.crm("POST", "/Leads/upsert", access, {"data": [ROY]})
    writes = sandbox.control("POST", "/do/triggers", {})["writes"]
    assert [(one["operation"], one["trigger"]) for one in writes] == [("create", []), ("upsert", "all")]


def test_deleting_leads_through_the_recycle_bin_to_nothing(sandbox: ZohoProcess, access: str) -> None:
    lead, other = made(sandbox, access), made(sandbox, access)
    status, _, body = sandbox.crm("DELETE", f"/Leads?ids={lead},123", access)
    assert status == 207
    assert [row["message"] for row in body["data"]] == ["record deleted", "record not deleted"]
    assert sandbox.crm("DELETE", f"/Leads/{other}", access)[0] == 200
    assert sandbox.crm("GET", f"/Leads/{lead}", access)[0] == 204
    _, _, body = sandbox.crm("GET", "/Leads/deleted?type=recycle", access)
    entry = next(one for one in body["data"] if one["id"] == lead)
    assert (entry["type"], entry["display_name"], entry["deleted_by"]["name"]) == ("recycle", "Roy", "Ana Admin")
    sandbox.control("POST", "/do/restore", {"id": other})
    assert read(sandbox, access, other)["Last_Name"] == "Roy"
    sandbox.advance(61 * 86_400)
    access = sandbox.issue_tokens()["access_token"]
    assert sandbox.crm("GET", "/Leads/deleted?type=recycle", access)[0] == 204
    _, _, body = sandbox.crm("GET", "/Leads/deleted?type=all", access)
    assert [(one["id"], one["type"], one["display_name"]) for one in body["data"]] == [(lead, "permanent", None)]
    since = "2099-01-01T00:00:00+00:00"
    assert sandbox.crm("GET", "/Leads/deleted", access, If_Modified_Since=since)[0] == 304


def test_a_merge_leaves_the_loser_among_the_deleted_and_no_pointer(sandbox: ZohoProcess, access: str) -> None:
    winner, loser = made(sandbox, access, City="Rome"), made(sandbox, access, City="Oslo", State="Lazio")
    merge = {"merge": [{"data": [{"id": loser, "_fields": [{"api_name": "City"}]}]}]}
    status, _, body = sandbox.crm("POST", f"/Leads/{winner}/actions/merge", access, merge)
    assert (status, body["merge"][0]["details"]) == (201, {"id": winner})
    row = read(sandbox, access, winner)
    assert (row["City"], row["State"]) == ("Oslo", "Lazio")
    assert sandbox.crm("GET", f"/Leads/{loser}", access)[0] == 204
    assert [one["id"] for one in sandbox.crm("GET", "/Leads/deleted", access)[2]["data"]] == [loser]
    third = made(sandbox, access)
    assert sandbox.control("POST", "/do/merge", {"primary": winner, "other": third}) == {"id": winner}
    assert sandbox.crm("POST", f"/Leads/{winner}/actions/merge", access, merge)[0] == 400


def test_a_converted_lead_leaves_the_lists_but_can_be_read(sandbox: ZohoProcess, access: str) -> None:
    lead = made(sandbox, access, First_Name="Ada", Phone="123")
    asked = {"data": [{"Deals": {"Deal_Name": "Pilot", "Stage": "Qualification"}}]}
    status, _, body = sandbox.crm("POST", f"/Leads/{lead}/actions/convert", access, asked)
    became = body["data"][0]["details"]
    assert (status, became["Contacts"]["name"], became["Accounts"]["name"]) == (200, "Ada Roy", "Roy Ltd")
    assert sandbox.crm("GET", "/Leads?fields=id", access)[0] == 204
    _, _, body = sandbox.crm("GET", "/Leads?fields=id,Converted__s,Converted_Contact&converted=both", access)
    assert [(one["Converted__s"], one["Converted_Contact"]["id"]) for one in body["data"]] == [
        (True, became["Contacts"]["id"])
    ]
    person = read(sandbox, access, became["Contacts"]["id"], "Contacts")
    assert (person["Phone"], person["Account_Name"]["name"]) == ("123", "Roy Ltd")
    change = {"data": [{"id": lead, "City": "Rome"}]}
    assert sandbox.crm("PUT", "/Leads", access, change)[2]["data"][0]["code"] == "CONVERTED_RECORD"
    status, _, body = sandbox.crm("POST", f"/Leads/{lead}/actions/convert", access, asked)
    assert (status, body["data"][0]["code"]) == (400, "ID_ALREADY_CONVERTED")
    assert sandbox.crm("POST", "/Leads/upsert", access, {"data": [ROY]})[2]["data"][0]["action"] == "insert"
    other = made(sandbox, access)
    assert set(sandbox.control("POST", "/do/convert", {"id": other})) == {"Contacts", "Accounts", "Deals"}
