"""What the promises are replayed on: hubs, vendors' sandboxes, and the state an item says it needs."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract.guide.vendors import POINTERS, PROVIDERS, Sandboxes
from tests.support.consent import Walk, connect
from tests.support.hub import HubFailed, RunningHub
from tests.support.receiver import Receiver
from tests.support.vendor import SandboxError, VendorProcess
from tests.support.web import Answer
from tests.support.wire_tap import WireTap

EVERY_VENDORS_VARIABLES = {
    "ZOHO_CLIENT_ID": "1000.4WQZ7L",
    "ZOHO_CLIENT_SECRET": "made-up-zoho-secret-5f1c",
    "SALESFORCE_CLIENT_ID": "3MVG9.made-up.consumer-key",
    "SALESFORCE_CLIENT_SECRET": "made-up-salesforce-secret-77ad",
    "HUBSPOT_CLIENT_ID": "0f9b2c1e-5a3d-4a7b-9a55-2f1d6f0c8e11",
    "HUBSPOT_CLIENT_SECRET": "made-up-hubspot-secret-90be",
    "DYNAMICS_CLIENT_ID": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "DYNAMICS_CLIENT_SECRET": "made-up-dynamics-secret-31cc",
    "DYNAMICS_RESOURCE": "https://contoso.crm.dynamics.com",
}
PUBLIC_URL = "https://leads.example.com"


class PromiseNotKept(AssertionError):
    """The running hub does not do what the guide says. The only failure a promise that waits may have."""


@dataclass
class Scene:
    """One running hub, the taps on its vendors, and what set-up steps left to be named in items."""

    hub: RunningHub
    taps: dict[str, WireTap] = field(default_factory=dict)
    sandboxes: dict[str, VendorProcess] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    walks: list[Walk] = field(default_factory=list)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What set-up steps have made, with the facts that each of them left."""
    elsewhere: str = ""
    """An address outside where a Make webhook would stand."""

    def tap(self, vendor: str) -> WireTap:
        """The tap between this hub and a vendor. Raises PromiseNotKept when the vendor has no sandbox yet."""
        if vendor not in self.taps:
            raise PromiseNotKept(f"this hub has no sandbox of {vendor} behind it")
        return self.taps[vendor]

    def ask(self, method: str, path: str, json: object = None) -> Any:
        """The `data` of an answer that a set-up step relies on. Raises PromiseNotKept on any other answer."""
        answer = self.hub.api(method, path, json=json)
        return enveloped(answer, f"{method} {path}")


def enveloped(answer: Answer, what: str) -> Any:
    """The `data` of a successful answer. Raises PromiseNotKept when it is none."""
    try:
        content = answer.json()
    except ValueError:
        content = None
    if answer.status >= 300 or not isinstance(content, dict) or content.get("success") is not True:
        raise PromiseNotKept(f"{what} answered {answer.status}: {answer.text[:300]}")
    return content["data"]


class Stage:
    """Starts each scene when an item first asks for it, and ends them all together.

    Scenes: `main` (HubSpot's sandbox behind it), one named after each other vendor, `bare` (no vendor variable is
    set), `dotenv` (every vendor variable stands in `.env`, public address under https) and `fresh` (as `main`,
    but of its own for each item). Once a hub or sandbox did not start, every item fails the same way at once.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="guide-")))
        self._sandboxes = Sandboxes(self._stack)
        self._elsewhere = self._stack.enter_context(Receiver())
        self._scenes: dict[str, Scene] = {}
        self._broken: Exception | None = None
        self._count = 0

    def close(self) -> None:
        """Stop every hub, tap and sandbox."""
        self._stack.close()

    def scene(self, name: str, item_id: str) -> Scene:
        """The scene of that name. Raises HubFailed, SandboxError or PromiseNotKept when it cannot be had."""
        key = f"fresh:{item_id}" if name == "fresh" else name
        if key not in self._scenes:
            if self._broken is not None:
                raise self._broken.with_traceback(None)  # else each raise would lengthen it
            try:
                self._scenes[key] = self._start(name)
            except (HubFailed, SandboxError) as error:
                self._broken = error
                raise
        return self._scenes[key]

    def _start(self, name: str) -> Scene:
        self._count += 1
        data_dir = self._folder / f"{self._count}-{name}"
        if name == "bare":
            return Scene(self._stack.enter_context(RunningHub(data_dir)))
        if name == "dotenv":
            working = self._folder / "dotenv.cwd"
            working.mkdir()
            lines = [f"{key}={value}\n" for key, value in EVERY_VENDORS_VARIABLES.items()]
            (working / ".env").write_text("".join(lines), encoding="utf-8")
            return Scene(self._stack.enter_context(RunningHub(data_dir, public_url=PUBLIC_URL, cwd=working)))
        vendor = name if name in PROVIDERS else "hubspot"
        if vendor not in POINTERS:
            raise PromiseNotKept(f"there is no sandbox of {vendor}")
        sandbox = self._sandboxes.get(vendor)
        tap = self._stack.enter_context(WireTap(sandbox.url))
        POINTERS[vendor].moved(sandbox, tap.origin)
        # a vendor that names its own servers names the sandbox behind the tap
        settings = {
            "LEADBRIDGE_SANDBOX_ORIGINS": f"{tap.origin},{sandbox.url},{self._elsewhere.url.rpartition('/')[0]}",
            "LEADBRIDGE_AUTOMATIC_PUSH": "0",
            **POINTERS[vendor].settings(tap.origin),
        }
        hub = self._stack.enter_context(RunningHub(data_dir, env=settings))
        return Scene(hub, {vendor: tap}, {vendor: sandbox}, elsewhere=self._elsewhere.url)

    def prepare(self, scene: Scene, needs: list[dict[str, Any]]) -> None:
        """Bring a scene into the state an item needs; what is there already is left alone."""
        for need in needs:
            [(name, value)] = need.items()
            key = f"{name}={value!r}"
            if key not in scene.done:
                before = dict(scene.facts)
                SETUPS[name](scene, value)
                scene.done[key] = {fact: one for fact, one in scene.facts.items() if before.get(fact) != one}
            scene.facts |= scene.done[key]  # of two automations the one that the item needs is meant


def _connected(scene: Scene, provider: str) -> None:
    scene.tap(provider)
    walk = connect_or_complain(scene, provider)
    if walk.completed is not None:
        enveloped(walk.completed, "oauth/complete")
    status = scene.ask("GET", f"/api/v1/crm-integration?provider={provider}")
    if not isinstance(status, dict) or status.get("status") != "active":
        raise PromiseNotKept(f"after the connect flow {provider} is not active")
    scene.facts["connectionId"] = status["_id"]


def connect_or_complain(scene: Scene, provider: str, **how: Any) -> Walk:
    """Walk the connect flow and note it in the scene. Raises PromiseNotKept naming the step that led nowhere."""
    try:
        walk = connect(scene.hub, provider, **how)
    except AssertionError as error:
        raise PromiseNotKept(str(error)) from error
    scene.walks.append(walk)
    return walk


def _leads(scene: Scene, external_ids: list[str], **more: Any) -> None:
    for number, external_id in enumerate(external_ids, start=1):
        lead = {
            "externalId": external_id,
            "firstName": "Ana",
            "lastName": f"Sample {number}",
            "email": f"{external_id}@example.com",
            "company": "Sample & Sons",
        }
        scene.ask("POST", "/api/v1/leads", json=lead | more)


def _valuable_leads(scene: Scene, external_ids: list[str]) -> None:
    scene.ask("PUT", "/api/v1/leads/high-value", json={"value": {"amount": "10000", "currency": "EUR"}})
    _leads(scene, external_ids, value={"amount": "25000", "currency": "EUR"})


def _automation(scene: Scene, template: str) -> None:
    made = scene.ask("POST", "/api/v1/automation", json={"templateId": template})
    try:
        scene.facts["automationId"] = made["automation"]["_id"]
        scene.facts["webhookUrl"], scene.facts["webhookSecret"] = made["webhookUrl"], made["webhookSecret"]
    except (KeyError, TypeError) as error:
        raise PromiseNotKept(f"creating an automation told no {error}") from error


def _active_automation(scene: Scene, template: str) -> None:
    """Make and activate one; for work that the hub cannot do itself, save an address as Make would have given it."""
    _automation(scene, template)
    path = f"/api/v1/automation/{scene.facts['automationId']}"
    if scene.ask("GET", path)["missing"]:
        scene.ask("PATCH", path, json={"makeWebhookUrl": scene.elsewhere})
    scene.ask("POST", f"/api/v1/automation/{scene.facts['automationId']}/activate")


SETUPS: dict[str, Callable[[Scene, Any], None]] = {
    "connected": _connected,
    "leads": _leads,
    "valuable leads": _valuable_leads,
    "automation": _automation,
    "active automation": _active_automation,
}
