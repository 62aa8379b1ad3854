"""Sync New Leads to CRM beside a connected CRM: done by the hub itself, and by Make though leads are pushed already."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.dashboard import Person, Stage, person, stage
from tests.support.receiver import Receiver

WIZARD = "/super-user/automations/new?template=lead-to-crm"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """What plays the scenario's webhook."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Stage]:
    origin = receiver.url.removesuffix("/hook")
    with stage(tmp_path_factory.mktemp("stage"), origins=(origin,)) as running:
        yield running


@pytest.fixture(scope="module")
def traveller(chromium: Browser, where: Stage) -> Iterator[Person]:
    """One person at one browser for the whole journey, HubSpot connected, the automatic push off."""
    with person(chromium, where) as opened:
        opened.sign_in()
        opened.connect()
        yield opened


def finished(page: Page) -> None:
    """Take the steps of the wizard that follow the first, up to the test."""
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="I have kept them").click()


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
    row = page.get_by_role("table", name="Executions").locator("tbody tr").first
    expect(row).to_contain_text("Created in the CRM")
    row.get_by_role("link", name="lead.created").click()
    expect(page.get_by_text("This hub does the work itself")).to_be_visible()
    expect(page.get_by_role("button", name="Send again")).to_have_count(0)
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
    finished(page)
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
