"""A person's way through the dashboard, in order: sign in, connect, import, sync, repair, disconnect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard import Person, Stage, person, write_leads

LEADS = 500


@pytest.fixture(scope="module")
def traveller(chromium: Browser, where: Stage) -> Iterator[Person]:
    """One person at one browser for the whole journey."""
    with person(chromium, where) as opened:
        yield opened


def test_1_a_wrong_password_is_told_and_the_right_one_leads_on(traveller: Person) -> None:
    page = traveller.go("/super-user/leads")
    page.wait_for_url("**/sign-in?**")
    page.get_by_label("E-mail address").fill("admin@localhost")
    page.get_by_role("textbox", name="Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The e-mail address or the password is wrong.")
    expect(alert.get_by_text(re.compile("Reference: "))).to_be_visible()
    assert traveller.check() == []
    page.get_by_role("textbox", name="Password").fill(traveller.stage.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/super-user/leads")
    expect(page.get_by_text("No leads yet")).to_be_visible()
    assert traveller.check() == []


def test_2_what_a_crm_needs_to_be_set_up_is_told_exactly(traveller: Person) -> None:
    page = traveller.go("/super-user/integrations")
    card = page.locator('[data-provider="zoho"]')
    expect(card).to_contain_text("Not set up")
    card.get_by_role("button", name="Finish set-up").click()
    address = f"{traveller.stage.hub.public_url}/api/v1/crm-integration/oauth/callback/zoho"
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_text(address, exact=True)).to_be_visible()
    expect(dialogue).to_contain_text("ZOHO_CLIENT_SECRET")
    assert traveller.check() == []
    page.keyboard.press("Escape")
    expect(dialogue).to_be_hidden()
    page.get_by_role("tab", name="Automation").click()
    expect(page.get_by_text("No automations yet")).to_be_visible()
    assert traveller.check() == []


def test_3_a_denied_consent_ends_clearly_and_connects_nothing(traveller: Person) -> None:
    page = traveller.go("/super-user/integrations")
    traveller.connect("Deny")
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("The access was not allowed.")
    expect(dialogue.get_by_role("button", name="Begin again")).to_be_visible()
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Done").click()
    expect(page.locator('[data-provider="hubspot"]')).to_contain_text("Not connected")
    assert traveller.stage.hub.data("GET", "/api/v1/crm-integration/connections") == []


def test_4_hubspot_is_connected_in_a_pop_up(traveller: Person) -> None:
    page = traveller.go("/super-user/integrations")
    traveller.connect()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("The CRM is connected.")
    expect(dialogue).to_contain_text("Ana Admin")
    dialogue.get_by_role("button", name="Done").click()
    connection = page.locator("[data-connection]")
    expect(connection).to_have_attribute("data-status", "active")
    expect(connection).to_contain_text("Connected")
    assert traveller.check() == []
    connection.get_by_role("button", name="Test connection").click()
    expect(dialogue.locator("[data-test-ok]")).to_have_attribute("data-test-ok", "true")
    assert traveller.check() == []
    page.keyboard.press("Escape")


def test_5_a_file_is_previewed_imported_and_its_rejects_downloaded(traveller: Person, tmp_path: Path) -> None:
    file = write_leads(tmp_path / "people.csv", LEADS - 1, (",,not an address,,", "Bob,Kay,bob@dashboard.example,,"))
    page = traveller.go("/super-user/imports/new")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=re.compile("XLSX file|Choose a file")).click()
    chooser.value.set_files(file)
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.get_by_text(re.compile(f"{LEADS + 1} rows, read as"))).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("Email: Becomes"))).to_have_value("E-mail")
    assert traveller.stage.hub.data("GET", "/api/v1/leads") == []
    assert traveller.check() == []
    title = page.get_by_role("combobox", name="Company: Becomes")
    expect(title).to_have_value("Company")
    title.click()
    page.get_by_role("option", name="Job title").click()
    expect(page.get_by_role("row").filter(has_text="as chosen")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="Job title")).to_be_visible()
    assert traveller.check() == []
    page.get_by_role("button", name=f"Import {LEADS + 1} rows").click()
    page.wait_for_url(re.compile("/imports/[0-9a-f]{24}"))
    expect(page.locator('[data-import="done"]')).to_be_visible()
    expect(page.locator('[data-count="created"]')).to_contain_text(str(LEADS))
    expect(page.locator('[data-count="rejected"]')).to_contain_text("1")
    assert traveller.check() == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected rows").click()
    assert "not an address" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    (lead,) = traveller.stage.hub.data("GET", "/api/v1/leads?email=ada7@dashboard.example")
    assert (lead["title"], lead.get("company")) == ("Company 7", None)


def test_6_five_hundred_leads_are_synced_and_their_progress_is_seen(traveller: Person) -> None:
    page = traveller.go("/super-user/leads")
    expect(page.locator("[data-count]")).to_have_text(f"{LEADS} leads")
    page.get_by_label("Search", exact=True).fill("kay bob")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="Bob Kay")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_text("1 lead")
    expect(page.get_by_role("combobox", name="Sort by")).to_be_disabled()
    expect(page.get_by_role("checkbox", name=re.compile("^Select (?!all)"))).to_have_count(1)
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_role("button", name="Select all that match").click()
    expect(page.locator("[data-selected]")).to_have_attribute("data-selected", str(LEADS))
    for operation in ("objects.batch.create", "objects.batch.upsert"):  # slow enough to be watched
        traveller.stage.sandbox.fault(operation, "delay", delayMs=1_200, times=50)
    with page.expect_response("**/crm-integration/sync-leads") as asked:
        page.get_by_role("button", name="Sync to CRM").click()
    assert asked.value.status == 202
    panel = page.locator("[data-sync]")
    expect(page.get_by_role("progressbar", name="Progress of the sync")).to_be_visible()
    seen = set()
    while panel.get_attribute("data-sync") == "running":
        seen.add(panel.get_attribute("data-done"))
        page.wait_for_timeout(50)
    assert len(seen) >= 3, f"the progress was seen at {seen} only"
    expect(panel).to_contain_text(f"{LEADS} in the CRM")
    assert traveller.check() == []
    traveller.stage.sandbox.control("DELETE", "/faults")
    alive = [one for one in traveller.stage.sandbox.records("contacts") if not one.get("archived")]
    run = traveller.stage.hub.data("GET", f"/api/v1/runs/{panel.get_attribute('data-run')}")
    assert (run["status"], run["total"], len(run["successful"])) == ("done", LEADS, LEADS)
    emails = [one["properties"].get("email") for one in alive]
    assert sum(str(email).endswith("@dashboard.example") for email in emails) == LEADS


def test_7_a_failure_is_explained_and_trying_again_repairs_it(traveller: Person) -> None:
    hub, sandbox = traveller.stage.hub, traveller.stage.sandbox
    lead = hub.data(
        "POST", "/api/v1/leads", json={"firstName": "Cara", "lastName": "Locked", "email": "cara@dashboard.example"}
    )
    for operation in ("objects.batch.create", "objects.batch.upsert", "objects.create"):
        sandbox.fault(operation, "answer", status=423, body={"status": "error", "message": "locked"}, times=50)
    page = traveller.go(f"/super-user/leads/{lead['_id']}")
    page.get_by_role("button", name="Sync to CRM").click()
    panel = page.locator("[data-sync=ended]")
    expect(panel).to_contain_text("1 failed")
    expect(panel).to_contain_text("record_locked")
    assert traveller.check() == []
    panel.get_by_role("link", name="See the error log").click()
    entry = page.locator('[data-error="record_locked"]')
    expect(entry).to_contain_text("HubSpot is changing the record at this moment.")
    expect(entry).to_contain_text("worth repeating")
    expect(entry.get_by_role("button", name="Copy the reference")).to_be_visible()
    assert traveller.check() == []
    sandbox.control("DELETE", "/faults")
    entry.get_by_role("button", name="Try again").click()
    expect(entry.locator("[data-retried]")).to_have_attribute("data-retried", "true")
    emails = [one["properties"].get("email") for one in sandbox.records("contacts")]
    assert emails.count("cara@dashboard.example") == 1


def test_8_disconnecting_says_what_happens_to_the_data(traveller: Person) -> None:
    page = traveller.go("/super-user/integrations")
    last = page.locator("[data-last-sync]")
    expect(last).to_contain_text("1 created")
    expect(last.get_by_role("img", name=re.compile("Records of the last 3 syncs, 1 with failures"))).to_be_visible()
    assert traveller.check() == []
    page.get_by_role("button", name="More actions for Ana Admin").click()
    assert traveller.check() == []
    page.get_by_role("menuitem", name="Disconnect").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("What happens to the data")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Disconnect now").click()
    expect(dialogue).to_contain_text("Disconnected")
    dialogue.get_by_role("button", name="Close").last.click()
    expect(page.locator('[data-provider="hubspot"]')).to_contain_text("Not connected")
    expect(page.locator('[data-provider="hubspot"]')).to_contain_text("1 ended connection")
    assert traveller.stage.hub.data("GET", "/api/v1/crm-integration") is None


def test_9_settings_lead_to_the_integrations_and_signing_out_ends_it(traveller: Person) -> None:
    page = traveller.go("/super-user/settings")
    page.get_by_role("link", name="Manage Integrations").click()
    page.wait_for_url("**/super-user/integrations")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto(traveller.stage.hub.base_url + "/super-user/leads")
    page.wait_for_url("**/sign-in?**")
