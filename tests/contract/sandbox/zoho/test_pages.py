"""The pages on which a person sees and changes an organisation's records."""

from __future__ import annotations

from tests.support.zoho import ZohoProcess


def add(sandbox: ZohoProcess, **values: str) -> str:
    properties = {"Last_Name": "Roy", "Company": "Roy <Ltd>", **values}
    made: str = sandbox.control("POST", "/records/Leads", {"properties": properties})["id"]
    return made


def test_records_are_listed_fifty_at_a_time(sandbox: ZohoProcess) -> None:
    seeded = sandbox.control("POST", "/do/seed", {"count": 51})
    status, _, shown = sandbox.request("GET", "/")
    assert status == 200
    assert shown.count(b'<td><a href="/record/Leads/') == 50
    assert f"from={seeded['last']}".encode() in shown
    _, _, rest = sandbox.request("GET", f"/?module=Leads&from={seeded['last']}")
    assert b"Seed 50" in rest
    for module in ("Contacts", "Accounts", "Deals"):
        assert b"No records." in sandbox.request("GET", f"/?module={module}")[2]


def test_a_person_changes_converts_deletes_and_restores(sandbox: ZohoProcess) -> None:
    lead, other = add(sandbox), add(sandbox)
    path = f"/record/Leads/{lead}"
    assert b"Roy &lt;Ltd&gt;" in sandbox.request("GET", path)[2]
    status, headers, _ = sandbox.post_form(path, {"field": "No_of_Employees", "value": "12"})
    assert (status, headers["location"].partition("?")[0]) == (303, path)
    assert sandbox.records()[0]["properties"]["No_of_Employees"] == 12
    status, _, shown = sandbox.post_form(path, {"field": "Email", "value": "no address"})
    assert status == 400
    assert b"invalid data" in shown
    sandbox.post_form(path, {"do": "convert"})
    assert [row["converted"] for row in sandbox.records()] == [True, False]
    assert len(sandbox.records("Contacts")) == len(sandbox.records("Accounts")) == 1
    sandbox.post_form(f"/record/Leads/{other}", {"do": "delete"})
    assert [row["archived"] for row in sandbox.records()] == [False, True]
    assert other.encode() in sandbox.request("GET", "/?deleted=true")[2]
    sandbox.post_form(f"/record/Leads/{other}", {"do": "restore"})
    assert [row["archived"] for row in sandbox.records()] == [False, False]


def test_what_is_not_there_has_a_page_too(sandbox: ZohoProcess) -> None:
    assert sandbox.request("GET", "/record/Leads/1")[0] == 404
    assert sandbox.request("GET", "/record/Spaceships/1")[0] == 404
    assert sandbox.post_form("/record/Spaceships/1", {"field": "x"})[0] == 404


def test_channels_are_shown(sandbox: ZohoProcess, access: str) -> None:
    channel = {"channel_id": "7", "events": ["Leads.all"], "notify_url": "http://127.0.0.1:9/hook"}
    assert sandbox.crm("POST", "/actions/watch", access, {"watch": [channel]})[0] == 201
    assert b"http://127.0.0.1:9/hook" in sandbox.request("GET", "/")[2]
