"""Salesforce's walks, descriptions and calls as pure functions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery, Option, Write
from leadbridge.crm.salesforce import changes, describing, webhooks, writes
from leadbridge.kit.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STAMP = "2026-11-20T11:00:00.000+0000"


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"Id": f"00Qxx00000000{number:02d}AAA", "SystemModstamp": STAMP, "IsDeleted": False, **more}


def test_a_first_walk_asks_for_everything_until_now() -> None:
    assert changes.question("Opportunity", changes.Walk(), NOON) == (
        "SELECT Id,SystemModstamp FROM Opportunity WHERE SystemModstamp <= 2026-11-20T12:00:00.000Z "
        "ORDER BY SystemModstamp ASC, Id ASC LIMIT 2000"
    )


def test_a_walk_goes_on_behind_the_last_record_of_a_moment() -> None:
    walk = changes.walk_of(changes.Walk(NOON, NOON, "00Qxx0000000001AAA").cursor())
    assert walk == changes.Walk(NOON, NOON, "00Qxx0000000001AAA")
    asked = changes.question("Lead", walk, NOON)
    assert (
        "SystemModstamp >= 2026-11-20T12:00:00.000Z AND "
        "(SystemModstamp > 2026-11-20T12:00:00.000Z OR Id > '00Qxx0000000001AAA')"
    ) in asked
    assert "(IsDeleted = false OR MasterRecordId != null)" in asked


@pytest.mark.parametrize(
    "cursor", ["", "x", "[1]", '["2026", null, "not an id"]', '[null, "yesterday", null]', "[1,2,3]"]
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput):
        changes.walk_of(cursor)


def test_a_merged_record_comes_with_its_survivor_once() -> None:
    rows = [
        row(1, IsDeleted=True, MasterRecordId=row(2)["Id"]),
        row(2, IsDeleted=True, MasterRecordId=row(3)["Id"]),
        row(3),
        row(4),
    ]
    found = changes.changed(rows)
    assert [(one.id, one.absorbed) for one in found] == [
        (row(3)["Id"], (row(1)["Id"], row(2)["Id"])),
        (row(4)["Id"], ()),
    ]
    assert not any(one.gone for one in found)


def test_fields_are_described_in_our_words() -> None:
    field: dict[str, Any] = {
        "name": "LeadSource",
        "label": "Lead Source",
        "type": "picklist",
        "createable": True,
        "updateable": True,
        "custom": False,
        "unique": False,
        "externalId": False,
        "picklistValues": [
            {"active": True, "label": "Web", "value": "Web"},
            {"active": False, "label": "Old", "value": "Old"},
        ],
    }
    own = {"name": "Leadbridge_Id__c", "type": "string", "custom": True, "unique": True, "externalId": True}
    whole = {
        "fields": [field, own, {"name": "Address", "type": "address"}, {"name": "CreatedDate", "type": "datetime"}],
        "recordTypeInfos": [
            {"available": True, "defaultRecordTypeMapping": True, "master": False, "recordTypeId": "012xx0000000001"},
            {"available": True, "defaultRecordTypeMapping": False, "master": True, "recordTypeId": describing.MASTER},
        ],
    }
    source, key, created = describing.fields(whole)
    assert (source.type, source.options, source.writable) == ("choice", (Option("Web", "Web"),), True)
    assert (key.unique, key.custom) == (True, True)
    assert (created.name, created.type, created.writable) == ("CreatedDate", "datetime", False)
    assert describing.default_record_type(whole) == "012xx0000000001AAA"
    told = {"picklistFieldValues": {"LeadSource": {"values": [{"label": "Fair", "value": "Fair"}]}}}
    assert describing.fields(whole, describing.picklists(told))[0].options == (Option("Fair", "Fair"),)


def test_rows_of_one_parent_never_go_at_the_same_time() -> None:
    rows = [Write(str(n), {"AccountId": f"parent {n % 3}" if n < 900 else ""}) for n in range(1000)]
    found = writes.lanes(rows, "AccountId")
    assert sorted(one.trace for lane in found for part in lane for one in part) == sorted(one.trace for one in rows)
    assert all(len(part) <= 200 for lane in found for part in lane)
    for parent in ("parent 0", "parent 1", "parent 2"):
        lanes = [lane for lane in found if any(one.values["AccountId"] == parent for part in lane for one in part)]
        assert len(lanes) == 1
    assert len(writes.lanes(rows, None)) == 5


def test_stages_are_in_order() -> None:
    rows = [
        {"ApiName": "Closed Won", "MasterLabel": "Won", "DefaultProbability": 100.0, "IsClosed": True, "SortOrder": 2},
        {"ApiName": "Prospecting", "MasterLabel": "Prospecting", "DefaultProbability": 10, "SortOrder": 1},
    ]
    stages = describing.pipeline(rows).stages
    assert [(one.id, one.probability, one.closed) for one in stages] == [
        ("Prospecting", 0.1, False),
        ("Closed Won", 1.0, True),
    ]


def test_nothing_that_is_sent_to_us_is_believed() -> None:
    with pytest.raises(WebhookRefused):
        webhooks.refuse(Delivery("POST", "https://hub.test/x", {}, b"<Envelope/>", NOON))
