"""Which addresses events may be delivered to, and what people see of one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from leadbridge.automation.delivery.addresses import TargetRefused, check_target, looks_like_make, shown_url
from leadbridge.kit.errors import InvalidInput
from leadbridge.security.origins import parse_address


@dataclass(frozen=True)
class Around:
    public: str = "https://hub.example.com"
    sandbox_origins: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receiver.example.org/in", "https_needed"),
        ("https://receiver.example.org:8443/in", "port_refused"),
        ("https://hub.example.com/api/v1/webhook/automation/abc", "own_address"),
        ("https://HUB.example.com./x", "invalid_url"),
        ("https://Hub.Example.com/x", "own_address"),
        ("https://hub.example.com:443/x", "own_address"),
        ("https://127.0.0.1/x", "address_refused"),
        ("https://169.254.169.254/latest/meta-data", "address_refused"),
        ("https://[::1]/x", "address_refused"),
        ("https://[64:ff9b::7f00:1]/x", "address_refused"),
        ("https://10.1.2.3/x", "address_refused"),
        ("https://localhost/x", "address_refused"),
        ("https://api.localhost/x", "address_refused"),
        ("https://2130706433/x", "invalid_url"),
        ("https://user:secret@receiver.example.org/", "invalid_url"),
        ("ftp://receiver.example.org/", "invalid_url"),
        ("https://receiver.example.org/" + "a" * 3000, "url_too_long"),
        ("", "invalid_url"),
    ],
)
def test_an_address_to_which_nothing_is_delivered(url: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_target(url, Around())
    assert refused.value.code == code
    assert refused.value.hint
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "url",
    [
        "https://hook.eu1.make.com/abcdefgh",
        "https://8.8.8.8/in",
        "https://www.hub.example.com/",
        "https://müller.example/in",
    ],
)
def test_an_address_that_is_taken(url: str) -> None:
    assert check_target(url, Around()).scheme == "https"


def test_a_sandbox_origin_is_let_past_the_rules_and_its_neighbour_is_not() -> None:
    around = Around(sandbox_origins=("http://127.0.0.1:9400",))
    assert check_target("http://127.0.0.1:9400/hook", around).port == 9400
    with pytest.raises(TargetRefused):
        check_target("http://127.0.0.1:9401/hook", around)


def test_the_hub_itself_is_refused_on_its_own_port_unless_named() -> None:
    with pytest.raises(TargetRefused) as refused:
        check_target("http://127.0.0.1:8400/x", Around(public="http://127.0.0.1:8400"))
    assert refused.value.code == "own_address"
    named = Around(public="http://127.0.0.1:8400", sandbox_origins=("http://127.0.0.1:8400",))
    assert check_target("http://127.0.0.1:8400/x", named).port == 8400


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hook.eu1.make.com/abcdefghijklmnop", "https://hook.eu1.make.com/…mnop"),
        ("https://receiver.example.org/in?key=abcdefgh", "https://receiver.example.org/…efgh"),
        ("https://receiver.example.org/in", "https://receiver.example.org/…"),
        ("https://receiver.example.org", "https://receiver.example.org/…"),
    ],
)
def test_what_people_see_of_an_address(url: str, shown: str) -> None:
    assert shown_url(parse_address(url)) == shown


@pytest.mark.parametrize(
    ("url", "make"),
    [
        ("https://hook.eu1.make.com/abc", True),
        ("https://hook.us2.make.com/abc", True),
        ("https://hook.make.com.evil.example/abc", False),
        ("https://eu1.make.com/abc", False),
        ("https://receiver.example.org/hook.eu1.make.com", False),
    ],
)
def test_a_hook_of_make_is_known_by_its_host(url: str, make: bool) -> None:
    assert looks_like_make(url) is make
