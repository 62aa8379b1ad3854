"""What keeps an automation from being activated, what must be confirmed, and how it is set up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.automation.delivery.model import Endpoint, OwnerKind
from leadbridge.automation.model import Automation, RunBy, Trigger
from leadbridge.automation.readiness import Around, confirmations, missing, setup_instructions, warnings
from leadbridge.automation.templates.catalogue import BY_ID
from leadbridge.security.model import Sealed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OURS = "https://leads.example.com/api/v1/webhook/automation/lba_key"
NATIVE, MAKE = RunBy.NATIVE, RunBy.MAKE


def automation(template: str | None, run_by: RunBy, **values: Any) -> Automation:
    trigger = "lead.created" if template is None else BY_ID[template].trigger
    return Automation(
        id="a" * 24, company_id="c" * 24, name="Mine", run_by=run_by, created_at=NOW, updated_at=NOW,
        template_id=template, trigger=Trigger(type=trigger), **values,
    )  # fmt: skip


def endpoint(shown: str = "https://hook.eu1.make.com/…2345") -> Endpoint:
    sealed = Sealed("k" * 24, "A256GCM", "nonce", "text")
    return Endpoint(
        id="e" * 24, company_id="c" * 24, owner_kind=OwnerKind.AUTOMATION, owner_id="a" * 24, url=sealed,
        shown_url=shown, secret=sealed, kid="k" * 24, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def around(at: Endpoint | None = None, *, usable: bool = False, pushes: bool = False, high: bool = True) -> Around:
    return Around(at, connection_usable=usable, pushes=pushes, high_value_set=high)


@pytest.mark.parametrize(
    ("template", "run_by", "here", "codes"),
    [
        ("lead-to-crm", NATIVE, around(), ["crm_connection"]),
        ("lead-to-crm", NATIVE, around(usable=True), []),
        ("lead-to-crm", MAKE, around(usable=True), ["make_address"]),
        ("lead-to-crm", MAKE, around(endpoint()), []),
        *((one, NATIVE, around(endpoint(), usable=True), ["make_address"]) for one in BY_ID if one != "lead-to-crm"),
        *((one, MAKE, around(endpoint()), []) for one in BY_ID),
        (None, MAKE, around(), ["webhook_step"]),
        (None, MAKE, around(endpoint()), []),
    ],
)
def test_what_is_missing_is_told_with_its_cure(
    template: str | None, run_by: RunBy, here: Around, codes: list[str]
) -> None:
    found = missing(automation(template, run_by), here)
    assert [one.code for one in found] == codes
    for one in found:
        assert one.message.endswith(".")
        assert one.hint.endswith(".")


def test_two_ways_into_one_crm_must_be_confirmed_and_only_these() -> None:
    by_make = automation("lead-to-crm", MAKE)
    assert [one.code for one in confirmations(by_make, around(endpoint(), pushes=True))] == ["automatic_push_active"]
    assert not confirmations(by_make, around(endpoint()))
    assert not confirmations(automation("lead-to-crm", NATIVE), around(usable=True, pushes=True))
    assert not confirmations(automation("lead-enrichment", MAKE), around(endpoint(), pushes=True))


def test_a_trigger_that_never_comes_is_warned_of() -> None:
    told = automation("lead-notifications", MAKE)
    assert [one.code for one in warnings(told, around(endpoint(), high=False))] == ["no_high_value_threshold"]
    assert not warnings(told, around(endpoint()))


@pytest.mark.parametrize("run_by", list(RunBy))
@pytest.mark.parametrize("template", [*BY_ID, None])
@pytest.mark.parametrize("at", [None, endpoint(), endpoint("https://example.com/…2345")])
def test_five_steps_hold_our_address_and_the_header_and_no_other_address(
    template: str | None, run_by: RunBy, at: Endpoint | None
) -> None:
    here = automation(template, run_by)
    steps = setup_instructions(here, OURS, at)
    assert list(steps) == [f"step{n}" for n in range(1, 6)]
    assert OURS in steps["step2"]
    assert "X-Webhook-Secret" in steps["step3"]
    assert f"/api/v1/automation/{here.id}/activate" in steps["step5"]
    assert all(text.endswith(".") for text in steps.values())


def test_in_make_the_webhook_makes_its_own_address() -> None:
    steps = setup_instructions(automation("lead-enrichment", MAKE), OURS, None)
    assert "copy the address that Make gives it" in steps["step2"]
    assert "Save it in this automation" in steps["step2"]
    assert "switch the scenario on" in steps["step4"]
    saved = setup_instructions(automation("lead-enrichment", MAKE), OURS, endpoint())
    assert "saved already" in saved["step2"]
    other = setup_instructions(automation("lead-enrichment", MAKE), OURS, endpoint("https://example.com/…2345"))
    assert "Make" not in " ".join(other.values())
