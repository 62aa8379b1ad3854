"""The dashboard in a real browser: hub and sandbox as processes, pages driven by Playwright, axe on every page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.chromium import ensure
from tests.support.hub import RunningHub
from tests.support.sandbox import CLIENT_ID, CLIENT_SECRET, SandboxProcess

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
ADMIN = "admin@localhost"
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.__violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
"""
"""Collects what the page's policy had to stop."""
RUN_AXE = """async () => {
  const where = (n) => `${n.target.join(" ")} ${(n.any[0] ?? n.all[0] ?? n.none[0])?.message ?? ""}`;
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map((v) => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 4).map(where).join(" | ")}`);
}"""


@dataclass
class Stage:
    """A running hub that a running sandbox plays HubSpot for."""

    hub: RunningHub
    sandbox: SandboxProcess

    @property
    def password(self) -> str:
        """The first administrator's password."""
        return (self.hub.data_dir / "first-password").read_text().strip()


@contextmanager
def stage(folder: Path, more: Mapping[str, str] | None = None, origins: tuple[str, ...] = ()) -> Iterator[Stage]:
    """Start sandbox and hub for a ``with`` block; ``more`` are settings, ``origins`` those of further sandboxes."""
    with SandboxProcess() as sandbox:
        settings = {
            "LEADBRIDGE_SANDBOX_ORIGINS": ",".join((sandbox.url, *origins)),
            "LEADBRIDGE_AUTOMATIC_PUSH": "0",
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "LEADBRIDGE_HUBSPOT_API_URL": sandbox.url,
            "LEADBRIDGE_HUBSPOT_AUTHORIZE_URL": f"{sandbox.url}/oauth/authorize",
            **(more or {}),
        }
        with RunningHub(folder / "hub", env=settings) as hub:
            yield Stage(hub, sandbox)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a headless Chromium for a ``with`` block."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(ensure()), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


@dataclass
class Person:
    """Somebody at a browser of their own. ``faults`` collects what no page may do: errors, and policy violations."""

    stage: Stage
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the hub."""
        self.page.goto(self.stage.hub.base_url + path)
        return self.page

    def sign_in(self, email: str = ADMIN, password: str | None = None) -> None:
        """Sign in by the form."""
        page = self.go("/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_role("textbox", name="Password").fill(password or self.stage.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Integrations", level=1).wait_for()

    def connect(self, decision: str = "Approve", button: str = "Connect") -> None:
        """Walk through HubSpot's consent in the pop-up; ends with the dialogue that tells how it ended."""
        card = self.page.locator('[data-provider="hubspot"]')
        with self.page.expect_popup() as opened:
            card.get_by_role("button", name=button, exact=True).click()
        popup = opened.value
        popup.get_by_role("button", name=decision, exact=True).click()
        self.page.locator("[role=dialog] [data-outcome]").wait_for()

    def check(self) -> list[str]:
        """Return what axe finds on the page as it stands, with what its policy had to stop."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = self.page.evaluate(RUN_AXE)
        stopped: list[str] = self.page.evaluate("window.__violations")
        return [*found, *stopped, *self.faults]


@contextmanager
def person(started: Browser, where: Stage, *, width: int = 1280, dark: bool = False) -> Iterator[Person]:
    """Open a fresh browser profile for a ``with`` block."""
    context = started.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH)
    page = context.new_page()
    someone = Person(where, context, page)
    page.on("pageerror", lambda error: someone.faults.append(f"page error: {error}"))
    try:
        yield someone
    finally:
        context.close()


def write_leads(path: Path, count: int, extra: tuple[str, ...] = ()) -> Path:
    """Write a CSV file of ``count`` good leads, and of further rows as they are given."""
    rows = ["First Name,Last Name,Email,Company,Phone"]
    rows += [f"Ada{n},Tester,ada{n}@dashboard.example,Company {n % 40},+1 212 555 {n:04d}" for n in range(count)]
    path.write_text("\n".join([*rows, *extra]) + "\n", encoding="utf-8")
    return path


def api_json(person: Person, path: str) -> Any:
    """Return what the hub answers the signed-in browser."""
    return json.loads(person.page.evaluate("async (p) => await (await fetch(p)).text()", path))
