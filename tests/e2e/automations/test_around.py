"""What stands around automations: a connected CRM, subscriptions of other systems, addresses that are not well."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.dashboard import Person, Stage, person
from tests.support.receiver import Receiver

TAB = "/super-user/integrations?tab=automation"
WIZARD = "/super-user/automations/new?template=lead-to-crm"


@pytest.fixture(scope="module")
def traveller(chromium: Browser, where: Stage) -> Iterator[Person]:
    """One person at one browser for the whole journey, HubSpot connected, the automatic push off."""
    with person(chromium, where) as opened:
        opened.sign_in()
        opened.connect()
        yield opened


def newest(page: Page) -> Locator:
    """Return the row of the newest execution on an automation's page."""
    return page.get_by_role("table", name="Executions").locator("tbody tr").first


def test_1_the_hub_itself_sends_each_new_lead_to_the_crm(traveller: Person) -> None:
    page = traveller.go(WIZARD)
    page.get_by_label("Name").fill("New leads to HubSpot")
    page.get_by_role("radio", name="This hub").check()
    expect(page.get_by_label("Make's webhook address")).to_have_count(0)
    expect(page.get_by_text("Settings of the template")).to_be_visible()
    assert traveller.check() == []
    page.get_by_role("button", name="Create").click()
    expect(page.locator('[data-secret="inbound"]')).to_be_visible()
    expect(page.locator('[data-secret="signing"]')).to_have_count(0)  # nothing is sent that could be signed
    expect(page.get_by_text("What to do next")).to_be_visible()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "active")
    body = {"firstName": "Nora", "lastName": "Native", "email": "nora@native.example"}
    traveller.stage.hub.data("POST", "/api/v1/leads", json=body)
    page.get_by_role("link", name="To the automation").click()
    row = newest(page)
    expect(row).to_contain_text("Created in the CRM")
    row.get_by_role("link", name="lead.created").click()
    expect(page.get_by_text("This hub does the work itself")).to_be_visible()
    assert traveller.check() == []
    contacts = traveller.stage.sandbox.records("contacts")
    assert [one["properties"]["email"] for one in contacts].count("nora@native.example") == 1


def test_2_make_beside_the_automatic_push_is_confirmed_first(traveller: Person, receiver: Receiver) -> None:
    hub = traveller.stage.hub
    (connection,) = hub.data("GET", "/api/v1/crm-integration/connections")
    hub.data("PATCH", f"/api/v1/crm-integration/connections/{connection['_id']}", json={"automaticPush": True})
    page = traveller.go(WIZARD)
    page.get_by_label("Name").fill("New leads by Make")
    page.get_by_label("Make's webhook address").fill(receiver.url)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("pushed to the connected CRM already")
    expect(dialogue).to_contain_text("runBy: native")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Cancel").click()
    expect(dialogue).to_be_hidden()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "inactive")
    page.get_by_role("button", name="Activate", exact=True).click()
    dialogue.get_by_role("button", name="Activate all the same").click()
    expect(dialogue).to_be_hidden()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "active")
    page.get_by_role("link", name="To the automation").click()
    expect(page.get_by_text("Worth knowing")).to_be_visible()
    assert traveller.check() == []


def test_3_a_subscription_of_another_system_is_seen_tested_and_ended(traveller: Person, receiver: Receiver) -> None:
    hub = traveller.stage.hub
    hub.data("POST", "/api/v1/automation/hooks", json={"targetUrl": receiver.url, "eventTypes": ["lead.created"]})
    page = traveller.go(TAB)
    panel = page.get_by_role("region", name="Subscriptions of other systems")
    expect(panel).to_contain_text("lead.created")
    panel.get_by_role("button", name="Test", exact=True).click()
    dialogue = page.get_by_role("dialog")
    before = len(receiver.requests)
    dialogue.get_by_role("button", name="Send a test event").click()
    expect(dialogue.locator("[data-outcome]")).to_have_attribute("data-outcome", "succeeded")
    assert json.loads(receiver.wait(lambda all: len(all) > before)[before].body)["test"] is True
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Close").click()
    panel.get_by_role("button", name="Unsubscribe").click()
    dialogue.get_by_role("button", name="Unsubscribe").click()
    expect(panel).to_have_count(0)
    assert hub.data("GET", "/api/v1/automation/hooks") == []


def active(traveller: Person, name: str, address: str) -> str:
    """Make an automation that delivers each new lead to an address, activate it, and return its id."""
    hub = traveller.stage.hub
    body = {"templateId": "lead-enrichment", "name": name, "makeWebhookUrl": address}
    id = str(hub.data("POST", "/api/v1/automation", json=body)["automation"]["_id"])
    hub.data("POST", f"/api/v1/automation/{id}/activate")
    return id


def test_4_an_address_that_is_gone_is_told_of_beside_the_button_for_another(
    traveller: Person, receiver: Receiver
) -> None:
    id = active(traveller, "Company data", receiver.url)
    receiver.status = 410
    traveller.stage.hub.data("POST", "/api/v1/leads", json={"firstName": "Lin", "email": "lin@automations.example"})
    page = traveller.go(f"/super-user/automations/{id}")
    notice = page.locator(f'[data-trouble="{id}"]')
    expect(notice).to_contain_text("Enter its new address")
    assert traveller.check() == []
    notice.get_by_role("button", name="Enter another address").click()
    expect(page.get_by_role("dialog").get_by_label("Make's webhook address")).to_be_visible()


def test_5_an_address_that_asks_to_wait_is_told_of_with_the_way_to_what_waits(
    traveller: Person, receiver: Receiver
) -> None:
    id = active(traveller, "Territories", receiver.url)
    receiver.status, receiver.headers = 429, {"retry-after": "3600"}
    traveller.stage.hub.data("POST", "/api/v1/leads", json={"firstName": "Mo", "email": "mo@automations.example"})
    page = traveller.go(f"/super-user/automations/{id}?status=retrying")
    expect(newest(page)).to_contain_text("The address asked to slow down, HTTP 429")
    traveller.stage.hub.data("POST", "/api/v1/leads", json={"firstName": "Di", "email": "di@automations.example"})
    traveller.go(TAB)
    notice = page.locator(f'[data-trouble="{id}"]')
    expect(notice).to_contain_text("The address asked to slow down, HTTP 429")
    expect(notice).to_contain_text("The next call is not before")
    assert traveller.check() == []
    notice.get_by_role("link", name="See what failed: Territories").click()
    page.wait_for_url("**status=retrying**")
    expect(page.locator("[data-health]")).to_have_attribute("data-health", "paused")
    assert traveller.check() == []
