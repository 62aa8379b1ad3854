"""What pages show when there is nothing, when the hub fails, and to people who may do less."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect

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


@pytest.mark.parametrize("path", ["integrations", "leads", "imports", "errors", "settings?tab=members"])
def test_a_failure_is_told_with_a_reference_and_can_be_tried_again(admin: Person, path: str) -> None:
    failing = True
    ends = re.compile(r"/api/v1/(crm-integration/(providers|error-logs)|leads|users)(/imports)?(\?|$)")

    def fail(route: Route) -> None:
        if not failing:
            route.continue_()
            return
        body = '{"success":false,"error":{"code":"unexpected","message":"Something went wrong inside the hub.",'
        body += '"hint":"Try again later.","requestId":"reference-123","details":{}}}'
        route.fulfill(status=500, content_type="application/json", body=body)

    admin.page.route(ends, fail)
    page = admin.go(f"/super-user/{path}")
    alert = page.get_by_role("alert").first
    expect(alert).to_contain_text("Something went wrong inside the hub.")
    expect(alert).to_contain_text("reference-123")
    expect(alert.get_by_role("button", name="Copy the reference")).to_be_visible()
    assert admin.check() == []
    failing = False
    alert.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


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
        member.go("/super-user/settings?tab=audit")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("You may not see this")
        expect(alert).to_contain_text("audit.read")
        assert member.check() == []


def test_a_hub_that_does_not_answer_is_told(admin: Person) -> None:
    page = admin.go("/super-user/leads")
    expect(page.locator('[data-state="empty"]')).to_be_visible()
    admin.page.route("**/api/v1/leads/imports**", lambda route: route.abort())
    page.get_by_role("link", name="Imports").click()
    expect(page.get_by_role("alert")).to_contain_text("The hub does not answer.", timeout=60_000)


def test_colours_follow_the_choice_and_the_next_visit(admin: Person) -> None:
    page = admin.go("/super-user/integrations")
    root = page.locator("html")
    expect(root).to_have_attribute("data-mantine-color-scheme", "light")
    page.get_by_role("button", name="Dark colours").click()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
    assert admin.check() == []
