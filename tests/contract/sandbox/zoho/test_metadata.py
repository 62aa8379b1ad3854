"""Fields, modules and layouts: what a connector learns from them, and what it can add."""

from __future__ import annotations

from typing import Any

from tests.support.zoho import ZohoProcess


def fields(sandbox: ZohoProcess, access: str, module: str) -> dict[str, dict[str, Any]]:
    _, _, body = sandbox.crm("GET", f"/settings/fields?module={module}", access)
    return {one["api_name"]: one for one in body["fields"]}


def test_fields_say_what_they_hold(sandbox: ZohoProcess, access: str) -> None:
    leads = fields(sandbox, access, "Leads")
    assert (leads["Last_Name"]["system_mandatory"], leads["Company"]["system_mandatory"]) == (True, False)
    assert (leads["Email"]["data_type"], leads["Email"]["length"]) == ("email", 100)
    assert leads["Designation"]["display_label"] == "Title"
    assert leads["Created_Time"]["operation_type"]["api_create"] is False
    assert "Web Download" in [one["actual_value"] for one in leads["Lead_Source"]["pick_list_values"]]
    assert leads["Annual_Revenue"]["decimal_place"] == 2
    assert leads["Email"]["unique"] == {}
    assert len({one["id"] for one in leads.values()}) == len(leads)
    people = fields(sandbox, access, "Contacts")
    assert people["Account_Name"]["lookup"]["module"]["api_name"] == "Accounts"
    assert people["Date_of_Birth"]["data_type"] == "date"
    assert fields(sandbox, access, "Deals")["Stage"]["pick_list_values"][0]["actual_value"] == "Qualification"


def test_a_field_made_by_the_api_is_there_at_once(sandbox: ZohoProcess, access: str) -> None:
    wanted = [
        {"field_label": "Own Key", "data_type": "text", "length": 60, "unique": {"case_sensitive": False}},
        {"field_label": "Own key", "data_type": "text"},
        {"field_label": "Strange", "data_type": "spaceship"},
        {"data_type": "text"},
    ]
    status, _, body = sandbox.crm("POST", "/settings/fields?module=Leads", access, {"fields": wanted})
    assert status == 207
    assert [row["code"] for row in body["fields"]] == [
        "SUCCESS",
        "DUPLICATE_DATA",
        "INVALID_DATA",
        "MANDATORY_NOT_FOUND",
    ]
    made = fields(sandbox, access, "Leads")["Own_Key"]
    assert (made["custom_field"], made["length"], bool(made["unique"])) == (True, 60, True)
    _, _, body = sandbox.crm("GET", f"/settings/fields/{made['id']}?module=Leads", access)
    assert body["fields"] == [made]
    assert sandbox.crm("GET", "/settings/fields/1?module=Leads", access)[0] == 204


def test_a_module_made_by_an_administrator_is_like_any_other(sandbox: ZohoProcess, access: str) -> None:
    sandbox.control("POST", "/do/module", {"name": "Visits_2", "singular": "Visit", "plural": "Visits"})
    field = {"field_label": "Tags", "data_type": "multiselectpicklist", "pick_list_values": [{"display_value": "A"}]}
    sandbox.control("POST", "/do/field", {"object": "Visits_2", "field": field})
    _, _, body = sandbox.crm("GET", "/settings/modules", access)
    kinds = {one["api_name"]: one["generated_type"] for one in body["modules"]}
    assert kinds == {
        "Leads": "default",
        "Accounts": "default",
        "Contacts": "default",
        "Deals": "default",
        "Visits_2": "custom",
    }
    rows = {"data": [{"Name": "First", "Tags": ["A", "B"]}, {"Name": "Second", "Tags": "A"}]}
    status, _, body = sandbox.crm("POST", "/Visits_2", access, rows)
    assert (status, body["data"][1]["details"]["expected_data_type"]) == (207, "jsonarray")
    more = {"data": [{"Tags": ["C"], "$append_values": {"Tags": True}}]}
    made = body["data"][0]["details"]["id"]
    assert sandbox.crm("PUT", f"/Visits_2/{made}", access, more)[0] == 200
    assert sandbox.crm("GET", f"/Visits_2/{made}", access)[2]["data"][0]["Tags"] == ["A", "B", "C"]
    custom = sandbox.issue_tokens("ZohoCRM.modules.custom.ALL")["access_token"]
    assert sandbox.crm("GET", "/Visits_2?fields=Name", custom)[0] == 200
    assert sandbox.crm("GET", "/settings/modules/visits_2", access)[2]["modules"][0]["singular_label"] == "Visit"


def test_a_layout_requires_more_than_the_system(sandbox: ZohoProcess, access: str) -> None:
    _, _, body = sandbox.crm("GET", "/settings/layouts?module=Leads", access)
    (section,) = body["layouts"][0]["sections"]
    assert [one["api_name"] for one in section["fields"] if one["required"]] == ["Last_Name", "Company"]
    _, _, body = sandbox.crm("POST", "/Leads", access, {"data": [{"Last_Name": "Roy"}]})
    assert body["data"][0]["details"]["api_name"] == "Company"


def test_the_pipeline_of_deals_has_their_stages(sandbox: ZohoProcess, access: str) -> None:
    _, _, body = sandbox.crm("GET", "/settings/layouts?module=Deals", access)
    layout = body["layouts"][0]["id"]
    _, _, body = sandbox.crm("GET", f"/settings/pipeline?layout_id={layout}", access)
    (pipeline,) = body["pipeline"]
    kinds = {one["actual_value"]: one["forecast_type"] for one in pipeline["maps"]}
    assert (kinds["Qualification"], kinds["Closed Won"], kinds["Closed Lost"]) == ("Open", "Closed Won", "Closed Lost")
    _, _, body = sandbox.crm("GET", "/settings/stages?module=Deals", access)
    assert [one["probability"] for one in body["stages"]][:2] == [10, 20]
    assert sandbox.crm("GET", "/settings/pipeline?layout_id=1", access)[0] == 400


def test_metadata_of_no_module_is_refused(sandbox: ZohoProcess, access: str) -> None:
    status, _, body = sandbox.crm("GET", "/settings/fields?module=Spaceships", access)
    assert (status, body["code"], body["details"]) == (400, "INVALID_MODULE", {})
    status, _, body = sandbox.crm("GET", "/settings/fields", access)
    assert (status, body["code"]) == (400, "REQUIRED_PARAM_MISSING")
