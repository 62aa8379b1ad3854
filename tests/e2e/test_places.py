"""Connecting CRMs that have several places: what is asked before the pop-up, and what a refused answer leads to."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support import dynamics as microsoft
from tests.support import salesforce as force
from tests.support import zoho
from tests.support.dashboard import Person, Stage, stage

EUROPE = "20099001"
ARRIVES_SECONDS = 120.0


@dataclass
class Vendors:
    """The sandboxes of the CRMs that have several places."""

    zoho: zoho.ZohoProcess
    salesforce: force.SalesforceProcess
    dynamics: microsoft.DynamicsProcess

    @property
    def origins(self) -> tuple[str, ...]:
        """Where they are; Zoho at both of its data centres."""
        return (self.zoho.url, self.zoho.eu_url, self.salesforce.url, self.dynamics.url)

    @property
    def settings(self) -> dict[str, str]:
        """The hub's settings for them; which organisation of Dynamics is meant stays open."""
        signed_in = f"{self.dynamics.url}/{microsoft.TENANT}"
        return {
            "ZOHO_CLIENT_ID": zoho.CLIENT_ID,
            "ZOHO_CLIENT_SECRET": zoho.CLIENT_SECRET,
            "LEADBRIDGE_ZOHO_API_URL": self.zoho.url,
            "LEADBRIDGE_ZOHO_LOGIN_URL": self.zoho.url,
            "LEADBRIDGE_ZOHO_AUTHORIZE_URL": f"{self.zoho.url}/oauth/v2/auth",
            "SALESFORCE_CLIENT_ID": force.CLIENT_ID,
            "SALESFORCE_CLIENT_SECRET": force.CLIENT_SECRET,
            "LEADBRIDGE_SALESFORCE_API_URL": self.salesforce.url,
            "LEADBRIDGE_SALESFORCE_LOGIN_URL": self.salesforce.url,
            "LEADBRIDGE_SALESFORCE_AUTHORIZE_URL": f"{self.salesforce.url}/services/oauth2/authorize",
            "DYNAMICS_CLIENT_ID": microsoft.CLIENT_ID,
            "DYNAMICS_CLIENT_SECRET": microsoft.CLIENT_SECRET,
            "LEADBRIDGE_DYNAMICS_LOGIN_URL": signed_in,
            "LEADBRIDGE_DYNAMICS_AUTHORIZE_URL": f"{signed_in}/oauth2/v2.0/authorize",
        }


@pytest.fixture(scope="module")
def vendors() -> Iterator[Vendors]:
    with zoho.ZohoProcess() as first, force.SalesforceProcess() as second, microsoft.DynamicsProcess() as third:
        first.control("POST", "/accounts", {"zgid": EUROPE, "location": "eu"})
        yield Vendors(first, second, third)


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory, vendors: Vendors) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("places"), vendors.settings, vendors.origins) as running:
        yield running


def ask(admin: Person, provider: str, button: str = "Connect") -> Locator:
    """Open the dialogue of a CRM's card; no window opens yet."""
    page = admin.go("/super-user/integrations")
    page.locator(f'[data-provider="{provider}"]').get_by_role("button", name=button, exact=True).click()
    form = page.locator("[role=dialog] [data-place]")
    form.wait_for()
    assert len(admin.context.pages) == 1
    return form


def go_on(admin: Person, form: Locator, allow: str, org: str | None = None) -> dict[str, Any]:
    """Send the answer, allow the access in the pop-up, and return what the hub was sent."""
    page = admin.page
    with page.expect_request("**/oauth/init") as asked, page.expect_popup() as opened:
        form.locator("button[type=submit]").click()
    popup = opened.value
    if org is not None:
        popup.get_by_role("combobox").select_option(org)
    popup.get_by_role("button", name=allow, exact=True).click()
    expect(page.locator("[role=dialog] [data-outcome]")).to_contain_text("The CRM is connected.")
    popup.close()  # it closes itself too, a moment later
    sent: dict[str, Any] = asked.value.post_data_json or {}
    return sent


def refused(admin: Person, field: Locator, form: Locator, said: str) -> None:
    """Send what the form holds and see it refused at its field, in the hub's words, without a window."""
    with admin.page.expect_response("**/oauth/init") as answered:
        field.press("Enter")
    assert answered.value.status == 400
    told = answered.value.json()["error"]
    expect(field).to_have_accessible_description(re.compile(re.escape(told["message"])))
    expect(form.get_by_role("alert")).to_contain_text(said)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    assert admin.check() == []
    assert len(admin.context.pages) == 1


def press(admin: Person, switch: Locator) -> None:
    """Turn a connection's switch by the keyboard, and wait until the hub has taken it."""
    with admin.page.expect_response(lambda answer: answer.request.method == "PATCH") as changed:
        switch.press("Space")
    assert changed.value.status == 200


def connections(where: Stage, provider: str) -> list[dict[str, Any]]:
    """Return the CRM's connections that have not ended."""
    found: list[dict[str, Any]] = where.hub.data("GET", "/api/v1/crm-integration/connections")
    return [one for one in found if one["provider"] == provider and one["status"] != "disconnected"]


def test_zoho_is_connected_at_a_chosen_data_centre_and_at_the_one_it_finds(
    admin: Person, where: Stage, vendors: Vendors
) -> None:
    form = ask(admin, "zoho")
    centre = form.get_by_label("Data centre of the account")
    expect(centre).to_be_focused()
    expect(centre).to_have_value("")
    assert admin.check() == []
    centre.select_option("Europe (zoho.eu)")
    sent = go_on(admin, form, "Accept", EUROPE)
    assert sent["dataCenter"] == "eu"
    (european,) = connections(where, "zoho")
    assert (european["accountInfo"]["accountId"], european["origins"]) == (EUROPE, [vendors.zoho.eu_url])
    sent = go_on(admin, ask(admin, "zoho", "Connect another account"), "Accept", zoho.ZGID)
    assert "dataCenter" not in sent
    assert {one["origins"][0] for one in connections(where, "zoho")} == {vendors.zoho.url, vendors.zoho.eu_url}
    kept = admin.page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])")
    assert "dataCenter" not in kept


def test_every_data_centre_offered_is_one_that_the_hub_knows(admin: Person, where: Stage) -> None:
    button = "Connect another account" if connections(where, "zoho") else "Connect"
    options = ask(admin, "zoho", button).get_by_role("option")
    offered = [value for value in options.evaluate_all("all => all.map((one) => one.value)") if value]
    for centre in offered:
        body = {"provider": "zoho", "dataCenter": centre}
        where.hub.data("POST", "/api/v1/crm-integration/oauth/init", json=body)
    refusal = where.hub.api("POST", "/api/v1/crm-integration/oauth/init", json={"provider": "zoho", "dataCenter": "-"})
    named = refusal.json()["error"]["hint"].partition(": ")[2].rstrip(".").split(", ")
    assert sorted(offered) == sorted(named)


def test_dynamics_is_told_its_organisation_and_refuses_what_is_none(
    admin: Person, where: Stage, vendors: Vendors
) -> None:
    form = ask(admin, "dynamics")
    address = form.get_by_label("Address of the organisation")
    expect(address).to_be_focused()
    assert admin.check() == []
    refused(admin, address, form, "needs to know which organisation")
    address.fill("https://crm.example.com")
    refused(admin, address, form, "crm.example.com is not an organisation of Dynamics 365.")
    assert connections(where, "dynamics") == []
    address.fill(vendors.dynamics.url)
    sent = go_on(admin, form, "Accept")
    assert sent["organizationUrl"] == vendors.dynamics.url
    (made,) = connections(where, "dynamics")
    assert made["origins"] == [vendors.dynamics.url]


def test_salesforce_is_told_the_environment_or_its_own_address(admin: Person, where: Stage) -> None:
    form = ask(admin, "salesforce")
    expect(form.get_by_role("radio", name="Production")).to_be_checked()
    form.get_by_role("radio", name="Production").press("ArrowDown")
    expect(form.get_by_role("radio", name="Sandbox")).to_be_checked()
    form.get_by_role("radio", name="My Domain").check()
    address = form.get_by_role("textbox", name="My Domain")
    address.fill("acme.lightning.force.com")
    refused(admin, address, form, "is not a Salesforce My Domain.")
    form.get_by_role("radio", name="Sandbox").check()
    expect(address).to_be_hidden()
    sent = go_on(admin, form, "Allow")
    assert (sent["environment"], "myDomain" in sent) == ("sandbox", False)
    (made,) = connections(where, "salesforce")
    assert made["status"] == "active"


def test_hubspot_asks_nothing_and_its_leads_go_there_by_themselves_once_switched_on(
    admin: Person, where: Stage
) -> None:
    admin.connect()
    page = admin.page
    page.get_by_role("button", name="Done").click()
    (made,) = connections(where, "hubspot")
    card = page.locator(f'[data-connection="{made["_id"]}"]')
    switch = card.get_by_role("switch", name="Automatic push")
    expect(switch).not_to_be_checked()
    press(admin, switch)
    expect(switch).to_be_checked()
    assert admin.check() == []
    page.reload()
    expect(switch).to_be_checked()
    assert connections(where, "hubspot")[0]["automaticPush"] is True
    body = {"firstName": "Lena", "lastName": "Soon", "email": "lena@soon.example"}
    where.hub.data("POST", "/api/v1/leads", json=body)
    deadline = time.monotonic() + ARRIVES_SECONDS
    while "lena@soon.example" not in [one["properties"].get("email") for one in where.sandbox.records("contacts")]:
        assert time.monotonic() < deadline, "the lead did not reach the CRM"
        time.sleep(0.2)
    press(admin, switch)
    page.reload()
    expect(switch).not_to_be_checked()
