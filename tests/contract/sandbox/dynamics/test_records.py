"""One record: create, read, change, guard, upsert, delete; what its columns take, and what its state allows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.dynamics import USER_ID, DynamicsProcess

ANNOTATED = 'odata.include-annotations="*"'
NOBODY = "00000000-0000-0000-0000-00000000dead"


def key(sandbox: DynamicsProcess, access: str, table: str = "lead") -> None:
    """Give a table our own column and make it an active alternate key."""
    sandbox.settings(keyActivationSeconds=0)
    definition = f"EntityDefinitions(LogicalName='{table}')"
    column = {"@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata", "SchemaName": "new_AppId"}
    assert sandbox.web("POST", f"{definition}/Attributes", access, {**column, "MaxLength": 100})[0] == 204
    made = {"SchemaName": "new_AppKey", "KeyAttributes": ["new_appid"]}
    assert sandbox.web("POST", f"{definition}/Keys", access, made)[0] == 204


def refused(answer: tuple[int, dict[str, str], Any], status: int, code: str) -> str:
    assert (answer[0], answer[2]["error"]["code"]) == (status, code)
    message: str = answer[2]["error"]["message"]
    return message


def test_a_record_is_answered_by_its_address_or_whole(sandbox: DynamicsProcess, access: str) -> None:
    status, headers, body = sandbox.web("POST", "leads", access, {"firstname": "Noa", "lastname": "Field"})
    assert (status, body) == (204, None)
    assert headers["odata-entityid"] == headers["location"]
    assert headers["odata-entityid"].startswith(f"{sandbox.url}/api/data/v9.2/leads(")
    select = "leads?$select=fullname,statecode,_ownerid_value"
    status, headers, body = sandbox.web("POST", select, access, {"lastname": "B"}, Prefer="return=representation")
    assert (status, headers["preference-applied"]) == (201, "return=representation")
    assert set(body) == {"@odata.context", "@odata.etag", "fullname", "statecode", "_ownerid_value", "leadid"}
    assert (body["fullname"], body["statecode"], body["_ownerid_value"]) == ("B", 0, USER_ID)


def test_annotations_come_on_demand(sandbox: DynamicsProcess, access: str) -> None:
    account = sandbox.add(access, "accounts", name="Field Ltd")
    bound = {"parentcustomerid_account@odata.bind": f"/accounts({account})"}
    contact = sandbox.add(access, "contacts", lastname="Field", familystatuscode=1, **bound)
    path = f"contacts({contact})?$select=familystatuscode,_parentcustomerid_value"
    plain = sandbox.web("GET", path, access)[2]
    assert plain["_parentcustomerid_value"] == account
    assert not any("@OData" in name for name in plain)
    shown = sandbox.web("GET", path, access, Prefer=ANNOTATED)[2]
    assert shown["familystatuscode@OData.Community.Display.V1.FormattedValue"] == "Single"
    assert shown["_parentcustomerid_value@OData.Community.Display.V1.FormattedValue"] == "Field Ltd"
    assert shown["_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "account"
    assert (
        shown["_parentcustomerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"]
        == "parentcustomerid_account"
    )
    whole = sandbox.web("GET", f"contacts({contact})?$expand=parentcustomerid_account($select=name)", access)[2]
    assert whole["parentcustomerid_account"]["name"] == "Field Ltd"
    assert whole["parentcustomerid_account"]["accountid"] == account


def test_an_update_never_makes_a_record_again(sandbox: DynamicsProcess, access: str) -> None:
    answer = sandbox.web("PATCH", f"leads({NOBODY})", access, {"mobilephone": "1"}, If_Match="*")
    assert refused(answer, 404, "0x80040217") == f"lead With Id = {NOBODY} Does Not Exist"
    assert sandbox.web("PATCH", f"leads({NOBODY})", access, {"lastname": "made"})[0] == 204
    assert sandbox.web("GET", f"leads({NOBODY})?$select=lastname", access)[2]["lastname"] == "made"
    answer = sandbox.web("PATCH", f"leads({NOBODY})", access, {"lastname": "again"}, If_None_Match="*")
    refused(answer, 412, "0x80040237")


def test_a_version_guards_a_write(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="A")
    read = sandbox.web("GET", f"leads({lead})?$select=lastname", access)[2]["@odata.etag"]
    assert sandbox.web("GET", f"leads({lead})", access, If_None_Match=read)[0] == 304
    sandbox.edit(lead, jobtitle="CTO")
    refused(sandbox.web("PATCH", f"leads({lead})", access, {"lastname": "B"}, If_Match=read), 412, "0x80060882")
    refused(sandbox.web("DELETE", f"leads({lead})", access, If_Match=read), 412, "0x80060882")
    now = sandbox.web("GET", f"leads({lead})?$select=lastname", access)[2]["@odata.etag"]
    assert now != read
    assert sandbox.web("PATCH", f"leads({lead})", access, {"lastname": "B"}, If_Match=now)[0] == 204
    assert sandbox.web("DELETE", f"leads({lead})", access)[0] == 204
    refused(sandbox.web("DELETE", f"leads({lead})", access), 404, "0x80040217")
    assert [row["archived"] for row in sandbox.records()] == [True]


def test_an_alternate_key_names_a_record(sandbox: DynamicsProcess, access: str) -> None:
    key(sandbox, access)
    one = "leads(new_appid='O''Neil''s')"
    assert sandbox.web("PATCH", one, access, {"lastname": "A"}, Prefer="return=representation")[0] == 201
    status, _, body = sandbox.web("PATCH", one, access, {"lastname": "B"}, Prefer="return=representation")
    assert (status, body["new_appid"], body["lastname"]) == (200, "O'Neil's", "B")
    assert sandbox.web("GET", "leads(new_appid=@k)?@k='O''NEIL''S'&$select=lastname", access)[2]["lastname"] == "B"
    refused(sandbox.web("POST", "leads", access, {"lastname": "C", "new_appid": "o'neil's"}), 412, "0x80040237")
    other = sandbox.add(access, "leads", lastname="C", new_appid="c")
    assert sandbox.web("PATCH", f"leads({other})", access, {"new_appid": "O'Neil's"}, If_Match="*")[0] == 412
    assert sandbox.web("DELETE", one, access)[0] == 204
    assert sandbox.web("PATCH", one, access, {"lastname": "A"}, Prefer="return=representation")[0] == 201
    assert sandbox.web("GET", "leads(lastname='A')", access)[0] == 400


def test_a_new_key_is_pending_first(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.control("POST", "/clock", {"freeze": True})
    key(sandbox, access)
    sandbox.settings(keyActivationSeconds=60)
    definition = "EntityDefinitions(LogicalName='contact')"
    made = {"SchemaName": "new_MailKey", "KeyAttributes": ["emailaddress1"]}
    assert sandbox.web("POST", f"{definition}/Keys", access, made)[0] == 204
    assert sandbox.web("GET", f"{definition}/Keys", access)[2]["value"][0]["EntityKeyIndexStatus"] == "Pending"
    assert sandbox.web("GET", "contacts(emailaddress1='a@b.test')", access)[0] == 400
    sandbox.advance(61)
    access = sandbox.issue_tokens()["access_token"]
    assert sandbox.web("GET", f"{definition}/Keys", access)[2]["value"][0]["EntityKeyIndexStatus"] == "Active"
    assert sandbox.web("GET", "contacts(emailaddress1='a@b.test')", access)[0] == 404


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"lastname": "x" * 51}, "0x80044331"),
        ({"lastname": 5}, "0x80048d19"),
        ({"leadsourcecode": 99}, "0x8004431a"),
        ({"leadsourcecode": "Web"}, "0x80048d19"),
        ({"donotemail": 1}, "0x80048d19"),
        ({"revenue": "12"}, "0x80048d19"),
        ({"revenue": -1}, "0x80044330"),
        ({"estimatedclosedate": "2026-11-22T10:00:00Z"}, "0x80048d19"),
        ({"nonsense": 1}, "0x80048d19"),
        ({"_ownerid_value": USER_ID}, "0x80048d19"),
        ({"ownerid": USER_ID}, "0x80048d19"),
        ({"ParentAccountId@odata.bind": f"/accounts({NOBODY})"}, "0x80048d19"),
        ({"parentaccountid@odata.bind": f"/contacts({NOBODY})"}, "0x80048d19"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    sandbox: DynamicsProcess, access: str, values: dict[str, Any], code: str
) -> None:
    refused(sandbox.web("POST", "leads", access, values), 400, code)
    assert sandbox.records() == []


def test_bindings_need_their_record(sandbox: DynamicsProcess, access: str) -> None:
    answer = sandbox.web("POST", "leads", access, {"parentaccountid@odata.bind": f"/accounts({NOBODY})"})
    refused(answer, 404, "0x80040217")
    account = sandbox.add(access, "accounts", name="Acme")
    bound = {"parentaccountid@odata.bind": f"{sandbox.url}/api/data/v9.2/accounts({account})"}
    lead = sandbox.add(access, "leads", lastname="A", **bound)
    read = f"leads({lead})?$select=_parentaccountid_value"
    assert sandbox.web("GET", read, access)[2]["_parentaccountid_value"] == account
    assert sandbox.web("DELETE", f"leads({lead})/parentaccountid/$ref", access)[0] == 204
    assert sandbox.web("GET", read, access)[2]["_parentaccountid_value"] is None
    reference = {"@odata.id": f"{sandbox.url}/api/data/v9.2/accounts({account})"}
    assert sandbox.web("PUT", f"leads({lead})/parentaccountid/$ref", access, reference)[0] == 204
    assert sandbox.web("GET", f"leads({lead})/parentaccountid?$select=name", access)[2]["name"] == "Acme"


def test_columns_are_cleared_and_worked_out(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", firstname="Noa", lastname="Field", telephone1="1", revenue=12.5, fullname="no")
    path = f"leads({lead})"
    assert sandbox.web("PATCH", path, access, {"telephone1": None, "firstname": "Ann"}, If_Match="*")[0] == 204
    read = sandbox.web("GET", path, access)[2]
    assert (read["fullname"], read["telephone1"]) == ("Ann Field", None)
    assert (read["revenue"], read["revenue_base"], read["exchangerate"]) == (12.5, 12.5, 1.0)
    assert read["_transactioncurrencyid_value"]
    assert sandbox.web("DELETE", f"{path}/firstname", access)[0] == 204
    assert sandbox.web("GET", f"{path}/firstname", access)[0] == 204
    assert sandbox.web("GET", f"{path}/lastname", access)[2]["value"] == "Field"


def test_a_back_dated_record(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="A", estimatedclosedate="2026-12-01", overriddencreatedon="2020-05-01")
    read = sandbox.web("GET", f"leads({lead})?$select=createdon,estimatedclosedate", access)[2]
    assert (read["createdon"], read["estimatedclosedate"]) == ("2020-05-01T00:00:00Z", "2026-12-01")


def test_duplicates_are_looked_for_when_asked(sandbox: DynamicsProcess, access: str) -> None:
    same = {"lastname": "A", "emailaddress1": "a@b.test"}
    sandbox.add(access, "leads", **same)
    headers = {"MSCRM.SuppressDuplicateDetection": "false"}
    refused(sandbox.web("POST", "leads", access, {**same, "emailaddress1": "A@B.test"}, **headers), 412, "0x80040333")
    sandbox.add(access, "leads", **same)
    assert len(sandbox.records()) == 2


def test_roles_and_the_sales_app_may_be_missing(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.settings(missingPrivileges=["prvCreateLead", "prvReadContact", "prvWriteAccount", "prvDeleteAccount"])
    message = refused(sandbox.web("POST", "leads", access, {"lastname": "A"}), 403, "0x80040220")
    assert "prvCreateLead" in message
    refused(sandbox.web("GET", "contacts", access), 403, "0x80040220")
    account = sandbox.add(access, "accounts", name="A")
    refused(sandbox.web("PATCH", f"accounts({account})", access, {"name": "B"}, If_Match="*"), 403, "0x80040220")
    refused(sandbox.web("DELETE", f"accounts({account})", access), 403, "0x80040220")
    sandbox.settings(salesApp=False, missingPrivileges=[])
    answer = sandbox.web("GET", "leads", access)
    assert refused(answer, 404, "0x80060888") == "Resource not found for the segment 'leads'."
    _, _, found = sandbox.web("GET", "EntityDefinitions?$select=LogicalName&$filter=LogicalName eq 'lead'", access)
    assert found["value"] == []


def test_an_older_minor_version_works_too(sandbox: DynamicsProcess, access: str) -> None:
    assert sandbox.web("GET", "/api/data/v9.1/WhoAmI", access)[0] == 200
    assert sandbox.web("GET", "/api/data/v8.2/WhoAmI", access)[0] == 404
    assert sandbox.web("POST", "WhoAmI", access, {})[0] in (404, 405)
