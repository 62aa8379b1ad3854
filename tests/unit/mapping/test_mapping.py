"""Whole mappings: what is wrong with one, what is suggested, computed fields, defaults, and the seam to sync."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from leadbridge.crm.catalogue import PROVIDERS
from leadbridge.crm.hubspot.defaults import LEADS as HUBSPOT_LEADS
from leadbridge.crm.model import FieldInfo, Option
from leadbridge.leads.money import money
from leadbridge.leads.settings import DeclaredField, FieldType
from leadbridge.leads.stored import Consent
from leadbridge.mapping import ours as our_side
from leadbridge.mapping import standard
from leadbridge.mapping import theirs as their_side
from leadbridge.mapping.mapper import Mapper
from leadbridge.mapping.model import Context, ObjectMapping, PairSpec, Rule, Type, ValueMap, Way
from leadbridge.mapping.suggest import suggest
from leadbridge.mapping.validate import check
from leadbridge.sync.core.fields import Move, decide
from leadbridge.sync.core.values import Base, Pair, Unmappable
from tests.unit.mapping.build import STATUS, field, schema

AT = datetime(2026, 1, 5, tzinfo=UTC)
REGION = DeclaredField(
    key="Region", label="Sales region", type=FieldType.CHOICE, choices=("North", "South"), created_at=AT
)
OURS = our_side.schema("lead", (REGION,))
THEIRS = schema(
    field("email", Type.EMAIL, unique=True),
    field("full_name", Type.TEXT),
    field("status", Type.CHOICE, choices=STATUS),
    field("size", Type.NUMBER),
    field("created", Type.DATETIME, writable=False),
    field("optin", Type.BOOLEAN),
    field("owner", Type.REFERENCE, to="owner"),
)
CONTEXT = Context(zone="Europe/Madrid", region="ES")


def mapping(*specs: PairSpec) -> ObjectMapping:
    return ObjectMapping("lead", "contacts", specs)


@pytest.mark.parametrize(
    ("spec", "code", "told"),
    [
        (PairSpec("emial", "email"), "unknown_field", "'email' is near"),
        (PairSpec("email", "e_mail"), "unknown_field", "'email' is near"),
        (PairSpec("email", "qqqqq"), "unknown_field", "choose another"),
        (PairSpec("score", "optin"), "types_differ", "a whole number and 'optin' true or false"),
        (PairSpec("ownerId", "email"), "types_differ", "a reference"),
        (PairSpec("consent.at", "created"), "not_writable", "let it flow to us only"),
        (PairSpec("email", "email", way=Way(crm=False, ours=False)), "no_way", "neither side"),
        (PairSpec("", "full_name", to_crm="firstName", to_ours="email"), "two_expressions", "two pairs"),
        (PairSpec("email", "full_name", to_crm="firstName"), "two_sources", "take one out"),
        (PairSpec("", "full_name", to_crm="first"), "bad_expression", "no field or function 'first'"),
        (PairSpec("", "size", to_crm="firstName"), "result_type", "returns text and 'size' holds a number; double"),
        (PairSpec("", "status", to_crm="score > 5"), "result_type", "returns true or false"),
        (PairSpec("company", "full_name", max_length=0), "bad_length", "at least 1"),
        (PairSpec("score", "size", scale=11), "bad_scale", "between 0 and 10"),
        (PairSpec("status", "status", values=ValueMap({})), "empty_value_map", "empty"),
        (PairSpec("status", "status", values=ValueMap({"a": "Gone"})), "not_a_choice", "no choice 'Gone'"),
        (PairSpec("custom.Region", "full_name", values=ValueMap({"East": "e"})), "not_a_choice", "no choice 'East'"),
        (PairSpec("status", "full_name", values=ValueMap({"a": "x", "A ": "y"})), "word_twice", "two meanings"),
        (PairSpec("status", "full_name", values=ValueMap({"a": "x"}, {"y": "b"})), "unknown_word", "add that first"),
        (PairSpec("status", "full_name", values=ValueMap({"a": "x", "b": "y"}, {"X": "b"})), "word_twice", "two words"),
        (PairSpec("status", "full_name", values=ValueMap({" ": "x"})), "blank_word", "blank word"),
        (PairSpec("status", "status", default_crm="Nowhere"), "bad_default", "not among the CRM's choices"),
        (PairSpec("email", "email", default_ours="nobody"), "bad_default", "is not valid"),
    ],
)
def test_a_fault_is_found_and_told(spec: PairSpec, code: str, told: str) -> None:
    faults = check(mapping(spec), OURS, THEIRS, CONTEXT)
    assert [fault.code for fault in faults] == [code]
    assert faults[0].pair == 0
    assert told in faults[0].message


SIZED = schema(
    field("code", Type.TEXT, length=5),
    field("price", Type.NUMBER, scale=2),
    field("last", Type.TEXT, required=True, length=80),
)


@pytest.mark.parametrize(
    ("spec", "code", "told"),
    [
        (PairSpec("company", "code", max_length=6), "bad_length", "keeps 5 characters and max_length is 6"),
        (PairSpec("score", "price", scale=3), "bad_scale", "keeps 2 decimals and scale is 3"),
        (PairSpec("company", "code", default_crm="unknown"), "too_long", "'unknown' has 7; shorten it"),
        (PairSpec("company", "code", values=ValueMap({"a": "abcdef"})), "too_long", "keeps 5 characters"),
        (PairSpec("score", "price", default_crm="1.005"), "too_many_decimals", "keeps 2 decimals and '1.005' has more"),
    ],
)
def test_what_does_not_fit_the_crms_field_is_told_when_it_is_saved(spec: PairSpec, code: str, told: str) -> None:
    faults = check(mapping(spec, PairSpec("lastName", "last")), OURS, SIZED, CONTEXT)
    assert [fault.code for fault in faults] == [code]
    assert told in faults[0].message


def test_a_required_field_needs_a_pair_that_writes_it() -> None:
    for pairs in ((), (PairSpec("lastName", "last", way=Way(crm=False)),), (PairSpec("lastName", "last", Rule.OFF),)):
        (fault,) = check(mapping(*pairs), OURS, SIZED, CONTEXT)
        assert (fault.code, fault.pair) == ("required_field", None)
        assert "takes no record without 'last'; map a field to it" in fault.message


def test_what_a_record_holds_is_fitted_or_refused_when_it_is_sent() -> None:
    specs = (PairSpec("company", "code"), PairSpec("title", "last", max_length=4), PairSpec("value.amount", "price"))
    mapper = Mapper(mapping(*specs), OURS, SIZED, CONTEXT)
    view = mapper.to_crm({"company": "Umbrella", "title": "Director", "value.amount": "12.345"})
    assert view.values == {"last": "Dire", "price": "12.34"}
    assert "has 8 characters and the CRM's field keeps 5; shorten it" in view.faults["company"]


def test_a_described_fields_sizes_are_known_to_the_mapping() -> None:
    found = [FieldInfo("LastName", "Last name", "text", True, required=True, length=80, scale=None)]
    field = their_side.schema("salesforce", "Lead", found)["LastName"]
    assert (field.required, field.length, field.scale) == (True, 80, None)


def test_faults_of_the_whole_mapping() -> None:
    email = PairSpec("email", "email")
    assert [one.code for one in check(mapping(email), OURS, THEIRS, replace(CONTEXT, zone="Moon"))] == ["unknown_zone"]
    assert [one.code for one in check(mapping(*[email] * 201), OURS, THEIRS, CONTEXT)] == ["too_many_pairs"]
    twice = check(mapping(email, email), OURS, THEIRS, CONTEXT)
    assert [(one.code, one.pair) for one in twice] == [("written_twice", place) for place in (0, 0, 1, 1)]
    assert not check(mapping(email, replace(email, rule=Rule.OFF)), OURS, THEIRS, CONTEXT)
    needed = {**THEIRS, "last": field("last", Type.TEXT, required=True)}
    assert [one.code for one in check(mapping(email), OURS, needed, CONTEXT)] == ["required_field"]


def test_a_field_has_one_crm_that_writes_it_to_us() -> None:
    email = PairSpec("email", "email")
    one_way = replace(email, way=Way(ours=False))
    assert [one.code for one in check(mapping(email), OURS, THEIRS, CONTEXT, {"email"})] == ["written_elsewhere"]
    assert not check(mapping(one_way), OURS, THEIRS, CONTEXT, {"email"})
    recent = check(mapping(replace(one_way, rule=Rule.MOST_RECENT)), OURS, THEIRS, CONTEXT, {"email"})
    assert [one.code for one in recent] == ["written_elsewhere"]


def described(provider: str, kind: str, object: str) -> list[FieldInfo]:
    """Return what ``describe`` finds where every standard field is there, as plainly typed as a CRM may call it."""
    return [
        FieldInfo(name, name, "text", True, options=()) for name in standard.STANDARD[provider][(kind, object)].values()
    ] + [FieldInfo("Sales_Region__c", "Sales region", "choice", True, custom=True, options=(Option("N", "North"),))]


@pytest.mark.parametrize(
    ("provider", "kind", "object"),
    [(one.id, kind, object) for one in PROVIDERS for kind, object in standard.objects(one.id)],
)
def test_the_suggestion_for_every_provider_and_object_is_without_fault(provider: str, kind: str, object: str) -> None:
    ours = our_side.schema(kind, (REGION,))
    theirs = their_side.schema(provider, object, described(provider, kind, object))
    made = suggest(provider, kind, object, ours, theirs)
    assert {spec.ours for spec in made.pairs} == {*standard.STANDARD[provider][(kind, object)], "custom.Region"}
    assert check(made, ours, theirs, CONTEXT) == ()
    assert Mapper(made, ours, theirs, CONTEXT).fields


def test_every_provider_has_a_suggestion_for_every_kind() -> None:
    for provider in PROVIDERS:
        assert {kind for kind, _ in standard.objects(provider.id)} == {"lead", "contact", "account", "deal"}


def test_a_suggestion_leaves_out_what_a_tenant_does_not_have() -> None:
    theirs = their_side.schema("hubspot", "contacts", [FieldInfo("email", "E-mail", "text", True)])
    assert [spec.theirs for spec in suggest("hubspot", "lead", "contacts", OURS, theirs).pairs] == ["email"]


def test_the_suggestion_names_the_fields_that_the_first_push_uses() -> None:
    suggested = standard.STANDARD["hubspot"][("lead", "contacts")]
    assert {pair.ours: pair.theirs for pair in HUBSPOT_LEADS.fields}.items() <= suggested.items()


FULL = mapping(
    PairSpec("email", "email"),
    PairSpec("", "full_name", to_crm="trim(firstName + ' ' + lastName)", default_crm="(no name)"),
    PairSpec("status", "status", Rule.ASK, values=ValueMap({"fresh": "NEW"}), default_crm="Lost", default_ours="fresh"),
    PairSpec("score", "", to_ours="int(size * 10.0)"),
    PairSpec("consent.given", "optin", Rule.OFF),
    PairSpec("company", "size", values=ValueMap({"Big": "1000"})),
)


def made() -> Mapper:
    assert check(FULL, OURS, THEIRS, CONTEXT) == ()
    return Mapper(FULL, OURS, THEIRS, CONTEXT)


def test_a_record_is_mapped_with_its_computed_fields() -> None:
    view = made().to_crm({"email": "a@b.example", "firstName": "Ana", "status": "fresh", "consent.given": True})
    assert view.values == {"email": "a@b.example", "full_name": "Ana", "status": "NEW", "size": None}
    assert not view.faults


def test_defaults_fill_only_what_a_new_record_leaves_blank() -> None:
    mapper = made()
    assert mapper.created_there({"email": "a@b.example", "full_name": None}) == {
        "email": "a@b.example",
        "full_name": "(no name)",
        "status": "3",
    }
    assert mapper.created_here({"status": None}) == {"status": "fresh"}
    assert mapper.created_here({"status": "won"}) == {"status": "won"}


def test_what_cannot_be_computed_is_told() -> None:
    mapper = made()
    view = mapper.theirs({"email": "a@b.example", "size": None})
    assert view.faults == {"=score": "The expression needs a number and 'size' is blank; write fallback(size, 0)."}
    assert not mapper.theirs({"size": "1"}).faults


def test_the_core_decides_on_mapped_pairs() -> None:
    mapper = made()
    by_name: dict[str, Pair] = {pair.name: pair for pair in mapper.fields}
    status = by_name["status"]
    assert status.rule is Rule.ASK
    assert (status.writes_crm, status.writes_ours) == (True, True)
    assert decide(status, Base("fresh", "NEW"), "Fresh ", "NEW") == decide(status, None, "Fresh ", "NEW")
    outcome = decide(status, Base("fresh", "NEW"), "fresh", "3")
    assert outcome is not None
    assert (outcome.move, outcome.value) == (Move.TO_OURS, "Lost")
    refused = decide(status, Base("fresh", "NEW"), "unheard of", "NEW")
    assert refused is not None
    assert refused.move is Move.UNMAPPABLE
    assert "not among the CRM's choices" in refused.why
    with pytest.raises(Unmappable):
        by_name["email"].to_ours("nobody")
    name = by_name["=full_name"]
    assert (name.theirs, name.writes_crm, name.writes_ours) == ("full_name", True, False)
    score = by_name["score"]
    assert (score.theirs, score.writes_crm, score.writes_ours) == ("=score", False, True)
    ours, theirs = mapper.ours({"firstName": "Ana"}), mapper.theirs({"size": "2.5", "full_name": "Ana"})
    assert name.equal(ours.values["=full_name"], theirs.values["full_name"])
    assert score.to_ours(theirs.values["=score"]) == 25


def test_several_choices_are_written_as_the_provider_writes_them() -> None:
    assert [their_side.separator(one.id) for one in PROVIDERS] == [";", ";", ";", ","]


def test_a_described_field_keeps_the_finer_type_it_is_known_for() -> None:
    found = [FieldInfo("numberofemployees", "Employees", "number", True), FieldInfo("domain", "Domain", "text", False)]
    theirs = their_side.schema("hubspot", "companies", found)
    assert [(one.type, one.writable) for one in theirs.values()] == [(Type.INTEGER, True), (Type.TEXT, False)]


@pytest.mark.parametrize(
    "record",
    [
        {"email": "a@b.example", "tags": ("x",), "score": 3},
        {"value": money(Decimal("12.50"), "EUR")},
        {"value": money(Decimal("12.50"), None), "custom.Region": "North"},
        {"consent": Consent(given=False, at=AT, source="fair")},
        {"consent": Consent(given=True)},
    ],
)
def test_a_record_survives_as_plain_values(record: dict[str, Any]) -> None:
    assert our_side.fields(our_side.values(record)) == record
