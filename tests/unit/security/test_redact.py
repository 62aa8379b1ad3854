"""Redaction: planted secrets are gone, and what explains a failure is still there."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.security.logs import configure_logging, redact_event
from leadbridge.security.redact import (
    MAX_TEXT,
    is_secret_name,
    redact_body,
    redact_headers,
    redact_text,
    redact_url,
    redact_value,
)
from leadbridge.security.secret import MASK, Secret

CANARY = "cAnAry9f3k2"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Webhook-Secret", "x-api-key", "apiKey",
        "API_KEY",
        "client_secret", "clientSecret", "refresh_token", "access_token", "accessToken", "password", "newPassword",
        "code_verifier", "client_assertion", "X-HubSpot-Signature-v3", "webhook-signature", "hapikey", "privateKey",
        "token",
    ],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["email", "token_type", "code", "state", "status", "id", "name", "scope", "keyword", "etag"]
)
def test_plain_names(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"authorization={CANARY} and more",
        f"got 'Authorization': 'Zoho-oauthtoken 1000.{CANARY}'",
        f"Cookie: a=1; session={CANARY}",
        f"bearer {CANARY}xx was refused",
        f"Basic {CANARY}==",
        f"token lb_{CANARY}{CANARY} is unknown",
        f"jwt eyJhbGciOi.{CANARY}.{CANARY}",
        f"access_token={CANARY}&x=1",
        f"client_secret: {CANARY}",
        f'{{"refresh_token": "{CANARY}", "x": 1}}',
        f'cut off: {{"refresh_token": "a\\"{CANARY}',
        f"{{'client_secret': '{CANARY}'}}",
        f"GET https://h.example/cb?code={CANARY}&state=1 failed",
        f"GET /cb?state={CANARY}&x=1",
        f"https://user:{CANARY}@h.example/",
        f"https://h.example/x#access_token={CANARY}",
        f"https://hooks.slack.com/services/T000/B000/{CANARY}{CANARY}",
        f"see (https://api.hubapi.com/oauth/v1/refresh-tokens/{CANARY}-1111-2222-3333)",
    ],
)
def test_a_secret_in_free_text_is_masked(text: str) -> None:
    assert CANARY not in redact_text(text)
    assert MASK in redact_text(text) or quoted_mask(redact_text(text))


def quoted_mask(text: str) -> bool:
    """Tell whether what was taken out left no trace, as a fragment or a user name does."""
    return "#" not in text and "@" not in text


@pytest.mark.parametrize(
    "text",
    [
        "invalid token: expired", "The token was revoked.", "INVALID_TOKEN (401) at https://www.zohoapis.eu/crm/v8/Leads?page=2",
        "code=42 is no address", "lead 674085f0c2a1b94d3e5f6071 was merged",
        "https://h.example/leads/674085f0c2a1b94d3e5f6071/6ba7b810-9dad-11d1-80b4-00c04fd430c8", "basic setup",
        "https://org.crm4.dynamics.com/api/data/v9.2/leads(6ba7b810-9dad-11d1-80b4-00c04fd430c8)",
    ],
)  # fmt: skip
def test_what_explains_a_failure_stays(text: str) -> None:
    assert redact_text(text) == text


def test_headers() -> None:
    headers = {
        "Authorization": f"Bearer {CANARY}",
        "X-Webhook-Secret": CANARY,
        "Location": f"https://a.example/?code={CANARY}",
    }
    shown = redact_headers({**headers, "Content-Type": "application/json"})
    assert CANARY not in str(shown)
    assert list(shown) == [*headers, "Content-Type"]
    assert shown["Content-Type"] == "application/json"


def test_json_keeps_its_structure_and_its_error_codes() -> None:
    body = {"code": "INVALID_DATA", "details": [{"api_name": "Email", "token": CANARY}], "hasPassword": True, "n": 1}
    shown = json.loads(redact_body(json.dumps(body).encode(), "application/json; charset=utf-8"))
    assert shown == {
        "code": "INVALID_DATA",
        "details": [{"api_name": "Email", "token": MASK}],
        "hasPassword": True,
        "n": 1,
    }


def test_an_authorisation_code_in_json_is_masked() -> None:
    shown = redact_value({"code": CANARY, "redirect_uri": "https://a.example/cb"})
    assert shown == {"code": MASK, "redirect_uri": "https://a.example/cb"}


def test_nested_values_under_a_secret_name_vanish_whole() -> None:
    assert redact_value({"credentials": {"user": "u", "x": [CANARY]}, "cookies": [CANARY]}) == {
        "credentials": MASK,
        "cookies": MASK,
    }


def test_forms() -> None:
    form = f"grant_type=authorization_code&code={CANARY}&client_secret={CANARY}&redirect_uri=https%3A%2F%2Fa.example"
    shown = redact_body(form.encode(), "application/x-www-form-urlencoded")
    assert shown == f"grant_type=authorization_code&code={MASK}&client_secret={MASK}&redirect_uri=https://a.example"


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "application/xml"])
def test_a_body_of_another_form_than_it_says(kind: str) -> None:
    assert CANARY not in redact_body(f'<p>"access_token": "{CANARY}" https://u:{CANARY}@a.example'.encode(), kind)


def test_binary_and_long_bodies_are_not_shown_whole() -> None:
    assert (
        redact_body(CANARY.encode(), "application/octet-stream") == f"({len(CANARY)} bytes of application/octet-stream)"
    )
    long = json.dumps({"pad": "x" * 300_000, "access_token": CANARY})
    assert len(redact_body(long.encode(), "application/json")) < MAX_TEXT + 60
    late = '{"pad": "' + "x" * (256 * 1024 - 40) + '", "access_token": "' + CANARY * 20
    assert CANARY not in redact_body(late.encode(), "application/json")


def test_url_without_a_reading_is_masked() -> None:
    assert redact_url(f"https://[{CANARY}/") == MASK


@pytest.mark.parametrize("unit", ["a.", "a-", "eyJaaaaaaa-", "token", "token=", '"token', "https://a ", "bearer "])
def test_long_texts_take_linear_time(unit: str) -> None:
    started = time.perf_counter()
    redact_text(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_value_can_be_redacted(value: Any) -> None:
    redact_value({"client_secret": CANARY, "value": value})
    assert CANARY not in str(redact_value({"client_secret": CANARY, "value": [value]}))


def test_processor_masks_by_name_and_by_look() -> None:
    event = {
        "event": f"called https://a.example/?token={CANARY}",
        "password": CANARY,
        "body": CANARY.encode(),
        "ok": True,
        "secret": Secret(CANARY),
        "inner": {"token": CANARY},
        "other": Secret(CANARY),
        "count": 3,
        "error": OSError(f"secret={CANARY}"),
    }
    shown = redact_event(None, "info", dict(event))
    assert CANARY not in str(shown)
    assert shown["ok"] is True
    assert shown["count"] == 3


@pytest.fixture
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_logging")
@pytest.mark.parametrize("as_json", [True, False])
def test_log_lines_hold_no_secret(as_json: bool) -> None:
    stream = io.StringIO()
    configure_logging(json=as_json, stream=stream)
    log = structlog.get_logger("test")
    log.info("connected", access_token=CANARY, account="acme")
    try:
        raise ValueError(f"refused: client_secret={CANARY}")
    except ValueError:
        log.exception("failed", url=f"https://a.example/cb?code={CANARY}")
    logging.getLogger("library").warning("GET https://u:%s@a.example/", CANARY)
    log.debug("not shown")
    text = stream.getvalue()
    assert CANARY not in text
    assert "acme" in text
    assert "ValueError" in text
    assert "a.example" in text
    assert "not shown" not in text
    if as_json:
        assert [json.loads(line)["level"] for line in text.splitlines()] == ["info", "error", "warning"]
