"""Dataverse's webhooks: the secret in the address, and execution contexts as documented, short, odd and broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.dynamics import webhooks
from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery
from leadbridge.kit.errors import InvalidInput
from tests.unit.crm.test_dynamics_answers import ID

AT = datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC)
CONTEXT: dict[str, Any] = {
    "MessageName": "Update",
    "PrimaryEntityName": "lead",
    "PrimaryEntityId": ID,
    "Depth": 1,
    "Stage": 40,
    "Mode": 1,
    "OrganizationId": "C2A3F1DE-18A5-4C0E-A1D5-0000000000C2",
    "UserId": "a1",
    "InitiatingUserId": "a1",
    "CorrelationId": "5b",
    "OperationId": "0f",
    "OperationCreatedOn": "/Date(1795341600000+0000)/",
    "InputParameters": [
        {"key": "Target", "value": {"LogicalName": "lead", "Id": ID, "Attributes": [{"key": "a", "value": "n@x.test"}]}}
    ],
    "SharedVariables": [],
    "ParentContext": None,
}


def delivery(context: Any = CONTEXT, **changes: Any) -> Delivery:
    url = "https://hub.example.test/api/v1/webhook/crm/dynamics/42?code=k9%2F%2B"
    made = Delivery("POST", url, {}, orjson.dumps(context), AT, SecretStr("k9/+"))
    return replace(made, **changes)


def test_the_secret_of_the_connection_is_asked_for() -> None:
    webhooks.verify(delivery())


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": None},
        {"secret": SecretStr("")},
        {"secret": SecretStr("k9/-")},
        {"url": "https://hub.example.test/api/v1/webhook/crm/dynamics/42"},
        {"url": "https://hub.example.test/api/v1/webhook/crm/dynamics/42?code="},
        {"url": "https://hub.example.test/api/v1/webhook/crm/dynamics/42?code=k9%2F%2Bx"},
        {"url": "https://hub.example.test/api/v1/webhook/crm/dynamics/42?code=k9%2F&code=k9%2F%2B"},
        {"url": "https://hub.example.test/api/v1/webhook/crm/dynamics/42?code=%C3%A9"},
    ],
)
def test_anything_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WebhookRefused) as refused:
        webhooks.verify(delivery(**changes))
    assert "k9/" not in str(refused.value)


def test_a_context_says_which_record_to_look_at() -> None:
    (hint,) = webhooks.hints(delivery())
    assert (hint.object, hint.record_id, hint.change, hint.ours) == ("lead", ID, "changed", False)
    assert hint.account_id == "c2a3f1de-18a5-4c0e-a1d5-0000000000c2"
    assert hint.at == datetime.fromtimestamp(1_795_341_600, UTC)
    assert "n@x.test" not in repr(hint)


def test_one_event_has_one_key() -> None:
    (hint,) = webhooks.hints(delivery())
    assert webhooks.hints(delivery({**CONTEXT, "Depth": 2, "InputParameters": []}))[0].key == hint.key
    for name, value in (("OperationId", "10"), ("PrimaryEntityId", ID[:-1] + "2"), ("MessageName", "Delete")):
        assert webhooks.hints(delivery({**CONTEXT, name: value}))[0].key != hint.key


def test_a_deletion_and_our_own_writes_are_told() -> None:
    (hint,) = webhooks.hints(delivery({**CONTEXT, "MessageName": "Delete", "PrimaryEntityId": ID.upper()}))
    assert (hint.change, hint.record_id) == ("gone", ID)
    tagged = {**CONTEXT, "SharedVariables": [{"key": "other"}, 7, {"key": "tag", "value": "leadbridge"}]}
    assert webhooks.hints(delivery(tagged))[0].ours
    for variables in ([{"key": "tag", "value": "another"}], None, "tag", {"tag": "leadbridge"}):
        assert not webhooks.hints(delivery({**CONTEXT, "SharedVariables": variables}))[0].ours


def test_a_context_that_was_stripped_for_its_size_still_counts() -> None:
    short = {name: value for name, value in CONTEXT.items() if name not in ("InputParameters", "ParentContext")}
    assert len(webhooks.hints(delivery(short))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"PrimaryEntityName": "task"},
        {"PrimaryEntityName": None},
        {"MessageName": "Retrieve"},
        {"MessageName": ["Update"]},
        {"PrimaryEntityId": "1"},
        {"PrimaryEntityId": None},
    ],
)
def test_a_context_about_something_else_says_nothing(changes: dict[str, Any]) -> None:
    assert webhooks.hints(delivery({**CONTEXT, **changes})) == ()


@pytest.mark.parametrize("moment", ["/Date(99999999999999999)/", "/Date(x)/", "2026-11-22", 7, None])
def test_a_time_that_cannot_be_read_is_the_time_of_arrival(moment: Any) -> None:
    assert webhooks.hints(delivery({**CONTEXT, "OperationCreatedOn": moment}))[0].at == AT


@pytest.mark.parametrize("body", [b"", b"<xml/>", b"[]", b"7"])
def test_a_body_that_is_no_context_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        webhooks.hints(delivery(body=body))
