"""A whole hub and Make's sandbox, both processes over HTTP: there and back, loops that end, kills that lose nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.hub import RunningHub
from tests.support.make import MakeProcess
from tests.support.web import Answer, send

PATIENCE = 90.0


@dataclass
class Site:
    """A hub, Make, and what a person does with both."""

    hub: RunningHub
    make: MakeProcess

    def api(self, method: str, path: str, json: object = None) -> Any:
        """Return the data of a successful answer."""
        answer = self.hub.api(method, f"/api/v1/automation{path}", json=json)
        body = answer.json()
        assert body.get("success"), body
        return body["data"]

    def automation(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return an active automation that hands to a new webhook of Make's, and that webhook."""
        hook = self.make.hook()
        self.make.scenario(hook)
        made = self.api("POST", "", {"templateId": "lead-notifications", "makeWebhookUrl": hook["url"]})
        self.api("POST", f"/{made['automation']['_id']}/activate")
        return made, hook

    def executions(self, made: dict[str, Any]) -> list[dict[str, Any]]:
        """Return an automation's executions, newest first."""
        listed: list[dict[str, Any]] = self.api("GET", f"/executions?automationId={made['automation']['_id']}")
        return listed

    def until(self, made: dict[str, Any], enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Return an automation's executions as soon as they are enough."""
        deadline = time.monotonic() + PATIENCE
        while not enough(found := self.executions(made)):
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        return found


def call(made: dict[str, Any], body: object, **headers: str) -> Answer:
    """Call an automation."""
    return send("POST", made["webhookUrl"], headers={"X-Webhook-Secret": made["webhookSecret"], **headers}, json=body)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with MakeProcess() as make:
        env = {"LEADBRIDGE_SANDBOX_ORIGINS": make.url, "LEADBRIDGE_RATE_WEBHOOK": "0"}
        with RunningHub(tmp_path_factory.mktemp("made") / "hub", env=env) as hub:
            yield Site(hub, make)


def settled(count: int) -> Callable[[list[dict[str, Any]]], bool]:
    """Return what tells that so many executions are settled."""
    return lambda found: sum(one["status"] in ("succeeded", "failed") for one in found) >= count


def test_a_call_is_delivered_to_make_and_its_call_back_is_a_report(site: Site) -> None:
    made, hook = site.automation()
    back = {"url": made["webhookUrl"], "secret": made["webhookSecret"]}
    report = {"status": "failed", "message": "Slack refused it"}
    site.make.scenario(hook, callback=back | {"body": report}, signedWith=made["signingSecret"])

    answer = call(made, {"test": "data"})
    assert answer.status == 202
    execution = answer.json()["data"]["executionId"]
    [found] = site.until(made, lambda found: any(one.get("code") == "reported_failed" for one in found))

    assert (found["_id"], found["status"], found["eventType"]) == (execution, "failed", "webhook.received")
    shown = site.api("GET", f"/executions/{execution}")
    assert shown["report"]["message"] == "Slack refused it"
    delivery = next(one for one in site.make.records() if one["hook"] == hook["udid"])
    assert delivery["signatureChecked"] is True
    assert delivery["json"]["data"] == {"test": "data"}
    stats = site.api("GET", "/stats")
    assert stats["failedExecutions"] >= 1


def test_a_scenario_that_calls_back_without_an_execution_comes_to_an_end(site: Site) -> None:
    made, hook = site.automation()
    back = {"url": made["webhookUrl"], "secret": made["webhookSecret"], "executionId": False}
    site.make.scenario(hook, callback=back)

    call(made, {"test": "data"})
    ended = site.make.deliveries(
        lambda found: any(
            one["hook"] == hook["udid"] and one.get("callback", {}).get("status") == 429 for one in found
        ),
        PATIENCE,
    )

    assert sum(one["hook"] == hook["udid"] for one in ended) == 4
    assert [one["hop"] for one in reversed(site.until(made, settled(4)))] == [0, 1, 2, 3]


def test_a_scenario_that_hands_the_hop_on_comes_to_an_end_by_it(site: Site) -> None:
    made, hook = site.automation()
    back = {"url": made["webhookUrl"], "secret": made["webhookSecret"], "executionId": False, "hop": True}
    site.make.scenario(hook, callback=back)

    call(made, {"test": "data"})
    ended = site.make.deliveries(
        lambda found: any(
            one["hook"] == hook["udid"] and one.get("callback", {}).get("status") == 409 for one in found
        ),
        PATIENCE,
    )
    assert sum(one["hook"] == hook["udid"] for one in ended) <= 4


def test_what_was_answered_202_is_there_after_a_kill(site: Site) -> None:
    """Callers call until the hub is killed; whatever was answered is an execution, and a repeat starts nothing."""
    made, hook = site.automation()
    site.make.scenario(hook, on=False)
    answered: dict[str, str] = {}

    def caller(number: int) -> None:
        for n in range(10_000):
            key = f"{number}-{n}"
            try:
                answer = call(made, {"n": key}, **{"webhook-id": key, "x-leadbridge-hop": "0"})
            except OSError:
                return
            assert answer.status == 202, answer.text
            answered[key] = answer.json()["data"]["executionId"]

    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(caller, number) for number in range(4)]
        deadline = time.monotonic() + PATIENCE
        while len(answered) < 30 and time.monotonic() < deadline:
            time.sleep(0.01)
        site.hub.kill()
        for one in callers:
            one.result()
    assert len(answered) >= 30

    site.hub.start()
    for execution in answered.values():
        assert site.api("GET", f"/executions/{execution}")["_id"] == execution
    for key, execution in list(answered.items())[-10:]:
        again = call(made, {"n": key}, **{"webhook-id": key}).json()["data"]
        assert (again["executionId"], again["duplicate"]) == (execution, True)
