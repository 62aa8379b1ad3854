"""Single records: what is refused and how, external ids, duplicate and validation rules, locks, conditions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.salesforce import DATA, SalesforceProcess

LEAD = {"LastName": "Roy", "Company": "Roy Ltd"}


def create(sandbox: SalesforceProcess, access: str, name: str = "Lead", **values: Any) -> str:
    status, made = sandbox.call("POST", f"/sobjects/{name}", access, values or LEAD)
    assert status == 201, made
    record_id: str = made["id"]
    return record_id


@pytest.mark.parametrize(
    ("values", "code", "fields", "said"),
    [
        ({"LastName": "Roy"}, "REQUIRED_FIELD_MISSING", ["Company"], "[Company]"),
        ({**LEAD, "Nonsense": 1}, "INVALID_FIELD", None, "No such column 'Nonsense' on sobject of type Lead"),
        ({**LEAD, "Name": "Ada Roy"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"], "Name"),
        (
            {**LEAD, "CreatedDate": "2026-01-01T00:00:00Z"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            ["CreatedDate"],
            "Created",
        ),
        ({**LEAD, "Title": "x" * 129}, "STRING_TOO_LONG", ["Title"], "max length=128"),
        ({**LEAD, "Email": "no address"}, "INVALID_EMAIL_ADDRESS", ["Email"], "invalid email address: no address"),
        ({**LEAD, "Status": "Strange"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Status"], "Strange"),
        ({**LEAD, "NumberOfEmployees": "many"}, "JSON_PARSER_ERROR", None, "Cannot deserialize instance of int"),
        ({**LEAD, "NumberOfEmployees": 10**9}, "NUMBER_OUTSIDE_VALID_RANGE", ["NumberOfEmployees"], "outside"),
        ({**LEAD, "LastName": 5}, "JSON_PARSER_ERROR", None, "Cannot deserialize instance of string"),
        ({**LEAD, "DoNotCall": None}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["DoNotCall"], "required type"),
        ({**LEAD, "OwnerId": "nobody"}, "MALFORMED_ID", ["OwnerId"], "incorrect type: nobody"),
        ({**LEAD, "OwnerId": "0015g0000000001AAA"}, "FIELD_INTEGRITY_EXCEPTION", ["OwnerId"], "incorrect type"),
        ({**LEAD, "OwnerId": "0055g0000000zzzAAA"}, "INVALID_CROSS_REFERENCE_KEY", [], "invalid cross reference id"),
    ],
)
def test_what_cannot_be_written(
    sandbox: SalesforceProcess, access: str, values: dict[str, Any], code: str, fields: list[str] | None, said: str
) -> None:
    status, body = sandbox.call("POST", "/sobjects/Lead", access, values)
    assert (status, body[0]["errorCode"], body[0].get("fields")) == (400, code, fields)
    assert said in body[0]["message"]
    assert sandbox.records() == []


def test_values_are_kept_as_salesforce_keeps_them(sandbox: SalesforceProcess, access: str) -> None:
    made = create(
        sandbox,
        access,
        **LEAD,
        firstname="  Ada ",
        Email="ADA@Roy.test",
        AnnualRevenue=12.4,
        City="Oslo",
        Title="",
        LeadSource="A fair",
    )
    _, read = sandbox.call("GET", f"/sobjects/Lead/{made}", access)
    assert (read["Name"], read["Email"], read["Title"], read["LeadSource"]) == (
        "Ada Roy",
        "ada@roy.test",
        None,
        "A fair",
    )
    assert (read["AnnualRevenue"], read["Address"]["city"], read["Address"]["street"]) == (12.0, "Oslo", None)
    assert read["CreatedDate"].endswith("+0000")
    assert read["attributes"] == {"type": "Lead", "url": f"{DATA}/sobjects/Lead/{made}"}
    sandbox.call("PATCH", f"/sobjects/Lead/{made}", access, {"FirstName": None})
    _, read = sandbox.call("GET", f"/sobjects/Lead/{made}?fields=Name,firstname", access)
    assert read == {"attributes": read["attributes"], "Name": "Roy", "FirstName": None, "Id": made}


def test_what_is_not_there(sandbox: SalesforceProcess, access: str) -> None:
    made = create(sandbox, access)
    contact = create(sandbox, access, "Contact", LastName="Roy")
    assert sandbox.call("GET", f"/sobjects/Lead/{contact}", access)[1][0]["errorCode"] == "NOT_FOUND"
    assert sandbox.call("GET", "/sobjects/Lead/nonsense", access)[0] == 404
    assert sandbox.call("GET", f"/sobjects/Nonsense/{made}", access)[1][0]["errorCode"] == "INVALID_TYPE"
    assert sandbox.call("GET", f"/sobjects/Lead/{made}?fields=Nope", access)[1][0]["errorCode"] == "INVALID_FIELD"
    assert sandbox.call("PATCH", f"/sobjects/Lead/{made}", access, {"Id": made, "Title": "x"})[0] == 400
    assert sandbox.call("PUT", f"/sobjects/Lead/{made}", access, {})[1][0]["errorCode"] == "METHOD_NOT_ALLOWED"
    assert sandbox.call("DELETE", f"/sobjects/Lead/{made}", access) == (204, None)
    for method in ("GET", "PATCH", "DELETE"):
        status, body = sandbox.call(method, f"/sobjects/Lead/{made}", access, {} if method == "PATCH" else None)
        assert (status, body[0]["errorCode"]) == (404, "ENTITY_IS_DELETED")


def test_versions(sandbox: SalesforceProcess, access: str) -> None:
    listed = sandbox.api("GET", "/services/data/", access)[2]
    assert {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"} in listed
    status, _, body = sandbox.api("GET", "/services/data/v30.0/limits", access)
    assert (status, body[0]["errorCode"]) == (410, "UNSUPPORTED_API_VERSION")
    assert sandbox.api("GET", "/services/data/v99.0/limits", access)[0] == 404


def test_conditions_on_time(sandbox: SalesforceProcess) -> None:
    sandbox.control("POST", "/clock", {"freezeAt": "2026-12-01T10:00:00Z"})
    access = sandbox.issue_tokens()["access_token"]
    made = create(sandbox, access)
    path = f"{DATA}/sobjects/Lead/{made}"

    def send(method: str, header: str, when: str) -> int:
        headers = {"Authorization": f"Bearer {access}", header: when}
        return sandbox.request(method, path, b"{}" if method == "PATCH" else None, headers)[0]

    assert send("GET", "If-Modified-Since", "Tue, 01 Dec 2026 10:00:00 GMT") == 304
    assert send("GET", "If-Modified-Since", "Tue, 01 Dec 2026 09:59:59 GMT") == 200
    assert send("PATCH", "If-Unmodified-Since", "Tue, 01 Dec 2026 10:00:00 GMT") == 204
    sandbox.advance(5)
    sandbox.edit(made, Title="CEO")
    assert send("PATCH", "If-Unmodified-Since", "Tue, 01 Dec 2026 10:00:00 GMT") == 412


def test_duplicate_rules_warn_or_block(sandbox: SalesforceProcess, access: str) -> None:
    values = {**LEAD, "Email": "ada@roy.test"}
    made = create(sandbox, access, **values)
    status, body = sandbox.call("POST", "/sobjects/Lead", access, values)
    assert (status, body[0]["errorCode"], body[0]["message"]) == (
        400,
        "DUPLICATES_DETECTED",
        "Use one of these records?",
    )
    found = body[0]["duplicateResult"]
    assert found["allowSave"] is True
    assert found["matchResults"][0]["matchRecords"][0]["record"]["Id"] == made
    rows = {"records": [{"attributes": {"type": "Lead"}, **values}]}
    _, answered = sandbox.call("POST", "/composite/sobjects", access, rows)
    assert answered[0]["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    path = f"{DATA}/sobjects/Lead"
    raw = b'{"LastName": "Roy", "Company": "Roy Ltd", "Email": "ADA@roy.test"}'
    headers = {"Authorization": f"Bearer {access}", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    assert sandbox.request("POST", path, raw, headers)[0] == 201
    sandbox.settings(duplicateRulesBlock=True)
    assert sandbox.request("POST", path, raw, headers)[0] == 400
    sandbox.settings(duplicateRules=False)
    assert sandbox.call("POST", "/sobjects/Lead", access, values)[0] == 201


def test_a_validation_rule(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("validation", field="Phone", contains="000", message="No such number.")
    status, body = sandbox.call("POST", "/sobjects/Lead", access, {**LEAD, "Phone": "+1 000"})
    assert (status, body[0]["errorCode"], body[0]["message"], body[0]["fields"]) == (
        400,
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "No such number.",
        ["Phone"],
    )
    create(sandbox, access, **LEAD, Phone="+1 555")


def test_a_locked_account_refuses_its_contacts_for_a_while(sandbox: SalesforceProcess, access: str) -> None:
    account = create(sandbox, access, "Account", Name="Roy Ltd")
    sandbox.do("lock", id=account, attempts=2)
    rows = [{"attributes": {"type": "Contact"}, "LastName": f"C{number}", "AccountId": account} for number in range(3)]
    _, answered = sandbox.call("POST", "/composite/sobjects", access, {"records": rows})
    assert [row["success"] for row in answered] == [False, False, True]
    assert answered[0]["errors"] == [
        {
            "statusCode": "UNABLE_TO_LOCK_ROW",
            "message": f"unable to obtain exclusive access to this record or 1 records: {account}",
            "fields": [],
        }
    ]
    sandbox.do("lock", id=account, code="ENTITY_IS_LOCKED", message="in approval")
    status, body = sandbox.call("PATCH", f"/sobjects/Account/{account}", access, {"Site": "HQ"})
    assert (status, body[0]["errorCode"], body[0]["message"]) == (400, "ENTITY_IS_LOCKED", "in approval")
    assert sandbox.call("PATCH", f"/sobjects/Account/{account}", access, {"Site": "HQ"})[0] == 204


def test_opportunities_follow_their_stage(sandbox: SalesforceProcess, access: str) -> None:
    values = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    made = create(sandbox, access, "Opportunity", **values)
    _, read = sandbox.call("GET", f"/sobjects/Opportunity/{made}", access)
    assert (read["Probability"], read["IsClosed"], read["ForecastCategoryName"]) == (10.0, False, "Pipeline")
    sandbox.call("PATCH", f"/sobjects/Opportunity/{made}", access, {"StageName": "Closed Won", "Amount": 9.999})
    _, read = sandbox.call("GET", f"/sobjects/Opportunity/{made}", access)
    assert (read["Probability"], read["IsClosed"], read["IsWon"], read["Amount"]) == (100.0, True, True, 10.0)
    status, body = sandbox.call("POST", "/sobjects/Opportunity", access, {**values, "CloseDate": "someday"})
    assert (status, body[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")
