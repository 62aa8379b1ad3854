"""States of leads and opportunities, qualification, the sales process, merging."""

from __future__ import annotations

import re
from typing import Any

from tests.support.dynamics import DynamicsProcess

QUALIFY = {"CreateAccount": True, "CreateContact": True, "CreateOpportunity": True, "Status": 3}
PROCESSES = "leadtoopportunitysalesprocesses"


def qualify(sandbox: DynamicsProcess, access: str, lead: str, **more: Any) -> tuple[int, Any]:
    action = f"leads({lead})/Microsoft.Dynamics.CRM.QualifyLead"
    status, _, body = sandbox.web("POST", action, access, {**QUALIFY, **more})
    return status, body


def code(answer: tuple[int, dict[str, str], Any]) -> tuple[int, str]:
    return answer[0], answer[2]["error"]["code"]


def test_qualifying_makes_account_contact_and_opportunity(sandbox: DynamicsProcess, access: str) -> None:
    values = {"subject": "Web form", "companyname": "Field Ltd", "emailaddress1": "n@field.test"}
    lead = sandbox.add(access, "leads", firstname="Noa", lastname="Field", estimatedamount=500, **values)
    status, body = qualify(sandbox, access, lead)
    assert status == 200
    kinds = [row["@odata.type"].rpartition(".")[2] for row in body["value"]]
    assert kinds == ["account", "contact", "opportunity"]
    account, contact, opportunity = (row[f"{kind}id"] for kind, row in zip(kinds, body["value"], strict=True))
    select = "$select=statecode,statuscode,_qualifyingopportunityid_value,_parentcontactid_value"
    read = sandbox.web("GET", f"leads({lead})?{select}", access)[2]
    assert (read["statecode"], read["statuscode"]) == (1, 3)
    assert read["_qualifyingopportunityid_value"] == opportunity
    assert read["_parentcontactid_value"] == contact
    made = sandbox.web("GET", f"opportunities({opportunity})", access)[2]
    assert (made["name"], made["estimatedvalue"], made["_originatingleadid_value"]) == ("Web form", 500, lead)
    assert made["_customerid_value"] == account
    person = sandbox.web("GET", f"contacts({contact})", access)[2]
    assert (person["emailaddress1"], person["_parentcustomerid_value"]) == ("n@field.test", account)
    assert qualify(sandbox, access, lead)[0] == 400
    answer = sandbox.web("PATCH", f"leads({lead})", access, {"lastname": "B"}, If_Match="*")
    assert answer[0] == 400


def test_a_person_qualifies_too(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="Field")
    made = sandbox.control("POST", "/do/qualify", {"id": lead, "createOpportunity": False})
    assert set(made) == {"contact"}
    found = [row for row in sandbox.records() if row["id"] == lead]
    assert found[0]["properties"]["statecode"] == 1


def test_state_and_status_go_together(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="Field")
    path = f"leads({lead})"
    wrong = sandbox.web("PATCH", path, access, {"statuscode": 7}, If_Match="*")
    assert code(wrong) == (400, "0x80048408")
    assert sandbox.web("PATCH", path, access, {"statecode": 2, "statuscode": 5}, If_Match="*")[0] == 204
    assert code(sandbox.web("PATCH", path, access, {"jobtitle": "x"}, If_Match="*"))[0] == 400
    assert sandbox.web("PATCH", path, access, {"statecode": 0}, If_Match="*")[0] == 204
    assert sandbox.web("GET", path, access)[2]["statuscode"] == 1
    assert sandbox.web("PATCH", path, access, {"jobtitle": "x"}, If_Match="*")[0] == 204


def test_an_opportunity_is_won_or_lost(sandbox: DynamicsProcess, access: str) -> None:
    one, other = sandbox.add(access, "opportunities", name="A"), sandbox.add(access, "opportunities", name="B")
    bind = "opportunityid@odata.bind"
    close = {"Status": 3, "OpportunityClose": {"subject": "Won", bind: f"/opportunities({one})"}}
    assert sandbox.web("POST", "WinOpportunity", access, close)[0] == 204
    assert sandbox.web("POST", "WinOpportunity", access, close)[0] == 400
    lost = {"Status": 5, "OpportunityClose": {"subject": "Lost", bind: f"/opportunities({other})"}}
    assert sandbox.web("POST", "LoseOpportunity", access, {**lost, "Status": 3})[0] == 400
    assert sandbox.web("POST", "LoseOpportunity", access, lost)[0] == 204
    states = {row["properties"]["name"]: row["properties"]["statuscode"] for row in sandbox.records("opportunities")}
    assert states == {"A": 3, "B": 5}


def instance(sandbox: DynamicsProcess, access: str, lead: str) -> dict[str, Any]:
    expand = "$expand=activestageid($select=stagename)"
    query = f"{PROCESSES}?$select=traversedpath&{expand}&$filter=_leadid_value eq {lead} and statecode eq 0"
    (found,) = sandbox.web("GET", query, access)[2]["value"]
    parsed: dict[str, Any] = found
    return parsed


def test_a_process_moves_one_stage_at_a_time(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="Field")
    found = instance(sandbox, access, lead)
    assert found["activestageid"]["stagename"] == "Qualify"
    path = f"{PROCESSES}({found['businessprocessflowinstanceid']})"
    call = f"RetrieveActivePath(ProcessInstanceId={found['businessprocessflowinstanceid']})"
    stages = sandbox.web("GET", call, access)[2]["value"]
    assert [row["stagename"] for row in stages] == ["Qualify", "Develop", "Propose", "Close"]
    ids = [row["processstageid"] for row in stages]

    def move(to: int, **more: Any) -> int:
        body = {"activestageid@odata.bind": f"/processstages({ids[to]})", "traversedpath": ",".join(ids[: to + 1])}
        return sandbox.web("PATCH", path, access, {**body, **more}, If_Match="*")[0]

    assert move(2) == 400
    assert move(1) == 400  # the next stage is an opportunity's
    assert qualify(sandbox, access, lead)[0] == 200
    assert instance(sandbox, access, lead)["activestageid"]["stagename"] == "Develop"
    assert move(3) == 400
    assert move(2) == 204
    assert move(3) == 204
    assert sandbox.web("PATCH", path, access, {"statecode": 1, "statuscode": 2}, If_Match="*")[0] == 204
    _, _, rows = sandbox.web("GET", f"RetrieveProcessInstances(EntityId={lead},EntityLogicalName='lead')", access)
    assert [row["statuscode"] for row in rows["value"]] == [2]
    _, _, tables = sandbox.web("GET", "EntityDefinitions?$select=EntitySetName&$filter=IsBPFEntity eq true", access)
    assert [row["EntitySetName"] for row in tables["value"]] == [PROCESSES]
    empty = "00000000-0000-0000-0000-000000000000"
    other = sandbox.add(access, "leads", lastname="B", processid=empty)
    _, _, none = sandbox.web("GET", f"{PROCESSES}?$filter=_leadid_value eq {other}", access)
    assert none["value"] == []
    sandbox.settings(missingPrivileges=["prvWriteLeadToOpportunitySalesProcess"])
    assert move(2) == 403


def test_merging_leaves_the_loser_inactive_with_its_master(sandbox: DynamicsProcess, access: str) -> None:
    one = sandbox.add(access, "accounts", name="Acme")
    other = sandbox.add(access, "accounts", name="Acme Inc", telephone1="1")
    bound = {"parentcustomerid_account@odata.bind": f"/accounts({other})"}
    contact = sandbox.add(access, "contacts", lastname="A", **bound)
    kind = "Microsoft.Dynamics.CRM.account"
    body = {
        "Target": {"@odata.type": kind, "accountid": one},
        "Subordinate": {"@odata.type": kind, "accountid": other},
        "UpdateContent": {"@odata.type": kind, "telephone1": "1"},
        "PerformParentingChecks": False,
    }
    assert sandbox.web("POST", "Merge", access, body)[0] == 204
    loser = sandbox.web("GET", f"accounts({other})?$select=merged,_masterid_value,statecode", access)[2]
    assert (loser["merged"], loser["_masterid_value"], loser["statecode"]) == (True, one, 1)
    assert sandbox.web("GET", f"accounts({one})?$select=telephone1", access)[2]["telephone1"] == "1"
    child = sandbox.web("GET", f"contacts({contact})?$select=_parentcustomerid_value", access)[2]
    assert child["_parentcustomerid_value"] == one
    assert sandbox.web("POST", "Merge", access, body)[0] == 400


def test_a_person_works_on_the_pages(sandbox: DynamicsProcess, access: str) -> None:
    lead = sandbox.add(access, "leads", lastname="Field & Sons", firstname="<b>")
    _, _, shown = sandbox.request("GET", "/")
    assert "&lt;b&gt; Field &amp; Sons" in shown.decode()
    assert sandbox.post_form(f"/record/lead/{lead}", {"column": "jobtitle", "value": "CTO"})[0] == 303
    assert sandbox.records()[0]["properties"]["jobtitle"] == "CTO"
    status, _, page = sandbox.post_form(f"/record/lead/{lead}", {"column": "leadsourcecode", "value": "99"})
    assert status == 400
    assert "outside the valid range" in page.decode()
    assert sandbox.post_form(f"/record/lead/{lead}", {"do": "delete"})[0] == 303
    assert sandbox.request("GET", f"/record/lead/{lead}")[0] == 404
    sandbox.control("POST", "/do/seed", {"count": 60, "object": "contacts"})
    _, _, first = sandbox.request("GET", "/?table=contact")
    following = re.search(r'href="([^"]+)">Next page', first.decode())
    assert following is not None
    _, _, second = sandbox.request("GET", "/" + following[1].replace("&amp;", "&"))
    assert second.decode().count("/record/contact/") == 10
