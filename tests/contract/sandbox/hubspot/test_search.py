"""Search by plain HTTP: operators, caps, paging, and an index that lags."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.sandbox import SandboxProcess

SEARCH = "/crm/v3/objects/contacts/search"


@pytest.fixture
def people(sandbox: SandboxProcess, access: str) -> SandboxProcess:
    sandbox.settings(rateLimits=False)
    rows = [
        {"email": "ana@one.test", "firstname": "Ana", "city": "New York", "hs_lead_status": "NEW"},
        {"email": "bo@two.test", "firstname": "Bo", "city": "Rome", "hs_lead_status": "OPEN"},
        {"email": "cy@two.test", "firstname": "Cy", "city": "York"},
    ]
    for properties in rows:
        assert sandbox.api("POST", "/crm/v3/objects/contacts", access, {"properties": properties})[0] == 201
        sandbox.advance(1)
    return sandbox


def names(sandbox: SandboxProcess, access: str, *filters: dict[str, Any], **more: Any) -> list[str]:
    body = {
        "filterGroups": [{"filters": list(filters)}] if filters else [],
        "properties": ["firstname"],
        **more,
    }
    status, headers, answer = sandbox.api("POST", SEARCH, access, body)
    assert status == 200, answer
    assert not [name for name in headers if name.startswith("x-hubspot-ratelimit")]
    return [row["properties"]["firstname"] for row in answer["results"]]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"propertyName": "email", "operator": "EQ", "value": "ANA@one.test"}, ["Ana"]),
        ({"propertyName": "firstname", "operator": "NEQ", "value": "ana"}, ["Bo", "Cy"]),
        ({"propertyName": "hs_lead_status", "operator": "EQ", "value": "NEW"}, ["Ana"]),
        ({"propertyName": "hs_lead_status", "operator": "EQ", "value": "new"}, []),
        ({"propertyName": "hs_lead_status", "operator": "NEQ", "value": "NEW"}, ["Bo"]),
        ({"propertyName": "hs_lead_status", "operator": "HAS_PROPERTY"}, ["Ana", "Bo"]),
        ({"propertyName": "hs_lead_status", "operator": "NOT_HAS_PROPERTY"}, ["Cy"]),
        ({"propertyName": "firstname", "operator": "IN", "values": ["ana", "Bo"]}, ["Ana"]),
        ({"propertyName": "firstname", "operator": "NOT_IN", "values": ["ana"]}, ["Bo", "Cy"]),
        ({"propertyName": "city", "operator": "CONTAINS_TOKEN", "value": "york"}, ["Ana", "Cy"]),
        ({"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "*@two.test"}, ["Bo", "Cy"]),
        ({"propertyName": "city", "operator": "NOT_CONTAINS_TOKEN", "value": "york"}, ["Bo"]),
        ({"propertyName": "hs_object_id", "operator": "GT", "value": "37765100001"}, ["Bo", "Cy"]),
        (
            {
                "propertyName": "hs_object_id",
                "operator": "BETWEEN",
                "value": "37765100001",
                "highValue": "37765100002",
            },
            ["Ana", "Bo"],
        ),
        ({"propertyName": "createdate", "operator": "LTE", "value": "1"}, []),
        (
            {"propertyName": "createdate", "operator": "GTE", "value": "2020-01-01T00:00:00Z"},
            ["Ana", "Bo", "Cy"],
        ),
    ],
)
def test_operators(people: SandboxProcess, access: str, condition: dict[str, Any], found: list[str]) -> None:
    assert names(people, access, condition) == found


def test_groups_are_or_filters_are_and_text_is_searched(people: SandboxProcess, access: str) -> None:
    two = {"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "*two.test"}
    rome = {"propertyName": "city", "operator": "EQ", "value": "rome"}
    ana = {"propertyName": "firstname", "operator": "EQ", "value": "ana"}
    assert names(people, access, two, rome) == ["Bo"]
    groups = [{"filters": [two, rome]}, {"filters": [ana]}]
    assert names(people, access, filterGroups=groups) == ["Ana", "Bo"]
    assert names(people, access, query="two.test") == ["Bo", "Cy"]


def test_sorting_and_paging(people: SandboxProcess, access: str) -> None:
    newest = [{"propertyName": "lastmodifieddate", "direction": "DESCENDING"}]
    assert names(people, access, sorts=newest) == ["Cy", "Bo", "Ana"]
    assert names(people, access, sorts=["hs_lead_status"]) == ["Ana", "Bo", "Cy"]
    assert names(people, access, limit=2) == ["Ana", "Bo"]
    assert names(people, access, limit=2, after="2") == ["Cy"]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"after": "x"},
        {"sorts": ["email", "city"]},
        {"sorts": ["nothing"]},
        {"filterGroups": [{"filters": []}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}] * 7}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}]}] * 6},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}] * 5}] * 4},
        {"filterGroups": [{"filters": [{"propertyName": "nothing", "operator": "HAS_PROPERTY"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "LIKE", "value": "x"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GT", "value": "soon"}]}]},
        {"query": "x" * 3001},
    ],
)
def test_what_a_search_may_not_be(sandbox: SandboxProcess, access: str, body: dict[str, Any]) -> None:
    status, _, answer = sandbox.api("POST", SEARCH, access, body)
    assert (status, answer["category"]) == (400, "VALIDATION_ERROR")


def test_a_lagging_index_shows_the_past(people: SandboxProcess, access: str) -> None:
    people.control("POST", "/clock", {"freeze": True})
    people.settings(searchLagSeconds=30)
    assert names(people, access) == []
    people.advance(60)
    assert names(people, access) == ["Ana", "Bo", "Cy"]
    first = people.records()[0]["id"]
    people.edit(first, firstname="Anna", city="")
    contact = f"/crm/v3/objects/contacts/{first}"
    assert people.api("GET", contact, access)[2]["properties"]["firstname"] == "Anna"
    assert names(people, access)[0] == "Ana"
    york = {"propertyName": "city", "operator": "CONTAINS_TOKEN", "value": "york"}
    assert names(people, access, york) == ["Ana", "Cy"]
    people.advance(31)
    assert names(people, access)[0] == "Anna"
    assert names(people, access, york) == ["Cy"]
    people.api("DELETE", contact, access)
    assert len(names(people, access)) == 3
    people.advance(31)
    assert names(people, access) == ["Bo", "Cy"]


def test_search_has_its_own_limit(sandbox: SandboxProcess, access: str) -> None:
    sandbox.settings(searchLimit=1, searchSeconds=60)
    assert names(sandbox, access) == []
    status, headers, body = sandbox.api("POST", SEARCH, access, {})
    assert (status, body["policyName"], body["errorType"]) == (429, "SECONDLY", "RATE_LIMIT")
    assert "x-hubspot-ratelimit-max" not in headers
    assert sandbox.api("GET", "/crm/v3/objects/contacts", access)[1]["x-hubspot-ratelimit-remaining"] == "109"
