"""Decisions of webhooks in: what proves a caller, what a body says, what a report changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from standardwebhooks.webhooks import Webhook

from leadbridge.automation.delivery.model import Execution, ExecutionState
from leadbridge.automation.inbound.decide import hop_of, named_execution, report_of, reported
from leadbridge.automation.inbound.door import is_call
from leadbridge.automation.inbound.errors import BadWebhookBody
from leadbridge.automation.inbound.reading import Content, read
from leadbridge.automation.inbound.verify import holds_secret, holds_signature, signing_key

NOW = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"lead.created","id":"evt_01TEST","data":{"email":"ada@example.com"}}'


def said(value: Any) -> Content:
    return Content(value, orjson.dumps(value))


def execution(state: ExecutionState = ExecutionState.SUCCEEDED, **more: Any) -> Execution:
    return Execution(
        id="a" * 24,
        company_id="b" * 24,
        event_id="c" * 24,
        event_type="lead.created",
        origin="api",
        created_at=NOW,
        state=state,
        **more,
    )


def test_a_signature_is_that_of_the_standards_own_package() -> None:
    stamp = str(int(NOW.timestamp())).encode()
    signature = Webhook(SECRET).sign("evt_01TEST", NOW, BODY.decode()).encode()
    key = signing_key(SECRET)
    assert key == bytes(range(32))
    assert holds_signature(b"evt_01TEST", stamp, signature, BODY, [key], NOW)
    assert holds_signature(b"evt_01TEST", stamp, signature, BODY, [b"other", key], NOW)
    assert not holds_signature(b"evt_01TEST", stamp, signature, BODY + b" ", [key], NOW)
    assert not holds_signature(b"evt_other", stamp, signature, BODY, [key], NOW)
    assert not holds_signature(b"evt_01TEST", stamp, signature.replace(b"v1,", b"v2,"), BODY, [key], NOW)


@pytest.mark.parametrize(("seconds", "held"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_the_window_is_300_seconds_either_way(seconds: int, held: bool) -> None:
    at = NOW + timedelta(seconds=seconds)
    signature = Webhook(SECRET).sign("m", at, BODY.decode()).encode()
    stamp = str(int(at.timestamp())).encode()
    assert holds_signature(b"m", stamp, signature, BODY, [signing_key(SECRET)], NOW) is held


@pytest.mark.parametrize("stamp", [b"", b"-5", b"1e9", b"9" * 40, "١٧٩٠٠٠٠٠٠٠".encode()])
def test_a_time_that_is_none_proves_nothing(stamp: bytes) -> None:
    assert not holds_signature(b"m", stamp, b"v1,AAAA", BODY, [b"k"], NOW)


def test_a_secret_that_is_no_base64_is_its_own_key() -> None:
    assert signing_key("whsec_not base64!") == b"whsec_not base64!"
    assert signing_key("plain") == b"plain"


def test_an_empty_header_is_no_secret() -> None:
    assert not holds_secret(b"", [b"one", b"two"])
    assert holds_secret(b"two", [b"one", b"two"])


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b'{"a": NaN}'),
        ("application/json", b"[" * 200 + b"]" * 200),
        ("application/json", b"\xff"),
        ("text/plain", b"\xff"),
        ("application/x-www-form-urlencoded", b"a=%FF"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(1001))),
        ("multipart/form-data; boundary=x", b"--x"),
        ("image/png", b"png"),
    ],
)
def test_what_cannot_be_read_says_why(kind: str, body: bytes) -> None:
    with pytest.raises(BadWebhookBody) as caught:
        read(kind, body)
    assert caught.value.message.endswith(".")


def test_json_is_kept_byte_for_byte() -> None:
    content = read("application/json", b' {"a":1.10, "b":  12345678901234567890123} \n')
    assert content.json == b'{"a":1.10, "b":  12345678901234567890123}'


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        ({}, True),
        ({"status": "success"}, True),
        ({"status": "Failed"}, False),
        ({"status": 200}, True),
        ({"status": 503}, False),
        ({"status": "404"}, False),
        ({"status": False}, False),
        ({"ok": False}, False),
        ({"success": False, "status": "success"}, False),
        ({"error": "no"}, False),
        ({"error": None}, True),
        ({"error": "", "status": "done"}, True),
        ({"status": "whatever"}, True),
        ({"status": "whatever", "error": {"message": "no"}}, False),
    ],
)
def test_reports_are_read_tolerantly(body: dict[str, Any], ok: bool) -> None:
    assert report_of(said(body), NOW).ok is ok


def test_a_reports_words_are_cut_and_secrets_in_it_masked() -> None:
    report = report_of(said({"status": "failed", "error": {"message": "x" * 900}, "token": "abc", "n": 1}), NOW)
    assert len(report.message) == 500
    assert report.result is not None
    assert orjson.loads(report.result) == {"token": "********", "n": 1}
    long = report_of(said({"result": "y" * 9000}), NOW)
    assert long.result is not None
    assert len(long.result) < 4200
    assert orjson.loads(long.result)["truncated"] is True
    assert report_of(said([1, 2]), NOW).result == "[1,2]"


def test_the_first_failure_that_is_told_stays() -> None:
    bad, good = report_of(said({"ok": False}), NOW), report_of(said({}), NOW)
    first = reported(execution(), bad)
    assert (first.values["state"], first.values["code"], first.spoilt) == ("failed", "reported_failed", True)
    assert reported(execution(report=bad), good).values == {}
    assert reported(execution(ExecutionState.FAILED, report=bad), bad).values == {}
    assert "state" not in reported(execution(ExecutionState.FAILED), good).values
    again = reported(execution(report=good), bad)
    assert again.spoilt


def test_a_report_that_comes_before_the_delivery_is_settled_is_kept_for_it() -> None:
    bad = report_of(said({"ok": False}), NOW)
    for state in (ExecutionState.WAITING, ExecutionState.RETRYING, ExecutionState.CANCELLED):
        decision = reported(execution(state), bad)
        assert list(decision.values) == ["report"]
        assert not decision.spoilt


def test_a_test_is_counted_nowhere() -> None:
    decision = reported(execution(test=True), report_of(said({"ok": False}), NOW))
    assert decision.values["state"] == "failed"
    assert not decision.spoilt


def test_only_an_id_of_ours_at_the_top_names_an_execution() -> None:
    id = "0123456789abcdef01234567"
    assert named_execution(None, said({"executionId": id})) == id
    assert named_execution(id.encode(), said([])) == id
    for body in ({"executionId": 7}, {"executionId": "x"}, {"data": {"executionId": id}}, [id], id):
        assert named_execution(b"nothing", said(body)) is None


@pytest.mark.parametrize(("header", "hop"), [(None, None), (b"", None), (b"-1", None), (b"2", 2), (b"9999", None)])
def test_a_hop_is_a_small_number(header: bytes | None, hop: int | None) -> None:
    assert hop_of(header) == hop


def test_only_one_more_part_of_the_path_is_a_key() -> None:
    assert is_call("/api/v1/webhook/automation/lba_x")
    for path in ("/api/v1/webhook/automation/", "/api/v1/webhook/automation/a/b", "/api/v1/webhook/crm/hubspot"):
        assert not is_call(path)
