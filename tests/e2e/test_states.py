"""What pages show when there is nothing, when the hub fails, and to people who may do less."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.support.dashboard import Person, Stage, person

PAGES = {
    "leads": "No leads yet",
    "imports": "Nothing imported yet",
    "errors": "No errors",
}


def test_empty_lists_say_what_to_do_next(admin: Person) -> None:
    for path, said in PAGES.items():
        page = admin.go(f"/super-user/{path}")
        expect(page.locator('[data-state="empty"]')).to_contain_text(said)
        assert admin.check() == [], path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("leads?sort=sideways", "sort"),
        ("leads/674085f0c2a1b94d3e5f6071", "There is no lead with this id"),
        ("imports/674085f0c2a1b94d3e5f6071", "import"),
        (f"errors?provider={'x' * 101}", "provider"),
        ("automations/674085f0c2a1b94d3e5f6071", "There is no such automation"),
        ("executions/674085f0c2a1b94d3e5f6071", "execution"),
        ("executions?status=sideways", "status"),
    ],
)
def test_a_refusal_is_told_with_a_reference_to_copy(admin: Person, path: str, said: str) -> None:
    page = admin.go(f"/super-user/{path}")
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text(said)
    expect(alert.get_by_text(re.compile("Reference: [0-9a-f]{24}"))).to_be_visible()
    expect(alert.get_by_role("button", name="Copy the reference")).to_be_visible()
    assert admin.check() == []


def test_a_member_is_invited_and_sees_only_what_a_member_may(chromium: Browser, where: Stage) -> None:
    with person(chromium, where) as admin:
        admin.sign_in()
        page = admin.go("/super-user/settings?tab=members")
        page.get_by_role("button", name="Invite").click()
        page.get_by_label("E-mail address").fill("mia@members.example")
        page.get_by_role("dialog").get_by_role("button", name="Invite").click()
        link = page.locator("code.address").inner_text()
    with person(chromium, where) as member:
        page = member.go(link.partition(where.hub.base_url)[2])
        page.get_by_label("Your name").fill("Mia Member")
        page.get_by_role("textbox", name="New password").fill("a long password of Mia's own")
        page.get_by_role("button", name="Become a user").click()
        page.get_by_role("link", name="Sign in").click()
        member.sign_in("mia@members.example", "a long password of Mia's own")
        card = page.locator('[data-provider="hubspot"]')
        expect(card).to_contain_text("Not connected")
        expect(card.get_by_role("button", name="Connect")).to_have_count(0)
        page.get_by_role("tab", name="Automation").click()
        expect(page.locator('[data-template="lead-to-crm"]')).to_be_visible()
        expect(page.get_by_role("link", name="Use this template")).to_have_count(0)
        assert member.check() == []
        member.go("/super-user/settings?tab=audit")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("You may not see this")
        expect(alert).to_contain_text("audit.read")
        assert member.check() == []


def test_a_hub_that_does_not_answer_is_told_and_can_be_asked_again(admin: Person) -> None:
    page = admin.go("/super-user/imports")
    expect(page.locator('[data-state="empty"]')).to_be_visible()
    page.get_by_role("link", name="Error log").hover()  # its page is loaded beforehand, as anybody's pointer makes it
    page.wait_for_load_state("networkidle")
    admin.context.set_offline(True)
    page.get_by_role("link", name="Error log").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("The hub does not answer.")
    admin.context.set_offline(False)
    alert.get_by_role("button", name="Try again").click()
    expect(page.locator('[data-state="empty"]')).to_contain_text("No errors")


def test_colours_follow_the_choice_and_the_next_visit(admin: Person) -> None:
    page = admin.go("/super-user/integrations")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Dark colours").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    assert admin.check() == []
