"""A person's way through automations, in order: from a template, its secrets, a test, real events, repairs, the end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.dashboard import Person, Stage, person
from tests.support.receiver import Receiver

NAME = "New leads to the sales scenario"
TAB = "/super-user/integrations?tab=automation"


@pytest.fixture(scope="module")
def traveller(chromium: Browser, where: Stage) -> Iterator[Person]:
    """One person at one browser for the whole journey."""
    with person(chromium, where) as opened:
        opened.sign_in()
        yield opened


def automation_named(traveller: Person, name: str) -> str:
    """Return the id of an automation."""
    found = [one for one in traveller.stage.hub.data("GET", "/api/v1/automation") if one["name"] == name]
    assert len(found) == 1
    return str(found[0]["_id"])


def opened(traveller: Person, name: str = NAME) -> Page:
    """Open an automation by its name in the list."""
    page = traveller.go(TAB)
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page


def secret_in(place: Page | Locator, which: str) -> str:
    """Return a secret that is shown."""
    shown = place.locator(f'[data-secret="{which}"]')
    expect(shown).to_be_visible()
    return shown.inner_text()


def newest_execution(page: Page) -> Locator:
    """Return the row of the newest execution on an automation's page."""
    return page.get_by_role("table", name="Executions").locator("tbody tr").first


def test_1_the_templates_are_shown_with_what_they_do_and_need(traveller: Person) -> None:
    page = traveller.go(TAB)
    expect(page.locator('[data-state="empty"]')).to_contain_text("No automations yet")
    expect(page.locator("[data-template]")).to_have_count(7)  # six, and a workflow of one's own
    card = page.locator('[data-template="lead-to-crm"]')
    expect(card).to_contain_text("Lead created")
    expect(card).to_contain_text("Real-time CRM synchronization")
    assert traveller.check() == []
    card.get_by_role("link", name="Use this template").click()
    page.wait_for_url("**/super-user/automations/new?template=lead-to-crm")
    expect(page.get_by_label("Make's webhook address")).to_be_visible()
    page.get_by_role("button", name="What such an event looks like").click()
    expect(page.get_by_role("group", name="What such an event looks like")).to_contain_text('"lead.created"')
    page.get_by_role("button", name="How the address is called").click()
    expect(page.get_by_label("Deliveries a second")).to_be_visible()
    assert traveller.check() == []


def test_2_an_automation_is_made_tested_and_activated_and_its_secrets_are_shown_once(
    traveller: Person, receiver: Receiver
) -> None:
    page = traveller.go("/super-user/automations/new?template=lead-to-crm")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Make's webhook address").fill("http://scenario.example/hook")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_contain_text("https")  # the refusal says which address would do
    page.get_by_label("Make's webhook address").fill(receiver.url)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("Shown only now")).to_be_visible()
    inbound, signing = secret_in(page, "inbound"), secret_in(page, "signing")
    assert signing.startswith("whsec_")
    assert inbound != signing
    expect(page.get_by_role("button", name="Copy: Secret that signs what this hub sends")).to_be_visible()
    expect(page.locator("ol.steps li")).to_have_count(5)
    assert traveller.check() == []
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Send a test event").click()
    outcome = page.locator("[data-outcome]")
    expect(outcome).to_have_attribute("data-outcome", "succeeded")
    expect(outcome).to_contain_text("HTTP 200")
    (sent,) = receiver.wait(lambda all: len(all) == 1)
    body = json.loads(sent.body)
    assert (body["type"], body["test"]) == ("lead.created", True)
    assert sent.headers["webhook-signature"].startswith("v1,")
    assert traveller.check() == []
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "active")
    page.get_by_role("link", name="To the automation").click()
    expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
    expect(page.locator("[data-health]")).to_contain_text("Not used yet")  # a test says nothing of its health
    expect(newest_execution(page)).to_contain_text("Succeeded")
    text = page.locator("main").inner_text()
    assert inbound not in text
    assert signing not in text
    assert receiver.url not in text, "an address is a secret, and shown only in part"
    assert traveller.check() == []


def test_3_an_event_becomes_an_execution_that_explains_itself_and_can_be_sent_again(
    traveller: Person, receiver: Receiver
) -> None:
    before = len(receiver.requests)
    hub = traveller.stage.hub
    lead = hub.data("POST", "/api/v1/leads", json={"firstName": "Grace", "email": "grace@automations.example"})
    receiver.wait(lambda all: len(all) > before)
    page = opened(traveller)
    row = newest_execution(page)
    expect(row).to_contain_text("Delivered, HTTP 200")
    expect(row.get_by_role("link", name="The lead")).to_have_attribute("href", f"/super-user/leads/{lead['_id']}")
    expect(page.locator("[data-health]")).to_contain_text("Healthy")
    assert traveller.check() == []
    row.get_by_role("link", name="The lead").click()
    page.get_by_role("link", name="What automations did").click()
    expect(page.get_by_text(f"Only those about the record {lead['_id']}")).to_be_visible()
    expect(newest_execution(page)).to_contain_text(NAME)
    newest_execution(page).get_by_role("link", name="lead.created").click()
    expect(page.get_by_role("heading", name="Execution: lead.created", level=1)).to_be_visible()
    expect(page.get_by_role("group", name="What is sent")).to_contain_text("grace@automations.example")
    attempt = page.locator('[data-attempt="1"]')
    expect(attempt).to_have_attribute("data-code", "delivered")
    attempt.get_by_text("Headers sent").click()
    expect(attempt).to_contain_text("webhook-id")
    assert traveller.check() == []
    page.get_by_role("button", name="Send again").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("with the same id")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Send again").click()
    expect(page.locator('[data-attempt="2"]')).to_have_attribute("data-code", "delivered")
    first, again = receiver.wait(lambda all: len(all) >= before + 2)[before : before + 2]
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    address = page.url
    page.get_by_role("button", name="Replay").click()
    dialogue.get_by_role("button", name="Replay").click()
    page.wait_for_url(lambda url: url != address)
    expect(page.locator("[data-execution-status]").first).to_have_attribute("data-execution-status", "succeeded")
    expect(page.get_by_text("Replay of")).to_be_visible()
    replayed = receiver.wait(lambda all: len(all) >= before + 3)[before + 2]
    assert replayed.headers["webhook-id"] != first.headers["webhook-id"]


def test_4_what_failed_is_told_cancelled_and_sent_again_for_a_whole_time(traveller: Person, receiver: Receiver) -> None:
    receiver.status = 500
    traveller.stage.hub.data("POST", "/api/v1/leads", json={"firstName": "Cara", "email": "cara@automations.example"})
    page = opened(traveller)
    page.get_by_role("combobox", name="Status").click()
    page.get_by_role("option", name="Retrying").click()
    page.wait_for_url("**status=retrying**")
    row = newest_execution(page)
    expect(row).to_contain_text("The receiver failed, HTTP 500")
    expect(row).to_contain_text("next try")
    row.get_by_role("link", name="lead.created").click()
    expect(page.get_by_role("alert").first).to_contain_text("Look into its log")
    expect(page.locator('[data-attempt="1"]')).to_contain_text("HTTP 500")
    assert traveller.check() == []
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel it").click()
    expect(page.locator("[data-execution-status]").first).to_have_attribute("data-execution-status", "cancelled")
    receiver.status = 200
    page.get_by_role("link", name=NAME).click()
    page.get_by_role("button", name=f"More actions for {NAME}").click()
    page.get_by_role("menuitem", name="Send a time range again").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_role("checkbox", name="Failed").uncheck()
    dialogue.get_by_role("checkbox", name="Cancelled").check()
    dialogue.get_by_role("button", name="Count them").click()
    expect(dialogue.locator("[data-found]")).to_have_attribute("data-found", "1")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Send 1 again").click()
    expect(dialogue).to_be_hidden()
    expect(newest_execution(page)).to_contain_text("Succeeded")


def test_5_it_is_changed_its_secret_replaced_and_switched_off(traveller: Person, receiver: Receiver) -> None:
    page = opened(traveller)
    page.get_by_role("button", name="Edit", exact=True).click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Only when").fill("status ==")
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue.get_by_role("alert")).to_be_visible()  # the filter cannot be read, and nothing was saved
    dialogue.get_by_label("Only when").fill("status == 'won'")
    dialogue.get_by_role("button", name="How the address is called").click()
    dialogue.get_by_label("Deliveries a second").fill("5")
    dialogue.get_by_label("Seconds between tries").fill("5, 60")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_be_hidden()
    expect(page.get_by_text("status == 'won'")).to_be_visible()
    expect(page.get_by_text("5 a second, 10 at one time")).to_be_visible()
    expect(page.get_by_text("5, 60 seconds")).to_be_visible()
    page.get_by_role("button", name="Edit", exact=True).click()
    dialogue.get_by_role("button", name="How the address is called").click()
    dialogue.get_by_label("Seconds between tries").fill("")
    dialogue.get_by_role("button", name="Save").click()
    expect(dialogue).to_be_hidden()
    expect(page.get_by_text("the standard: about three days")).to_be_visible()
    page.get_by_role("button", name=f"More actions for {NAME}").click()
    page.get_by_role("menuitem", name="Replace a secret").click()
    dialogue.get_by_role("radio", name="Signs what this hub sends").check()
    dialogue.get_by_role("button", name="Replace it").click()
    expect(dialogue).to_contain_text("The old one holds until")
    secret = secret_in(dialogue, "signing")
    assert secret.startswith("whsec_")
    assert traveller.check() == []
    dialogue.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Deactivate").click()
    dialogue.get_by_role("button", name="Deactivate").click()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "inactive")
    automation = traveller.stage.hub.data("GET", f"/api/v1/automation/{automation_named(traveller, NAME)}")
    assert (automation["status"], automation["filter"]) == ("inactive", "status == 'won'")
    assert automation["endpoint"]["perSecond"] == 5


def test_6_a_workflow_of_ones_own_says_what_it_lacks_before_it_starts(traveller: Person, receiver: Receiver) -> None:
    page = traveller.go("/super-user/automations/new?template=custom")
    page.get_by_role("combobox", name="Starts when").click()
    page.get_by_role("option", name="lead.status_changed").click()
    page.get_by_label("Name").fill("Won leads")
    assert traveller.check() == []
    page.get_by_role("button", name="Create").click()
    secret_in(page, "inbound")
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.locator("[data-missing]")).to_contain_text("no address")
    assert traveller.check() == []
    page.get_by_role("link", name="To the automation").click()
    page.get_by_role("button", name="Edit", exact=True).click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_label("Make's webhook address").fill(receiver.url)
    dialogue.get_by_role("button", name="Save").click()
    assert secret_in(dialogue, "signing").startswith("whsec_")
    dialogue.get_by_role("button", name="I have kept it").click()
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(page.locator("[data-status]").first).to_have_attribute("data-status", "active")
    before = len(receiver.requests)
    hub = traveller.stage.hub
    lead = hub.data("POST", "/api/v1/leads", json={"firstName": "Wanda", "email": "wanda@automations.example"})
    hub.data("PATCH", f"/api/v1/leads/{lead['_id']}", json={"status": "won"})
    sent = json.loads(receiver.wait(lambda all: len(all) > before)[before].body)
    assert (sent["type"], sent["data"]["lead"]["_id"]) == ("lead.status_changed", lead["_id"])
    page.get_by_role("link", name="All automations").click()
    expect(page.locator('[data-stat="total"]')).to_contain_text("2")
    expect(page.locator('[data-stat="active"]')).to_contain_text("1")
    assert traveller.check() == []


def test_7_it_is_deleted_and_its_executions_stay(traveller: Person) -> None:
    page = opened(traveller)
    page.get_by_role("button", name=f"More actions for {NAME}").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_contain_text("stay readable")
    dialogue.get_by_role("button", name="Delete now").click()
    page.wait_for_url("**/super-user/integrations?tab=automation")
    expect(page.get_by_role("link", name=NAME, exact=True)).to_have_count(0)
    page.get_by_role("link", name="All executions").click()
    expect(page.get_by_role("heading", name="Executions", level=1)).to_be_visible()
    expect(page.get_by_role("cell", name=re.compile("A deleted automation")).first).to_be_visible()
    assert traveller.check() == []
