"""The integrations page: every way a connect can end has its sentences, and nothing from an address is believed."""

import ast
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from leadbridge.integrations.addresses import Addresses
from leadbridge.integrations.outcomes import OUTCOMES, UNKNOWN, render
from leadbridge.settings import Settings

ROOM = Path(__file__).parents[3] / "src" / "leadbridge" / "integrations"


@dataclass(frozen=True)
class Listed:
    id: str = "hubspot"
    name: str = "HubSpot <b>"
    configured: bool = False
    available: bool = True
    redirect_uri: str = "https://hub.example.com/callback?a=1&b=2"
    missing: tuple[str, ...] = ("HUBSPOT_CLIENT_ID",)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def codes_in(file: str) -> set[str]:
    """Return every code that the call-back can end with, read from its source."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOM / file).read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        at = {"Ended": 1, "_recorded": 1, "_fail": 1}.get(name)
        if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
            found.add(str(node.args[at].value))  # type: ignore[attr-defined]  # narrowed above
    return found


def test_every_end_of_a_connect_has_its_sentences() -> None:
    codes = codes_in("callback.py")
    assert {"state_unknown", "state_used", "exchange_failed", "wrong_account"} <= codes
    assert codes <= {code for _, code in OUTCOMES}


@pytest.mark.parametrize(("status", "code"), list(OUTCOMES))
def test_each_outcome_is_shown(status: str, code: str) -> None:
    text = render([Listed()], {"status": status, "code": code, "provider": "hubspot"}, None)
    assert OUTCOMES[status, code].title in unescape(text)


def test_unknown_words_get_a_neutral_text_and_are_not_repeated() -> None:
    query = {"status": "connected<i>", "code": "zzz\"'", "provider": "<script>x</script>", "handle": "oh_<b>"}
    text = render([Listed()], query, None)
    assert UNKNOWN.title in text
    assert "zzz" not in text
    assert "script" not in text


@pytest.mark.parametrize("handle", ["oh_short", "oh_" + "a" * 30 + "<b>", "lb_" + "a" * 43, "oh_" + "a" * 500])
def test_only_a_handle_is_repeated(handle: str) -> None:
    text = render([Listed()], {"status": "pending", "code": "confirmation_needed", "handle": handle}, None)
    assert handle not in text
    good = "oh_" + "a" * 43
    assert good in render([Listed()], {"status": "pending", "code": "confirmation_needed", "handle": good}, None)
    assert good not in render([Listed()], {"status": "connected", "code": "connected", "handle": good}, None)


def test_names_from_the_store_are_escaped_and_the_page_needs_no_script() -> None:
    text = render([Listed()], {"status": "connected", "code": "connected"}, ("hubspot", "<img src=x onerror=y>"))
    tags = Tags()
    tags.feed(text)
    assert "img" not in tags.names
    assert "script" not in tags.names
    assert not any(name.startswith("on") for name in tags.attributes)
    assert "https://hub.example.com/callback?a=1&amp;b=2" in text


def test_an_account_is_not_shown_beside_another_outcome() -> None:
    assert "Ana" not in render([Listed()], {"status": "denied", "code": "consent_denied"}, ("hubspot", "Ana"))


def test_addresses_come_from_settings_alone() -> None:
    addresses = Addresses(Settings(_env_file=None, public_url="https://hub.example.com/"))
    assert addresses.redirect_uri("zoho") == "https://hub.example.com/api/v1/crm-integration/oauth/callback/zoho"
    assert addresses.secure
    landing = addresses.landing("https://a.example/x?tab=1&status=connected#top", "zoho", status="error", code="c")
    assert landing == "https://a.example/x?tab=1&status=error&provider=zoho&code=c#top"
