"""The pages a person works on, and what a file keeps when the sandbox is killed."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.support.salesforce import SalesforceProcess


def test_a_person_works_on_the_pages(sandbox: SalesforceProcess, access: str) -> None:
    sandbox.do("seed", count=60, properties={"LastName": "<b>{n}</b>", "Company": "Roy Ltd"})
    status, _, body = sandbox.request("GET", "/")
    assert status == 200
    text = body.decode()
    assert "60 Leads, 0 deleted" in text
    assert "&lt;b&gt;0&lt;/b&gt;" in text
    assert "Next page" in text
    first, second = (row["id"] for row in sandbox.records()[:2])
    page = f"/record/Lead/{first}"
    assert sandbox.request("GET", page)[0] == 200
    assert sandbox.post_form(page, {"field": "Email", "value": "ada@roy.test"})[0] == 303
    status, _, body = sandbox.post_form(page, {"field": "Email", "value": "no address"})
    assert (status, b"invalid email address: no address" in body) == (400, True)
    assert sandbox.post_form(page, {"do": "merge", "other": second})[0] == 303
    assert sandbox.post_form(page, {"do": "convert"})[0] == 303
    assert sandbox.post_form(page, {"do": "delete"})[0] == 303
    status, _, body = sandbox.request("GET", "/?object=Lead&deleted=true")
    assert f"(merged into {first})" in body.decode()
    assert sandbox.post_form(page, {"do": "undelete"})[0] == 303
    _, read = sandbox.call("GET", f"/sobjects/Lead/{first}", access)
    assert (read["Email"], read["IsConverted"]) == ("ada@roy.test", True)
    assert sandbox.request("GET", "/record/Lead/nonsense")[0] == 404


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    data = tmp_path / "vendor.sqlite"
    with SalesforceProcess(data) as sandbox:
        sandbox.settings(newFieldsHidden=False, queryPageMax=200)
        tokens = sandbox.issue_tokens()
        _, rotated = sandbox.refresh(tokens["refresh_token"])
        access = rotated["access_token"]
        metadata = {"type": "Text", "length": 20, "label": "Key", "externalId": True, "unique": True}
        field = {"FullName": "Lead.Key__c", "Metadata": metadata}
        assert sandbox.call("POST", "/tooling/sobjects/CustomField", access, field)[0] == 201
        made = sandbox.call("PATCH", "/sobjects/Lead/Key__c/k1", access, {"LastName": "Roy", "Company": "Roy Ltd"})[1]
        sandbox.do("seed", count=300)
        following = sandbox.query(access, "SELECT Id FROM Lead")["nextRecordsUrl"]
        before = sandbox.records()
        assert sandbox.kill() == -signal.SIGKILL
    with SalesforceProcess(data) as sandbox:
        assert sandbox.records() == before
        again = sandbox.call("PATCH", "/sobjects/Lead/Key__c/k1", access, {"Title": "CEO"})[1]
        assert (again["id"], again["created"]) == (made["id"], False)
        assert len(sandbox.api("GET", following, access)[2]["records"]) == 101
        new = sandbox.call("POST", "/sobjects/Lead", access, {"LastName": "New", "Company": "Roy Ltd"})[1]
        assert new["id"] > before[-1]["id"]
        assert sandbox.presentations(tokens["refresh_token"]) == 1
        assert sandbox.refresh(rotated["refresh_token"])[0] == 200
