"""Collections: filters, order, pages through more records of one time than a page has, counts."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.dynamics import DynamicsProcess

AT = "2026-11-20T10:00:00Z"


def walk(sandbox: DynamicsProcess, access: str, path: str, size: int) -> list[list[dict[str, Any]]]:
    """Return every page of a collection."""
    prefer = f"odata.maxpagesize={size}"
    status, _, body = sandbox.web("GET", path, access, Prefer=prefer)
    assert status == 200, body
    pages = [body["value"]]
    while "@odata.nextLink" in body:
        status, _, body = sandbox.follow(body["@odata.nextLink"], access, Prefer=prefer)
        assert status == 200, body
        pages.append(body["value"])
    return pages


def test_pages_reach_every_record_of_one_time(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.seed(12_000, at=AT)
    query = f"leads?$select=emailaddress1,modifiedon&$filter=modifiedon ge {AT}&$orderby=modifiedon asc,leadid asc"
    pages = walk(sandbox, access, query, 5000)
    assert [len(page) for page in pages] == [5000, 5000, 2000]
    assert len({row["leadid"] for page in pages for row in page}) == 12_000
    assert {row["modifiedon"] for page in pages for row in page} == {AT}
    sandbox.settings(pageSizeMax=700)
    status, _, body = sandbox.web("GET", "leads?$select=leadid&$count=true", access)
    assert (status, len(body["value"]), body["@odata.count"]) == (200, 700, 5000)
    counted = sandbox.request("GET", "/api/data/v9.2/leads/$count", None, {"Authorization": f"Bearer {access}"})
    assert counted[2] == b"5000"


def test_a_page_is_not_disturbed_by_writes_between(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.seed(30, at=AT)
    query = "leads?$select=lastname&$orderby=createdon desc"
    _, _, first = sandbox.web("GET", query, access, Prefer="odata.maxpagesize=10")
    gone = first["value"][0]["leadid"]
    assert sandbox.web("DELETE", f"leads({gone})", access)[0] == 204
    seen = {row["leadid"] for row in first["value"]}
    body = first
    while "@odata.nextLink" in body:
        _, _, body = sandbox.follow(body["@odata.nextLink"], access, Prefer="odata.maxpagesize=10")
        assert not seen & {row["leadid"] for row in body["value"]}
        seen |= {row["leadid"] for row in body["value"]}
    assert len(seen) == 30


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("lastname eq 'ALPHA'", "A"),
        ("lastname ne 'Alpha'", "BG"),
        ("startswith(lastname,'al') or endswith(lastname,'TA')", "AB"),
        ("contains(lastname,'amm')", "G"),
        ("not contains(lastname,'a')", ""),
        ("emailaddress1 eq null", "G"),
        ("emailaddress1 ne null and revenue gt 5", "B"),
        ("revenue ge 5 and revenue lt 10", "A"),
        ("(lastname eq 'Alpha' or lastname eq 'Beta') and leadsourcecode eq 8", "A"),
        ("emailaddress1 eq 'a@x.test' or emailaddress1 eq 'B@X.TEST'", "AB"),
        ("Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['alpha','gamma'])", "AG"),
        ("donotemail eq true", "B"),
        ("parentaccountid/name eq 'Acme'", "A"),
        ("lastname eq @who&@who='Beta'", "B"),
        ("estimatedclosedate le 2026-12-01", "A"),
    ],
)
def test_filters(sandbox: DynamicsProcess, access: str, condition: str, found: str) -> None:
    account = sandbox.add(access, "accounts", name="Acme")
    bound = {"parentaccountid@odata.bind": f"/accounts({account})"}
    day = {"estimatedclosedate": "2026-12-01"}
    sandbox.add(
        access, "leads", lastname="Alpha", emailaddress1="a@x.test", revenue=5, leadsourcecode=8, **bound, **day
    )
    sandbox.add(access, "leads", lastname="Beta", emailaddress1="b@x.test", revenue=10, donotemail=True)
    sandbox.add(access, "leads", lastname="Gamma")
    status, _, body = sandbox.web("GET", f"leads?$select=lastname&$filter={condition}&$orderby=lastname", access)
    assert status == 200, body
    assert "".join(row["lastname"][0] for row in body["value"]) == found


@pytest.mark.parametrize(
    "query",
    [
        "$filter=nonsense eq 1",
        "$filter=lastname eq 5",
        "$filter=lastname eq",
        "$filter=lastname like 'a'",
        "$select=nonsense",
        "$orderby=nonsense",
        "$expand=nonsense",
        "$skip=5",
        "$top=x",
        "$filter=ownerid eq 5",
    ],
)
def test_a_query_that_makes_no_sense_is_refused(sandbox: DynamicsProcess, access: str, query: str) -> None:
    sandbox.add(access, "leads", lastname="A")
    status, _, body = sandbox.web("GET", f"leads?{query}", access)
    assert status == 400
    assert body["error"]["message"]


def test_order_and_top(sandbox: DynamicsProcess, access: str) -> None:
    for name, amount in (("b", 1), ("A", 2), ("c", None)):
        sandbox.add(access, "leads", lastname=name, budgetamount=amount)
    _, _, body = sandbox.web("GET", "leads?$select=lastname&$orderby=lastname desc", access)
    assert [row["lastname"] for row in body["value"]] == ["c", "b", "A"]
    _, _, body = sandbox.web("GET", "leads?$select=lastname&$orderby=budgetamount asc&$top=2", access)
    assert [row["lastname"] for row in body["value"]] == ["c", "b"]
    assert "@odata.nextLink" not in body
    pages = walk(sandbox, access, "leads?$select=lastname&$orderby=lastname", 2)
    assert [[row["lastname"] for row in page] for page in pages] == [["A", "b"], ["c"]]


def test_metadata_is_read_with_casts(sandbox: DynamicsProcess, access: str) -> None:
    lead = "EntityDefinitions(LogicalName='lead')"
    _, _, table = sandbox.web("GET", f"{lead}?$select=LogicalName,EntitySetName,ChangeTrackingEnabled", access)
    assert (table["EntitySetName"], table["ChangeTrackingEnabled"]) == ("leads", True)
    cast = f"{lead}/Attributes/Microsoft.Dynamics.CRM"
    query = "$select=LogicalName&$expand=OptionSet($select=Options)"
    _, _, states = sandbox.web("GET", f"{cast}.StateAttributeMetadata?{query}", access)
    (state,) = states["value"]
    labels = [one["Label"]["UserLocalizedLabel"]["Label"] for one in state["OptionSet"]["Options"]]
    assert labels == ["Open", "Qualified", "Disqualified"]
    _, _, lookups = sandbox.web("GET", f"{cast}.LookupAttributeMetadata?$select=LogicalName,Targets", access)
    targets = {one["LogicalName"]: one["Targets"] for one in lookups["value"]}
    assert targets["parentaccountid"] == ["account"]
    _, _, columns = sandbox.web("GET", "EntityDefinitions(LogicalName='contact')/Attributes", access)
    assert len(columns["value"]) == 312
    one = f"{lead}/Attributes(LogicalName='lastname')/Microsoft.Dynamics.CRM.StringAttributeMetadata"
    assert sandbox.web("GET", one, access)[2]["MaxLength"] == 50
    assert sandbox.web("GET", f"{cast}.EnumAttributeMetadata", access)[0] == 400
    assert sandbox.web("GET", f"{lead}/Attributes?$expand=OptionSet", access)[0] == 400
    assert sandbox.web("GET", "EntityDefinitions(LogicalName='nothing')", access)[0] == 404
    _, _, nav = sandbox.web("GET", "EntityDefinitions(LogicalName='contact')/ManyToOneRelationships", access)
    named = {(row["ReferencingAttribute"], row["ReferencedEntity"]): row for row in nav["value"]}
    found = named["parentcustomerid", "account"]["ReferencingEntityNavigationPropertyName"]
    assert found == "parentcustomerid_account"
    required = "RequiredLevel/Value eq Microsoft.Dynamics.CRM.AttributeRequiredLevel'SystemRequired'"
    _, _, needed = sandbox.web("GET", f"{lead}/Attributes?$select=LogicalName&$filter={required}", access)
    assert "ownerid" in {row["LogicalName"] for row in needed["value"]}


def test_many_addresses_are_asked_for_at_once_up_to_the_length_of_a_url(sandbox: DynamicsProcess, access: str) -> None:
    sandbox.seed(3000, at=AT)
    wanted = [f"seed{number}@example.test" for number in range(0, 3000, 30)]
    asked = " or ".join(f"emailaddress1 eq '{address.upper()}'" for address in wanted)
    _, _, body = sandbox.web("GET", f"leads?$select=emailaddress1&$filter={asked}", access)
    assert sorted(row["emailaddress1"] for row in body["value"]) == sorted(wanted)
    assert sandbox.web("GET", f"leads?$select=leadid&$filter={asked} or {' or '.join([asked] * 9)}", access)[0] == 414


def test_what_pointed_at_a_deleted_record_points_at_nothing(sandbox: DynamicsProcess, access: str) -> None:
    account = sandbox.add(access, "accounts", name="Acme")
    lead = sandbox.add(access, "leads", lastname="A", **{"parentaccountid@odata.bind": f"/accounts({account})"})
    assert sandbox.web("DELETE", f"accounts({account})", access)[0] == 204
    query = f"leads({lead})?$select=_parentaccountid_value&$expand=parentaccountid($select=name)"
    read = sandbox.web("GET", query, access)[2]
    assert (read["_parentaccountid_value"], read["parentaccountid"]) == (None, None)
    assert sandbox.web("DELETE", f"leads({lead})", access)[0] == 204
    assert sandbox.web("GET", "leadtoopportunitysalesprocesses?$select=name", access)[2]["value"] == []


def test_the_document_of_all_types(sandbox: DynamicsProcess, access: str) -> None:
    status, headers, text = sandbox.web("GET", "$metadata", access)
    assert (status, headers["content-type"]) == (200, "application/xml")
    space = "{http://docs.oasis-open.org/odata/ns/edm}"
    root = ElementTree.fromstring(text)  # noqa: S314 - the sandbox wrote it
    kinds = {kind.get("Name"): kind for kind in root.iter(f"{space}EntityType")}
    named = {one.get("Name"): one.get("Type") for one in kinds["lead"].iter(f"{space}Property")}
    assert (named["estimatedclosedate"], named["_ownerid_value"]) == ("Edm.Date", "Edm.Guid")
    assert "leads" in {one.get("Name") for one in root.iter(f"{space}EntitySet")}
