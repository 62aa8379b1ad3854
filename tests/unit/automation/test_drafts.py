"""What a caller sends, and what an automation becomes of it: every rule, and the sentence of every refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.automation import drafts
from leadbridge.automation.bodies import ChangeBody, CreateBody
from leadbridge.automation.delivery.model import Endpoint, OwnerKind
from leadbridge.automation.errors import InvalidAutomation, TemplateNotFound
from leadbridge.automation.model import Automation, RunBy, Trigger
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.model import Sealed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAKE = "https://hook.eu1.make.com/abcdefghijklmnopqrstuvwxyz012345"
OTHER = "https://example.com/in/0123456789"
SHOWN = "https://hook.eu1.make.com/…2345"
OWN = {"trigger": {"type": "lead.created"}, "steps": []}


def accept(type: str, filter: str | None) -> None:
    """Take every event and filter."""


def create(**body: Any) -> drafts.Draft:
    return drafts.created(CreateBody.model_validate(body), accept)


def automation(**values: Any) -> Automation:
    whole: dict[str, Any] = {
        "id": "a" * 24, "company_id": "c" * 24, "name": "Mine", "run_by": RunBy.MAKE, "created_at": NOW,
        "updated_at": NOW, "trigger": Trigger(type="lead.created"),
    }  # fmt: skip
    return Automation(**(whole | values))


def endpoint() -> Endpoint:
    sealed = Sealed("k" * 24, "A256GCM", "nonce", "text")
    return Endpoint(
        id="e" * 24, company_id="c" * 24, owner_kind=OwnerKind.AUTOMATION, owner_id="a" * 24, url=sealed,
        shown_url=SHOWN, secret=sealed, kid="k" * 24, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def change(before: Automation, at: Endpoint | None, **body: Any) -> drafts.Draft:
    return drafts.changed(before, at, ChangeBody.model_validate(body), accept)


def test_a_template_by_its_id_alone_is_run_here_until_an_address_is_given() -> None:
    draft = create(templateId="lead-to-crm")
    assert draft.values["name"] == "Sync New Leads to CRM"
    assert draft.values["trigger"].type == "lead.created"
    assert draft.values["run_by"] is RunBy.NATIVE
    assert draft.address.url is None
    handed = create(templateId="lead-to-crm", makeWebhookUrl=MAKE, makeApiKey="k-1", name="Ours", makeScenarioId=17)
    assert handed.values["run_by"] is RunBy.MAKE
    assert handed.values["make_scenario_id"] == "17"
    assert handed.address.url == MAKE
    assert handed.address.key is not None
    assert "k-1" not in repr(handed)
    assert MAKE not in repr(handed)
    assert create(templateId="lead-to-crm", makeWebhookUrl=MAKE, runBy="native").values["run_by"] is RunBy.NATIVE


def test_a_workflow_of_ones_own_has_a_trigger_a_filter_and_at_most_one_delivery() -> None:
    empty = create(definition=OWN)
    assert empty.values["run_by"] is RunBy.MAKE
    assert empty.values["definition"] == {"trigger": {"type": "lead.created"}, "steps": []}
    step = {"type": "webhook", "url": OTHER}
    whole = create(definition={**OWN, "filter": "score > 50", "steps": [step]}, name="Tell")
    assert (whole.values["filter"], whole.address.url) == ("score > 50", OTHER)
    assert OTHER not in str(whole.values)  # the address is kept sealed, not in the definition
    assert create(definition=OWN, makeWebhookUrl=MAKE).address.url == MAKE
    assert create(definition={**OWN, "trigger": {"type": "webhook"}}).values["trigger"].type == "webhook.received"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "template or by a definition"),
        ({"templateId": "lead-to-crm", "definition": OWN}, "template or by a definition"),
        ({"templateId": "lead-to-crm", "makeApiKey": "key"}, "'makeApiKey' belongs to an address"),
        ({"templateId": "lead-to-crm", "endpoint": {"perSecond": 5}}, "'endpoint' belongs to an address"),
        ({"definition": OWN, "runBy": "native"}, "cannot run it"),
        ({"definition": OWN, "config": {"day": "monday"}}, "'config' belongs to a template"),
        ({"definition": {**OWN, "filter": "a"}, "filter": "b"}, "stands twice"),
        (
            {"definition": {**OWN, "steps": [{"type": "webhook", "url": OTHER}]}, "makeWebhookUrl": MAKE},
            "two addresses",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence_with_a_cure(body: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidAutomation) as refused:
        create(**body)
    assert word in refused.value.message
    assert refused.value.hint


def test_an_unknown_template_is_told_with_those_there_are() -> None:
    with pytest.raises(TemplateNotFound) as refused:
        create(templateId="lead-to-crn")
    assert "lead-to-crm" in refused.value.hint


def test_the_event_and_the_filter_are_checked_whoever_brings_them() -> None:
    asked: list[tuple[str, str | None]] = []

    def check(type: str, filter: str | None) -> None:
        asked.append((type, filter))
        if filter == "bad":
            raise InvalidInput("no")

    drafts.created(CreateBody.model_validate({"templateId": "weekly-report"}), check)
    drafts.created(CreateBody.model_validate({"definition": {**OWN, "filter": "x"}}), check)
    drafts.changed(automation(filter="old"), None, ChangeBody.model_validate({"name": "New"}), check)
    assert asked == [("schedule.weekly", None), ("lead.created", "x")]
    with pytest.raises(InvalidInput):
        drafts.changed(automation(), None, ChangeBody.model_validate({"filter": "bad"}), check)


def test_who_saves_an_address_hands_the_work_over_and_who_takes_it_away_takes_it_back() -> None:
    here = automation(template_id="lead-to-crm", run_by=RunBy.NATIVE)
    saved = change(here, None, makeWebhookUrl=MAKE)
    assert saved.values == {"run_by": RunBy.MAKE}
    assert saved.address.url == MAKE
    handed = automation(template_id="lead-to-crm")
    taken = change(handed, endpoint(), makeWebhookUrl=None)
    assert taken.values == {"run_by": RunBy.NATIVE}
    assert (taken.address.url_given, taken.address.url) == (True, None)
    assert change(handed, endpoint(), makeWebhookUrl=OTHER, runBy="native").values == {"run_by": RunBy.NATIVE}
    assert change(handed, endpoint(), name="New").address.silent


def test_a_definition_that_is_sent_back_as_it_was_shown_keeps_its_address() -> None:
    own = automation(definition={"trigger": {"type": "lead.created"}, "steps": [{"type": "webhook"}]}, filter="x")
    shown = {"trigger": {"type": "lead.updated"}, "steps": [{"type": "webhook", "url": SHOWN}]}
    draft = change(own, endpoint(), definition=shown)
    assert draft.address.silent
    assert draft.values["trigger"].type == "lead.updated"
    assert draft.values["filter"] is None  # a definition is whole: it has no filter
    gone = change(own, endpoint(), definition={**shown, "steps": []})
    assert (gone.address.url_given, gone.address.url) == (True, None)
    other = change(own, endpoint(), definition={**shown, "steps": [{"type": "webhook", "url": OTHER}]})
    assert other.address.url == OTHER


def test_only_what_may_be_absent_can_be_taken_away() -> None:
    before = automation(template_id="lead-to-crm", filter="x", make_scenario_id="1")
    draft = change(before, endpoint(), filter=None, makeScenarioId=None, makeApiKey=None)
    assert draft.values == {"filter": None, "make_scenario_id": None}
    assert (draft.address.key_given, draft.address.key) == (True, None)
    for body, word in (
        ({"name": None}, "cannot be taken away"),
        ({"definition": OWN}, "made from a template"),
    ):
        with pytest.raises(InvalidAutomation) as refused:
            change(before, endpoint(), **body)
        assert word in refused.value.message
    with pytest.raises(InvalidAutomation, match="belongs to an address"):
        change(before, None, endpoint={"ordered": True})
    with pytest.raises(InvalidAutomation, match="cannot run it"):
        change(automation(), endpoint(), runBy="native")
