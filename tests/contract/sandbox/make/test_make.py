"""Make's webhooks: what their addresses answer, what scenarios do with what came, and the receiver beside them."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.make import MakeProcess, ReceiverProcess
from tests.support.vendor import SandboxError

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"lead.created","id":"evt_01TEST","data":{"email":"ada@example.com"}}'


@pytest.fixture(scope="module")
def shared() -> Iterator[MakeProcess]:
    with MakeProcess() as sandbox:
        yield sandbox


@pytest.fixture
def make(shared: MakeProcess) -> MakeProcess:
    shared.control("POST", "/reset")
    return shared


@pytest.fixture(scope="module")
def receiver() -> Iterator[ReceiverProcess]:
    with ReceiverProcess() as process:
        yield process


def post(make: MakeProcess, hook: dict[str, Any], body: bytes = BODY, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, _, answered = make.request("POST", urlsplit(hook["url"]).path, body, named)
    return status, answered.decode()


def test_an_address_is_32_characters_and_answers_accepted(make: MakeProcess) -> None:
    hook = make.hook(name="Acme leads")
    make.scenario(hook)
    path = urlsplit(hook["url"]).path
    assert len(path) == 33
    assert path[1:].isalnum()
    assert post(make, hook) == (200, "Accepted")
    [delivery] = make.deliveries()
    assert (delivery["body"], delivery["state"]) == (BODY.decode(), "done")
    assert delivery["json"]["id"] == "evt_01TEST"
    assert make.request("GET", path + "?a=1")[0] == 200


def test_a_queue_takes_its_limit_and_is_then_full_until_the_scenario_is_switched_on(make: MakeProcess) -> None:
    hook = make.hook()
    make.scenario(hook, on=False)
    answers = [post(make, hook) for _ in range(52)]
    assert answers == [(200, "Accepted")] * 50 + [(400, "Queue is full")] * 2
    assert make.scenario(hook)["ran"] == 50
    assert post(make, hook) == (200, "Accepted")
    assert {delivery["state"] for delivery in make.records()} == {"done"}


def test_a_hook_without_a_scenario_is_gone_after_five_days(make: MakeProcess) -> None:
    hook = make.hook()
    assert post(make, hook)[0] == 200
    make.advance(5 * 86_400 - 60)
    assert post(make, hook)[0] == 200
    make.advance(61)
    assert post(make, hook)[0] == 410
    attached = make.hook()
    make.scenario(attached)
    make.advance(6 * 86_400)
    assert post(make, attached)[0] == 200
    make.control("POST", "/do/detach", {"hook": attached["udid"]})
    make.advance(5 * 86_400 + 1)
    assert post(make, attached)[0] == 410


def test_beyond_300_calls_in_ten_seconds_a_hook_answers_429(make: MakeProcess) -> None:
    make.settings(callsPerTenSeconds=5)
    hook, other = make.hook(), make.hook()
    make.scenario(hook)
    statuses = [post(make, hook)[0] for _ in range(40)]
    assert statuses[:5] == [200] * 5
    assert 429 in statuses
    assert post(make, other)[0] == 200
    make.advance(10)
    assert post(make, hook)[0] == 200


def test_api_keys_refuse_who_has_none(make: MakeProcess) -> None:
    hook = make.hook(apiKeys=["one", "two"])
    make.scenario(hook)
    assert post(make, hook)[0] == 401
    assert post(make, hook, x_make_apikey="three")[0] == 401
    assert post(make, hook, x_make_apikey="two")[0] == 200


def test_a_response_module_answers_as_the_scenario_says(make: MakeProcess) -> None:
    hook = make.hook()
    make.scenario(hook, response={"status": 422, "body": '{"no": 1}', "headers": {"x-run": "7"}})
    status, headers, body = make.request("POST", urlsplit(hook["url"]).path, BODY)
    assert (status, headers["x-run"], body) == (422, "7", b'{"no": 1}')


def test_an_address_that_no_hook_has_answers_404(make: MakeProcess) -> None:
    assert make.request("POST", "/" + "a" * 32, BODY)[0] == 404


@pytest.mark.parametrize("right", [True, False])
def test_the_filter_users_write_checks_the_signature_over_the_raw_body(make: MakeProcess, right: bool) -> None:
    hook = make.hook()
    make.scenario(hook, signedWith=SECRET)
    signed = BODY if right else BODY + b" "
    post(make, hook, x_leadbridge_signature=hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest())
    [delivery] = make.deliveries()
    assert delivery["signatureChecked"] is right
    assert delivery["state"] == ("done" if right else "stopped by filter")
    page = make.request("GET", "/")[2].decode()
    assert f"<td>{'yes' if right else 'no'}</td>" in page


def test_a_filter_joined_with_the_time_lets_through_only_what_is_fresh(make: MakeProcess) -> None:
    header = '{{get(map(1.__IMTHEADERS__; "value"; "name"; "%s"); 1)}}'
    joined = '{{sha256(get(map(1.__IMTHEADERS__; "value"; "name"; "x-at"); 1) + "." + 1.value; "hex"; "s")}}'
    conditions = [
        {"a": header % "x-sign", "o": "text:equal", "b": joined},
        {"a": header % "x-at", "o": "number:greaterorequal", "b": "{{timestamp - 300}}"},
        {"a": "{{1.data.email}}", "o": "text:endwith", "b": "example.com"},
    ]
    hook = make.hook()
    make.scenario(hook, filter=[conditions])
    make.control("POST", "/clock", {"freezeAt": "2026-11-23T08:00:00Z"})
    now = 1_795_420_800
    for at in (now - 299, now - 301):
        signature = hmac.new(b"s", f"{at}.".encode() + BODY, hashlib.sha256).hexdigest()
        post(make, hook, x_sign=signature, x_at=str(at))
    assert [delivery["filter"] for delivery in make.records()] == [True, False]


def test_a_formula_that_cannot_be_read_stops_the_scenario_and_says_why(make: MakeProcess) -> None:
    hook = make.hook()
    make.scenario(hook, filter=[[{"a": "{{shout(1.value)}}", "o": "exist"}]])
    assert post(make, hook)[0] == 200
    [delivery] = make.deliveries()
    assert "shout" in delivery["problem"]


def test_a_call_back_carries_the_execution_and_the_secret(make: MakeProcess, receiver: ReceiverProcess) -> None:
    receiver.control("POST", "/reset")
    hook = make.hook()
    callback = {"url": receiver.url + "/back", "secret": "hush", "hop": True, "body": {"status": "failed"}}
    make.scenario(hook, callback=callback)
    post(make, hook, json.dumps({"executionId": "e" * 24}).encode(), x_leadbridge_hop="2")
    [back] = receiver.deliveries()
    assert back["json"] == {"status": "failed", "executionId": "e" * 24}
    assert back["headers"]["x-webhook-secret"] == "hush"
    assert back["headers"]["x-leadbridge-hop"] == "2"
    [delivery] = make.deliveries(lambda found: "callback" in found[0])
    assert delivery["callback"]["status"] == 200


def test_faults_are_ordered_as_at_every_vendor(make: MakeProcess) -> None:
    hook = make.hook()
    make.scenario(hook)
    make.fault("hook.call", "answer", status=502, body="Bad gateway")
    make.fault("hook.call", "rate_limited", nth=2)
    make.fault("hook.call", "lost_after_write", nth=3)
    assert post(make, hook) == (502, "Bad gateway")
    assert post(make, hook)[0] == 429
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        post(make, hook)
    assert post(make, hook)[0] == 200
    assert len(make.records()) == 2


def test_what_came_is_shown_escaped(make: MakeProcess) -> None:
    hook = make.hook(name="<b>bold</b>")
    make.scenario(hook)
    post(make, hook, b"<script>alert(1)</script>", x_leadbridge_event="<i>")
    page = make.request("GET", "/")[2].decode()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>bold" not in page


def test_hooks_and_deliveries_outlive_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "make.sqlite"
    with MakeProcess(data) as make:
        hook = make.hook(apiKeys=["k"])
        make.scenario(hook, on=False, callback={"url": "http://127.0.0.1:9/"})
        assert post(make, hook, x_make_apikey="k")[0] == 200
        before = make.records(), make.records("hooks")[0]["scenario"]
        make.kill()
    with MakeProcess(data) as make:
        assert (make.records(), make.records("hooks")[0]["scenario"]) == before


def test_a_steering_call_that_makes_no_sense_says_why(make: MakeProcess) -> None:
    hook = make.hook()
    for path, body in (
        ("/do/hook", {"colour": "red"}),
        ("/do/scenario", {"hook": "nobody"}),
        ("/do/scenario", {"hook": hook["udid"], "response": {"colour": 1}}),
        ("/tokens", {}),
    ):
        with pytest.raises(SandboxError, match="400"):
            make.control("POST", path, body)


def test_the_receiver_answers_in_the_order_it_was_told_and_keeps_what_came(receiver: ReceiverProcess) -> None:
    receiver.control("POST", "/reset")
    assert receiver.request("POST", "/any", b"first")[0] == 200
    receiver.answers({"status": 503, "headers": {"retry-after": "7"}}, {"status": 204})
    receiver.answers({"status": 410, "body": "gone"}, path="/closed")
    status, headers, _ = receiver.request("POST", "/any", b"second")
    assert (status, headers["retry-after"]) == (503, "7")
    assert [receiver.request("POST", "/any", b"x")[0] for _ in range(2)] == [204, 204]
    assert receiver.request("POST", "/closed", b"<b>")[0] == 410
    assert [one["answered"] for one in receiver.records()] == [200, 503, 204, 204, 410]
    page = receiver.request("GET", "/")[2].decode()
    assert "&lt;b&gt;" in page
