"""Leads and imports beyond the journey: a lead's own page, saved views, deleting, cancelling a sync, undoing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.dashboard import PATIENCE_MS, Person, write_leads

MANY = 20_000
QUOTAS = "/api/v1/automation/usage/quotas"


@pytest.fixture
def grace(admin: Person) -> str:
    """The id of a lead with a past."""
    hub = admin.stage.hub
    body = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@navy.example", "externalId": "grace-1"}
    lead = hub.data("POST", "/api/v1/leads", json=body) if not _found(admin) else _found(admin)[0]
    return str(lead["_id"])


def _found(admin: Person) -> list[dict[str, str]]:
    found: list[dict[str, str]] = admin.stage.hub.data("GET", "/api/v1/leads?externalId=grace-1")
    return found


def test_a_lead_shows_its_crm_record_and_what_was_changed(admin: Person, grace: str) -> None:
    hub = admin.stage.hub
    admin.connect()
    admin.page.get_by_role("button", name="Done").click()
    hub.data("PATCH", f"/api/v1/leads/{grace}", json={"status": "qualified"})
    page = admin.go(f"/super-user/leads/{grace}")
    expect(page.get_by_text("This lead is in no CRM yet.")).to_be_visible()
    page.get_by_role("button", name="Sync to CRM").click()
    expect(page.locator("[data-sync=ended]")).to_contain_text("1 in the CRM")
    (record,) = [
        one for one in admin.stage.sandbox.records("contacts") if one["properties"]["email"] == "grace@navy.example"
    ]
    link = page.locator(f'[data-link="{record["id"]}"]')
    expect(link).to_contain_text("hubspot")
    changed = page.locator('[data-event="lead.updated"]').first
    expect(changed).to_contain_text("Status changed")
    expect(changed).to_contain_text("Status: blank → qualified")
    expect(page.locator('[data-event="lead.created"]')).to_be_visible()
    assert admin.check() == []


def test_a_sync_under_way_survives_the_network_and_is_cancelled(admin: Person) -> None:
    hub, sandbox = admin.stage.hub, admin.stage.sandbox
    items = [{"firstName": f"Nora{n}", "email": f"nora{n}@slow.example", "tags": ["slow"]} for n in range(300)]
    hub.api("POST", "/api/v1/leads/bulk", json={"items": items})
    for operation in ("objects.batch.create", "objects.batch.upsert"):
        sandbox.fault(operation, "delay", delayMs=3_000, times=50)
    page = admin.go("/super-user/leads?tag=slow")
    page.get_by_role("button", name="Select all that match").click()
    expect(page.locator("[data-selected]")).to_have_attribute("data-selected", "300")
    page.get_by_role("button", name="Sync to CRM").click()
    panel = page.locator("[data-sync]")
    expect(panel).to_have_attribute("data-run", re.compile("[0-9a-f]{24}"))
    admin.context.set_offline(True)
    expect(panel).to_contain_text("The sync goes on in the hub")
    admin.context.set_offline(False)
    panel.get_by_role("button", name="Try again").click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(panel).to_contain_text("Cancelled. What was written before stays in the CRM.")
    expect(panel).to_contain_text("run_cancelled")
    assert admin.check() == []
    run = hub.data("GET", f"/api/v1/runs/{panel.get_attribute('data-run')}")
    assert (run["status"], run["counts"]["read"]) == ("cancelled", 300)
    sandbox.control("DELETE", "/faults")


def test_a_deleted_lead_is_found_among_the_deleted_and_comes_back(admin: Person, grace: str) -> None:
    page = admin.go(f"/super-user/leads/{grace}")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("It can be restored")
    assert admin.check() == []
    page.get_by_role("button", name="Delete now").click()
    page.get_by_role("button", name="Restore Grace Hopper").click()
    expect(page.locator('[data-state="empty"]')).to_contain_text("No lead is deleted")
    assert admin.check() == []
    assert admin.stage.hub.data("GET", f"/api/v1/leads/{grace}")["_id"] == grace


def test_a_filter_is_saved_as_a_view_used_and_exported(admin: Person, grace: str) -> None:
    admin.stage.hub.data("PATCH", f"/api/v1/leads/{grace}", json={"address": {"country": "US"}, "tags": ["vip"]})
    page = admin.go("/super-user/leads?tag=vip&sort=name")
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
    page.get_by_role("button", name="More filters").click()
    page.get_by_label("Country").fill("ES")
    page.get_by_role("button", name="Search").click()
    expect(page.locator('[data-state="empty"]')).to_contain_text("No lead matches")
    page.get_by_label("Country").fill("US")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("[data-count]")).to_have_text("1 lead")
    assert admin.check() == []
    page.get_by_role("button", name="Save this view").click()
    page.get_by_label("Name of the view").fill("Our VIPs")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"view=[0-9a-f]{24}"))
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
    assert admin.check() == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert "grace@navy.example" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_role("button", name="Delete this view")).to_have_count(0)
    assert admin.stage.hub.data("GET", "/api/v1/leads/views") == []


def test_an_import_that_a_limit_stops_shows_why_and_goes_on(admin: Person, tmp_path: Path) -> None:
    hub = admin.stage.hub
    (standing,) = [one for one in hub.data("GET", QUOTAS) if one["quota"] == "leadsPerMonth"]
    hub.data("PATCH", QUOTAS, json={"leadsPerMonth": {"hard": standing["used"] + 2}})
    page = admin.go("/super-user/imports/new")
    rows = "".join(f"Pia{n},Pause,pia{n}@pause.example\n" for n in range(5))
    file = tmp_path / "paused.csv"
    file.write_text(f"First Name,Last Name,Email\n{rows}", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 5 rows").click()
    page.wait_for_url(re.compile("/imports/[0-9a-f]{24}"))
    state = page.locator("[data-import]")
    expect(state).to_have_attribute("data-import", "paused")
    expect(state).to_contain_text("Paused")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("nothing of them is lost")
    expect(alert).to_contain_text("quota_exceeded")
    assert admin.check() == []
    with page.expect_response("**/resume") as tried:
        page.get_by_role("button", name="Go on", exact=True).click()
    assert tried.value.status == 202
    expect(state).to_have_attribute("data-import", "paused")  # there is still no room
    hub.data("PATCH", QUOTAS, json={"leadsPerMonth": {}})
    resumed = hub.api("POST", f"/api/v1/leads/imports/{page.url.rpartition('/')[2]}/resume")
    assert resumed.status in (202, 409)  # 409: it goes on by itself already
    expect(state).to_have_attribute("data-import", "done", timeout=3 * PATIENCE_MS)
    expect(alert).to_have_count(0)
    expect(page.locator('[data-count="created"]')).to_contain_text("5")
    assert admin.check() == []


def test_an_import_under_way_is_seen_cancelled_and_undone(admin: Person, tmp_path: Path) -> None:
    before = admin.stage.hub.data("GET", "/api/v1/leads/count")["count"]
    page = admin.go("/super-user/imports/new")
    page.locator("input[type=file]").set_input_files(write_leads(tmp_path / "many.csv", MANY))
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 20,000 rows").click()
    page.wait_for_url(re.compile("/imports/[0-9a-f]{24}"))
    expect(page.get_by_role("progressbar", name="Progress of the import")).to_be_visible()
    page.get_by_role("button", name="Cancel the import").click()
    expect(page.locator('[data-import="cancelled"]')).to_be_visible()
    job = admin.stage.hub.data("GET", f"/api/v1/leads/imports/{page.url.rpartition('/')[2]}")
    assert job["counts"]["read"] < MANY
    assert admin.check() == []
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Leads that it made are removed")
    assert admin.check() == []
    page.get_by_role("button", name="Undo now").click()
    expect(page.locator('[data-import="undone"]')).to_contain_text("removed")
    assert admin.stage.hub.data("GET", "/api/v1/leads/count")["count"] == before
    assert admin.check() == []
