"""The demo as it is typed: four CRMs share the leads, and every lead is in exactly one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.demo.running import finish, first_rows, start
from tests.support.dynamics import DynamicsProcess
from tests.support.salesforce import SalesforceProcess
from tests.support.sandbox import SandboxProcess
from tests.support.vendor import VendorProcess
from tests.support.zoho import ZohoProcess

ALL = ("zoho", "salesforce", "hubspot", "dynamics")
HELD: Mapping[str, tuple[Callable[[Path], VendorProcess], str, str]] = {
    "zoho": (ZohoProcess, "Leads", "Leadbridge_ID"),
    "salesforce": (SalesforceProcess, "Lead", "Leadbridge_Id__c"),
    "hubspot": (SandboxProcess, "contacts", "leadbridge_id"),
    "dynamics": (DynamicsProcess, "leads", "new_leadbridgeid"),
}
"""Each CRM's sandbox, its object, and the field that holds our id."""


def own_keys(state: Path, provider: str) -> list[str]:
    """Return our id of each record that a sandbox holds."""
    process, object_name, field = HELD[provider]
    with process(state / f"sandbox-{provider}.db") as sandbox:
        records: list[dict[str, Any]] = sandbox.records(object_name)
    return [str(one.get("properties", one)[field]) for one in records if one.get("properties", one).get(field)]


@pytest.mark.timeout(400)
def test_every_lead_is_in_exactly_one_crm(tmp_path: Path) -> None:
    leads = first_rows(tmp_path / "leads.csv", 200)
    more = [part for provider in ALL for part in ("--provider", provider)]
    first = finish(start(tmp_path / "state", leads, *more), 300).figures
    again = finish(start(tmp_path / "state", leads, *more), 300).figures
    assert first["unaccounted"] == again["unaccounted"] == 0
    assert first["failed"] == 0, first["failedBecause"]
    assert first["byProvider"] == again["byProvider"]
    assert sorted(first["byProvider"]) == sorted(ALL)
    assert sum(one["synced"] for one in first["byProvider"].values()) == first["synced"] > 150
    assert all(one["synced"] > first["synced"] // 8 for one in first["byProvider"].values())
    found = {provider: own_keys(tmp_path / "state", provider) for provider in ALL}
    assert {name: len(keys) for name, keys in found.items()} == {
        name: one["synced"] for name, one in first["byProvider"].items()
    }
    assert set(Counter(key for keys in found.values() for key in keys).values()) == {1}
