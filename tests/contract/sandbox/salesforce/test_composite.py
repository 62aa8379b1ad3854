"""Several calls in one: references between parts, all or none, batches, trees."""

from __future__ import annotations

from typing import Any

from tests.support.salesforce import DATA, SalesforceProcess


def parts(*given: tuple[str, str, str, Any]) -> list[dict[str, Any]]:
    return [
        {"method": method, "url": f"{DATA}{path}", "referenceId": reference, "body": body}
        for reference, method, path, body in given
    ]


def test_a_contact_refers_to_the_account_made_before_it(sandbox: SalesforceProcess, access: str) -> None:
    asked = parts(
        ("acc", "POST", "/sobjects/Account", {"Name": "Roy Ltd"}),
        ("con", "POST", "/sobjects/Contact", {"LastName": "Roy", "AccountId": "@{acc.id}"}),
        ("look", "GET", "/query?q=SELECT+Account.Name+FROM+Contact+WHERE+AccountId='@{acc.id}'", None),
    )
    status, body = sandbox.call("POST", "/composite", access, {"allOrNone": True, "compositeRequest": asked})
    done = body["compositeResponse"]
    assert status == 200
    assert [one["httpStatusCode"] for one in done] == [201, 201, 200]
    assert done[0]["httpHeaders"] == {"Location": f"{DATA}/sobjects/Account/{done[0]['body']['id']}"}
    assert done[2]["body"]["records"][0]["Account"]["Name"] == "Roy Ltd"
    assert sandbox.call("GET", "/limits", access)[1]["DailyApiRequests"]["Remaining"] == 114_998


def test_one_bad_part_undoes_the_others_only_if_asked(sandbox: SalesforceProcess, access: str) -> None:
    asked = parts(
        ("a", "POST", "/sobjects/Account", {"Name": "Roy Ltd"}),
        ("b", "POST", "/sobjects/Contact", {}),
        ("c", "GET", "/sobjects/Contact/@{b.id}", None),
    )
    _, body = sandbox.call("POST", "/composite", access, {"allOrNone": True, "compositeRequest": asked})
    done = body["compositeResponse"]
    assert [one["httpStatusCode"] for one in done] == [400, 400, 400]
    assert [one["body"][0]["errorCode"] for one in done] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert sandbox.records("Account") == []
    _, body = sandbox.call("POST", "/composite", access, {"compositeRequest": asked})
    assert [one["httpStatusCode"] for one in body["compositeResponse"]] == [201, 400, 400]
    assert len(sandbox.records("Account")) == 1


def test_each_graph_stands_alone(sandbox: SalesforceProcess, access: str) -> None:
    good = parts(
        ("acc", "POST", "/sobjects/Account", {"Name": "Roy Ltd"}),
        ("con", "POST", "/sobjects/Contact", {"LastName": "Roy", "AccountId": "@{acc.id}"}),
    )
    bad = parts(
        ("acc", "POST", "/sobjects/Account", {"Name": "Bo Ltd"}),
        ("con", "POST", "/sobjects/Contact", {"AccountId": "@{acc.id}"}),
    )
    graphs = [{"graphId": "1", "compositeRequest": good}, {"graphId": "2", "compositeRequest": bad}]
    status, body = sandbox.call("POST", "/composite/graph", access, {"graphs": graphs})
    assert status == 200
    assert [(one["graphId"], one["isSuccessful"]) for one in body["graphs"]] == [("1", True), ("2", False)]
    undone = body["graphs"][1]["graphResponse"]["compositeResponse"]
    assert [one["body"][0]["errorCode"] for one in undone] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert [row["properties"]["Name"] for row in sandbox.records("Account")] == ["Roy Ltd"]


def test_a_batch(sandbox: SalesforceProcess, access: str) -> None:
    asked = [
        {"method": "POST", "url": "v67.0/sobjects/Account", "richInput": {"Name": "Roy Ltd"}},
        {"method": "GET", "url": "v67.0/sobjects/Account/nonsense"},
        {"method": "GET", "url": "v67.0/limits"},
    ]
    _, body = sandbox.call("POST", "/composite/batch", access, {"batchRequests": asked})
    assert body["hasErrors"] is True
    assert [one["statusCode"] for one in body["results"]] == [201, 404, 200]
    _, body = sandbox.call("POST", "/composite/batch", access, {"batchRequests": asked, "haltOnError": True})
    assert [one["statusCode"] for one in body["results"]] == [201, 404, 412]
    status, body = sandbox.call("POST", "/composite/batch", access, {"batchRequests": asked * 9})
    assert (status, body[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


def test_a_tree_is_made_whole_or_not_at_all(sandbox: SalesforceProcess, access: str) -> None:
    rows: list[dict[str, Any]]
    rows = [{"attributes": {"type": "Account", "referenceId": f"r{number}"}, "Name": f"A{number}"} for number in (1, 2)]
    status, body = sandbox.call("POST", "/composite/tree/Account", access, {"records": rows})
    assert (status, body["hasErrors"]) == (201, False)
    assert [one["referenceId"] for one in body["results"]] == ["r1", "r2"]
    rows[1]["Name"] = ""
    status, body = sandbox.call("POST", "/composite/tree/Account", access, {"records": rows})
    assert (status, body["hasErrors"], body["results"][0]["referenceId"]) == (400, True, "r2")
    assert len(sandbox.records("Account")) == 2


def test_external_ids_of_other_objects(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.settings(newFieldsHidden=False)
    metadata = {"type": "Text", "length": 255, "label": "Ext Id", "externalId": True, "unique": True}
    for name in ("Account", "Contact"):
        field = {"FullName": f"{name}.Ext_Id__c", "Metadata": metadata}
        assert sandbox.call("POST", "/tooling/sobjects/CustomField", access, field)[0] == 201
    asked = parts(
        ("acc", "PATCH", "/sobjects/Account/Ext_Id__c/t1:a9", {"Name": "Roy Ltd"}),
        ("con", "PATCH", "/sobjects/Contact/Ext_Id__c/t1:c3", {"LastName": "Roy", "Account": {"Ext_Id__c": "t1:a9"}}),
    )
    _, body = sandbox.call("POST", "/composite", access, {"allOrNone": True, "compositeRequest": asked})
    account, contact = (one["body"] for one in body["compositeResponse"])
    assert (account["created"], contact["created"]) == (True, True)
    assert sandbox.call("GET", f"/sobjects/Contact/{contact['id']}", access)[1]["AccountId"] == account["id"]
    row = {"attributes": {"type": "Contact"}, "LastName": "Bo", "Account": {"Ext_Id__c": "t1:zz"}}
    _, answered = sandbox.call("POST", "/composite/sobjects", access, {"records": [row]})
    assert answered[0]["errors"][0]["message"] == (
        "Foreign key external ID: t1:zz not found for field Ext_Id__c in entity Account"
    )
