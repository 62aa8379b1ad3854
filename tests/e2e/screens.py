"""Screenshots of every page, narrow and wide, light and dark: ``python -m tests.e2e.screens FOLDER``.

For looking at, and for the docs. Hub, sandbox and browser are real; the leads are made up.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.support.dashboard import Person, browser, person, stage, write_leads
from tests.support.hub import RunningHub
from tests.support.receiver import Receiver

WIDTHS = (390, 1440)
PAGES = {
    "integrations": "/super-user/integrations",
    "automation": "/super-user/integrations?tab=automation",
    "automation-new": "/super-user/automations/new?template=lead-to-crm",
    "automation-own": "/super-user/automations/new?template=custom",
    "executions": "/super-user/executions",
    "leads": "/super-user/leads",
    "leads-none": "/super-user/leads?tag=nobody",
    "leads-filters": "/super-user/leads?country=US&sort=-value",
    "leads-deleted": "/super-user/leads?state=deleted",
    "imports": "/super-user/imports",
    "import-new": "/super-user/imports/new",
    "errors": "/super-user/errors",
    "settings": "/super-user/settings",
    "members": "/super-user/settings?tab=members",
    "keys": "/super-user/settings?tab=keys",
    "audit": "/super-user/settings?tab=audit",
    "result": "/super-user/integrations/result?status=denied&code=consent_denied&provider=hubspot",
    "not-found": "/super-user/nowhere",
}


def furnish(admin: Person, folder: Path) -> dict[str, str]:
    """Put a connection, leads, an import and a failure into the hub; return the pages that came of it."""
    hub, sandbox = admin.stage.hub, admin.stage.sandbox
    admin.connect()
    admin.page.get_by_role("button", name="Done").click()
    file = write_leads(folder / "people.csv", 60, (",,not an address,,", "Bob,Kay,bob at home,,"))
    page = admin.go("/super-user/imports/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 62 rows").click()
    page.wait_for_url("**/imports/*")
    page.locator('[data-count="created"]').wait_for()
    imported = page.url.partition(hub.base_url)[2]
    gone = hub.data("POST", "/api/v1/leads", json={"firstName": "Ida", "lastName": "Past", "company": "Old Mill"})
    hub.data("DELETE", f"/api/v1/leads/{gone['_id']}")
    body = {
        "firstName": "Grace", "lastName": "Hopper", "email": "grace@navy.example", "company": "Harbour Compilers",
        "title": "Rear Admiral", "phone": "+12125550100", "tags": ["vip"], "status": "qualified", "source": "web form",
        "value": {"amount": "12500.00", "currency": "USD"}, "address": {"city": "Arlington", "country": "US"},
        "custom": {"Favourite colour": "navy"},
    }  # fmt: skip
    lead = hub.data("POST", "/api/v1/leads", json=body)
    hub.data("PATCH", f"/api/v1/leads/{lead['_id']}", json={"status": "won", "tags": ["vip", "navy"]})
    leads = [one["_id"] for one in hub.data("GET", "/api/v1/leads?q=ada&limit=40")]
    for part in (leads[:30], leads[30:], leads[:10], [lead["_id"]]):
        hub.data("POST", "/api/v1/crm-integration/sync-leads", json={"leadIds": part})
    for operation in ("objects.batch.update", "objects.update"):
        sandbox.fault(operation, "answer", status=423, body={"status": "error", "message": "locked"}, times=50)
    hub.data("PATCH", f"/api/v1/leads/{lead['_id']}", json={"company": "Harbour Compilers Ltd"})
    hub.api("POST", "/api/v1/crm-integration/sync-leads", json={"leadIds": [lead["_id"]]})
    return {"lead": f"/super-user/leads/{lead['_id']}", "import": imported}


def automate(hub: RunningHub, well: Receiver, gone: Receiver, busy: Receiver) -> dict[str, str]:
    """Set up automations (one has lost its address, one is to wait, one fails); return the pages that came of it."""
    made = {}
    for name, template, receiver in (
        ("New leads to the sales scenario", "lead-to-crm", well),
        ("Company data for new leads", "lead-enrichment", gone),
        ("Leads to their territory", "lead-distribution", busy),
    ):
        body = {"templateId": template, "name": name, "makeWebhookUrl": receiver.url}
        made[template] = hub.data("POST", "/api/v1/automation", json=body)["automation"]["_id"]
        hub.data("POST", f"/api/v1/automation/{made[template]}/activate")
    hub.data("POST", "/api/v1/automation", json={"templateId": "weekly-report"})
    hub.data(
        "POST", "/api/v1/automation/hooks", json={"targetUrl": well.url, "eventTypes": ["lead.created", "lead.updated"]}
    )
    for name in ("Grace", "Ada", "Lin"):
        hub.data("POST", "/api/v1/leads", json={"firstName": name, "email": f"{name.lower()}@automations.example"})
    well.wait(lambda all: len(all) >= 6)
    gone.wait(lambda all: len(all) >= 1)
    busy.wait(lambda all: len(all) >= 1)
    well.status = 500
    hub.data("POST", "/api/v1/leads", json={"firstName": "Cara", "email": "cara@automations.example"})
    well.wait(lambda all: len(all) >= 8)
    one = made["lead-to-crm"]
    execution = hub.data("GET", f"/api/v1/automation/executions?automationId={one}")[0]["_id"]
    return {
        "automation-one": f"/super-user/automations/{one}",
        "automation-held": f"/super-user/automations/{made['lead-distribution']}",
        "automation-gone": f"/super-user/automations/{made['lead-enrichment']}",
        "execution": f"/super-user/executions/{execution}",
    }


def shoot_preview(someone: Person, folder: Path, name: str, file: Path, findings: list[str]) -> None:
    """Photograph the second step of the import wizard, which has no address of its own."""
    page = someone.go("/super-user/imports/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Read it differently").click()
    page.get_by_label("Delimiter").first.wait_for()
    findings.extend(f"{name} import-preview: {one}" for one in someone.check())
    page.screenshot(path=folder / f"import-preview-{name}.png", full_page=True)


def shoot(someone: Person, folder: Path, name: str, pages: dict[str, str], findings: list[str]) -> None:
    """Photograph every page in one browser, and note what axe finds on it."""
    for page_name, path in pages.items():
        page = someone.go(path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(250)
        found = someone.check()
        findings.extend(f"{name} {page_name}: {one}" for one in found)
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            findings.append(f"{name} {page_name}: {width} px wider than the window")
        page.screenshot(path=folder / f"{page_name}-{name}.png", full_page=page_name != "leads")


def main(folder: Path) -> int:
    """Make all screenshots; return 1 where axe or the policy found something."""
    folder.mkdir(parents=True, exist_ok=True)
    findings: list[str] = []
    with (
        tempfile.TemporaryDirectory() as scratch,
        Receiver() as well,
        Receiver(410) as gone,
        Receiver(429, {"retry-after": "7200"}) as busy,
        stage(Path(scratch), origins=tuple(one.url.removesuffix("/hook") for one in (well, gone, busy))) as running,
        browser() as chromium,
    ):
        with person(chromium, running) as admin:
            admin.sign_in()
            pages = PAGES | furnish(admin, Path(scratch)) | automate(running.hub, well, gone, busy)
        for width in WIDTHS:
            for dark in (False, True):
                name = f"{width}-{'dark' if dark else 'light'}"
                with person(chromium, running, width=width, dark=dark) as someone:
                    shoot(
                        someone, folder, name, {"sign-in": "/sign-in", "invitation": "/invitation#inv_none"}, findings
                    )
                    someone.sign_in()
                    shoot(someone, folder, name, pages, findings)
                    shoot_preview(someone, folder, name, Path(scratch) / "people.csv", findings)
    sys.stdout.write("\n".join([*findings, f"{len(findings)} findings; pictures in {folder}"]) + "\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
