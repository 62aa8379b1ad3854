"""simple-salesforce drives the sandbox unchanged: its requests session is given a transport that ends there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceError,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_external_id, format_soql

from tests.support.salesforce import SalesforceProcess

EXTERNAL_ID = "Ext_Id__c"


class Rerouted(HTTPAdapter):
    """Carries what is meant for an org's own host to the sandbox."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = f"{self.target}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        return super().send(request, *args, **kwargs)


def client(sandbox: SalesforceProcess, *scopes: str, version: str = "67.0") -> Any:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Rerouted(sandbox.url))
    token = sandbox.issue_tokens(*scopes)["access_token"]
    return Salesforce(
        session_id=token, instance_url="https://example.my.salesforce.com", session=session, version=version
    )


def content(error: SalesforceError) -> Any:
    """Return an answer's JSON, which the client's own types call bytes."""
    return error.content


def test_one_lead_from_create_to_deletion(sandbox: SalesforceProcess) -> None:
    leads = client(sandbox).Lead
    made = leads.create({"LastName": "Roy", "FirstName": "Ada", "Company": "Roy Ltd", "Email": "Ada@Roy.test"})
    assert (made["success"], made["errors"]) == (True, [])
    assert len(made["id"]) == 18
    assert leads.update(made["id"], {"Phone": "+1555", "NumberOfEmployees": 12}) == 204
    read = leads.get(made["id"])
    assert (read["Name"], read["Email"], read["Status"]) == ("Ada Roy", "ada@roy.test", "Open - Not Contacted")
    assert (read["Phone"], read["NumberOfEmployees"], read["IsConverted"]) == ("+1555", 12, False)
    assert leads.get(made["id"][:15])["Id"] == made["id"]
    assert leads.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as gone:
        leads.delete(made["id"])
    assert content(gone.value) == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]


def test_the_version_it_has_by_default_works_too(sandbox: SalesforceProcess) -> None:
    assert client(sandbox, version="59.0").query("SELECT Id FROM Organization")["totalSize"] == 1


def test_refusals_are_its_exceptions(sandbox: SalesforceProcess) -> None:
    api = client(sandbox)
    with pytest.raises(SalesforceMalformedRequest) as missing:
        api.Lead.create({"FirstName": "Ada"})
    assert content(missing.value) == [
        {
            "message": "Required fields are missing: [LastName, Company]",
            "errorCode": "REQUIRED_FIELD_MISSING",
            "fields": ["LastName", "Company"],
        }
    ]
    with pytest.raises(SalesforceResourceNotFound):
        api.Nonsense.describe()
    sandbox.do("expire_sessions")
    with pytest.raises(SalesforceExpiredSession):
        api.Lead.describe()
    with pytest.raises(SalesforceExpiredSession, match="not valid for use with the REST API"):
        client(sandbox, "id").Lead.describe()
    sandbox.settings(dailyLimit=0)
    with pytest.raises(SalesforceRefusedRequest, match="TotalRequests Limit exceeded"):
        client(sandbox).limits()


def test_describe(sandbox: SalesforceProcess) -> None:
    api = client(sandbox)
    everything = api.describe()
    assert everything["maxBatchSize"] == 200
    assert {"Lead", "Contact", "Account", "Opportunity"} <= {one["name"] for one in everything["sobjects"]}
    fields = {field["name"]: field for field in api.Lead.describe()["fields"]}
    assert [value["value"] for value in fields["Status"]["picklistValues"] if value["defaultValue"]] == [
        "Open - Not Contacted"
    ]
    needed = [
        name
        for name, field in fields.items()
        if field["createable"] and not field["nillable"] and not field["defaultedOnCreate"]
    ]
    assert needed == ["LastName", "Company"]
    assert (fields["Name"]["createable"], fields["Name"]["updateable"]) == (False, False)
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]


def test_queries(sandbox: SalesforceProcess) -> None:
    api = client(sandbox)
    sandbox.settings(queryPageMax=200)
    sandbox.do("seed", count=450)
    first = api.query("SELECT Id, Email FROM Lead ORDER BY Email")
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = api.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert len({one["Id"] for one in (*first["records"], *second["records"])}) == 400
    assert api.query_all("SELECT Id FROM Lead")["totalSize"] == 450
    asked = format_soql(
        "SELECT Id, Owner.Name FROM Lead WHERE Email IN {}", ["seed7@example.test", "SEED8@example.test"]
    )
    found = api.query(asked)["records"]
    assert [one["Owner"]["Name"] for one in found] == ["Pat Person", "Pat Person"]
    api.Lead.delete(found[0]["Id"])
    assert api.query("SELECT COUNT() FROM Lead")["totalSize"] == 449
    assert api.query_all("SELECT Id FROM Lead", include_deleted=True)["totalSize"] == 450
    assert api.is_sandbox() is False
    assert api.api_usage["api-usage"].total == 115_000
    assert {one["Id"] for one in api.quick_search("seed449")["searchRecords"]}
    assert api.limits()["DailyApiRequests"]["Max"] == 115_000
    with pytest.raises(SalesforceMalformedRequest, match="MALFORMED_QUERY"):
        api.query("SELECT Id FORM Lead")


def test_upsert_by_an_external_id(sandbox: SalesforceProcess) -> None:
    sandbox.settings(newFieldsHidden=False)
    api = client(sandbox)
    made = api.toolingexecute(
        "sobjects/CustomField",
        "POST",
        {
            "FullName": f"Lead.{EXTERNAL_ID}",
            "Metadata": {"type": "Text", "length": 255, "label": "Ext Id", "externalId": True, "unique": False},
        },
    )
    assert made["success"] is True
    key = format_external_id(EXTERNAL_ID, "t1:a/7")
    assert api.Lead.upsert(key, {"LastName": "Roy", "Company": "Roy Ltd"}) == 201
    assert api.Lead.upsert(key, {"Title": "CEO"}) == 200
    assert api.Lead.get(key)["Title"] == "CEO"
    assert api.Lead.get_by_custom_id(EXTERNAL_ID, "T1:A/7")["LastName"] == "Roy"
    api.Lead.create({"LastName": "Other", "Company": "Roy Ltd", EXTERNAL_ID: "t1:a/7"})
    with pytest.raises(SalesforceMoreThanOneRecord) as several:
        api.Lead.upsert(key, {"Title": "CTO"})
    assert all(path.startswith("/services/data/v67.0/sobjects/Lead/00Q") for path in content(several.value))


def test_collections(sandbox: SalesforceProcess) -> None:
    api = client(sandbox)
    rows = [{"attributes": {"type": "Account"}, "Name": f"A{number}"} for number in range(3)]
    made = api.restful(
        "composite/sobjects", method="POST", json={"allOrNone": False, "records": [*rows, {**rows[0], "Name": ""}]}
    )
    assert [row["success"] for row in made] == [True, True, True, False]
    assert made[3]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    ids = [row["id"] for row in made[:3]]
    changes = [{"attributes": {"type": "Account"}, "id": one, "Site": "HQ"} for one in ids]
    changed = api.restful("composite/sobjects", method="PATCH", json={"records": changes})
    assert [row["id"] for row in changed] == ids
    read = api.restful(
        "composite/sobjects/Account", method="POST", json={"ids": [*ids, ids[0][:14] + "z"], "fields": ["Site"]}
    )
    assert [row and row["Site"] for row in read] == ["HQ", "HQ", "HQ", None]
    gone = api.restful("composite/sobjects", params={"ids": ",".join(ids)}, method="DELETE")
    assert [row["success"] for row in gone] == [True, True, True]


def test_updated_and_deleted(sandbox: SalesforceProcess) -> None:
    api = client(sandbox)
    kept, gone = (api.Contact.create({"LastName": name})["id"] for name in ("Kept", "Gone"))
    api.Contact.delete(gone)
    sandbox.advance(120)
    now = datetime.fromisoformat(sandbox.control("GET", "/clock")["now"].replace("Z", "+00:00"))
    start, end = now.astimezone(UTC) - timedelta(hours=1), now.astimezone(UTC)
    assert api.Contact.updated(start, end)["ids"] == [kept]
    assert [one["id"] for one in api.Contact.deleted(start, end)["deletedRecords"]] == [gone]


def test_bulk_insert_upsert_and_query(sandbox: SalesforceProcess) -> None:
    sandbox.settings(newFieldsHidden=False, bulkPageMax=300)
    api = client(sandbox)
    field = {
        "FullName": f"Lead.{EXTERNAL_ID}",
        "Metadata": {"type": "Text", "length": 255, "label": "Ext Id", "externalId": True, "unique": True},
    }
    api.toolingexecute("sobjects/CustomField", "POST", field)
    rows = [
        {"LastName": f"L{number}", "Company": "Roy Ltd", "Email": f"b{number}@roy.test", EXTERNAL_ID: f"t1:{number}"}
        for number in range(500)
    ]
    bulk = api.bulk2
    done = bulk.Lead.insert(records=[*rows, {**rows[0], "LastName": "", EXTERNAL_ID: "t1:x"}], wait=0)
    assert (done[0]["numberRecordsProcessed"], done[0]["numberRecordsFailed"]) == (501, 1)
    results = bulk.Lead.get_all_ingest_records(done[0]["job_id"])
    assert {row[EXTERNAL_ID] for row in results["successfulRecords"]} == {row[EXTERNAL_ID] for row in rows}
    assert [row["sf__Error"] for row in results["failedRecords"]] == [
        "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    ]
    assert results["unprocessedRecords"] == []
    changes = [
        {EXTERNAL_ID: f"t1:{number}", "LastName": "Changed", "Company": "#N/A" if number == 1 else "New"}
        for number in (0, 1, 9999)
    ]
    done = bulk.Lead.upsert(records=changes, external_id_field=EXTERNAL_ID, wait=0)
    assert (done[0]["numberRecordsProcessed"], done[0]["numberRecordsFailed"]) == (3, 1)
    pages = list(bulk.Lead.query("SELECT Ext_Id__c, LastName, Owner.Name FROM Lead", max_records=400, wait=0))
    assert [page.count("\n") - 1 for page in pages] == [300, 201]
    assert sum(page.count('"Changed"') for page in pages) == 2
