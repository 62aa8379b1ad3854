"""A connection's own servers: kept where a vendor has more than one place, and put into the app of its calls."""

from __future__ import annotations

from pydantic import SecretStr

from leadbridge.crm.app import App
from leadbridge.integrations.servers import own_app, servers_of, told

USUAL = App(
    client_id="id",
    client_secret=SecretStr("secret"),
    authorize_url="https://login.vendor.example/authorize",
    api_url="https://api.vendor.example",
    api_version="v1",
    login_url="https://login.vendor.example",
    sandbox_origins=("http://127.0.0.1:8401",),
)


def test_where_the_settings_hold_nothing_is_kept() -> None:
    assert servers_of(USUAL) is None
    assert own_app(USUAL, None) is USUAL
    assert told(USUAL, None) is USUAL


def test_what_was_told_is_kept_and_comes_back() -> None:
    there = told(USUAL, "https://eu.vendor.example/")
    kept = servers_of(there)
    assert kept is not None
    assert (kept.api_url, kept.login_url) == ("https://eu.vendor.example", USUAL.login_url)
    assert own_app(USUAL, kept) == there


def test_a_declared_sandbox_passes_beside_a_table_of_hosts() -> None:
    assert USUAL.allows_sandbox("http://127.0.0.1:8401/oauth?x=1")
    assert not USUAL.allows_sandbox("http://127.0.0.1:8402/")
