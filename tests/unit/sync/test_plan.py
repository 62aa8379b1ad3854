"""What happens to one lead at a CRM, for everything that may be known of it."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from leadbridge.crm.hubspot.defaults import LEADS
from leadbridge.crm.provider import RemoteRecord
from leadbridge.sync import links
from leadbridge.sync.decide import decide
from leadbridge.sync.model import FieldBase, Intent, Link, LinkState, Sent
from leadbridge.sync.plan import Create, Hold, Known, Leave, Plan, Update, plan

LEAD = "a" * 24
OTHER = "b" * 24
OURS = {"email": "ana@example.com", "firstName": "Ana", "title": "CEO"}
SAME = {"email": "ana@example.com", "firstname": "Ana", "jobtitle": "CEO", "leadbridge_id": LEAD}


def remote(values: dict[str, str | None], id: str = "501", version: str = "2026-01-02") -> RemoteRecord:
    return RemoteRecord(id, values, version, datetime(2026, 1, 2, tzinfo=UTC))


def link(**more: Any) -> Link:
    bare = links.fresh("l" * 24, "c" * 24, "d" * 24, LEADS, LEAD)
    return msgspec.structs.replace(bare, **more)


def active(**more: Any) -> Link:
    agreed = tuple(
        FieldBase(f=ours, ours=OURS[ours], theirs=SAME[theirs])
        for ours, theirs in (("email", "email"), ("firstName", "firstname"), ("title", "jobtitle"))
    )
    return link(state=LinkState.ACTIVE, crm_id="501", fields=agreed, read_version="2026-01-01", **more)


INTENT = Intent(id="i", sent=(Sent(f="title", ours="CEO", sent="CEO"),), at=0)


def planned(**known: Any) -> Plan:
    usual: dict[str, Any] = {"link": None, "remote": None, "claimed_by": None, "own_key": True, "ours": OURS}
    return plan(Known(lead_id=LEAD, **(usual | known)), LEADS)


def test_an_unknown_lead_is_created_with_our_key_and_the_constants() -> None:
    decided = planned()
    assert isinstance(decided, Create)
    assert decided.values["leadbridge_id"] == LEAD
    assert decided.values["lifecyclestage"] == "lead"
    assert "leadbridge_id" not in planned(own_key=False).values  # type: ignore[union-attr]


def test_a_match_is_linked_and_its_blanks_are_filled() -> None:
    decided = planned(remote=remote({"email": "ANA@example.com", "firstname": "Anna", "jobtitle": None}))
    assert isinstance(decided, Update)
    assert decided.values == {"jobtitle": "CEO", "leadbridge_id": LEAD}
    assert decided.decision.kept == ("firstName",)


def test_a_quiet_linked_record_is_left_alone() -> None:
    assert isinstance(planned(link=active(), remote=remote(dict(SAME))), Leave)


def test_our_id_never_replaces_another_hubs() -> None:
    assert isinstance(planned(link=active(), remote=remote({**SAME, "leadbridge_id": OTHER})), Leave)


@pytest.mark.parametrize(
    ("known", "code"),
    [
        pytest.param({"link": active()}, "crm_record_gone", id="deleted in the CRM: never created again"),
        pytest.param({"remote": remote(dict(SAME)), "claimed_by": OTHER}, "already_linked", id="match is another's"),
        pytest.param({"claimed_by": OTHER}, "already_linked", id="the same address twice in one call"),
        pytest.param(
            {"remote": remote({"email": "boss@example.com"})}, "secondary_email", id="somebody's second address"
        ),
        pytest.param(
            {"link": link(intent=INTENT), "own_key": False, "ours": {"firstName": "Ana"}},
            "unanswered_create",
            id="a create without an answer, with nothing to find it by",
        ),
        pytest.param(
            {"link": active(), "remote": remote(dict(SAME), version="2025-12-31")}, "stale_read", id="older than known"
        ),
    ],
)
def test_what_is_not_safe_is_held_with_its_reason(known: dict[str, Any], code: str) -> None:
    decided = planned(**known)
    assert isinstance(decided, Hold)
    assert decided.fault.code == code
    assert decided.fault.hint


def test_an_unanswered_create_is_repeated_where_the_crm_refuses_a_second_one() -> None:
    assert isinstance(planned(link=link(intent=INTENT)), Create)
    assert isinstance(planned(link=link(intent=INTENT), own_key=False), Create)


def test_an_unanswered_create_that_landed_is_found_and_not_written_again() -> None:
    everything = decide(LEADS.fields, OURS, None, ()).sent
    decided = planned(link=link(intent=Intent(id="i", sent=everything, at=0)), remote=remote(dict(SAME)))
    assert isinstance(decided, Leave)
    assert decided.decision.bases


def test_an_edit_made_after_an_unanswered_create_landed_is_not_lost() -> None:
    """The CRM shows our own earlier value; without the intent it would look like a salesperson's."""
    everything = decide(LEADS.fields, OURS, None, ()).sent
    decided = planned(
        link=link(intent=Intent(id="i", sent=everything, at=0)),
        remote=remote(dict(SAME)),
        ours={**OURS, "title": "Chair"},
    )
    assert isinstance(decided, Update)
    assert decided.values == {"jobtitle": "Chair"}


def test_a_record_merged_into_another_is_followed() -> None:
    assert isinstance(planned(link=active(), remote=remote(dict(SAME), id="777")), Leave)
