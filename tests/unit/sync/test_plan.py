"""What happens to one lead at a CRM, for everything that may be known of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from leadbridge.crm.hubspot.provider import HubSpot
from leadbridge.leads.stored import Lead
from leadbridge.mapping import ours as our_side
from leadbridge.mapping.defaults import default_mapper, default_schema
from leadbridge.mapping.mapper import Mapper
from leadbridge.mapping.model import Context, ObjectMapping, PairSpec
from leadbridge.sync.core.landing import refused
from leadbridge.sync.core.matching import OWN_KEY, CreateSafety
from leadbridge.sync.core.plans import Act, Word
from leadbridge.sync.core.values import Base, Entry, Intent, Link, LinkState, Ours, Present, Rule, Sent
from leadbridge.sync.flow import OWN_ID, OwnKey, default_flow, flow
from leadbridge.sync.plan import Again, Go, Hold, Known, Step, kept, plan

LEAD, OTHER = "a" * 24, "b" * 24
OURS = {"email": "ana@example.com", "firstName": "Ana", "title": "CEO"}
SAME = {"email": "ana@example.com", "firstname": "Ana", "jobtitle": "CEO", "leadbridge_id": LEAD}
KEYED, KEYLESS = (default_flow(HubSpot(), own_key=own_key) for own_key in (True, False))
LAGGING = replace(KEYLESS, safety=CreateSafety.LAG, lag=300_000)
NOW = 10_000_000


def read(
    values: Mapping[str, str | None], id: str = "501", version: str = "2026-01-02", *, again: bool = False
) -> Present:
    return Present(id, values, version, 5, confirmed=again)


def active(**more: Any) -> Link:
    agreed = {"email": "email", "firstName": "firstname", "title": "jobtitle", OWN_ID: "leadbridge_id"}
    ours = {**OURS, OWN_ID: LEAD}
    usual: dict[str, Any] = {
        "state": LinkState.ACTIVE,
        "crm_id": "501",
        "bases": {mine: Base(ours[mine], SAME[theirs]) for mine, theirs in agreed.items()},
        "version": "2026-01-01",
    }
    return Link(LEAD, **(usual | more))


INTENT = Intent("i", (Sent("title", "CEO", "CEO"),), at=NOW)


def planned(flow: Any = KEYED, ours: dict[str, str] = OURS, **known: Any) -> Step:
    usual: dict[str, Any] = {"link": None, "read": None, "stream": flow.stream(), "asked": NOW}
    asked = known.pop("again", True)
    record = Ours(LEAD, {**ours, OWN_ID: LEAD}, {})
    return plan(Known(record, **(usual | known)), flow, NOW, "intent", asked=asked)


def sent(step: Step, flow: Any = KEYED) -> dict[str, str]:
    assert isinstance(step, Go)
    assert step.plan.act is Act.APPLY
    made: dict[str, str] = flow.raw(step.plan.sent)
    return made


def quiet(step: Step) -> Link:
    assert isinstance(step, Go)
    assert sent(step) == {}
    return step.plan.link


def test_an_unknown_lead_is_created_with_our_key_and_the_constants() -> None:
    step = planned()
    assert isinstance(step, Go)
    assert (step.crm_id, step.plan.word, step.plan.link.state) == (None, Word.CREATED, LinkState.CREATING)
    values = KEYED.born(step.plan.sent)
    assert (values["leadbridge_id"], values["lifecyclestage"]) == (LEAD, "lead")
    assert "leadbridge_id" not in sent(planned(KEYLESS), KEYLESS)


def test_a_match_is_linked_and_its_blanks_are_filled() -> None:
    found = read({"email": "ANA@example.com", "firstname": "Anna", "jobtitle": None})
    step = planned(read=found, by="email", wanted="ana@example.com")
    assert sent(step) == {"jobtitle": "CEO", "leadbridge_id": LEAD}
    assert isinstance(step, Go)
    assert step.crm_id == "501"
    assert kept(step.plan.link) == ("firstName",)
    assert [entry.code for entry in step.plan.entries] == ["initial"]


def test_a_quiet_linked_record_is_left_alone_and_its_link_with_it() -> None:
    link = quiet(planned(link=active(), read=read(dict(SAME))))
    assert quiet(planned(link=link, read=read(dict(SAME)))) == link


def test_our_id_never_replaces_another_hubs() -> None:
    theirs = {**SAME, "leadbridge_id": OTHER}
    link = quiet(planned(link=active(), read=read(theirs)))
    assert kept(link) == ()
    assert quiet(planned(link=link, read=read(theirs))) == link


def test_an_edit_in_the_crm_waits_for_the_way_back_with_its_base() -> None:
    theirs = {**SAME, "jobtitle": "Chief"}
    link = quiet(planned(link=active(), read=read(theirs)))
    assert link.bases["title"] == Base("CEO", "CEO")
    step = planned(link=link, read=read(theirs, version="2026-01-03"), ours={**OURS, "title": "Chair"})
    assert isinstance(step, Go)
    assert (step.plan.word, sent(step), kept(step.plan.link)) == (Word.UNCHANGED, {}, ("title",))


@pytest.mark.parametrize(
    ("known", "code"),
    [
        pytest.param({"link": active()}, "crm_record_gone", id="deleted in the CRM: never created again"),
        pytest.param(
            {"read": read(dict(SAME)), "by": OWN_KEY, "claimed": {"501": OTHER}}, "already_linked", id="another's"
        ),
        pytest.param(
            {"read": read(dict(SAME)), "by": "email", "wanted": "ana@example.com", "awaiting": (OTHER,)},
            "awaited_create",
            id="what another was just created as",
        ),
        pytest.param(
            {"read": read({"email": "boss@example.com"}), "by": "email", "wanted": "ana@example.com"},
            "secondary_email",
            id="somebody's second address",
        ),
        pytest.param(
            {"flow": KEYLESS, "link": Link(LEAD, intent=INTENT), "ours": {"firstName": "Ana"}},
            "unanswered_create",
            id="a create without an answer, with nothing to find it by",
        ),
        pytest.param(
            {"flow": LAGGING, "link": Link(LEAD, intent=Intent("i", (Sent("email", "a@b.test", "a@b.test"),), at=NOW))},
            "unseen_create",
            id="a create without an answer, which the index may not show yet",
        ),
        pytest.param(
            {"link": active(), "read": read(dict(SAME), version="2025-12-31")}, "stale_read", id="older than known"
        ),
        pytest.param(
            {"link": active(), "read": read(dict(SAME), id="777"), "claimed": {"777": OTHER}},
            "already_linked",
            id="merged into another's",
        ),
    ],
)
def test_what_is_not_safe_is_held_with_its_reason(known: dict[str, Any], code: str) -> None:
    step = planned(**known)
    assert isinstance(step, Hold)
    assert step.fault.code == code
    assert step.fault.hint


def test_a_record_that_is_gone_ends_its_link_and_a_restore_is_read_twice_before_it_goes_on() -> None:
    gone = planned(link=active())
    assert isinstance(gone, Hold)
    assert gone.link is not None
    assert gone.link.state is LinkState.GONE
    still = planned(link=gone.link)
    assert isinstance(still, Hold)
    assert still.link is None, "nothing new: nothing is stored"
    assert isinstance(planned(link=gone.link, read=read(dict(SAME))), Again)
    back = quiet(planned(link=gone.link, read=read(dict(SAME), again=True)))
    assert back.state is LinkState.ACTIVE


def test_an_unanswered_create_is_repeated_where_the_crm_refuses_a_second_one() -> None:
    by_mail = Intent("i", (Sent("email", "ana@example.com", "ana@example.com"),), at=NOW)
    for one in (KEYED, KEYLESS):
        step = planned(one, link=Link(LEAD, intent=by_mail))
        assert isinstance(step, Go)
        assert step.crm_id is None


def unanswered() -> Link:
    step = planned()
    assert isinstance(step, Go)
    return step.plan.link


def test_an_unanswered_create_that_landed_is_found_and_not_written_again() -> None:
    link = quiet(planned(link=unanswered(), read=read(dict(SAME)), by=OWN_KEY))
    assert (link.state, link.intent, link.bases["title"]) == (LinkState.ACTIVE, None, Base("CEO", "CEO"))


def test_an_edit_made_after_an_unanswered_create_landed_is_not_lost() -> None:
    """The CRM shows our own earlier value; without the intent it would look like a salesperson's."""
    ours = {**OURS, "title": "Chair"}
    assert sent(planned(link=unanswered(), read=read(dict(SAME)), by=OWN_KEY, ours=ours)) == {"jobtitle": "Chair"}


def test_a_record_merged_into_another_is_followed() -> None:
    assert quiet(planned(link=active(), read=read(dict(SAME), id="777"))).crm_id == "777"


def test_a_refused_value_is_tried_again_when_a_person_asks() -> None:
    ours = {**OURS, "title": "Chair"}
    step = planned(link=active(), read=read(dict(SAME)), ours=ours)
    assert isinstance(step, Go)
    link = refused(step.plan.link, Entry("refused", why="no"), KEYED.pairs, step.read)
    held = planned(link=link, read=read(dict(SAME)), ours=ours, again=False)
    assert isinstance(held, Hold)
    assert held.fault.code == "undecided"
    assert "title" in held.fault.message
    assert sent(planned(link=link, read=read(dict(SAME)), ours=ours)) == {"jobtitle": "Chair"}


def test_a_mapping_that_a_company_saved_takes_the_place_of_the_default() -> None:
    """Rules, expressions and ways of a stored mapping decide, by the same path."""
    provider = HubSpot()
    specs = (
        PairSpec("email", "email"),
        PairSpec("title", "jobtitle", Rule.ALWAYS_OURS),
        PairSpec("", "firstname", to_crm="upper(firstName)", rule=Rule.ALWAYS_OURS),
        PairSpec("company", "company", default_crm="(none)"),
    )
    mapper = Mapper(
        ObjectMapping("lead", "contacts", specs),
        our_side.schema("lead"),
        default_schema(provider.defaults),
        Context(),
    )
    own = flow(mapper, provider.defaults, provider, own_key=True)
    at = datetime(2026, 1, 5, tzinfo=UTC)
    lead = Lead(
        id=LEAD, company_id="c" * 24, email="ana@example.com", first_name="Ana", title="Chair",
        created_at=at, updated_at=at, origin="api",
    )  # fmt: skip
    ours, view = own.ours(lead)
    step = plan(Known(ours, None, None, own.stream(view), asked=NOW), own, NOW, "i")
    assert isinstance(step, Go)
    assert own.born(step.plan.sent) == {
        "lifecyclestage": "lead", "email": "ana@example.com", "jobtitle": "Chair", "firstname": "ANA",
        "company": "(none)", "leadbridge_id": LEAD,
    }  # fmt: skip
    shown = read({**SAME, "firstname": "ANA", "jobtitle": "Chief"})
    met = plan(Known(ours, None, shown, own.stream(view), OWN_KEY, asked=NOW), own, NOW, "i")
    assert sent(met, own) == {"jobtitle": "Chair"}


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "result"),
    [
        ("company", "Acme  Ltd", " Acme Ltd", True),
        ("company", "Acme", "ACME", False),
        ("company", None, "", True),
        ("company", None, "x", False),
        ("email", "Ana@Example.com", "ana@example.com ", True),
        ("email", "ana@example.com", "bo@example.com", False),
        ("phone", "+35315550100", "+353 1 555 0100", True),
        ("phone", "+35315550100", "00353 (1) 5550100", True),
        ("phone", "+35315550100", "+35315550101", False),
        ("website", "https://www.example.com/", "http://example.com", True),
        ("website", "https://example.com/a", "example.com/b", False),
        ("address.country", "DE", "Germany", True),
        ("address.country", "DE", "Deutschland", True),
        ("address.country", "DE", "France", False),
        ("address.country", "DE", "Atlantis", False),
    ],
)
def test_the_default_mapping_compares_values_by_their_meaning(
    name: str, ours: str | None, theirs: str | None, result: bool
) -> None:
    pair = next(one for one in KEYED.pairs if one.name == name)
    assert pair.equal(ours, theirs) is result


def test_a_country_is_sent_by_its_name_because_crms_show_it_to_people() -> None:
    pairs = {field.name: field for field in default_mapper(HubSpot().defaults).fields}
    assert pairs["address.country"].to_crm("DE") == "Germany"
    assert pairs["company"].to_crm("DE") == "DE"


def test_our_own_id_is_a_pair_like_any_other() -> None:
    pair = OwnKey("leadbridge_id")
    assert (pair.to_crm(LEAD), pair.to_ours(LEAD), pair.equal(LEAD, LEAD)) == (LEAD, LEAD, True)
    assert not pair.writes_ours
