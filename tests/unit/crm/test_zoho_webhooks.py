"""Zoho's notifications, as a recorded one shows them: proved by token and channel, and nothing but ids is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.errors import WebhookRefused
from leadbridge.crm.model import Delivery
from leadbridge.crm.zoho import webhooks
from leadbridge.kit.errors import InvalidInput

ADDRESS = "https://app.example/api/v1/webhook/crm/zoho/5f2c"
SECRET = SecretStr("b64-random-48-chars")
BODY = {
    "server_time": 1795000000123,
    "query_params": {},
    "module": "Leads",
    "resource_uri": "https://www.zohoapis.com/crm/v8/Leads",
    "ids": ["5547000001", "5547000002"],
    "operation": "update",
    "channel_id": webhooks.channel_of(ADDRESS),
    "token": SECRET.get_secret_value(),
    "affected_fields": [{"5547000001": ["Company", "Phone"]}],
    "affected_values": [{"record_id": "5547000001", "values": {"Company": "Roy Ltd", "Phone": "555"}}],
}


def delivery(body: Any = BODY, **more: Any) -> Delivery:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    made = Delivery("POST", ADDRESS, {}, raw, datetime(2026, 11, 22, tzinfo=UTC), SECRET)
    return replace(made, **more)


def test_a_genuine_notification_names_its_records() -> None:
    hints = webhooks.read(delivery())
    assert [(one.object, one.record_id, one.change) for one in hints] == [
        ("Leads", "5547000001", "changed"),
        ("Leads", "5547000002", "changed"),
    ]
    assert hints[0].at == datetime.fromtimestamp(1795000000.123, UTC)
    assert len({one.key for one in hints}) == 2
    assert "Roy Ltd" not in repr(hints)
    shuffled = {**BODY, "ids": ["5547000002", "5547000001"], "channel_id": int(str(BODY["channel_id"]))}
    assert webhooks.read(delivery(shuffled)) == hints, "a repetition has the same keys"
    (gone, _) = webhooks.read(delivery({**BODY, "operation": "delete"}))
    assert gone.change == "gone"
    assert gone.key not in {one.key for one in hints}


@pytest.mark.parametrize(
    "forged",
    [
        delivery({**BODY, "token": "b64-random-48-charz"}),
        delivery({**BODY, "token": None}),
        delivery({**BODY, "token": ""}, secret=SecretStr("")),
        delivery(secret=None),
        delivery({**BODY, "channel_id": "1000000068001"}),
        delivery(url=ADDRESS + "x"),
        delivery([BODY]),
        delivery(b"<html>"),
    ],
)
def test_any_other_call_is_refused(forged: Delivery) -> None:
    with pytest.raises(WebhookRefused):
        webhooks.read(forged)


@pytest.mark.parametrize(
    "change",
    [{"operation": "explode"}, {"ids": "5547"}, {"module": None}, {"server_time": "x"}, {"ids": ["1"] * 1001}],
)
def test_a_proved_call_that_is_no_notification_is_told_so(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        webhooks.read(delivery({**BODY, **change}))


def test_a_channel_is_a_number_that_fits_and_follows_from_the_address() -> None:
    one, other = webhooks.channel_of(ADDRESS), webhooks.channel_of(ADDRESS + "/")
    assert one == webhooks.channel_of(ADDRESS) != other
    assert 0 < int(one) < 2**63
