"""Values across: tables of conversions, and the law as a property over every pair of types."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbridge.mapping.codec import Codec
from leadbridge.mapping.errors import Unmappable
from leadbridge.mapping.meanings import meeting
from leadbridge.mapping.model import Choice, Context, Type, Value, ValueMap
from tests.unit.mapping.build import INTERESTS, STATUS, codec

T = Type
TWINS = (Choice("x", "Same"), Choice("y", "same"), Choice("SAME", "Same"))
ACROSS: list[tuple[Codec, Value, Value]] = [
    (codec(T.TEXT, T.TEXT), "  Ana Ruiz ", "Ana Ruiz"),
    (codec(T.TEXT, T.TEXT, max_length=5), "Packing line", "Packi"),
    (codec(T.EMAIL, T.EMAIL), "Ana@Example.com", "Ana@Example.com"),
    (codec(T.PHONE, T.PHONE), "+34612345678", "+34612345678"),
    (codec(T.COUNTRY, T.TEXT), "DE", "Germany"),
    (codec(T.COUNTRY, T.TEXT, country="code"), "DE", "DE"),
    (codec(T.COUNTRY, T.CHOICE, choices=STATUS[:0]), "DE", "Germany"),
    (codec(T.INTEGER, T.NUMBER), 40, "40"),
    (codec(T.NUMBER, T.NUMBER, scale=2), 12.345, "12.34"),
    (codec(T.NUMBER, T.NUMBER), -0.0, "0"),
    (codec(T.MONEY, T.MONEY), "1234.50", "1234.5"),
    (codec(T.MONEY, T.NUMBER), "0.10", "0.1"),
    (codec(T.BOOLEAN, T.BOOLEAN), True, "true"),
    (codec(T.DATE, T.DATE), "2026-03-31", "2026-03-31"),
    (codec(T.DATE, T.DATETIME), "2026-03-31", "2026-03-30T22:00:00Z"),
    (codec(T.DATETIME, T.DATETIME), "2026-01-05T10:30:00+01:00", "2026-01-05T09:30:00Z"),
    (codec(T.DATETIME, T.DATE), "2026-03-30T22:30:00Z", "2026-03-31"),
    (codec(T.TEXT, T.CHOICE, choices=STATUS), "open deal", "OPEN_DEAL"),
    (codec(T.TEXT, T.CHOICE, choices=STATUS), "lost", "3"),
    (codec(T.CHOICES, T.CHOICES, choices=INTERESTS), ("Plums", "apples"), "c;a"),
    (codec(T.CHOICES, T.CHOICES, choices=INTERESTS, context=Context(separator=",")), ("Plums", "apples"), "c,a"),
    (codec(T.CHOICES, T.CHOICE, choices=INTERESTS), ("Plums",), "c"),
    (codec(T.REFERENCE, T.REFERENCE, to="owner"), "u1", "77"),
    (codec(T.TEXT, T.CHOICE, choices=STATUS, values=ValueMap({"hot": "NEW", "warm": "NEW"})), "Warm", "NEW"),
    (codec(T.BOOLEAN, T.CHOICE, values=ValueMap({"true": "Opt-in", "false": "Opt-out"})), False, "Opt-out"),
    (codec(T.TEXT, T.TEXT), "   ", None),
    (codec(T.CHOICES, T.CHOICES), (), None),
]
BACK: list[tuple[Codec, Value, Value]] = [
    (codec(T.TEXT, T.TEXT), " Ana  Ruiz ", "Ana  Ruiz"),
    (codec(T.EMAIL, T.EMAIL), "ana@EXAMPLE.com", "ana@example.com"),
    (codec(T.PHONE, T.PHONE), "612 345 678", "+34612345678"),
    (codec(T.PHONE, T.TEXT), "0034 612-345-678", "+34612345678"),
    (codec(T.URL, T.URL), "WWW.Ejemplo.example/", "https://www.ejemplo.example"),
    (codec(T.COUNTRY, T.TEXT), "Deutschland", "DE"),
    (codec(T.INTEGER, T.NUMBER), "40.00", 40),
    (codec(T.INTEGER, T.NUMBER), "40.6", 41),
    (codec(T.NUMBER, T.NUMBER), "12.5", 12.5),
    (codec(T.MONEY, T.NUMBER), "1234.5000", "1234.5"),
    (codec(T.BOOLEAN, T.BOOLEAN), "False", False),
    (codec(T.DATE, T.DATETIME), "2026-03-30T22:00:00Z", "2026-03-31"),
    (codec(T.DATE, T.DATE), "1774915200000", "2026-03-31"),
    (codec(T.DATETIME, T.DATETIME), "2026-01-05T09:30:00.987Z", "2026-01-05T09:30:00Z"),
    (codec(T.TEXT, T.CHOICE, choices=STATUS), "3", "Lost"),
    (codec(T.TEXT, T.CHOICE, choices=STATUS), "retired", "retired"),
    (codec(T.TEXT, T.CHOICE, choices=TWINS), "y", "y"),
    (codec(T.CHOICES, T.CHOICES, choices=INTERESTS), ";b;a;", ("Pears", "Apples")),
    (codec(T.CHOICES, T.CHOICES, choices=INTERESTS), '["a","c"]', ("Apples", "Plums")),
    (codec(T.REFERENCE, T.REFERENCE, to="owner"), "78", "u2"),
    (codec(T.TEXT, T.TEXT, values=ValueMap({"hot": "NEW", "warm": "NEW"})), "new", "hot"),
    (codec(T.TEXT, T.TEXT, values=ValueMap({"won": "Closed Won"}, {"Signed": "won"})), "Signed", "won"),
    (codec(T.BOOLEAN, T.CHOICE, values=ValueMap({"true": "In", "false": "Out"})), "Out", False),
    (codec(T.CHOICES, T.CHOICE, values=ValueMap({"vip": "Gold"})), "Gold", ("vip",)),
    (codec(T.TEXT, T.TEXT), " ", None),
]
REFUSED_THERE: list[tuple[Codec, Value, str]] = [
    (codec(T.TEXT, T.CHOICE, choices=STATUS), "unheard of", "not among the CRM's choices"),
    (codec(T.TEXT, T.NUMBER), "many", "not a number"),
    (codec(T.MONEY, T.NUMBER), "1e30", "too large"),
    (codec(T.CHOICES, T.CHOICES), ("a;b",), "must not contain ';'"),
    (codec(T.CHOICES, T.CHOICE, choices=INTERESTS), ("Plums", "Pears"), "takes one choice"),
    (codec(T.REFERENCE, T.REFERENCE, to="owner"), "u9", "no counterpart"),
    (codec(T.TEXT, T.TEXT, values=ValueMap({"a": "b"}, strict=True)), "c", "not in the value map"),
    (codec(T.TEXT, T.TEXT, values=ValueMap({"a": "b"})), "b", "would come back from the CRM as another value"),
    (codec(T.DATE, T.DATETIME, context=Context(zone="Pacific/Apia")), "2011-12-30", "does not exist"),
    (codec(T.DATE, T.DATE), "2026-02-30", "not a day of the calendar"),
]
REFUSED_HERE: list[tuple[Codec, Value, str]] = [
    (codec(T.TEXT, T.CHOICE, choices=TWINS), "SAME", "has the name of another one"),
    (codec(T.EMAIL, T.EMAIL), "not an address", "is not valid"),
    (codec(T.PHONE, T.PHONE), "12", "impossible length"),
    (codec(T.COUNTRY, T.TEXT), "Atlantis", "not a country"),
    (codec(T.BOOLEAN, T.BOOLEAN), "perhaps", "neither true nor false"),
    (codec(T.DATETIME, T.DATETIME), "yesterday", "not a time"),
    (codec(T.TEXT, T.TEXT, values=ValueMap({"a": "b"})), "a", "would go back as another value"),
    (codec(T.REFERENCE, T.REFERENCE, to="owner"), "1", "no counterpart"),
]


@pytest.mark.parametrize(("pair", "ours", "sent"), ACROSS)
def test_our_value_is_sent_as(pair: Codec, ours: Value, sent: Value) -> None:
    assert pair.to_crm(ours) == sent
    assert pair.equal(ours, sent)


@pytest.mark.parametrize(("pair", "raw", "stored"), BACK)
def test_their_value_is_stored_as(pair: Codec, raw: Value, stored: Value) -> None:
    made = pair.to_ours(raw)
    assert (made, type(made)) == (stored, type(stored))
    assert pair.equal(made, raw)


@pytest.mark.parametrize(("pair", "ours", "why"), REFUSED_THERE)
def test_a_value_without_counterpart_there_is_refused_with_the_reason(pair: Codec, ours: Value, why: str) -> None:
    with pytest.raises(Unmappable, match=why):
        pair.to_crm(ours)


@pytest.mark.parametrize(("pair", "raw", "why"), REFUSED_HERE)
def test_a_value_without_counterpart_here_is_refused_with_the_reason(pair: Codec, raw: Value, why: str) -> None:
    with pytest.raises(Unmappable, match=why):
        pair.to_ours(raw)


@pytest.mark.parametrize(
    ("pair", "ours", "theirs", "same"),
    [
        (codec(T.TEXT, T.TEXT), "Ana", "ana", False),
        (codec(T.EMAIL, T.EMAIL), "Ana@x.example", "ana@X.example", True),
        (codec(T.PHONE, T.PHONE), "+34612345678", "(612) 345-678", True),
        (codec(T.PHONE, T.PHONE), "+34612345678", "612345679", False),
        (codec(T.URL, T.URL), "https://a.example/x", "http://www.a.example/x/", True),
        (codec(T.TEXT, T.TEXT, max_length=4), "abcdefg", "abcd", True),
        (codec(T.TEXT, T.TEXT, max_length=4), "abcdefg", "abce", False),
        (codec(T.NUMBER, T.NUMBER, scale=1), 1.26, "1.3", True),
        (codec(T.CHOICES, T.CHOICES, choices=INTERESTS), ("Pears", "Apples"), "a;b", True),
        (codec(T.CHOICES, T.CHOICES, choices=INTERESTS), ("Pears",), "a;b", False),
        (codec(T.TEXT, T.CHOICE, choices=STATUS), "New", "NEW", True),
        (codec(T.BOOLEAN, T.BOOLEAN), False, None, False),
        (codec(T.DATE, T.DATE), "2026-03-31", "whenever", False),
        (codec(T.TEXT, T.TEXT), None, "  ", True),
    ],
)
def test_two_values_mean_the_same(pair: Codec, ours: Value, theirs: Value, same: bool) -> None:
    assert pair.equal(ours, theirs) is same


PAIRS = [
    (ours, theirs)
    for ours in Type
    for theirs in Type
    if meeting(ours, theirs) is not None and Type.REFERENCE not in (ours, theirs)
]
ANY_TEXT = st.text(alphabet=string.printable + "áßİſ\u00a0\u2028😀[];,\"'+", max_size=24)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**13), max_value=10**13, places=4).map(str)
TIMES = st.datetimes().map(lambda at: at.isoformat() + "Z")
RAW = st.one_of(
    ANY_TEXT,
    NUMBERS,
    TIMES,
    st.dates().map(str),
    st.sampled_from(
        ["true", "No", "1", "DE", "Spain", "a@b.example", "+34 612 345 678", "a;b;c", '["a"]', "a.example"]
    ),
    st.integers().map(str),
    st.floats().map(repr),
)
OURS: st.SearchStrategy[Value] = st.one_of(
    RAW, st.booleans(), st.integers(), st.floats(), st.lists(ANY_TEXT, max_size=4).map(tuple), st.none()
)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_the_law_holds_for_every_pair_of_types(ours: Type, theirs: Type) -> None:
    choices = INTERESTS if theirs in (T.CHOICE, T.CHOICES) else ()
    pair = codec(ours, theirs, choices=choices, context=Context(zone="America/Sao_Paulo"))

    @settings(max_examples=15, deadline=None)
    @given(RAW, OURS)
    def law(raw: str, value: Value) -> None:
        try:
            made = pair.to_ours(raw)
        except Unmappable:
            pass
        else:
            assert pair.equal(made, raw)
        try:
            sent = pair.to_crm(value)
        except Unmappable:
            return
        assert pair.equal(value, sent)
        assert sent is None or isinstance(sent, str)

    law()


@settings(deadline=None)
@given(
    st.dates(date(2, 1, 1), date(9998, 1, 1)),
    st.sampled_from(["UTC", "Europe/Madrid", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_a_day_survives_a_field_that_holds_times(day: date, zone: str) -> None:
    pair = codec(T.DATE, T.DATETIME, context=Context(zone=zone))
    assert pair.to_ours(pair.to_crm(str(day))) == str(day)


@settings(deadline=None)
@given(NUMBERS)
def test_an_amount_survives_the_way_there_and_back(amount: str) -> None:
    pair = codec(T.MONEY, T.NUMBER)
    assert pair.equal(pair.to_ours(pair.to_crm(amount)), amount)


@settings(deadline=None)
@given(st.lists(st.sampled_from(INTERESTS), unique=True, min_size=1))
def test_choices_survive_the_way_there_and_back(chosen: list[Choice]) -> None:
    labels = tuple(one.label for one in chosen)
    pair = codec(T.CHOICES, T.CHOICES, choices=INTERESTS)
    assert pair.to_ours(pair.to_crm(labels)) == labels


WORDS = st.sampled_from(["a", "b", "c", "A", "New", "new ", "3"])


@settings(deadline=None)
@given(st.dictionaries(WORDS, WORDS, min_size=1), st.dictionaries(WORDS, WORDS), WORDS)
def test_the_law_holds_under_any_value_map(pairs: dict[str, str], back: dict[str, str], raw: str) -> None:
    pair = codec(T.TEXT, T.TEXT, values=ValueMap(pairs, back))
    try:
        made = pair.to_ours(raw)
    except Unmappable:
        return
    assert pair.equal(made, raw)
