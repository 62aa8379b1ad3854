"""Fields: made by the API, hidden until they are permitted, hidden by an administrator; describe and its cache."""

from __future__ import annotations

from typing import Any

from tests.support.salesforce import DATA, SalesforceProcess

FIELD = {
    "FullName": "Lead.Ext_Id__c",
    "Metadata": {"type": "Text", "length": 255, "label": "Ext Id", "externalId": True, "unique": True},
}
LEAD = {"LastName": "Roy", "Company": "Roy Ltd"}


def fields(sandbox: SalesforceProcess, access: str) -> dict[str, dict[str, Any]]:
    status, described = sandbox.call("GET", "/sobjects/Lead/describe", access)
    assert status == 200
    return {field["name"]: field for field in described["fields"]}


def test_a_new_field_is_seen_once_it_is_permitted(sandbox: SalesforceProcess, access: str) -> None:
    status, made = sandbox.call("POST", "/tooling/sobjects/CustomField", access, FIELD)
    assert (status, made["success"], made["id"][:3]) == (201, True, "00N")
    assert "Ext_Id__c" not in fields(sandbox, access)
    status, body = sandbox.call("PATCH", "/sobjects/Lead/Ext_Id__c/t1:7", access, LEAD)
    assert (status, body[0]["errorCode"]) == (404, "NOT_FOUND")
    assert body[0]["message"] == "Provided external ID field does not exist or is not accessible: Ext_Id__c"
    user = sandbox.control("GET", "/accounts")["accounts"][0]["userId"]
    soql = f"SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = '{user}'"  # noqa: S608
    parent = sandbox.query(access, soql)["records"][0]["PermissionSetId"]
    permission = {"ParentId": parent, "SobjectType": "Lead", "Field": "Lead.Ext_Id__c", "PermissionsRead": True}
    assert sandbox.call("POST", "/sobjects/FieldPermissions", access, permission)[0] == 201
    field = fields(sandbox, access)["Ext_Id__c"]
    assert (field["externalId"], field["unique"], field["length"], field["custom"]) == (True, True, 255, True)
    assert sandbox.call("PATCH", "/sobjects/Lead/Ext_Id__c/t1:7", access, LEAD)[0] == 201
    found = sandbox.call("GET", "/tooling/query?q=SELECT+Id+FROM+CustomField+WHERE+DeveloperName='Ext_Id'", access)[1]
    assert [one["Id"] for one in found["records"]] == [made["id"]]
    status, again = sandbox.call("POST", "/tooling/sobjects/CustomField", access, FIELD)
    assert (status, again[0]["errorCode"]) == (400, "DUPLICATE_DEVELOPER_NAME")
    assert sandbox.call("DELETE", f"/tooling/sobjects/CustomField/{made['id']}", access)[0] == 204
    assert "Ext_Id__c" not in fields(sandbox, access)


def test_a_user_who_may_not_make_fields(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(customizeApplication=False)
    status, body = sandbox.call("POST", "/tooling/sobjects/CustomField", access, FIELD)
    assert (status, body[0]["errorCode"]) == (403, "INSUFFICIENT_ACCESS")


def test_unique_values(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(newFieldsHidden=False)
    sandbox.call("POST", "/tooling/sobjects/CustomField", access, FIELD)
    first = sandbox.call("POST", "/sobjects/Lead", access, {**LEAD, "Ext_Id__c": "t1:7"})[1]["id"]
    status, body = sandbox.call("POST", "/sobjects/Lead", access, {**LEAD, "Ext_Id__c": "T1:7"})
    assert (status, body[0]["errorCode"]) == (400, "DUPLICATE_VALUE")
    assert body[0]["message"] == f"duplicate value found: Ext_Id__c duplicates value on record with id: {first}"
    rows = [{"attributes": {"type": "Lead"}, **LEAD, "Ext_Id__c": key} for key in ("t1:7", "t1:8", "T1:8")]
    _, answered = sandbox.call("PATCH", "/composite/sobjects/Lead/Ext_Id__c", access, {"records": rows})
    assert [row["success"] for row in answered] == [True, False, False]
    assert (answered[0]["id"], answered[0]["created"]) == (first, False)
    assert answered[1]["errors"][0]["message"] == "Duplicate external id specified: t1:8"
    sandbox.call("DELETE", f"/sobjects/Lead/{first}", access)
    assert sandbox.call("PATCH", "/sobjects/Lead/Ext_Id__c/t1:7", access, LEAD)[0] == 201
    status, body = sandbox.call("PATCH", "/sobjects/Lead/Ext_Id__c/t1:9?updateOnly=true", access, {"Title": "CEO"})
    assert (status, body[0]["errorCode"]) == (404, "NOT_FOUND")


def test_an_administrator_hides_a_field(sandbox: SalesforceProcess, access: str) -> None:
    assert sandbox.call("GET", "/query?q=SELECT+Phone+FROM+Lead", access)[0] == 200
    sandbox.do("hide_field", field="Phone")
    assert "Phone" not in fields(sandbox, access)
    status, body = sandbox.call("GET", "/query?q=SELECT+Phone+FROM+Lead", access)
    assert (status, body[0]["errorCode"]) == (400, "INVALID_FIELD")
    assert "No such column 'Phone'" in body[0]["message"]
    status, body = sandbox.call("POST", "/sobjects/Lead", access, {**LEAD, "Phone": "1"})
    assert (status, body[0]["errorCode"]) == (400, "INVALID_FIELD")
    sandbox.do("hide_field", field="Phone", hidden=False)
    assert "Phone" in fields(sandbox, access)


def test_describe_is_not_sent_again_unless_it_changed(sandbox: SalesforceProcess, access: str) -> None:
    path = f"{DATA}/sobjects/Lead/describe"
    sandbox.do("hide_field", field="Phone")
    sandbox.advance(2)
    _, headers, _ = sandbox.api("GET", path, access)
    now = headers["date"]
    bearer = {"Authorization": f"Bearer {access}"}
    assert sandbox.request("GET", path, None, {**bearer, "If-Modified-Since": now})[0] == 304
    sandbox.advance(2)
    sandbox.do("hide_field", field="Fax")
    assert sandbox.request("GET", path, None, {**bearer, "If-Modified-Since": now})[0] == 200


def picklist(sandbox: SalesforceProcess, access: str, record_type: str) -> list[str]:
    path = f"/ui-api/object-info/Lead/picklist-values/{record_type}"
    status, body = sandbox.call("GET", path, access)
    assert status == 200
    return [one["value"] for one in body["picklistFieldValues"]["Status"]["values"]]


def test_picklists_of_record_types(sandbox: SalesforceProcess, access: str) -> None:
    master = "012000000000000AAA"
    statuses = picklist(sandbox, access, master)
    assert len(statuses) == 4
    assert "RecordTypeId" not in fields(sandbox, access)
    few = {"Status": statuses[:2]}
    special = sandbox.do("record_type", name="Partner lead", default=True, picklists=few)["id"]
    assert picklist(sandbox, access, special) == statuses[:2]
    assert picklist(sandbox, access, master) == statuses
    other = "/ui-api/object-info/Lead/picklist-values/0125g0000000001AAA"
    assert sandbox.call("GET", other, access)[0] == 404
    infos = sandbox.call("GET", "/sobjects/Lead/describe", access)[1]["recordTypeInfos"]
    assert [(one["recordTypeId"], one["defaultRecordTypeMapping"]) for one in infos] == [
        (special, True),
        (master, False),
    ]
    made = sandbox.call("POST", "/sobjects/Lead", access, LEAD)[1]["id"]
    found = sandbox.query(access, "SELECT RecordType.Name FROM Lead")["records"]  # of the lead just made
    assert [one["RecordType"]["Name"] for one in found] == ["Partner lead"]
    status, body = sandbox.call("PATCH", f"/sobjects/Lead/{made}", access, {"Status": statuses[2]})
    assert (status, body[0]["errorCode"]) == (400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST")
    assert sandbox.call("PATCH", f"/sobjects/Lead/{made}", access, {"Status": statuses[1]})[0] == 204
