"""One of everything that an operation can name, in a company of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp

from leadbridge.automation.delivery.model import EXECUTIONS, Execution, ExecutionState
from leadbridge.demo.client import DemoClient
from leadbridge.kit.clock import to_millis
from leadbridge.storage.batch import WriteBatch
from leadbridge.tenancy.model import Role
from leadbridge.usage.model import Category, EventType
from leadbridge.usage.service import Failure
from leadbridge.work.model import TASKS, Queue, Task, TaskState
from tests.contract.integrations.walk import Connecting
from tests.contract.tenancy.conftest import another_company, key_of, member
from tests.support.consent import Browser
from tests.support.hub_in_process import HubUnderTest


@dataclass(frozen=True)
class Planted:
    """A company, the token of its super user, and by kind what it has; ``mark`` stands in every text of its own."""

    company: str
    token: str
    mark: str
    ids: dict[str, str]

    @property
    def own(self) -> set[str]:
        """Every text that another company must not be shown unless it sent it itself."""
        return {*self.ids.values(), self.company, self.mark}


async def plant(site: Connecting, mark: str) -> Planted:
    """Make a company whose texts all hold ``mark``, with one of everything and lists of more than one page."""
    under_test = site.site
    hub = site.hub
    company = await another_company(under_test)
    address = f"{mark}@example.com"
    user = await member(under_test, address, Role.SUPER_USER, company=company)
    token = await key_of(under_test, user)

    async def made(path: str, **body: Any) -> Any:
        return (await under_test.ask("POST", path, token=token, json=body)).data

    lead = await made("/leads", externalId=f"{mark}-17", lastName=mark, email=f"lead-{mark}@example.com")
    await made("/leads", lastName=mark)
    await under_test.ask("PATCH", f"/leads/{lead['_id']}", token=token, json={"tags": [mark]})
    ids = {"leads": lead["_id"], "external": f"{mark}-17", "email": f"lead-{mark}@example.com"}
    for kind in FILES:
        for _ in range(2):  # two, so that lists of them have a second page
            imported = await _imported(under_test, token, mark, kind)
        ids["imports" if kind == "leads" else f"{kind}/imports"] = imported["_id"]
    for _ in range(2):
        ids["tokens"] = (await made("/auth/tokens", name=mark))["_id"]
        key = await made("/api-keys", name=mark)
        ids |= {"api-keys": key["_id"], "users": key["userId"]}
    for n in range(2):
        ids["invitations"] = (await made("/invitations", email=f"{mark}{n}@example.com", role="member"))["_id"]
        ids["erasures"] = (await made("/privacy/erasures", email=f"gone{n}-{mark}@example.com"))["_id"]
    ids |= await _more_records(under_test, token, mark)
    ids |= await _form(under_test, token, mark)
    for _ in range(2):
        target = f"{hub.settings.hubspot_api_url}/hook-of/{mark}"
        hook = await made("/automation/hooks", targetUrl=target, eventTypes=["connection.reauth_required"])
        ids["hooks"] = hook["_id"]
    async with DemoClient(site.base, token) as client:
        await client.connect("hubspot", hub.settings.hubspot_api_url)
    connections = (await under_test.ask("GET", "/crm-integration/connections", token=token)).data
    ids["connections"] = connections[0]["_id"]
    ids["runs"] = (await made("/crm-integration/sync-leads", leadIds=[lead["_id"]]))["run"]["_id"]
    site.token = token
    pending = await site.approve(await site.begin(token=token), browser=Browser())
    ids["handle"] = pending.outcome["handle"]
    failures = [
        Failure("sync_leads", code, mark, "cause", "hint", retryable=True, lead_id=lead["_id"]) for code in ("a", "b")
    ]
    await hub.usage.record_failures(company, failures)
    ids["error-logs"] = (await under_test.ask("GET", "/crm-integration/error-logs", token=token)).data[0]["_id"]
    ids |= await _automations(under_test, token, company, mark, lead["_id"])
    event = hub.usage.event(
        company, EventType.CRM_SYNC, Category.CRM, succeeded=True, milliseconds=1, automation_id=ids["automations"]
    )
    await hub.usage.record(event)
    ids["events"] = event.id
    now = to_millis(hub.clock.now())
    for _ in range(2):
        ids["dead"] = hub.ids()
        task = Task(
            id=ids["dead"], company_id=company, lane=f"company:{company}", q=Queue.BULK, kind=mark, ref="{}",
            state=TaskState.DEAD, due_at=now, first_due_at=now,
        )  # fmt: skip
        await hub.store.write(WriteBatch().insert(TASKS, task))
    return Planted(company, token, mark, ids)


async def _more_records(hub: HubUnderTest, token: str, mark: str) -> dict[str, str]:
    """Plant what stands beside leads: two of each, with two events each."""
    ids: dict[str, str] = {}

    async def made(method: str, path: str, body: dict[str, Any]) -> str:
        answer = await hub.ask(method, path, token=token, json=body)
        assert answer.status in (200, 201), answer.body
        return str(answer.data.get("_id"))

    bodies = {
        "contacts": {"lastName": mark, "email": f"contact-{mark}@example.com"},
        "accounts": {"name": mark},
        "deals": {"name": mark},
        "team": {"name": mark, "zone": "Europe/Berlin"},
    }
    for kind, body in bodies.items():
        for _ in range(2):
            ids[kind] = await made("POST", f"/{kind}", body)
        if kind != "team":
            await made("PATCH", f"/{kind}/{ids[kind]}", {"tags": [mark]})
    ids["fields"] = f"{mark}_field"
    await made("PUT", f"/leads/fields/{ids['fields']}", {"type": "text", "label": mark})
    ids["views"] = await made("POST", "/leads/views", {"name": mark, "filters": {}})
    return ids


async def _form(hub: HubUnderTest, token: str, mark: str) -> dict[str, str]:
    fields = [{"name": "email", "label": "E-mail", "type": "email", "to": "email", "required": True}]
    for _ in range(2):
        answer = await hub.ask("POST", "/forms", token=token, json={"name": mark, "fields": fields, "perMinute": 100})
        assert answer.status == 201, answer.body
    async with aiohttp.ClientSession() as session:
        for n in range(2):
            async with session.post(answer.data["url"], json={"email": f"form{n}-{mark}@example.com"}) as sent:
                assert sent.status == 201
    return {"forms": answer.data["_id"]}


async def _automations(hub: HubUnderTest, token: str, company: str, mark: str, lead: str) -> dict[str, str]:
    """Plant inactive automations, executions that have settled, and subscriptions to what does not happen."""
    store, ids, now = hub.hub.store, hub.hub.ids, hub.hub.clock.now()
    made: dict[str, str] = {}
    for _ in range(2):
        answer = await hub.ask("POST", "/automation", token=token, json={"templateId": "lead-to-crm", "name": mark})
        made["automation"] = made["automations"] = answer.data["automation"]["_id"]
        target = {"targetUrl": f"https://hooks.example.com/{mark}", "eventTypes": ["lead.merged"]}
        made["hooks"] = (await hub.ask("POST", "/automation/hooks", token=token, json=target)).data["_id"]
        execution = Execution(
            id=ids(), company_id=company, subjects=(lead,), automation_id=made["automation"], event_id=ids(),
            event_type="lead.created", record_id=lead, origin="api", state=ExecutionState.SUCCEEDED,
            body=f'{{"data":{{"lead":{{"lastName":"{mark}"}}}}}}', created_at=now, settled_at=now,
        )  # fmt: skip
        await store.write(WriteBatch().insert(EXECUTIONS, execution))
        made["executions"] = execution.id
    return made


PEOPLE = "First name,E-mail,City\n{0},x-{0}@example.com,\n{0},y-{0}@example.com,\n,,1\n,,2\n"
FILES = {
    "leads": PEOPLE,
    "contacts": PEOPLE,
    "accounts": "Account name,City\n{0}1,\n{0}2,\n,1\n,2\n",
    "deals": "Deal name,Stage\n{0}1,\n{0}2,\n,1\n,2\n",
}
"""Files of two records and two rejected rows, by what their rows become."""


async def _imported(hub: HubUnderTest, token: str, mark: str, kind: str) -> Any:
    sent = {"data": FILES[kind].format(mark).encode(), "headers": {"content-type": "text/csv"}}
    return (await hub.ask("POST", f"/{kind}/imports?name={mark}.csv", token=token, **sent)).data
