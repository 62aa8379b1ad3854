"""The decision table of a field: what a push writes, for every combination of who changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbridge.crm.provider import FieldPair
from leadbridge.sync.decide import Outcome, Rule, decide, settle_intent
from leadbridge.sync.model import FieldBase, Intent, Sent

PHONE = FieldPair("phone", "phone", "phone")
TITLE = FieldPair("title", "jobtitle")


def base(ours: str | None, theirs: str | None, field: str = "title") -> tuple[FieldBase, ...]:
    return (FieldBase(f=field, ours=ours, theirs=theirs),)


@pytest.mark.parametrize(
    ("ours", "theirs", "bases", "outcome", "written"),
    [
        pytest.param("CEO", "CEO", base("CEO", "CEO"), Outcome.UNCHANGED, None, id="neither changed"),
        pytest.param("CTO", "CEO", base("CEO", "CEO"), Outcome.WRITE, "CTO", id="ours changed"),
        pytest.param(None, "CEO", base("CEO", "CEO"), Outcome.WRITE, "", id="ours was cleared"),
        pytest.param("CEO", "CFO", base("CEO", "CEO"), Outcome.THEIRS_CHANGED, None, id="theirs changed"),
        pytest.param("CEO", None, base("CEO", "CEO"), Outcome.THEIRS_CHANGED, None, id="theirs was cleared"),
        pytest.param("CTO", "CTO", base("CEO", "CEO"), Outcome.AGREED, None, id="both changed to the same"),
        pytest.param("CTO", " CTO ", base("CEO", "CEO"), Outcome.AGREED, None, id="both changed to the equivalent"),
        pytest.param("CTO", "CFO", base("CEO", "CEO"), Outcome.KEPT, None, id="both changed apart: CRM wins"),
        pytest.param("CTO", None, base("CEO", "CEO"), Outcome.WRITE, "CTO", id="both changed, theirs to blank"),
        pytest.param(None, "CFO", base("CEO", "CEO"), Outcome.KEPT, None, id="ours cleared, theirs edited"),
        pytest.param("CEO", None, (), Outcome.WRITE, "CEO", id="no base, theirs blank"),
        pytest.param("CEO", "CEO", (), Outcome.AGREED, None, id="no base, equal"),
        pytest.param("CEO", "CFO", (), Outcome.KEPT, None, id="no base, they differ: CRM wins"),
        pytest.param(None, "CFO", (), Outcome.THEIRS_CHANGED, None, id="no base, ours blank: never cleared"),
        pytest.param(None, None, (), Outcome.UNCHANGED, None, id="nothing anywhere"),
    ],
)
def test_a_push_writes_only_what_this_side_changed(
    ours: str | None, theirs: str | None, bases: tuple[FieldBase, ...], outcome: Outcome, written: str | None
) -> None:
    decision = decide([TITLE], {"title": ours}, {"jobtitle": theirs}, bases)
    assert decision.fields[0].outcome is outcome
    assert decision.values == ({} if written is None else {"jobtitle": written})


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        (Rule.ALWAYS_OURS, {"jobtitle": "CTO"}),
        (Rule.ALWAYS_CRM, {}),
        (Rule.PREFER_CRM_UNLESS_BLANK, {}),
        (Rule.OFF, {}),
    ],
)
def test_a_field_that_changed_on_both_sides_is_decided_by_the_rule(rule: Rule, written: dict[str, str]) -> None:
    assert decide([TITLE], {"title": "CTO"}, {"jobtitle": "CFO"}, base("CEO", "CEO"), rule).values == written


def test_a_new_record_gets_every_value_and_no_blank_ones() -> None:
    decision = decide([TITLE, PHONE], {"title": "CEO", "phone": None}, None, ())
    assert decision.values == {"jobtitle": "CEO"}


def test_a_crm_that_reformats_a_value_has_not_changed_it() -> None:
    """They store "+35315550100" for our "+353 1 555 0100": neither this echo nor the next pass is an edit."""
    first = decide([PHONE], {"phone": "+353 1 555 0100"}, None, ())
    after = first.bases_after({"phone": "+35315550100"})
    second = decide([PHONE], {"phone": "+353 1 555 0100"}, {"phone": "+35315550100"}, after)
    assert second.fields[0].outcome is Outcome.UNCHANGED
    assert second.bases == after


def test_a_value_the_answer_does_not_show_is_taken_as_sent() -> None:
    decision = decide([TITLE], {"title": "CEO"}, None, ())
    assert decision.bases_after({}) == base("CEO", "CEO")


@pytest.mark.parametrize(
    ("theirs", "bases"),
    [
        pytest.param("CTO", base("CTO", "CTO"), id="it landed"),
        pytest.param("CEO", base("CEO", "CEO"), id="it did not land"),
        pytest.param("CFO", base("CEO", "CEO"), id="somebody edited it since"),
    ],
)
def test_an_interrupted_write_is_explained_by_what_the_crm_shows(theirs: str, bases: tuple[FieldBase, ...]) -> None:
    intent = Intent(id="i", sent=(Sent(f="title", ours="CTO", sent="CTO"),), at=0)
    assert settle_intent([TITLE], base("CEO", "CEO"), intent, {"jobtitle": theirs}) == bases


def test_an_interrupted_clearing_that_landed_leaves_both_bases_blank() -> None:
    intent = Intent(id="i", sent=(Sent(f="title"),), at=0)
    assert settle_intent([TITLE], base("CEO", "CEO"), intent, {"jobtitle": None}) == base(None, None)


values = st.none() | st.text(max_size=4)


@given(ours=values, theirs=values, base_ours=values, base_theirs=values, rule=st.sampled_from(Rule))
def test_after_a_write_lands_the_next_pass_writes_nothing(
    ours: str | None, theirs: str | None, base_ours: str | None, base_theirs: str | None, rule: Rule
) -> None:
    """A quiet system is a fixed point, whatever the two sides and their bases were."""
    bases = base(base_ours, base_theirs)
    first = decide([TITLE], {"title": ours}, {"jobtitle": theirs}, bases, rule)
    stored = {"jobtitle": first.values.get("jobtitle", theirs)}
    again = decide([TITLE], {"title": ours}, stored, first.bases_after(stored), rule)
    assert again.values == {}
    assert again.bases == again.bases_after(stored)
