"""Zoho's requests: what is sent, and values in the form that Zoho takes."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from pydantic import SecretStr

from leadbridge.crm.model import Write
from leadbridge.crm.zoho import requests, values
from leadbridge.kit.errors import InvalidInput
from tests.unit.crm.test_zoho_answers import APP


def test_the_consent_asks_for_a_grant_that_lasts() -> None:
    url = requests.authorize_url(APP, redirect_uri="https://hub.example/cb", state="s", challenge="c")
    asked = {name: told[0] for name, told in parse_qs(urlsplit(url).query).items()}
    assert (asked["access_type"], asked["prompt"], asked["code_challenge_method"]) == ("offline", "consent", "S256")
    assert "ZohoCRM.modules.ALL,ZohoCRM.settings.fields.READ" in asked["scope"]


def test_no_secret_stands_in_an_address() -> None:
    for request in (
        requests.exchange(APP, code="co", redirect_uri="https://hub.example/cb", verifier="v"),
        requests.refresh(APP, SecretStr("1000.r")),
        requests.revoke(APP, SecretStr("1000.r")),
    ):
        assert "?" not in request.url
        assert request.url.startswith("https://accounts.zoho.com/oauth/v2/token")


def test_a_write_starts_no_automation_and_clears_with_null() -> None:
    write = Write("a", {"City": "", "Last_Name": "", "Email_Opt_Out": "true"}, id="77")
    request = requests.update(
        APP, "Leads", [write], {"Email_Opt_Out": "boolean"}, datetime(2026, 11, 20, 16, 2, 11, 999, tzinfo=UTC)
    )
    assert (request.method, request.url) == ("PUT", "https://www.zohoapis.com/crm/v8/Leads")
    assert request.headers["if-unmodified-since"] == "2026-11-20T16:02:11+00:00"
    assert orjson.loads(request.body or b"") == {
        "data": [{"City": None, "Last_Name": "-", "Email_Opt_Out": True, "id": "77"}],
        "trigger": [],
    }
    assert not request.repeatable


def test_an_upsert_may_be_repeated_and_a_create_may_not() -> None:
    rows = [Write("a", {"Email": "a@b.test"})]
    assert requests.upsert(APP, "Leads", ["Email"], rows, {}).repeatable
    assert not requests.create(APP, "Leads", rows, {}).repeatable


def test_a_page_is_bound_to_nothing_but_the_walk() -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)
    first, second = (requests.changed(APP, "Leads", since, token) for token in (None, "tok"))
    assert first.headers["if-modified-since"] == second.headers["if-modified-since"] == "2026-11-20T00:00:00+00:00"
    asked = [parse_qs(urlsplit(one.url).query) for one in (first, second)]
    assert asked[0].pop("page") == ["1"]
    assert asked[1].pop("page_token") == ["tok"]
    assert asked[0] == asked[1]
    assert asked[0]["converted"] == ["both"]
    assert "converted" not in requests.changed(APP, "Contacts", None, None).url


@pytest.mark.parametrize("name", ["", "Leads/../users", "a b", "1x", "Leads?x=1", "x" * 101])
def test_only_an_api_name_stands_in_a_path(name: str) -> None:
    with pytest.raises(InvalidInput):
        requests.fields(APP, name)


def test_a_text_cannot_end_a_querys_literal() -> None:
    assert requests.literal("O'Neil \\ x") == "'O\\'Neil \\\\ x'"


@pytest.mark.parametrize(
    ("text", "type", "sent"),
    [
        ("12", "integer", 12),
        ("12.5", "integer", "12.5"),  # Zoho's refusal names the field
        ("twelve", "currency", "twelve"),
        ("1500.50", "currency", 1500.5),
        ("NaN", "double", "NaN"),
        ("123456789012345678", "bigint", "123456789012345678"),
        ("true", "boolean", True),
        ("maybe", "boolean", "maybe"),
        ("German;Dutch", "multiselectpicklist", ["German", "Dutch"]),
        ('["a;b"]', "multiselectpicklist", ["a;b"]),
        ("5547", "lookup", {"id": "5547"}),
        ("sync", "tags", [{"name": "sync"}]),
        ("2026-11-20T16:02:11.123+05:30", "datetime", "2026-11-20T10:32:11+00:00"),
        ("2026-11-20", "date", "2026-11-20"),
        ("", "integer", None),
    ],
)
def test_a_text_becomes_what_the_field_holds(text: str, type: str, sent: object) -> None:
    assert values.to_json(text, type) == sent


def test_several_choices_with_a_semicolon_stay_apart() -> None:
    assert values.to_text(["a;b", "c"]) == '["a;b","c"]'
    assert values.to_json(values.to_text(["a;b", "c"]) or "", "multiselectpicklist") == ["a;b", "c"]
