"""Whether webhooks are ordered at all, and what is said where they are not."""

from datetime import UTC, datetime, timedelta

import pytest

from leadbridge.crm.zoho.defaults import NOTIFICATIONS_SCOPE, OPTIONAL_SCOPES, REQUIRED_SCOPES
from leadbridge.crm.zoho.provider import Zoho
from leadbridge.integrations.health import Stage
from leadbridge.integrations.model import AccountInfo, Connection
from leadbridge.integrations.watching.model import OrderState, Problem, WebhookOrder
from leadbridge.integrations.watching.service import address_of, due
from leadbridge.integrations.watching.standing import check_of, obstacle, reachable, standing
from leadbridge.security.model import Sealed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PUBLIC = "https://hub.example.com"
EVERYTHING = (*REQUIRED_SCOPES, *OPTIONAL_SCOPES)


def connection(*scopes: str) -> Connection:
    account = AccountInfo(account_id="1", user_id="2", name="Ana", environment="production")
    return Connection(
        id="c" * 24, company_id="d" * 24, provider="zoho", stage=Stage.CONNECTED, account=account, scopes=scopes,
        origins=(), api_version="v8", created_by="e" * 24, created_at=NOW,
    )  # fmt: skip


def order(state: OrderState, problem: Problem | None = None) -> WebhookOrder:
    sealed = Sealed("k", "a", "n", "c")
    return WebhookOrder(
        id="c" * 24, company_id="d" * 24, provider="zoho", key_hash="h", key=sealed, secret=sealed, kid="k",
        state=state, public=PUBLIC, next_at=NOW + timedelta(days=3), problem=problem,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("https://hub.example.com", True),
        ("https://hub.example.com:8443", True),
        ("https://8.8.8.8", True),
        ("http://hub.example.com", False),
        ("https://localhost", False),
        ("https://hub.localhost", False),
        ("https://hub.local", False),
        ("https://hub", False),
        ("https://10.1.2.3", False),
        ("https://127.0.0.1:8400", False),
        ("https://[::1]", False),
        ("http://127.0.0.1:8400", False),
    ],
)
def test_a_crm_calls_only_what_is_of_the_internet(public: str, expected: bool) -> None:
    assert reachable(public, ()) is expected
    assert reachable(public, (public,)), "a declared sandbox is taken as it is"


def test_a_permission_that_is_missing_is_named() -> None:
    without = obstacle(Zoho(), connection(*(one for one in EVERYTHING if one != NOTIFICATIONS_SCOPE)), PUBLIC, ())
    assert without is not None
    assert without.code == "permission_missing"
    assert obstacle(Zoho(), connection(*EVERYTHING), PUBLIC, ()) is None


def test_what_is_shown_of_each_state() -> None:
    wrong = Problem(code="no_permission", message="Refused.", cause="A profile.", hint="Change it.")
    asked = [None, order(OrderState.WAITING), order(OrderState.ORDERED), order(OrderState.FAILING, wrong)]
    views = [standing(Zoho(), connection(*EVERYTHING), one, PUBLIC, ()) for one in asked]
    assert [view.state for view in views if view] == ["waiting", "waiting", "ordered", "failing"]
    assert [check_of(view).ok for view in views] == [True, True, True, False]
    assert check_of(views[3]).hint == "Change it."
    nowhere = standing(Zoho(), connection(*EVERYTHING), None, "http://localhost:8400", ())
    assert nowhere is not None
    assert nowhere.error is not None
    assert (nowhere.state, nowhere.error.code) == ("off", "no_public_address")
    assert standing(None, connection(), None, PUBLIC, ()) is None


def test_an_order_is_due_at_its_time_or_at_another_address() -> None:
    ordered = order(OrderState.ORDERED)
    assert not due(ordered, PUBLIC, NOW)
    assert due(ordered, PUBLIC, NOW + timedelta(days=3))
    assert due(ordered, "https://other.example.com", NOW)
    assert len(address_of(PUBLIC, "dynamics", "k" * 47)) < 255
