"""HubSpot's webhook signature, by its published rule and example, and what an event says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.hubspot import webhooks
from leadbridge.crm.model import Delivery
from leadbridge.kit.errors import InvalidInput

SECRET = SecretStr("sbx-secret-0001")
EVENT = (
    b'[{"eventId":101,"subscriptionId":7,"portalId":4242,"appId":99,"occurredAt":1790000000000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":555,"changeSource":"CRM","changeFlag":"NEW"}]'
)
ADDRESS = "https://crm.example.test/api/v1/webhook/crm/hubspot"
AT = datetime.fromtimestamp(1_790_000_001, UTC)
SIGNED = "WyhiRzmUjb2oIrVP9+LuwfRI2MarO+Ow+iKbG1czwd0="


def delivery(**changes: object) -> Delivery:
    headers = {webhooks.SIGNATURE: SIGNED, webhooks.TIMESTAMP: "1790000001000"}
    return replace(Delivery("POST", ADDRESS, headers, EVENT, AT), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("secret", "url", "body", "timestamp", "expected"),
    [
        (
            "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
            "https://www.example.com/webhook_uri",
            b"{'example_field':'example_value'}",
            "1693657560000",
            "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
        ),
        (SECRET.get_secret_value(), ADDRESS, EVENT, "1790000001000", SIGNED),
        (
            SECRET.get_secret_value(),
            f"{ADDRESS}?src=hs%3Aapp%2Fv3",
            EVENT,
            "1790000001000",
            "RLmxZwO2V1hUaWI6Ca5lz/QPZgPdd7qMcM/Evs011Dw=",
        ),
    ],
)
def test_the_signature_is_the_published_one(secret: str, url: str, body: bytes, timestamp: str, expected: str) -> None:
    assert webhooks.signature(SecretStr(secret), delivery(url=url, body=body), timestamp) == expected


def test_a_genuine_call_is_taken_for_five_minutes() -> None:
    webhooks.verify(SECRET, delivery())
    webhooks.verify(SECRET, delivery(received_at=AT + timedelta(minutes=5)))
    for late in (timedelta(minutes=5, seconds=1), timedelta(minutes=-6)):
        with pytest.raises(WebhookRefused):
            webhooks.verify(SECRET, delivery(received_at=AT + late))


@pytest.mark.parametrize(
    "timestamp", ["", "soon", "-1790000001000", "1790000001000.0", "\u0661" * 13, "9" * 15, "9" * 40]
)
def test_a_timestamp_that_is_no_time_is_refused(timestamp: str) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.verify(SECRET, delivery(headers={webhooks.SIGNATURE: SIGNED, webhooks.TIMESTAMP: timestamp}))


def test_an_event_is_only_a_hint() -> None:
    (hint,) = webhooks.hints(EVENT)
    assert (hint.account_id, hint.object, hint.record_id, hint.change) == ("4242", "contacts", "555", "changed")
    (again,) = webhooks.hints(EVENT.replace(b'"attemptNumber":0', b'"attemptNumber":3'))
    assert again.key == hint.key, "a repetition is the same event"
    (other,) = webhooks.hints(EVENT.replace(b'"objectId":555', b'"objectId":556'))
    assert other.key != hint.key, "an event id does not tell events apart"


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (
            {"subscriptionType": "object.deletion", "objectTypeId": "0-2", "objectId": 7},
            ("companies", "7", "gone", None),
        ),
        (
            {"eventType": "deal.propertyChange", "propertyName": "amount", "objectId": 7},
            ("deals", "7", "changed", None),
        ),
        ({"subscriptionType": "contact.privacyDeletion", "objectId": 7}, ("contacts", "7", "gone", None)),
        (
            {"subscriptionType": "contact.merge", "objectId": 7, "primaryObjectId": 7, "newObjectId": 9},
            ("contacts", "7", "merged", "9"),
        ),
        (
            {"subscriptionType": "contact.associationChange", "fromObjectId": 7, "toObjectId": 8},
            ("contacts", "7", "changed", None),
        ),
        ({"subscriptionType": "ticket.creation", "objectId": 7}, None),
        ({"subscriptionType": "contact.creation"}, None),
        ({"subscriptionType": "contact.creation", "objectId": 7, "occurredAt": 10**17}, None),
    ],
)
def test_every_sort_of_event_is_read(event: dict[str, object], said: tuple[str, ...] | None) -> None:
    body = orjson.dumps([{"portalId": 4242, "occurredAt": 1790000000000, "eventId": 1, **event}])
    found = [(one.object, one.record_id, one.change, one.into) for one in webhooks.hints(body)]
    assert found == ([] if said is None else [said])


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"not json"])
def test_a_body_that_is_no_list_of_events_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        webhooks.hints(body)
