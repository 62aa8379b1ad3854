"""The sync core's decisions that a table or one case shows best; the simulation shows the rest."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from leadbridge.sync.core import cursor, guard
from leadbridge.sync.core.ends import deleted_there
from leadbridge.sync.core.fields import Move, decide
from leadbridge.sync.core.matching import (
    OWN_KEY,
    Create,
    CreateSafety,
    Doubt,
    Hit,
    LinkTo,
    Review,
    Wait,
    made_for,
    match_here,
    match_there,
)
from leadbridge.sync.core.plans import Act, Effect, Harm, Stream
from leadbridge.sync.core.record import reconcile
from leadbridge.sync.core.timing import Interval, Later, later
from leadbridge.sync.core.values import (
    Absent,
    AbsentFrom,
    Base,
    Intent,
    Link,
    LinkState,
    Ours,
    Present,
    Rule,
    Sent,
    Side,
    Value,
)
from tests.unit.sync.decision_table import PAGE, RULES, TABLE, Row, placed


@dataclass(frozen=True)
class Plain:
    """A field that both sides store as it is."""

    rule: Rule = Rule.ALWAYS_CRM
    name: str = "title"
    theirs: str = "jobtitle"
    writes_crm: bool = True
    writes_ours: bool = True

    def equal(self, ours: Value, theirs: Value) -> bool:
        return ours == theirs

    def to_crm(self, ours: Value) -> Value:
        return ours

    def to_ours(self, raw: Value) -> Value:
        return raw


@pytest.mark.parametrize(
    ("row", "rule"), [(row, rule) for row in TABLE for rule in row.rules], ids=lambda one: getattr(one, "case", one)
)
def test_the_decision_table_holds(row: Row, rule: Rule) -> None:
    base = Base("A", "A") if row.met else None
    outcome = decide(Plain(rule), base, row.ours, row.theirs, lambda: row.last)
    assert (outcome.move.value if outcome is not None else "nothing") == row.then
    if outcome is not None and not outcome.initial:
        assert outcome.conflict is row.log.startswith("conflict")
        assert ("time uncertain" in row.log) is (outcome.why == "time uncertain")


def test_a_field_that_is_off_is_left_alone() -> None:
    assert decide(Plain(Rule.OFF), Base("A", "A"), "B", "C") is None


def test_the_page_prints_the_table_that_is_tested() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert placed(page) == page, "run: python -m tests.unit.sync.decision_table"
    assert set(RULES) <= {rule for row in TABLE for rule in row.rules}


@pytest.mark.parametrize(("pair", "move"), [(Plain(writes_crm=False), Move.WAITS), (Plain(), Move.TO_CRM)])
def test_a_change_flows_only_where_it_may(pair: Plain, move: Move) -> None:
    outcome = decide(pair, Base("A", "A"), "B", "A")
    assert outcome is not None
    assert outcome.move is move


@pytest.mark.parametrize(
    ("ours", "theirs", "last"),
    [
        (Interval(10_000, 10_000), Interval(1_000, 7_999), Later.OURS),
        (Interval(10_000, 10_000), Interval(1_000, 8_000), Later.UNCERTAIN),
        (Interval(10_000, 10_000), Interval(12_001, 13_000), Later.THEIRS),
        (Interval(10_000, 10_000), Interval(5_000, 20_000), Later.UNCERTAIN),
    ],
)
def test_edits_closer_than_the_clocks_are_good_are_not_ordered(ours: Interval, theirs: Interval, last: Later) -> None:
    assert later(ours, theirs) is last


LINK = Link("o1", LinkState.ACTIVE, crm_id="c1", bases={"title": Base("A", "A")}, version="5", modified=5)
RECORD = Ours("o1", {"title": "A"}, {})
STREAM = Stream((Plain(),), deletes_ours=True)


@pytest.mark.parametrize(
    ("read", "act"),
    [
        (Present("c1", {"jobtitle": "C"}, "6", 6), Act.APPLY),
        (Present("c1", {"jobtitle": "C"}, "4", 4), Act.DROP),
        (Present("c1", {"jobtitle": "C"}, "5", 5), Act.READ_BY_ID),
        (Present("c1", {"jobtitle": "C"}, "5", 5, confirmed=True), Act.APPLY),
        (Present("c1", {"jobtitle": "C"}, "6", 6, current=False), Act.READ_BY_ID),
    ],
)
def test_a_read_is_believed_only_when_it_can_be(read: Present, act: Act) -> None:
    assert reconcile(LINK, RECORD, read, STREAM, 0, "i").act is act


def test_a_read_from_before_a_deletion_does_not_restore() -> None:
    gone = deleted_there(LINK, RECORD, Absent("c1", AbsentFrom.BY_ID), STREAM).link
    ours = Ours("o1", {"title": "A"}, {}, deleted=True)
    stored = Present("c1", {"jobtitle": "C"}, "6", 6)
    assert reconcile(gone, ours, stored, STREAM, 0, "i").act is Act.READ_BY_ID
    back = reconcile(gone, ours, Present("c1", {"jobtitle": "C"}, "7", 7, confirmed=True), STREAM, 0, "i")
    assert back.restore_ours
    assert back.link.state is LinkState.ACTIVE


@pytest.mark.parametrize(
    ("source", "act"), [(AbsentFrom.QUERY, Act.DROP), (AbsentFrom.BY_ID, Act.APPLY), (AbsentFrom.FEED, Act.APPLY)]
)
def test_absence_from_a_query_is_never_a_delete(source: AbsentFrom, act: Act) -> None:
    plan = deleted_there(LINK, RECORD, Absent("c1", source), STREAM)
    assert plan.act is act
    assert plan.delete_ours is (act is Act.APPLY)


def test_a_record_that_leaves_the_filter_is_parked_with_its_base_and_comes_back_from_it() -> None:
    stream = Stream((Plain(),), within=lambda values: values.get("title") != "C")
    out = reconcile(LINK, RECORD, Present("c1", {"jobtitle": "C"}, "6", 6), stream, 0, "i")
    assert (out.link.state, out.ours, out.link.bases) == (LinkState.PARKED, {}, LINK.bases)
    back = reconcile(out.link, RECORD, Present("c1", {"jobtitle": "D"}, "7", 7), stream, 0, "i")
    assert (back.link.state, back.ours) == (LinkState.ACTIVE, {"title": "D"})


UNANSWERED = Link("o1", intent=Intent("i", (Sent("email", "a@b.test", "a@b.test"),), at=1_000))
KEYLESS = Link("o1", intent=Intent("i", (Sent("name", "Ana", "Ana"),), at=1_000))


@pytest.mark.parametrize(
    ("link", "hits", "claimed", "safety", "expected"),
    [
        (None, [], {}, CreateSafety.LAG, Create()),
        (UNANSWERED, [], {}, CreateSafety.OWN_KEY, Create()),
        (UNANSWERED, [], {}, CreateSafety.UPSERT_BY_MATCH, Create()),
        (UNANSWERED, [], {}, CreateSafety.LAG, Wait(361_000)),
        (UNANSWERED, [Hit("email", "c1")], {}, CreateSafety.LAG, LinkTo("c1", "email")),
        (KEYLESS, [], {}, CreateSafety.LAG, "nothing can find"),
        (None, [Hit("email", "c1"), Hit("email", "c2")], {}, CreateSafety.LAG, "several"),
        (None, [Hit(OWN_KEY, "c1"), Hit("email", "c2")], {}, CreateSafety.LAG, LinkTo("c1", OWN_KEY)),
        (None, [Hit("email", "c1")], {"c1": "o9"}, CreateSafety.LAG, "belongs to another"),
    ],
)
def test_a_match_is_told_or_left_to_a_person(
    link: Link | None, hits: list[Hit], claimed: dict[str, str], safety: CreateSafety, expected: object
) -> None:
    result = match_there("o1", link, hits, claimed, safety=safety, match_keys=("email",), lag=300_000, now=100_000)
    if isinstance(expected, str):
        assert isinstance(result, Review)
        assert expected in result.why
    else:
        assert result == expected


@dataclass(frozen=True)
class Email(Plain):
    """A match key that is compared without regard to case."""

    name: str = "email"
    theirs: str = "email"

    def equal(self, ours: Value, theirs: Value) -> bool:
        return str(ours).casefold() == str(theirs).casefold()


AWAITED = "the matching record may be what another of ours was just created as"
MADE = Present("c1", {"email": "a@b.test"}, "1", 1)
OLD_ADDRESS = Link("o1", intent=Intent("i", (Sent("email", "A@b.test", "A@b.test"),), at=1_000))


@pytest.mark.parametrize(
    ("link", "makers"),
    [
        pytest.param(OLD_ADDRESS, ("o1",), id="what was sent counts"),
        pytest.param(replace(OLD_ADDRESS, intent=None), (), id="nothing is under way"),
        pytest.param(replace(OLD_ADDRESS, crm_id="c9"), (), id="it has its record"),
        pytest.param(KEYLESS, (), id="created without an address"),
        pytest.param(
            Link("o1", intent=Intent("i", (Sent("email", "x@b.test", "x@b.test"),))), (), id="another address"
        ),
    ],
)
def test_an_unanswered_create_may_have_made_the_record_that_has_the_address_it_sent(
    link: Link, makers: tuple[str, ...]
) -> None:
    assert made_for(Email(), MADE, [link]) == makers


@pytest.mark.parametrize(
    ("by", "awaiting", "expected"),
    [
        ("email", ("o9",), Review(Doubt.AWAITED, AWAITED, ("c1", "o9"))),
        ("email", ("o1",), LinkTo("c1", "email")),
        ("email", (), LinkTo("c1", "email")),
        (OWN_KEY, ("o9",), LinkTo("c1", OWN_KEY)),
    ],
)
def test_a_record_is_not_taken_from_the_one_it_may_have_been_made_for(
    by: str, awaiting: tuple[str, ...], expected: object
) -> None:
    """Else the other, once nothing leads to that record any more, would be created a second time."""
    found = [Hit(by, "c1")]
    safe = CreateSafety.LAG
    result = match_there("o1", None, found, {}, safety=safe, match_keys=("email",), lag=0, now=0, awaiting=awaiting)
    assert result == expected


def test_one_of_several_of_ours_is_never_guessed() -> None:
    assert isinstance(match_here("c1", None, None, [Hit("email", "o1"), Hit("email", "o2")], {}), Review)
    assert match_here("c1", None, "o2", [Hit("email", "o1")], {}) == LinkTo("o2", OWN_KEY)


def _effect(number: int) -> Effect:
    return Effect(f"o{number}", Side.THEIRS, "title", "A", "B")


def test_a_trickle_is_stopped_by_the_hour_and_goes_on_when_it_has_passed_or_a_person_says_so() -> None:
    limits = guard.Limits({Harm.OVERWRITE: 3}, {})
    ledger = guard.Ledger()
    for number in range(3):
        answer = guard.admit(ledger, [_effect(number)], limits, number * 1_000)
        assert isinstance(answer, guard.Admitted)
        ledger = answer.ledger
    held = guard.admit(ledger, [_effect(3)], limits, 3_000)
    assert isinstance(held, guard.Held)
    assert held.effects == (_effect(3),)
    assert isinstance(guard.admit(ledger, [_effect(3)], limits, 3_600_001), guard.Admitted)
    go_on = guard.approve(held.ledger)
    assert isinstance(guard.admit(go_on, [_effect(3)], limits, 3_000, {_effect(3)}), guard.Admitted)


def test_records_that_share_a_time_are_told_apart_and_the_cursor_stays_behind_the_index() -> None:
    first, second = cursor.Found("c1", "9", 9_000), cursor.Found("c2", "9", 9_000)
    news, after = cursor.take(cursor.Cursor(), [first], horizon=8_000, overlap=5_000)
    assert (news, after.at) == (["c1"], 8_000)
    news, after = cursor.take(after, [first], horizon=14_000, overlap=5_000)
    assert (news, after.at) == (["c1"], 9_000), "it may have changed again under the same time"
    assert cursor.take(after, [first, second], horizon=15_000, overlap=5_000)[0] == ["c2"]
